"""Intervals of any metric by drawing children with replacement.

Written out here rather than taken from ``scipy.stats.bootstrap``: a child with several rows is
drawn as a whole, several metrics share their resamples, small tables are widened as Student's t
is, and a million rows are drawn in blocks. The tests compare it with SciPy's BCa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .checked_table import CheckedTable
from .metrics import Interval, bias, concordance, mae, pair, rmse

Metric = Callable[[np.ndarray, np.ndarray], float]
#: Up to this many children the bootstrap corrects for skewness (BCa); beyond, it does not matter.
BCA_UP_TO = 400
#: Up to this many draws (children times resamples) every child is drawn by itself; beyond, random
#: blocks of children are drawn, which gives the same interval in less time and memory.
DRAWS_BY_CHILD = 6_000_000
#: Blocks to which a large table is reduced.
BLOCKS = 2_000
_DRAWN_AT_ONCE = 2_000_000


class _Averages(NamedTuple):
    """A metric as a function of averages over rows, which numpy resamples all at once."""

    of_rows: Callable[[np.ndarray, np.ndarray], list[np.ndarray]]
    value: Callable[..., np.ndarray]


def _moments(true: np.ndarray, pred: np.ndarray) -> list[np.ndarray]:
    centre = true.mean()
    true, pred = true - centre, pred - centre
    return [true, pred, true * true, pred * pred, true * pred]


def _concordance(
    true: np.ndarray, pred: np.ndarray, true_2: np.ndarray, pred_2: np.ndarray, both: np.ndarray
) -> np.ndarray:
    spread = true_2 - true**2 + pred_2 - pred**2 + (true - pred) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 1e-12, 2 * (both - true * pred) / spread, np.nan)


_AVERAGES: dict[Metric, _Averages] = {
    mae: _Averages(lambda true, pred: [np.abs(pred - true)], np.asarray),
    rmse: _Averages(lambda true, pred: [np.square(pred - true)], np.sqrt),
    bias: _Averages(lambda true, pred: [pred - true], np.asarray),
    concordance: _Averages(_moments, _concordance),
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
    metrics: Mapping[str, Metric],
    predictions: pd.DataFrame,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Return several metrics of one table with intervals from the same resamples.

    Arguments as in :func:`bootstrap_interval`, with a name for each metric.
    """
    true, pred = pair(predictions["y_true"], predictions["y_pred"])
    if isinstance(predictions, CheckedTable):
        children = predictions.children
    elif "image_id" in predictions:
        children = pd.factorize(predictions["image_id"])[0]
    else:
        children = np.arange(true.size)
    return resampled_intervals(metrics, true, pred, children, n, seed, level)


def resampled_intervals(
    metrics: Mapping[str, Metric],
    true: np.ndarray,
    pred: np.ndarray,
    children: np.ndarray,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Return several metrics of arrays with intervals; ``children`` says whose each row is.

    ``children`` int64 (rows,); the other arguments as in :func:`bootstrap_intervals`.
    """
    children = pd.factorize(children)[0]  # counted from 0 without gaps
    count = int(children.max(initial=-1)) + 1
    if count < 2:
        raise BadInput(
            "A bootstrap needs at least two children.",
            "Report the error itself, without an interval.",
        )
    intervals = {}
    for name, fn in metrics.items():
        averages = _AVERAGES.get(fn)
        if averages is None:
            values, without = _any_metric(fn, true, pred, children, n, seed)
        else:
            values, without = _of_averages(averages, true, pred, children, n, seed)
        values = values[np.isfinite(values)]
        value = float(fn(true, pred))
        if values.size == 0:
            intervals[name] = Interval(value, np.nan, np.nan)
            continue
        levels = _quantile_levels(value, values, without, count, level)
        lower, upper = np.quantile(values, levels)
        intervals[name] = Interval(value, float(lower), float(upper))
    return intervals


def _of_averages(
    averages: _Averages, true: np.ndarray, pred: np.ndarray, children: np.ndarray, n: int, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return a metric's ``n`` resampled values, and its values without each child in turn."""
    rng = np.random.default_rng(seed)
    columns = averages.of_rows(true, pred)
    sums, rows = _sums_of_children(columns, children)
    without = None
    if 2 < rows.size <= BCA_UP_TO:
        without = averages.value(*((total.sum() - total) / (rows.sum() - rows) for total in sums))
        without = without if np.isfinite(without).all() else None
    if rows.size * n > DRAWS_BY_CHILD:
        block = rng.permutation(rows.size) % BLOCKS
        sums = [np.bincount(block, total) for total in sums]
        rows = np.bincount(block, rows)
    single = bool((rows == 1).all())
    values = []
    for at in _draws(rows.size, n, rng):
        size = float(rows.size) if single else rows[at].sum(axis=-1)
        values.append(averages.value(*(total[at].sum(axis=-1) / size for total in sums)))
    return np.concatenate(values), without


def _sums_of_children(
    columns: list[np.ndarray], children: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return each column summed over each child's rows, and how many rows the child has."""
    rows = np.bincount(children)
    if rows.size == children.size:
        return columns, rows
    return [np.bincount(children, column) for column in columns], rows


def _any_metric(
    fn: Metric, true: np.ndarray, pred: np.ndarray, children: np.ndarray, n: int, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the same as :func:`_of_averages` for a metric that has to be called every time."""
    rng = np.random.default_rng(seed)
    order = np.argsort(children, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(children))[:-1])
    values = [
        _where_defined(fn, true, pred, np.concatenate([rows[child] for child in drawn]))
        for at in _draws(len(rows), n, rng)
        for drawn in at
    ]
    without = None
    if 2 < len(rows) <= BCA_UP_TO:
        everyone = np.arange(true.size)
        without = np.array(
            [_where_defined(fn, true, pred, np.delete(everyone, own)) for own in rows]
        )
        without = without if np.isfinite(without).all() else None
    return np.array(values), without


def _draws(count: int, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield ``n`` draws of ``count`` children with replacement, in parts of bounded memory."""
    part = max(1, _DRAWN_AT_ONCE // count)
    for start in range(0, n, part):
        yield rng.integers(0, count, (min(part, n - start), count))


def resampled_means(values: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return the means (n,) of ``values`` (children,) drawn with replacement.

    >>> resampled_means(np.array([2.0, 2.0]), 3, np.random.default_rng(0)).tolist()
    [2.0, 2.0, 2.0]
    """
    if values.size * n > DRAWS_BY_CHILD:
        block = rng.permutation(values.size) % BLOCKS
        sums, rows = np.bincount(block, values), np.bincount(block)
        return np.concatenate(
            [sums[at].sum(axis=-1) / rows[at].sum(axis=-1) for at in _draws(sums.size, n, rng)]
        )
    return values[rng.integers(0, values.size, (n, values.size))].mean(axis=1)


def _where_defined(fn: Metric, true: np.ndarray, pred: np.ndarray, rows: np.ndarray) -> float:
    """Return the metric, or NaN for a resample that it refuses (one child drawn every time)."""
    try:
        return fn(true[rows], pred[rows])
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
