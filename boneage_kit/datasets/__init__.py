"""Data sets: phantom, RSNA 2017, Digital Hand Atlas and folders, in one record schema.

>>> from boneage_kit import datasets
>>> callable(datasets.load)
True
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
