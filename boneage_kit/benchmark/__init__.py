"""The benchmark: methods x training sizes x folds x seeds in one protocol, resumable, on Dask.

>>> from boneage_kit import benchmark
>>> "bonet" in benchmark.methods.methods()
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
