"""The same error in parts of the children: by age band, sex, group, and their crossings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .bootstrap import bootstrap_intervals
from .headline import one_model
from .metrics import Interval, bias, mae, rmse, within
from .runs import child_errors

#: Years at which the age bands of every table meet; the last band is open.
AGE_BANDS = (0.0, 5.0, 10.0, 15.0)
#: Fewer children than this and a cell is marked: its figures are anecdotes.
SMALL_CELL = 20


def age_band(ages: Sequence[float] | pd.Series, edges: Sequence[float] = AGE_BANDS) -> pd.Series:
    """Return the band of each age in years as an ordered category, ``"5-10 y"`` for 5 <= age < 10.

    >>> age_band([4.9, 5.0, 18.5]).tolist()
    ['0-5 y', '5-10 y', '15+ y']
    """
    edges = sorted(edges)
    names = [f"{low:g}-{high:g} y" for low, high in zip(edges, edges[1:], strict=False)]
    index = ages.index if isinstance(ages, pd.Series) else None
    years = np.asarray(ages, dtype=float)
    if years.size and years.min() < edges[0]:
        raise BadInput(f"The age {years.min():g} lies below the first band, {edges[0]:g}.",
                       "Start the bands at the youngest age.")
    codes = np.searchsorted(edges, years, side="right") - 1
    return pd.Series(
        pd.Categorical.from_codes(codes, [*names, f"{edges[-1]:g}+ y"], ordered=True), index=index
    )


def by(
    predictions: pd.DataFrame, *columns: str, n_bootstrap: int = 1000, seed: int = 0,
    small: int = SMALL_CELL,
) -> pd.DataFrame:
    """Return the error in every cell of one or more columns of one model's predictions.

    Parameters
    ----------
    predictions
        A predictions table. Columns may be any of its own, and ``"age_band"``.
    small
        Cells with fewer children are marked ``small``.

    Returns
    -------
    pandas.DataFrame
        The columns, then ``n, small, mae, mae_lower, mae_upper, bias, bias_lower, bias_upper,
        rmse, within_12_months`` (years; shares 0 to 1; intervals 95 %, NaN for a single child).

    Raises
    ------
    BadInput
        If a column is missing or holds nothing: a stratum is never made up.

    >>> table = pd.DataFrame({"image_id": range(40), "sex": ["F", "M"] * 20,
    ...                       "y_true": np.linspace(2, 17, 40)})
    >>> by(table.assign(y_pred=table["y_true"] + 0.5), "sex")[["sex", "n", "small", "mae"]]
      sex   n  small  mae
    0   F  20  False  0.5
    1   M  20  False  0.5
    """
    clean = one_model(predictions)
    clean = _with_columns(clean, columns)
    groups = clean.groupby(list(columns), observed=True, sort=True)
    rows = [
        {**dict(zip(columns, key, strict=True)), **_cell(rows, n_bootstrap, seed, small)}
        for key, rows in groups
    ]
    return pd.DataFrame(rows)


def _with_columns(clean: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the table with every column to cut by, the age band made where it is asked for."""
    if "age_band" in columns and "age_band" not in clean:
        clean = clean.assign(age_band=age_band(clean["y_true"]))
    for name in columns:
        if name not in clean or clean[name].isna().all():
            raise BadInput(f"The predictions have no {name}.",
                           f"Add a column {name}, or analyse by sex and age band.")
    return clean


def _cell(rows: pd.DataFrame, n_bootstrap: int, seed: int, small: int) -> dict[str, object]:
    true, pred = rows["y_true"], rows["y_pred"]
    n = rows["image_id"].nunique()
    cell: dict[str, object] = {"n": n, "small": n < small}
    measures = {"mae": mae, "bias": bias}
    if n > 1:
        found = bootstrap_intervals(measures, rows, n_bootstrap, seed)
    else:
        found = {name: Interval(fn(true, pred), np.nan, np.nan) for name, fn in measures.items()}
    for name, (value, lower, upper) in found.items():
        cell |= {name: value, f"{name}_lower": lower, f"{name}_upper": upper}
    return cell | {"rmse": rmse(true, pred), "within_12_months": within(true, pred, months=12)}


