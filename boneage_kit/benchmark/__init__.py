"""The benchmark: methods x training sizes x folds x seeds in one protocol, resumable, on Dask.

>>> from boneage_kit import benchmark
>>> "bonet" in benchmark.methods.methods()
True
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["kept", "leaderboard", "methods", "report", "scale_out", "study"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
