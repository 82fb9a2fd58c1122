"""The columns of the two tables, and the limits of what they may hold."""

from __future__ import annotations

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
    "notes",
)
#: An age is counted from birth, and the youngest plate of the atlas is a newborn's.
YOUNGEST_PLAUSIBLE_YEARS = 0.0
#: Above this an age is taken for months and refused (no child has a bone age of 25 years).
OLDEST_PLAUSIBLE_YEARS = 25.0
#: The word for one child and for several, by sex.
CHILD = {"F": "girl", "M": "boy"}
CHILDREN = {"F": "girls", "M": "boys"}
GROUPS = ("ASI", "BLK", "CAU", "HIS")
#: What people write into a cell of which nothing is known. An image may still be called so.
MISSING_WORDS = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "<na>", "nat", "null", "none", "-", "--", ".", "?", "unknown")
)


def is_missing(value: object) -> bool:
    """Return whether a cell says nothing: empty, NaN, or a word such as "NA" or "none".

    >>> is_missing(" "), is_missing("N/A"), is_missing(float("nan")), is_missing("0")
    (True, True, True, False)
    """
    return str(value).strip().casefold() in MISSING_WORDS
