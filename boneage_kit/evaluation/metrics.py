"""Error of predictions against their labels: one number each.

Ages are in years. Every function takes two arrays of the same shape, the labels first, and refuses
anything that would broadcast: predictions ``[n, 1]`` against labels ``[n]`` make an ``[n, n]``
table of differences, whose mean looks like an error but is not one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS


class Interval(NamedTuple):
    """An estimate with its lower and upper bound, in the estimate's own unit."""

    value: float
    lower: float
    upper: float


def pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return two flat float arrays of equal length, or say why they do not belong together.

    Raises
    ------
    BadInput
        If the shapes differ, nothing is in them, or a value is missing or infinite.

    >>> pair([1, 2], [[1], [2]])
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The labels have shape (2,) and the predictions (2, 1)...
    """
    true, pred = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    if true.shape != pred.shape:
        raise BadInput(
            f"The labels have shape {true.shape} and the predictions {pred.shape}; numpy would "
            "compare each with each.",
            "Give one prediction per label, for instance predictions.ravel().",
        )
    if true.size == 0:
        raise BadInput("There is nothing to compare.", "Give at least one label and prediction.")
    if not (np.isfinite(true).all() and np.isfinite(pred).all()):
        raise BadInput(
            "A label or prediction is missing or infinite.",
            "Remove those rows, and say how many you removed.",
        )
    return true.ravel(), pred.ravel()


def mae(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return the mean absolute error, in the unit of the arguments (years in this kit).

    >>> mae([8.0, 10.0], [8.5, 9.0])
    0.75
    """
    true, pred = pair(y_true, y_pred)
    return float(np.abs(pred - true).mean())


def rmse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return the root of the mean squared error: large errors weigh more than in the MAE.

    >>> round(rmse([8.0, 10.0], [8.5, 9.0]), 3)
    0.791
    """
    true, pred = pair(y_true, y_pred)
    return float(np.sqrt(np.square(pred - true).mean()))


def bias(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return the mean signed error, prediction minus label: above zero is too old.

    >>> bias([8.0, 10.0], [8.5, 9.0])
    -0.25
    """
    true, pred = pair(y_true, y_pred)
    return float((pred - true).mean())


def concordance(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return Lin's concordance correlation coefficient, -1 to 1.

    Unlike Pearson's r it falls when predictions are shifted or squeezed. It grows with the spread
    of ages, so it cannot be compared between data sets of different age ranges.

    Source: Lin 1989, Biometrics 45:255-268 (variances with 1/n).

    >>> concordance([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    1.0
    >>> round(concordance([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]), 3)   # Pearson's r is 1
    0.571
    """
    true, pred = pair(y_true, y_pred)
    covariance = ((true - true.mean()) * (pred - pred.mean())).mean()
    spread = true.var() + pred.var() + (true.mean() - pred.mean()) ** 2
    if spread == 0:
        raise BadInput(
            "All labels and predictions are one and the same age.",
            "Concordance needs children of different ages.",
        )
    return float(2 * covariance / spread)


def within(y_true: ArrayLike, y_pred: ArrayLike, *, months: float = 12) -> float:
    """Return the share (0 to 1) of predictions at most ``months`` months from the label.

    The ages are in years, only the tolerance is in months.

    >>> within([8.0, 10.0], [8.5, 8.5], months=12)
    0.5
    """
    true, pred = pair(y_true, y_pred)
    if true.max() > OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(
            f"The labels reach {true.max():g}, which looks like months.",
            "Divide by 12: the kit takes years.",
        )
    return float((np.abs(pred - true) <= months / 12 + 1e-9).mean())


def wilson(share: float, n: int, level: float = 0.95) -> Interval:
    """Return a share with Wilson's interval, which stays sensible at 0 and 1.

    Where several seeds are pooled, ``share * n`` need not be a whole number of children; the
    interval is that of the nearest whole number.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212.

    >>> [round(float(x), 3) for x in wilson(1.0, 20)]
    [1.0, 0.839, 1.0]
    """
    counted = stats.binomtest(round(share * n), n).proportion_ci(level, method="wilson")
    return Interval(float(share), float(counted.low), float(counted.high))
