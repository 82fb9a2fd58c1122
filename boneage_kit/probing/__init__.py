"""What needs a model to be asked again: robustness, saliency, input checks, group mixes.

>>> from boneage_kit import probing
>>> len(probing.PERTURBATIONS) > 5
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
