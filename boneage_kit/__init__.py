"""boneage_kit: bone age from hand radiographs, for teaching and reproduction.

Importing the package costs no torch and no fastai: its rooms load when first used.

>>> import boneage_kit as bk
>>> bk.maturity.nearest_gp_plate(8.4, sex="F")
8.83...
"""

import lazy_loader

from . import _torchvision_pair

_torchvision_pair.install()

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ = [*__all__, "__version__"]
