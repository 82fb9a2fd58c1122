"""Two methods with a few trainings each: how far their means lie apart, and how far the seeds."""

from __future__ import annotations

import pandas as pd

__all__ = ["trainings_in_words"]


def trainings_in_words(errors: pd.DataFrame, first: str, second: str) -> str:
    """Say which mean is smaller, and whether the difference is larger than that between seeds.

    Parameters
    ----------
    errors
        ``method`` and ``mae_years``, one row per training.
    first, second
        Two of the methods.

    >>> table = pd.DataFrame({"method": ["A", "A", "B"], "mae_years": [2.0, 2.3, 2.4]})
    >>> print(trainings_in_words(table, "A", "B"))
    The mean error of "A" is 0.25 years smaller than that of "B". Two seeds of the same method are
    up to 0.30 years apart: as much as the methods or more.
    """
    groups = [errors.loc[errors["method"] == name, "mae_years"] for name in (first, second)]
    difference = float(groups[0].mean() - groups[1].mean())
    way = "smaller" if difference < 0 else "larger"
    text = (
        f'The mean error of "{first}" is {abs(difference):.2f} years {way} than that of "{second}".'
    )
    apart = max(float(group.max() - group.min()) for group in groups)
    if max(map(len, groups)) < 2:
        return f"{text} There was one training each, so nobody knows how far two seeds lie apart."
    end = "less than the methods" if apart < abs(difference) else "as much as the methods or more"
    return f"{text} Two seeds of the same method are up to {apart:.2f} years apart: {end}."
