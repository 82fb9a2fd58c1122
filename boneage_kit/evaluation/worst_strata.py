"""The part of the children with the largest error, corrected for having been picked as such."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..errors import BadInput
from .checked_table import one_model
from .strata import SMALL_CELL, columns_to_cut
from .two_way import chance_of, rows_of_trainings


class WorstStratum(NamedTuple):
    """The stratum with the largest MAE: ``name, n`` (children), ``mae, lower, upper`` (years).

    ``compared``: how many strata were large enough to be looked at.
    """

    name: str
    n: int
    mae: float
    lower: float
    upper: float
    compared: int


def simultaneous(predictions: pd.DataFrame, column: str = "age_band") -> pd.DataFrame:
    """Return the MAE of each part of the children with intervals that hold for all at once.

    Among many strata one is the worst by chance alone. These intervals are wide enough that in
    95 % of studies all of them hold, so also that of the stratum that was picked afterwards. They
    include the chance of children and, where there are several, of trainings.

    Returns
    -------
    pandas.DataFrame
        ``stratum, n, mae, lower, upper`` (years); strata under 20 children are left out.

    Source: Sidak 1967, J Am Stat Assoc 62:626-633.

    >>> table = pd.DataFrame({"image_id": range(60), "sex": ["F", "M"] * 30, "y_true": 8.0,
    ...                       "y_pred": [8.5, 9.0, 8.4, 9.2] * 15})
    >>> simultaneous(table, "sex").round(2).values.tolist()
    [['F', 30, 0.45, 0.43, 0.47], ['M', 30, 1.1, 1.06, 1.14]]
    """
    clean = one_model(predictions)
    rows = rows_of_trainings(clean).assign(stratum=columns_to_cut(clean, [column])[column])
    parts = {
        str(name): part
        for name, part in rows.groupby("stratum", observed=True, sort=True)
        if part["image_id"].nunique() >= SMALL_CELL
    }
    level = 0.95 ** (1 / max(1, len(parts)))
    found = []
    for name, part in parts.items():
        value = float(part.groupby("image_id")["error"].mean().mean())
        reach = chance_of(part["error"].to_numpy(), part).reach(level)
        n = part["image_id"].nunique()
        found.append({"stratum": name, "n": n, "mae": value,
                      "lower": max(0.0, value - reach), "upper": value + reach})  # fmt: skip
    return pd.DataFrame(found, columns=["stratum", "n", "mae", "lower", "upper"])


def worst_stratum(predictions: pd.DataFrame, column: str = "age_band") -> WorstStratum:
    """Return the stratum with the largest MAE, its interval corrected for the choice.

    See :func:`simultaneous`.

    Raises
    ------
    BadInput
        If no stratum holds 20 children.

    >>> table = pd.DataFrame({"image_id": range(60), "sex": ["F", "M"] * 30, "y_true": 8.0,
    ...                       "y_pred": [8.5, 9.0, 8.4, 9.2] * 15})
    >>> worst_stratum(table, "sex").name
    'M'
    """
    strata = simultaneous(predictions, column)
    if strata.empty:
        raise BadInput(
            f"No part by {column} holds {SMALL_CELL} children.",
            "Take wider parts, or more children.",
        )
    worst = strata.loc[strata["mae"].idxmax()]
    mae, lower, upper = (float(worst[name]) for name in ("mae", "lower", "upper"))
    return WorstStratum(str(worst["stratum"]), int(worst["n"]), mae, lower, upper, len(strata))
