"""Intervals of any metric by drawing children with replacement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .metrics import Interval, bias, mae, pair, rmse

Metric = Callable[[np.ndarray, np.ndarray], float]
#: Up to this many children the bootstrap corrects for skewness (BCa); beyond, it does not matter.
BCA_UP_TO = 400
#: Metrics that are a function of a mean over rows, which numpy resamples at once.
_MEANS: dict[Metric, tuple[Callable, Callable]] = {
    mae: (lambda true, pred: np.abs(pred - true), np.asarray),
    rmse: (lambda true, pred: np.square(pred - true), np.sqrt),
    bias: (lambda true, pred: pred - true, np.asarray),
}


def bootstrap_interval(
    fn: Metric, predictions: pd.DataFrame, n: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """Return a metric of a predictions table with its bootstrap interval.

    Children are drawn with replacement; a child with several rows (seeds) is drawn as a whole.
    Up to 400 children the interval is bias-corrected and accelerated (BCa), else percentile; both
    are widened for small tables as Student's t is.

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

    Source: Efron 1987, J Am Stat Assoc 82:171-185; Hesterberg 2015, Am Stat 69:371-386.

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
    means = {name: _MEANS[fn] for name, fn in metrics.items() if fn in _MEANS}
    if not isinstance(rows, np.ndarray):
        means = {}
    each = {name: of_row(true, pred) for name, (of_row, _) in means.items()}
    resampled: dict[str, list] = {name: [] for name in metrics}
    rng = np.random.default_rng(seed)
    for at in _draws(rows, n, rng):
        for name, fn in metrics.items():
            if name in means:
                resampled[name].append(means[name][1](each[name][at].mean(axis=-1)))
            else:
                resampled[name].append([_where_defined(fn, true[i], pred[i]) for i in at])
    found = {}
    for name, fn in metrics.items():
        value, column = fn(true, pred), np.concatenate(resampled[name])
        column = column[np.isfinite(column)]
        without = _left_out(fn, true, pred, rows, each.get(name), means.get(name))
        levels = _quantile_levels(value, column, without, len(rows), level)
        found[name] = Interval(float(value), *(float(x) for x in np.quantile(column, levels)))
    return found


def _rows_of_children(predictions: pd.DataFrame) -> np.ndarray | list[np.ndarray]:
    """Return row numbers: an array where each child has one row, else a list a child."""
    if "image_id" not in predictions or predictions["image_id"].is_unique:
        return np.arange(len(predictions))
    codes = pd.factorize(predictions["image_id"])[0]
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def _draws(
    rows: np.ndarray | list[np.ndarray], n: int, rng: np.random.Generator
) -> Iterator[np.ndarray | list[np.ndarray]]:
    """Yield the row numbers of ``n`` resamples, in parts of bounded memory."""
    part = max(1, 2_000_000 // len(rows))
    for start in range(0, n, part):
        chosen = rng.integers(0, len(rows), (min(part, n - start), len(rows)))
        if isinstance(rows, np.ndarray):
            yield chosen
        else:
            yield [np.concatenate([rows[i] for i in one]) for one in chosen]


def _left_out(
    fn: Metric, true: np.ndarray, pred: np.ndarray, rows: np.ndarray | list[np.ndarray],
    each: np.ndarray | None, mean: tuple | None,
) -> np.ndarray | None:
    """Return the metric without each child in turn; None where there are too many or too few."""
    if not 2 < len(rows) <= BCA_UP_TO:
        return None
    if each is not None and mean is not None:
        return mean[1]((each.sum() - each) / (each.size - 1))
    found = np.array([_where_defined(fn, np.delete(true, at), np.delete(pred, at)) for at in rows])
    return found if np.isfinite(found).all() else None


def _where_defined(fn: Metric, true: np.ndarray, pred: np.ndarray) -> float:
    """Return the metric, or NaN for a resample that it refuses (one child drawn every time)."""
    try:
        return fn(true, pred)
    except BadInput:
        return float("nan")


def _quantile_levels(
    value: float, resampled: np.ndarray, without: np.ndarray | None, n: int, level: float
) -> tuple[float, float]:
    """Return which quantiles of the resamples bound the interval.

    They are spread as a t interval is wider than a normal one (Hesterberg 2015); small tables
    are corrected for bias and skewness too (BCa).
    """
    reach = np.sqrt(n / (n - 1)) * stats.t.ppf((1 + level) / 2, n - 1)
    shift = acceleration = 0.0
    if without is not None and np.ptp(resampled) > 0:
        below = (resampled < value).mean() + (resampled == value).mean() / 2
        shift = stats.norm.ppf(np.clip(below, 1 / resampled.size, 1 - 1 / resampled.size))
        pull = without.mean() - without
        scale = 6 * np.square(pull).sum() ** 1.5
        acceleration = (pull**3).sum() / scale if scale > 0 else 0.0
    z = shift + np.array([-reach, reach])
    low, high = stats.norm.cdf(shift + z / np.maximum(1 - acceleration * z, 0.1))
    return float(low), float(high)
