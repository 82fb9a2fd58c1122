"""What is not a trained network: features by hand, frozen features, and the regressors on them.

>>> import numpy as np
>>> from boneage_kit import features
>>> features.handcrafted.features(np.zeros((1, 96, 96), np.uint8), progress=False).shape[0]
1
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
