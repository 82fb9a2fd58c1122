"""What needs a model to be asked again: robustness, saliency, input checks, group mixes.

>>> from boneage_kit import probing
>>> len(probing.PERTURBATIONS) > 5
True
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
