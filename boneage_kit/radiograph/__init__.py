"""Any file to a radiograph: float32 [H, W] in 0..1, bone bright, with what was done to it.

>>> import numpy as np
>>> from boneage_kit import radiograph
>>> radiograph.to_square(np.ones((40, 20), "float32"), 8).shape
(8, 8)
>>> radiograph.recognise(b"GIF89a..."), radiograph.recognise(b"id,boneage")
('GIF', None)
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
