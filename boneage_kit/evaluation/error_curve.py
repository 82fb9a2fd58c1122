"""The signed error as a smooth curve along age, with bands for one age and for all together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .checked_table import CheckedTable, one_model

AXES = {
    "label": "Children whom the readers call this old: how far off is the model?",
    "prediction": "When the model says this age: how far off is it?",
    "mean": "Do model and readers spread their ages equally wide?",
}
#: Up to this many children each is resampled by itself; beyond, in as many random groups.
MOST_GROUPS = 20_000
_ROWS_AT_ONCE = 50_000


def age_axis(predictions: pd.DataFrame, axis: str = "label") -> np.ndarray:
    """Return the ages in years to plot errors against: label, prediction, or mean of both.

    >>> age_axis(pd.DataFrame({"y_true": [8.0], "y_pred": [9.0]}), "mean").tolist()
    [8.5]
    """
    true, pred = (predictions[name].to_numpy(dtype=float) for name in ("y_true", "y_pred"))
    values = {"label": true, "prediction": pred, "mean": (true + pred) / 2}
    if axis not in values:
        raise BadInput(f"There is no axis {axis!r}.", f"Use one of {', '.join(values)}.")
    return values[axis]


class _Curves(NamedTuple):
    """Ages (points,), the smoothed error, its resamples (points, draws), and children nearby."""

    age: np.ndarray
    error: np.ndarray
    resampled: np.ndarray
    nearby: np.ndarray


def error_along_age(
    predictions: pd.DataFrame,
    axis: str = "label",
    *,
    bandwidth: float = 1.2,
    points: int = 50,
    n_bootstrap: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the smoothed signed error (prediction minus label) along age, with its 95 % band.

    A local straight line with Gaussian weights; the band is bootstrapped over children and holds
    at each age by itself. Ages with fewer than about five children nearby are left out.

    Parameters
    ----------
    axis
        ``"label"``, ``"prediction"`` or ``"mean"``: see :data:`AXES`.
    bandwidth
        SD of the weights in years.

    Returns
    -------
    pandas.DataFrame
        Columns ``age, error, lower, upper`` (years) and ``n_nearby`` (children by weight).

    >>> ages = np.linspace(2, 17, 200)
    >>> table = pd.DataFrame({"image_id": range(200), "sex": "F", "y_true": ages,
    ...                       "y_pred": 9.5 + 0.8 * (ages - 9.5)})
    >>> smooth = error_along_age(table, points=4, n_bootstrap=20)
    >>> smooth["error"].round(1).tolist()
    [1.5, 0.5, -0.5, -1.5]
    """
    curves = _smoothed(one_model(predictions), axis, bandwidth, points, n_bootstrap, seed)
    lower, upper = np.nanquantile(curves.resampled, [0.025, 0.975], axis=1)
    return pd.DataFrame(
        {
            "age": curves.age,
            "error": curves.error,
            "lower": lower,
            "upper": upper,
            "n_nearby": curves.nearby,
        }
    )


