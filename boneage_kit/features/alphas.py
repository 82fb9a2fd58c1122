"""How ridge's alpha changes the error on the training images and on images that were left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from .regressors import SteadyScaler, with_sex

__all__ = ["error_by_alpha"]

ALPHAS = tuple(float(alpha) for alpha in 10.0 ** np.arange(-1, 7))


def error_by_alpha(
    features: ArrayLike,
    ages: ArrayLike,
    sexes: Sequence[object] | None = None,
    *,
    alphas: Sequence[float] = ALPHAS,
    parts: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean absolute error of ridge for each alpha, in years.

    The rows are dealt to ``parts`` parts. Each part is predicted by a ridge that was fitted on the
    others: these are the left-out images.

    Parameters
    ----------
    features
        Float [n, d]: training images only.
    ages
        Years [n].
    sexes
        ``"F"``/``"M"`` [n], or None to leave the sex out.
    alphas
        Values to try, zero or larger.
    parts, seed
        How many parts, and how the rows are dealt.

    Returns
    -------
    pandas.DataFrame
        One row per alpha: ``alpha``, ``training`` (error on the images that the line was fitted
        on) and ``left_out`` (on the others).

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(40, 60)); ages = 9 + x[:, 0]
    >>> table = error_by_alpha(x, ages, alphas=[0.001, 100.0])
    >>> bool(table["training"][0] < 0.1 < table["left_out"][0])
    True
    """
    matrix, years = with_sex(features, sexes), np.asarray(ages, dtype=float)
    rows = []
    dealt = list(KFold(parts, shuffle=True, random_state=seed).split(matrix))
    for alpha in alphas:
        inside, outside = [], []
        for fitted, left in dealt:
            line = make_pipeline(SteadyScaler(), Ridge(alpha)).fit(matrix[fitted], years[fitted])
            inside.append(np.abs(line.predict(matrix[fitted]) - years[fitted]).mean())
            outside.extend(np.abs(line.predict(matrix[left]) - years[left]))
        rows.append((alpha, float(np.mean(inside)), float(np.mean(outside))))
    return pd.DataFrame(rows, columns=["alpha", "training", "left_out"])
