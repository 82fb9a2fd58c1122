"""Error analysis of any predictions table: how far off, for whom, and next to which readers.

Everything here takes a predictions table (see :mod:`boneage_kit.records`), whoever made it, speaks
years, and needs nothing but numpy, pandas and scipy.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
