"""Error analysis of any predictions table: how far off, for whom, and next to which readers.

Everything here takes a predictions table (see :mod:`boneage_kit.records`), whoever made it, speaks
years, and needs nothing but numpy, pandas and scipy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
