"""``check_predictions``: the table of predictions, clean or refused with the row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import BadInput
from .schema import OLDEST_PLAUSIBLE_YEARS, PREDICTION_COLUMNS, is_missing
from .sex import sexes

#: A model may answer a little below birth for a newborn; further below there is no age.
LOWEST_PREDICTION_YEARS = -5.0
_LOWEST = {"y_pred": LOWEST_PREDICTION_YEARS, "lower": -OLDEST_PLAUSIBLE_YEARS}
_AGES = ("y_true", "y_pred", "lower", "upper", "chronological_age", "reader_1", "reader_2")
#: A column is in months where more than this share of it is too old; fewer rows are mistakes.
_SHARE_OF_MONTHS = 0.1


class CheckedPredictions(pd.DataFrame):
    """A predictions table that :func:`check_predictions` has accepted.

    It is a pandas frame like any other, and is not checked again. Whatever is made from it
    (a selection, a merge, new columns by ``assign``) is a plain frame, which is; so is the table
    itself once a column of it is replaced.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__class__ = pd.DataFrame
        self[key] = value


def check_predictions(table: pd.DataFrame) -> CheckedPredictions:
    """Return a clean copy of a predictions table, or refuse it with the row.

    A table that has been checked comes back at once (it is a :class:`CheckedPredictions`), so a
    command checks its table once and every function may ask for a check.

    Parameters
    ----------
    table
        At least ``image_id, sex, y_true, y_pred``; ages in years. A column ``male`` or ``female``
        serves as ``sex``. Every column of ``OPTIONAL_PREDICTION_COLUMNS`` is used where present;
        further columns are kept.

    Raises
    ------
    BadInput
        On missing or doubled columns; no rows; a row without image_id; unknown sex; an age that
        is missing, no number, negative or over 25 years (months); ``lower`` above ``upper``, or an
        interval with one end; an image that stands twice for the same model and seed.

    >>> check_predictions(pd.DataFrame({"image_id": ["a"], "sex": ["female"],
    ...                                 "y_true": [8.0], "y_pred": [8.5]}))
      image_id sex  y_true  y_pred
    0        a   F     8.0     8.5
    """
    if isinstance(table, CheckedPredictions):
        return CheckedPredictions(table.copy(deep=False))
    clean = _with_columns(table)
    clean["image_id"] = _ids(clean["image_id"])
    clean["sex"] = _sexes(clean)
    for name in _AGES:
        if name in clean:
            clean[name] = _ages(clean, name)
    _check_intervals(clean)
    _check_one_row_per_image(clean)
    return CheckedPredictions(clean)


def _with_columns(table: pd.DataFrame) -> pd.DataFrame:
    clean = table.reset_index(drop=True).copy()
    doubled = clean.columns[clean.columns.duplicated()]
    if len(doubled):
        raise BadInput(
            f"The predictions table has two columns {doubled[0]!r}.", "Keep one of them."
        )
    if "sex" not in clean:
        about = [name for name in ("male", "female") if name in clean]
        if about:
            clean["sex"] = sexes(clean[about[0]], about[0])
    missing = [name for name in PREDICTION_COLUMNS if name not in clean]
    if missing:
        raise BadInput(
            f"The predictions table lacks the column(s) {', '.join(missing)}.",
            f"It needs at least {', '.join(PREDICTION_COLUMNS)}, ages in years.",
        )
    if clean.empty:
        raise BadInput("The predictions table has no rows.", "Give at least one row per image.")
    return clean


def _ids(values: pd.Series) -> pd.Series:
    """Return ids as text; a row without one is refused ("NA" and "None" are ids)."""
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")  # 1.0 was 1 before some other row had no id
    ids = values.astype(object).map(str)
    empty = values.isna().to_numpy() | (ids.str.strip() == "").to_numpy()
    if empty.any():
        raise BadInput(
            f"Row {int(np.flatnonzero(empty)[0]) + 1} has no image_id ({int(empty.sum())} in all).",
            "Give every row the name of its image, or remove the row.",
        )
    return ids


def _sexes(clean: pd.DataFrame) -> pd.Series:
    values = clean["sex"]
    read = sexes(values, "sex", option="call the column male")
    refuse_rows(
        clean,
        (read == "").to_numpy(),
        lambda row: (
            "has no sex"
            if is_missing(values.iloc[row])
            else f"has a sex that is not known, {values.iloc[row]!r}"
        ),
        "Write F or M; it is never assumed.",
    )
    return read


