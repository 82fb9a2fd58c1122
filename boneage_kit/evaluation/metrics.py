"""Error of a reading against its label: one number each, with an interval.

Ages are in years. Every function takes two arrays of the same shape, the labels first, and refuses
anything that would broadcast: predictions ``[n, 1]`` against labels ``[n]`` make an ``[n, n]``
table of differences, whose mean looks like an error and is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS, check_predictions

Metric = Callable[[np.ndarray, np.ndarray], float]
#: Up to this many children the bootstrap corrects for skewness (BCa); beyond, it does not matter.
BCA_UP_TO = 400


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
            "Give one prediction a label, for instance predictions.ravel().",
        )
    if true.size == 0:
        raise BadInput("There is nothing to compare.", "Give at least one label and prediction.")
    if not (np.isfinite(true).all() and np.isfinite(pred).all()):
        raise BadInput("A label or prediction is missing or infinite.",
                       "Remove those rows, and say how many you removed.")
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
    """Return the mean signed error, prediction minus label: above zero reads too old.

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
        raise BadInput("All labels and predictions are one and the same age.",
                       "Concordance needs children of different ages.")
    return float(2 * covariance / spread)


def within(y_true: ArrayLike, y_pred: ArrayLike, *, months: float = 12) -> float:
    """Return the share (0 to 1) of predictions at most ``months`` months from the label.

    The ages are in years, only the tolerance is in months.

    >>> within([8.0, 10.0], [8.5, 8.5], months=12)
    0.5
    """
    true, pred = pair(y_true, y_pred)
    if true.max() > OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(f"The labels reach {true.max():g}, which looks like months.",
                       "Divide by 12: the kit takes years.")
    return float((np.abs(pred - true) <= months / 12 + 1e-9).mean())


