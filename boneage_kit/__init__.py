"""boneage_kit: bone age from hand radiographs, for teaching and reproduction.

Importing the package costs no torch and no fastai: its rooms load when first used.

>>> import boneage_kit as bk
>>> bk.maturity.nearest_gp_plate(8.4, sex="F")
8.83...
"""

from . import _process, _torchvision_pair
from ._lazy import attach

_process.prepare()  # before NumPy and torch are imported
_torchvision_pair.install()

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(__name__, __file__, "__version__")
