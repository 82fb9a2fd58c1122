"""Learning curves: the error of one method at several training sizes, on the same children."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..datasets import stratified_subset
from ..evaluation import bootstrap_interval, mae

#: Given row numbers of the training images and a seed, return years for the test images.
Method = Callable[[np.ndarray, int], np.ndarray]


def curve(
    name: str,
    method: Method,
    train: pd.DataFrame,
    test: pd.DataFrame,
    sizes: Sequence[int],
    *,
    repeats: int = 1,
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Return the error of a method at several training sizes.

    Parameters
    ----------
    name
        What the method is called in charts.
    method
        Takes row numbers of ``train`` and a seed; returns years for every row of ``test``.
    train, test
        Records with ``image_id``, ``sex`` and ``bone_age`` (years).
    sizes
        Training sizes; those beyond the number of images mean all of them. The subsets are
        stratified; with one seed, each subset contains the smaller ones.
    repeats
        Seeds per size (one where all images are used).
    n_bootstrap
        Resamples of the test children for the 95 % interval.

    Returns
    -------
    pandas.DataFrame
        One row per size and seed: ``method, n_train, seed, n_test, mae_years, lower, upper``.

    >>> table = pd.DataFrame({"image_id": range(40), "sex": ["F", "M"] * 20,
    ...                       "bone_age": np.linspace(2, 17, 40)})
    >>> mean = lambda rows, seed: np.full(40, table["bone_age"].iloc[rows].mean())
    >>> curve("mean", mean, table, table, [10, 99])["n_train"].tolist()
    [10, 40]
    """
    rows = []
    for size in dict.fromkeys(min(size, len(train)) for size in sizes):
        for seed in range(repeats if size < len(train) else 1):
            years = method(stratified_subset(train, size, seed), seed)
            error = bootstrap_interval(mae, predictions(test, years), n=n_bootstrap)
            rows.append(
                {
                    "method": name,
                    "n_train": size,
                    "seed": seed,
                    "n_test": len(test),
                    "mae_years": error.value,
                    "lower": error.lower,
                    "upper": error.upper,
                }
            )
    return pd.DataFrame(rows)


def predictions(test: pd.DataFrame, years: ArrayLike) -> pd.DataFrame:
    """Return a predictions table for records and the years that a method predicts for them.

    >>> child = pd.DataFrame({"image_id": ["a"], "sex": ["F"], "bone_age": [8.0]})
    >>> predictions(child, [8.5])
      image_id sex  y_true  y_pred
    0        a   F     8.0     8.5
    """
    return pd.DataFrame(
        {
            "image_id": test["image_id"].to_numpy(),
            "sex": test["sex"].to_numpy(),
            "y_true": test["bone_age"].to_numpy(dtype=float),
            "y_pred": np.asarray(years, dtype=float),
        }
    )