def wilson(share: float, n: int, level: float = 0.95) -> Interval:
    """Return a share with Wilson's interval, which stays sensible at 0 and 1.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212.

    >>> [round(float(x), 3) for x in wilson(1.0, 20)]
    [1.0, 0.839, 1.0]
    """
    z = stats.norm.ppf((1 + level) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Interval(float(share), float(max(centre - half, 0)), float(min(centre + half, 1)))


def bootstrap_interval(
    fn: Metric, predictions: pd.DataFrame, n: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """Return a metric of a predictions table with its bootstrap interval.

    Children are drawn with replacement; a child with several rows (seeds) is drawn as a whole.
    Up to 400 children the interval is bias-corrected and accelerated (BCa), else percentile.

    Parameters
    ----------
    fn
        ``fn(y_true, y_pred) -> float``, such as :func:`mae`.
    predictions
        With columns ``y_true`` and ``y_pred`` (years), and ``image_id`` where rows repeat.
    n, seed, level
        Resamples, their seed, and the coverage aimed at.

    Raises
    ------
    BadInput
        With fewer than two children: one child says nothing about spread.

    Source: Efron 1987, J Am Stat Assoc 82:171-185.

    >>> table = pd.DataFrame({"y_true": np.arange(50.0) / 3, "y_pred": np.arange(50.0) / 3 + 0.5})
    >>> [round(x, 6) for x in bootstrap_interval(mae, table, n=200)]
    [0.5, 0.5, 0.5]
    """
    return bootstrap_intervals({"fn": fn}, predictions, n, seed, level)["fn"]


def bootstrap_intervals(
    metrics: dict[str, Metric], predictions: pd.DataFrame, n: int = 1000, seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Return several metrics of one table with intervals from the same resamples.

    Arguments as in :func:`bootstrap_interval`, with a name for each metric.
    """
    true, pred = pair(predictions["y_true"], predictions["y_pred"])
    rows = _rows_of_children(predictions)
    if len(rows) < 2:
        raise BadInput("A bootstrap needs at least two children.",
                       "Report the error itself, without an interval.")
    rng = np.random.default_rng(seed)
    draws = (_draw(rows, rng) for _ in range(n))
    table = np.array([[fn(true[at], pred[at]) for fn in metrics.values()] for at in draws])
    found = {}
    for (name, fn), column in zip(metrics.items(), table.T, strict=True):
        value = fn(true, pred)
        low, high = _quantile_levels(fn, true, pred, rows, value, column, level)
        lower, upper = np.quantile(column, [low, high])
        found[name] = Interval(float(value), float(lower), float(upper))
    return found


def _rows_of_children(predictions: pd.DataFrame) -> np.ndarray | list[np.ndarray]:
    """Return row numbers: an array where each child has one row, else a list a child."""
    if "image_id" not in predictions or predictions["image_id"].is_unique:
        return np.arange(len(predictions))
    codes = pd.factorize(predictions["image_id"])[0]
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def _draw(rows: np.ndarray | list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    chosen = rng.integers(0, len(rows), len(rows))
    return chosen if isinstance(rows, np.ndarray) else np.concatenate([rows[i] for i in chosen])


def _quantile_levels(
    fn: Metric, true: np.ndarray, pred: np.ndarray, rows: np.ndarray | list[np.ndarray],
    value: float, resampled: np.ndarray, level: float,
) -> tuple[float, float]:
    """Return which quantiles of the resamples bound the interval: BCa when small."""
    tails = (1 - level) / 2, (1 + level) / 2
    if len(rows) > BCA_UP_TO or np.ptp(resampled) == 0:
        return tails
    below = (resampled < value).mean() + (resampled == value).mean() / 2
    shift = stats.norm.ppf(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled)))
    left_out = np.array([
        fn(np.delete(true, at), np.delete(pred, at)) for at in rows
    ]) if len(rows) > 2 else np.array([value])
    pull = left_out.mean() - left_out
    scale = 6 * np.square(pull).sum() ** 1.5
    acceleration = (pull**3).sum() / scale if scale > 0 else 0.0
    z = shift + stats.norm.ppf(tails)
    low, high = stats.norm.cdf(shift + z / (1 - acceleration * z))
    return float(low), float(high)


def one_model(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the checked table, refusing one that mixes several models.

    >>> one_model(pd.DataFrame({"image_id": ["a", "a"], "sex": ["F", "F"], "y_true": [8, 8],
    ...                         "y_pred": [8, 9], "model": ["x", "y"]}))
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The table holds 2 models (x, y)...
    """
    clean = check_predictions(predictions)
    if "model" in clean and clean["model"].nunique() > 1:
        names = sorted(clean["model"].dropna().astype(str).unique())
        raise BadInput(f"The table holds {len(names)} models ({', '.join(names)}).",
                       'Choose one: predictions[predictions["model"] == NAME].')
    return clean


def summary(predictions: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return the headline figures of one model's predictions with 95 % intervals.

    Returns
    -------
    pandas.DataFrame
        One row a metric (``MAE``, ``RMSE``, ``bias``, ``concordance``, ``within 6 months``,
        ``within 12 months``, ``within 24 months``); columns ``value, lower, upper, unit, n``.
        Errors in years, shares 0 to 1 (Wilson's interval), the others bootstrapped over children.

    >>> ages = np.linspace(2, 17, 60)
    >>> table = pd.DataFrame({"image_id": range(60), "sex": "F", "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75], 30)})
    >>> summary(table, n_bootstrap=200).round(2).loc["MAE", ["value", "lower", "upper"]].tolist()
    [0.62, 0.6, 0.66]
    """
    clean = one_model(predictions)
    children = clean["image_id"].nunique()
    metrics: dict[str, Metric] = {"MAE": mae, "RMSE": rmse, "bias": bias}
    if max(clean["y_true"].nunique(), clean["y_pred"].nunique()) > 1:
        metrics["concordance"] = concordance
    if children > 1:
        found = bootstrap_intervals(metrics, clean, n_bootstrap, seed)
    else:
        found = {name: Interval(fn(clean["y_true"], clean["y_pred"]), np.nan, np.nan)
                 for name, fn in metrics.items()}
    for months in (6, 12, 24):
        share = within(clean["y_true"], clean["y_pred"], months=months)
        found[f"within {months} months"] = wilson(share, children)
    units = {"concordance": "", "MAE": "years", "RMSE": "years", "bias": "years"}
    table = pd.DataFrame.from_dict(found, orient="index", columns=["value", "lower", "upper"])
    return table.assign(unit=[units.get(name, "share") for name in table.index],
                        n=children).rename_axis("metric")
