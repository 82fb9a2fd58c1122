"""The CSV tables of this folder, read once; ages come out in years."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``<name>.csv`` as they are written, all values text."""
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def frame(name: str, sex: str | None = None) -> pd.DataFrame:
    """Return ``<name>.csv`` as a table; columns named ``..._months`` become years as well.

    With ``sex``, only its rows, without the column.
    """
    import pandas as pd  # here, so that plates and scores need NumPy alone

    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    if sex is not None:
        table = table[table["sex"] == check_sex(sex)].drop(columns="sex").reset_index(drop=True)
    for column in [column for column in table.columns if column.endswith("_months")]:
        table.insert(
            table.columns.get_loc(column), column.removesuffix("_months"), table[column] / 12
        )
    return table


def check_sex(sex: str) -> str:
    """Return ``"F"`` or ``"M"``; anything else is refused, never defaulted."""
    if sex not in ("F", "M"):
        raise BadInput(f"The sex {sex!r} is not known.", 'Give "F" or "M"; it is never assumed.')
    return sex


def check_ages(ages: ArrayLike, what: str) -> np.ndarray:
    """Return ages in years as a float array; missing, negative ones and months are refused."""
    try:
        values = np.asarray(ages, dtype=float)
    except (TypeError, ValueError):
        raise BadInput(
            f"The {what} {ages!r} is not a number.",
            "Give it in decimal years, 8.5 for eight and a half.",
        ) from None
    if not np.isfinite(values).all():
        raise BadInput(f"The {what} is missing or infinite.", "Give it in decimal years.")
    if (values < 0).any():
        raise BadInput(f"The {what} {values.min():g} is negative.", "Ages begin at birth, 0.")
    if (values > 25).any():
        raise BadInput(
            f"The {what} {values.max():g} looks like months.",
            "Divide it by 12: the kit takes years.",
        )
    return values
