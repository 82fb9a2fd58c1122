"""The two tables that everything passes through: records (images) and predictions (ages).

Ages are in years, sex is ``"F"`` or ``"M"``, and neither is ever guessed: a value that does not
say what it is is refused with the reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .errors import BadInput

RECORD_COLUMNS = (
    "image_id",
    "path",
    "sex",
    "group",
    "chronological_age",
    "bone_age",
    "reader_1",
    "reader_2",
    "source",
)
PREDICTION_COLUMNS = ("image_id", "sex", "y_true", "y_pred")
OPTIONAL_PREDICTION_COLUMNS = (
    "lower",
    "upper",
    "fold",
    "seed",
    "model",
    "group",
    "chronological_age",
    "reader_1",
    "reader_2",
    "source",
)
#: Above this an age is taken for months and refused (no child has a bone age of 25 years).
OLDEST_PLAUSIBLE_YEARS = 25.0
GROUPS = ("ASI", "BLK", "CAU", "HIS")

_FEMALE = {"f", "female", "girl"}
_MALE = {"m", "male", "boy"}


def parse_sex(value: object) -> str:
    """Return ``"F"`` or ``"M"`` for any unambiguous spelling of a child's sex.

    Accepts F/M, female/male, girl/boy in any case. Numbers and true/false say nothing by
    themselves: pass RSNA's ``male`` column through :func:`sex_from_male`.

    Raises
    ------
    BadInput
        If the value is missing or ambiguous; it is never replaced by a default.

    >>> parse_sex("Female"), parse_sex("m")
    ('F', 'M')
    """
    word = str(value).strip().lower()
    if word in _FEMALE:
        return "F"
    if word in _MALE:
        return "M"
    raise BadInput(f"The sex {value!r} is not known.", 'Give "F" or "M"; it is never assumed.')


def sex_from_male(value: object) -> str:
    """Return ``"F"`` or ``"M"`` from a column named ``male`` (true/false, 1/0).

    >>> sex_from_male("TRUE"), sex_from_male(0)
    ('M', 'F')
    """
    word = str(value).strip().lower()
    if word in {"true", "1", "1.0"}:
        return "M"
    if word in {"false", "0", "0.0"}:
        return "F"
    raise BadInput(f"The value {value!r} in column male is neither true nor false.",
                   "Correct the table, or give a column sex with F or M.")


def check_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """Return a clean copy of a predictions table, or refuse it with the reason.

    Parameters
    ----------
    table
        At least ``image_id, sex, y_true, y_pred``; ages in years. Every other column of
        ``OPTIONAL_PREDICTION_COLUMNS`` is used where present; further columns are kept.

    Raises
    ------
    BadInput
        On missing columns, no rows, non-numeric, missing, infinite or negative ages, ages over
        25 (months), unknown sex, or an image that stands twice for the same model and seed.

    >>> check_predictions(pd.DataFrame({"image_id": ["a"], "sex": ["female"],
    ...                                 "y_true": [8.0], "y_pred": [8.5]}))
      image_id sex  y_true  y_pred
    0        a   F     8.0     8.5
    """
    missing = [name for name in PREDICTION_COLUMNS if name not in table.columns]
    if missing:
        raise BadInput(f"The predictions table lacks the column(s) {', '.join(missing)}.",
                       f"It needs at least {', '.join(PREDICTION_COLUMNS)}, ages in years.")
    if table.empty:
        raise BadInput("The predictions table has no rows.", "Give at least one reading.")
    clean = table.reset_index(drop=True).copy()
    clean["image_id"] = clean["image_id"].astype(str)
    spelling = {value: parse_sex(value) for value in clean["sex"].unique().tolist()}
    clean["sex"] = [spelling[value] for value in clean["sex"]]
    for name in ("y_true", "y_pred"):
        clean[name] = ages_in_years(clean[name], name, required=True)
    for name in ("lower", "upper", "chronological_age", "reader_1", "reader_2"):
        if name in clean:
            clean[name] = ages_in_years(clean[name], name, required=False)
    key = ["image_id", *(name for name in ("model", "seed") if name in clean)]
    doubled = clean.duplicated(key, keep=False)
    if doubled.any():
        example = clean.loc[doubled, "image_id"].iloc[0]
        raise BadInput(f"{int(doubled.sum())} rows share an image_id, {example!r} for one.",
                       "Keep one row an image (and model and seed), or average them first.")
    return clean


def ages_in_years(values: pd.Series, name: str, *, required: bool) -> pd.Series:
    """Return ages as float years, refusing text, infinities, negatives and months.

    ``lower`` may be negative: an interval of a newborn reaches below zero. With
    ``required=False`` a missing age stays NaN.

    >>> ages_in_years(pd.Series(["8.5"]), "y_true", required=True).tolist()
    [8.5]
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    unread = values[numbers.isna() & values.notna()].astype(str)
    text = unread[unread.str.strip() != ""]
    if len(text):
        raise BadInput(f"Column {name} holds {text.iloc[0]!r}, which is not a number.",
                       "Give ages as decimal years, 8.5 for eight and a half.")
    if required and numbers.isna().any():
        raise BadInput(f"Column {name} lacks {int(numbers.isna().sum())} value(s).",
                       "Remove those rows or fill them in.")
    known = numbers.dropna()
    if np.isinf(known).any():
        raise BadInput(f"Column {name} holds an infinite value.", "Remove those rows.")
    if (known > OLDEST_PLAUSIBLE_YEARS).any():
        raise BadInput(f"Column {name} reaches {known.max():g}, which looks like months.",
                       "Divide it by 12: the kit takes years.")
    if name in ("y_true", "chronological_age", "reader_1", "reader_2") and (known < 0).any():
        raise BadInput(f"Column {name} holds a negative age, {known.min():g}.",
                       "Correct or remove those rows.")
    return numbers
