"""The benchmark: methods x training sizes x folds x seeds in one protocol, resumable, on Dask.

>>> from boneage_kit import benchmark
>>> "bonet" in benchmark.methods.methods()
True
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