def by_group(predictions: pd.DataFrame, **options: int) -> pd.DataFrame:
    """Return the error in each ethnic group of the Digital Hand Atlas (see :func:`by`).

    >>> table = pd.DataFrame({"image_id": range(4), "sex": "F", "group": ["ASI", "CAU"] * 2,
    ...                       "y_true": [8.0, 9, 10, 11], "y_pred": [8.5, 9, 10.5, 11]})
    >>> by_group(table)[["group", "n", "small", "mae"]]
      group  n  small  mae
    0   ASI  2   True  0.5
    1   CAU  2   True  0.0
    """
    return by(predictions, "group", **options)


def by_age_band(
    predictions: pd.DataFrame, edges: Sequence[float] = AGE_BANDS, **options: int
) -> pd.DataFrame:
    """Return the error in each band of the label's age in years (see :func:`by`).

    >>> table = pd.DataFrame({"image_id": range(4), "sex": "F", "y_true": [3.0, 4, 8, 16],
    ...                       "y_pred": [4.0, 5, 8, 15]})
    >>> by_age_band(table)[["age_band", "n", "bias"]]
      age_band  n  bias
    0    0-5 y  2   1.0
    1   5-10 y  1   0.0
    2    15+ y  1  -1.0
    """
    clean = one_model(predictions)
    return by(clean.assign(age_band=age_band(clean["y_true"], edges)), "age_band", **options)


def differences(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return how much each cell's MAE differs from that of all other children, corrected by Holm.

    Looking at twenty cells, one is "significant" by chance. ``p_holm`` holds the chance of any
    false alarm in the whole table at 5 %.

    Returns
    -------
    pandas.DataFrame
        The columns, then ``n, small, difference, lower, upper`` (years of MAE, cell minus the
        rest, Welch's interval), ``p, p_holm``.

    Source: Holm 1979, Scand J Stat 6:65-70; Welch 1947, Biometrika 34:28-35.

    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"image_id": range(200), "sex": ["F", "M"] * 100, "y_true": 8.0})
    >>> table["y_pred"] = 8 + rng.normal(0, 1, 200) * np.tile([0.5, 1.5], 100)
    >>> bool((differences(table, "sex")["p_holm"] < 0.001).all())
    True
    """
    clean = one_model(predictions)
    clean = _with_columns(clean, columns)
    child = child_errors(clean, *columns)
    cells = child.groupby(list(columns), observed=True).size().rename("n").reset_index()
    cells["small"] = cells["n"] < SMALL_CELL
    rows = []
    for _, cell in cells.iterrows():
        inside = np.logical_and.reduce([child[name] == cell[name] for name in columns])
        rows.append(_welch(child.loc[inside, "error"], child.loc[~inside, "error"]))
    table = cells.join(pd.DataFrame(rows, columns=["difference", "lower", "upper", "p"]))
    return table.assign(p_holm=holm(table["p"]))


def _welch(a: pd.Series, b: pd.Series) -> tuple[float, float, float, float]:
    if min(len(a), len(b)) < 2 or a.std() + b.std() == 0:
        return float(a.mean() - b.mean()) if len(b) else 0.0, -np.inf, np.inf, 1.0
    test = stats.ttest_ind(a, b, equal_var=False)
    low, high = test.confidence_interval()
    return float(a.mean() - b.mean()), float(low), float(high), float(test.pvalue)


def holm(p_values: Sequence[float] | pd.Series) -> np.ndarray:
    """Return Holm's step-down adjusted p values, in the order given.

    >>> [float(p) for p in holm([0.01, 0.04, 0.03]).round(2)]
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted
