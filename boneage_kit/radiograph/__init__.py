"""Any file to a radiograph: float32 [H, W] in 0..1, bone bright, with what was done to it.

>>> import numpy as np
>>> from boneage_kit import radiograph
>>> radiograph.to_square(np.ones((40, 20), "float32"), 8).shape
(8, 8)
"""

from __future__ import annotations

from .polarity import bone_is_bright
from .reading import Radiograph, read_radiograph
from .square import stretch, to_square

__all__ = ["Radiograph", "bone_is_bright", "read_radiograph", "stretch", "to_square"]
