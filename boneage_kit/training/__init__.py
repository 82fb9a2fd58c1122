"""Training: fastai's Learner over batches that stay in memory, and what follows from it.

>>> from boneage_kit import presets, training
>>> training.few_images_recipe(480, presets.get("binder"))["epochs"]
30
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
