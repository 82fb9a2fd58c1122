"""The same error in parts of the children: by age band, sex, group, and their crossings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..errors import BadInput
from .bootstrap import Metric, resampled_intervals
from .checked_table import CheckedTable, one_model
from .metrics import Interval, bias, mae, rmse, within

#: Years at which the age bands of every table meet; the last band is open.
AGE_BANDS = (0.0, 5.0, 10.0, 15.0)
#: A cell of fewer children than this is marked small: its figures hold for these children only.
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
        raise BadInput(
            f"The age {years.min():g} lies below the first band, {edges[0]:g}.",
            "Start the bands at the youngest age.",
        )
    codes = np.searchsorted(edges, years, side="right") - 1
    return pd.Series(
        pd.Categorical.from_codes(codes, [*names, f"{edges[-1]:g}+ y"], ordered=True), index=index
    )


def by(
    predictions: pd.DataFrame,
    *columns: str,
    n_bootstrap: int = 1000,
    seed: int = 0,
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
    rows = [
        {**dict(zip(columns, key, strict=True)), **_cell(clean, at, n_bootstrap, seed, small)}
        for key, at in cells_of(columns_to_cut(clean, columns), columns)
    ]
    return pd.DataFrame(rows)


def cells_of(table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[tuple, np.ndarray]]:
    """Yield each cell's values and the positions (int64) of its rows, in the order of the values.

    Rows in which one of the columns is missing belong to no cell.

    >>> list(cells_of(pd.DataFrame({"sex": ["M", "F", "M"]}), ["sex"]))
    [(('F',), array([1])), (('M',), array([0, 2]))]
    """
    groups = table.groupby(list(columns), observed=True, sort=True)
    keys = groups.size().index
    number = groups.ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(len(keys) + 1))
    for position, key in enumerate(keys):
        yield (
            key if isinstance(key, tuple) else (key,),
            order[ends[position] : ends[position + 1]],
        )


def columns_to_cut(clean: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns to cut by, the age band made where it is asked for."""
    there: dict[str, pd.Series] = {}
    for name in columns:
        if name == "age_band" and name not in clean:
            there[name] = age_band(clean["y_true"])
        elif name not in clean or clean[name].isna().all():
            raise BadInput(
                f"The predictions have no {name}.",
                f"Add a column {name}, or analyse by sex and age band.",
            )
        else:
            there[name] = clean[name]
    return pd.DataFrame(there)


def _cell(
    clean: CheckedTable, at: np.ndarray, n_bootstrap: int, seed: int, small: int
) -> dict[str, object]:
    true, pred = clean["y_true"].to_numpy()[at], clean["y_pred"].to_numpy()[at]
    children = clean.children[at]
    n = pd.unique(children).size
    cell: dict[str, object] = {"n": n, "small": n < small}
    measures: dict[str, Metric] = {"mae": mae, "bias": bias}
    if n > 1:
        figures = resampled_intervals(measures, true, pred, children, n_bootstrap, seed)
    else:
        figures = {name: Interval(fn(true, pred), np.nan, np.nan) for name, fn in measures.items()}
    for name, (value, lower, upper) in figures.items():
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
