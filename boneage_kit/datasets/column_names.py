"""Names that columns of other people's tables go by, and which rows of cells are headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..records import OPTIONAL_PREDICTION_COLUMNS, PREDICTION_COLUMNS

#: Meaning -> names it goes by, in letters and digits; an age's name may be followed by a unit.
NAMES: dict[str, tuple[str, ...]] = {
    "image_id": ("imageid", "image", "filename", "file", "path", "imagepath", "filepath", "id",
                 "caseid", "name", "dicom", "accession", "studyid"),
    "patient_id": ("patientid", "patient", "subject", "subjectid", "child", "childid", "person"),
    "sex": ("sex", "gender", "sexmf", "patientsex", "geschlecht", "sexe", "sexo", "genre"),
    "male": ("male", "ismale"),
    "female": ("female", "isfemale"),
    "group": ("group", "race", "ethnicity", "ethnicgroup"),
    "bone_age": ("boneage", "groundtruthboneage", "skeletalage"),
    "chronological_age": ("chronologicalage", "chronological", "ca", "calendarage", "ageatexam",
                          "patientage"),
    "reader_1": ("reader1", "reading1", "rater1", "radiologist1"),
    "reader_2": ("reader2", "reading2", "rater2", "radiologist2"),
}  # fmt: skip
_AGES = ("bone_age", "chronological_age", "reader_1", "reader_2")
#: The meanings that say the sex.
SEXES = ("sex", "male", "female")
_UNITS = {"months": "months", "month": "months", "mo": "months", "years": "years",
          "year": "years", "yrs": "years"}  # fmt: skip
_PREDICTIONS = frozenset(
    name.replace("_", "") for name in (*PREDICTION_COLUMNS, *OPTIONAL_PREDICTION_COLUMNS)
)
#: Cells that are values, and no column's name.
_VALUE = re.compile(r"[-+]?\d+([.,]\d+)?(e[-+]?\d+)?|f|m|true|false|", re.IGNORECASE)


def plain(column: object) -> str:
    """Return a column's name in lower case, letters and digits only.

    >>> plain("Bone Age (months)")
    'boneagemonths'
    """
    return "".join(letter for letter in str(column).casefold() if letter.isalnum())


def meaning_of(column: object) -> tuple[str, str]:
    """Return which of ``NAMES`` a column is, and the unit that its name states; "" for neither."""
    name = plain(column)
    for meaning, names in NAMES.items():
        if name in names:
            return meaning, ""
        for start in names if meaning in _AGES else ():
            if name.startswith(start) and name[len(start) :] in _UNITS:
                return meaning, _UNITS[name[len(start) :]]
    return "", ""


def names_in(cells: Sequence[str]) -> int:
    """Return how many different known meanings a row of cells names.

    >>> names_in(["id", "boneage (months)", "male", "remark"]), names_in(["Girls", "of", "May"])
    (3, 0)
    """
    meanings = {meaning_of(cell)[0] or plain(cell) for cell in cells}
    return len(meanings & {*NAMES, *_PREDICTIONS})


def is_heading(cells: Sequence[str]) -> bool:
    """Return whether a row of cells can be names of columns: fewer than half are values.

    >>> is_heading(["id", "", "sex"]), is_heading(["1377", "F", "180", "right"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    values = sum(bool(_VALUE.fullmatch(cell)) for cell in filled)
    return names_in(cells) > 0 or 2 * values < len(filled)
