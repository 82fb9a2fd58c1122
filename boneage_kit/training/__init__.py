"""Training: fastai's Learner over batches that stay in memory, and what follows from it.

>>> from boneage_kit import presets, training
>>> training.few_images_recipe(480, presets.get("binder"))["epochs"]
30
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
