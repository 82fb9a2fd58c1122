"""Data sets: phantom, RSNA 2017, Digital Hand Atlas and folders, in one record schema.

>>> from boneage_kit import datasets
>>> callable(datasets.load)
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