def _ages(clean: pd.DataFrame, name: str) -> pd.Series:
    """Return one column of ages as float years, or refuse it with its first bad row."""
    numbers = pd.to_numeric(clean[name], errors="coerce").astype(float)
    ages = numbers.to_numpy()
    if np.isnan(ages).any():
        _refuse_no_numbers(clean, name, np.isnan(ages))
    lowest, highest = _LOWEST.get(name, 0.0), OLDEST_PLAUSIBLE_YEARS
    with np.errstate(invalid="ignore"):
        old, young = ages > highest, ages < lowest
    if np.isfinite(ages[old]).all() and old.sum() > max(1, _SHARE_OF_MONTHS * len(ages)):
        raise BadInput(
            f"Column {name} reaches {np.nanmax(ages):g}, which looks like months.",
            "Divide it by 12: the kit takes years.",
        )
    remedy = "Correct or remove it."

    def says(row: int) -> str:
        return f"has {name} {ages[row]:g} years ({12 * ages[row]:g} months)"

    refuse_rows(clean, old, lambda row: f"{says(row)}, over {highest:g} years", remedy)
    refuse_rows(clean, young, lambda row: f"{says(row)}, below {lowest:g} years", remedy)
    return numbers


def _refuse_no_numbers(clean: pd.DataFrame, name: str, missing: np.ndarray) -> None:
    values = clean[name].astype(object)
    text = np.zeros(len(clean), dtype=bool)
    text[missing] = [not is_missing(value) for value in values[missing]]
    refuse_rows(
        clean,
        text,
        lambda row: f"has {name} {values.iloc[row]!r}, which is not a number",
        "Give ages as decimal years, 8.5 for eight and a half.",
    )
    if name in PREDICTION_COLUMNS:
        remedy = "Remove the row or fill it in."
        refuse_rows(clean, missing, lambda row: f"has no {name}", remedy)


def _check_intervals(clean: pd.DataFrame) -> None:
    """Refuse intervals that are turned round, have one end, or are missing for some children."""
    ends = [name for name in ("lower", "upper") if name in clean]
    if len(ends) == 1:
        problem = f"The predictions table has a column {ends[0]} without its partner."
        raise BadInput(problem, "Give lower and upper, or none.")
    if not ends:
        return
    lower, upper = (clean[name].to_numpy() for name in ends)
    with np.errstate(invalid="ignore"):
        turned = lower > upper
    refuse_rows(
        clean,
        turned,
        lambda row: f"has an interval from {lower[row]:g} to {upper[row]:g} years",
        "Put the lower end in lower and the upper end in upper.",
    )
    gaps = np.isnan(lower) | np.isnan(upper)
    if gaps.any() and not gaps.all():
        # a whole model, or one sex of it, may have no intervals: see shelf.stored_model
        neither = clean.assign(neither=np.isnan(lower) & np.isnan(upper))
        owners = [name for name in ("model", "sex") if name in clean]
        allowed = neither.groupby(owners, dropna=False)["neither"].transform("all").to_numpy()
        remedy = "Fill in lower and upper in every row, or remove both columns."
        refuse_rows(clean, gaps & ~allowed, lambda row: "lacks an end of its interval", remedy)


def _check_one_row_per_image(clean: pd.DataFrame) -> None:
    key = ["image_id", *(name for name in ("model", "seed") if name in clean)]
    doubled = clean.duplicated(key, keep=False).to_numpy()
    if doubled.any():
        image_id = clean["image_id"].iloc[int(np.flatnonzero(doubled)[0])]
        rows = np.flatnonzero(doubled & (clean["image_id"] == image_id).to_numpy())
        raise BadInput(
            f"{int(doubled.sum())} rows share an image_id, {image_id!r} for one in rows "
            f"{rows[0] + 1} and {rows[1] + 1}.",
            "Keep one row per image (and model and seed), or average them first.",
        )


def refuse_rows(
    table: pd.DataFrame, bad: np.ndarray, what: Callable[[int], str], remedy: str
) -> None:
    """Raise ``BadInput`` that names the first bad row and counts the others; none: return.

    Rows are counted from 1, below the heading.

    >>> table = pd.DataFrame({"image_id": ["a", "b", "c"]})
    >>> refuse_rows(table, np.array([False, True, True]), lambda row: "has no sex", "Add it.")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: Row 2 (image_id 'b') has no sex (and 1 other row). Add it.
    """
    rows = np.flatnonzero(bad)
    if len(rows):
        image = f" (image_id {str(table['image_id'].iloc[rows[0]])!r})"
        others = {1: "", 2: " (and 1 other row)"}.get(len(rows), f" (and {len(rows) - 1:,} others)")
        raise BadInput(f"Row {rows[0] + 1}{image} {what(int(rows[0]))}{others}.", remedy)
