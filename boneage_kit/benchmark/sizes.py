"""When two training sizes count as one: folds of unequal size leave 8,080 images, or 8,081."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

_SHARE = 0.01


def near(sizes: pd.Series, n_train: int) -> pd.Series:
    """Return which sizes lie within 1 % of one.

    >>> near(pd.Series([100, 8080, 8081]), 8080).tolist()
    [False, True, True]
    """
    return (sizes - n_train).abs() <= _SHARE * n_train


def merged(sizes: Iterable[int]) -> dict[int, int]:
    """Return each size, in rising order, and the one it counts as.

    >>> merged([8081, 100, 8080])
    {100: 100, 8080: 8080, 8081: 8080}
    """
    found: dict[int, int] = {}
    last = 0
    for size in sorted({int(size) for size in sizes}):
        if not last or size > (1 + _SHARE) * last:
            last = size
        found[size] = last
    return found