def error_off_zero(
    predictions: pd.DataFrame, axis: str = "prediction", *, n_bootstrap: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Return the ages at which the smoothed error differs from zero, all ages judged together.

    A straight line can be flat although the error is positive at one age and negative at another;
    the smooth shows both. Its band is widened so that it holds zero everywhere in 95 % of studies
    in which there is no error (largest standardised deviation of the resampled curves). Ages with
    fewer than ten children nearby are not judged.

    Returns
    -------
    pandas.DataFrame
        Rows of :func:`error_along_age` (``age, error, lower, upper``, years) whose band leaves
        out zero; empty where there are none.

    >>> ages = np.linspace(2, 17, 200)
    >>> table = pd.DataFrame({"image_id": range(200), "sex": "F", "y_true": ages})
    >>> noise = np.tile([-0.3, 0.3], 100)
    >>> len(error_off_zero(table.assign(y_pred=ages + noise), "label"))
    0
    >>> off = error_off_zero(table.assign(y_pred=ages + noise + (ages > 12)), "label")
    >>> bool(off["age"].min() > 10)
    True
    """
    curves = _smoothed(one_model(predictions), axis, 1.2, 50, n_bootstrap, seed)
    columns = ["age", "error", "lower", "upper"]
    sd = np.nanstd(curves.resampled, axis=1)
    if sd.size == 0 or not (sd > 0).any():
        return pd.DataFrame(columns=columns)
    wide = np.where(sd > 0, sd, np.inf)
    apart = np.abs(curves.resampled - curves.error[:, None]) / wide[:, None]
    # few children nearby: their resamples spread too little, as in a t interval
    few = np.maximum(curves.nearby - 2, 1.0)
    wider = stats.t.ppf(0.975, few) / stats.norm.ppf(0.975) * np.sqrt(curves.nearby / few)
    reach = np.nanquantile(np.nanmax(apart, axis=0), 0.95) * sd * wider
    off = (np.abs(curves.error) > reach) & (sd > 0) & (curves.nearby >= 10)
    return pd.DataFrame(
        {
            "age": curves.age,
            "error": curves.error,
            "lower": curves.error - reach,
            "upper": curves.error + reach,
        }
    )[off].reset_index(drop=True)


def _smoothed(
    clean: CheckedTable, axis: str, bandwidth: float, points: int, draws: int, seed: int
) -> _Curves:
    """Return the local lines over the children, and over ``draws`` resamples of them."""
    x = age_axis(clean, axis)
    y = (clean["y_pred"] - clean["y_true"]).to_numpy()
    grid = np.linspace(x.min(), x.max(), points)
    rng = np.random.default_rng(seed)
    groups, group = clean.n_children, clean.children
    if groups > MOST_GROUPS:
        group, groups = (rng.permutation(groups) % MOST_GROUPS)[group], MOST_GROUPS
    counts = rng.multinomial(groups, np.full(groups, 1 / groups), size=draws).T
    sums = _sums_near(x, y, group, groups, grid, bandwidth)  # (5, points, groups)
    counts = np.column_stack([np.ones(groups), counts])  # (groups, 1 + draws)
    curves = _local_lines(grid, sums @ counts)
    nearby = sums[0].sum(axis=1)
    keep = nearby >= min(5, nearby.max())
    return _Curves(grid[keep], curves[keep, 0], curves[keep, 1:], nearby[keep])


def _sums_near(
    x: np.ndarray,
    y: np.ndarray,
    group: np.ndarray,
    groups: int,
    grid: np.ndarray,
    bandwidth: float,
) -> np.ndarray:
    """Return the weighted sums of 1, x, x², y and xy near each age: (5, points, groups)."""
    sums = np.zeros((5, grid.size, groups))
    order = np.argsort(group, kind="stable")
    for start in range(0, x.size, _ROWS_AT_ONCE):
        rows = order[start : start + _ROWS_AT_ONCE]
        near, own = x[rows], y[rows]
        weight = np.exp(-0.5 * ((grid[:, None] - near) / bandwidth) ** 2)  # (points, rows)
        first = np.flatnonzero(np.diff(group[rows], prepend=-1))
        for k, factor in enumerate((np.ones_like(near), near, near**2, own, near * own)):
            sums[k][:, group[rows][first]] += np.add.reduceat(weight * factor, first, axis=1)
    return sums


def _local_lines(grid: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the local line's height at each age (points, draws) from :func:`_sums_near`'s sums."""
    s0, s1, s2, t0, t1 = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        centre, level = s1 / s0, t0 / s0
        spread = s2 - s0 * centre**2
        slope = np.where(spread > 1e-9 * np.maximum(s2, 1e-9), (t1 - s1 * level) / spread, 0.0)
        return level + slope * (grid[:, None] - centre)
