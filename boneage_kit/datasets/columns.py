"""Which column of somebody's table is which: sex, ages with their unit, image, patient.

A column that can be read in two ways is refused with the names that would be clear; a guess
here would be a silent error in every result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS, parse_sex, sex_from_male
from .tables import number

_IMAGE = ("imageid", "image", "filename", "file", "path", "imagepath", "filepath", "id", "caseid",
          "name", "dicom", "accession", "studyid")
_PATIENT = ("patientid", "patient", "subject", "subjectid", "child", "childid", "person")
_SEX = ("sex", "gender", "sexmf", "patientsex")
_GROUP = ("group", "race", "ethnicity", "ethnicgroup")
_BONE = ("boneage", "groundtruthboneage", "skeletalage")
_CHRONOLOGICAL = ("chronologicalage", "ca", "calendarage", "ageatexam", "patientage")
_READERS = (("reader1", "reading1", "rater1", "radiologist1"),
            ("reader2", "reading2", "rater2", "radiologist2"))
_UNITS = {"months": 12.0, "month": 12.0, "mo": 12.0, "years": 1.0, "year": 1.0,
          "yrs": 1.0}
_AMBIGUOUS_AGE = ("age", "ageyears", "agemonths", "y", "target")


def plain(column: object) -> str:
    """Return a column's name in lower case, letters and digits only.

    >>> plain("Bone Age (months)")
    'boneagemonths'
    """
    return "".join(mark for mark in str(column).lower() if mark.isalnum())


def find(table: pd.DataFrame, names: Iterable[str], what: str, where: str) -> str | None:
    """Return the one column of these names; None if there is none, refused if several."""
    names = tuple(names)
    found = [column for column in table.columns if plain(column) in names]
    if len(found) > 1 and names[0] != _IMAGE[0]:
        raise BadInput(f"{where} has {len(found)} columns that may be the {what}: "
                       f"{', '.join(map(str, found))}.", "Keep one of them.")
    return min(found, key=lambda column: names.index(plain(column))) if found else None


def image_column(table: pd.DataFrame, where: str) -> str:
    """Return the column that names the image file."""
    found = find(table, _IMAGE, "image", where)
    if found is None:
        raise BadInput(f"{where} has no column that names the image file.",
                       "Call it image_id, file or path.")
    return found


def patient_column(table: pd.DataFrame, where: str) -> str | None:
    """Return the column that tells patients apart, if there is one."""
    return find(table, _PATIENT, "patient", where)


def group_column(table: pd.DataFrame, where: str) -> str | None:
    """Return the column of the ethnic group, if there is one."""
    return find(table, _GROUP, "group", where)


def sex_column(table: pd.DataFrame, where: str) -> tuple[str, Callable[[object], str]] | None:
    """Return the column of the sex and how to read its cells; None if there is none.

    ``sex`` and ``gender`` hold words or letters, ``male`` true and false. A column ``sex`` of 0
    and 1 is refused: both meanings are in use.
    """
    named = find(table, _SEX, "sex", where)
    male = find(table, ("male", "ismale"), "sex", where)
    female = find(table, ("female", "isfemale"), "sex", where)
    if sum(column is not None for column in (named, male, female)) > 1:
        raise BadInput(f"{where} has more than one column for the sex.", "Keep one of them.")
    if male is not None:
        return male, sex_from_male
    if female is not None:
        return female, lambda value: {"M": "F", "F": "M"}[sex_from_male(value)]
    if named is None:
        return None
    values = {str(value).strip() for value in table[named]} - {""}
    if values and values <= {"0", "1", "2", "0.0", "1.0", "2.0"}:
        raise BadInput(f"Column {named} of {where} holds {', '.join(sorted(values))}.",
                       "Write F and M, or call it male with true and false: the code is not safe.")
    return named, parse_sex


def age_column(
    table: pd.DataFrame, names: tuple[str, ...], what: str, where: str
) -> tuple[str, float] | None:
    """Return an age's column and what to divide it by to get years; None if there is none.

    The unit stands in the name (``bone_age_months``, ``Bone Age (months)``, ``age_years``).
    Without one years are meant, and values over 25 are refused as months.
    """
    found = []
    for column in table.columns:
        text = plain(column)
        for name in names:
            unit = text[len(name):] if text.startswith(name) else None
            if unit == "" or unit in _UNITS:
                found.append((column, _UNITS.get(unit, 0.0)))
                break
    if not found:
        return None
    if len(found) > 1:
        raise BadInput(f"{where} has {len(found)} columns that may be the {what}: "
                       f"{', '.join(str(column) for column, _ in found)}.", "Keep one of them.")
    column, divisor = found[0]
    highest = pd.Series([number(cell) for cell in table[column]], dtype=float).max()
    if not divisor and highest > OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(f"Column {column} of {where} reaches {highest:g}, which looks like months.",
                       f"Call it {column}_months, or divide it by 12.")
    if divisor == 1.0 and highest > OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(f"Column {column} of {where} says years and reaches {highest:g}.",
                       "Correct the name or the values.")
    return column, divisor or 1.0


def bone_age_column(table: pd.DataFrame, where: str) -> tuple[str, float] | None:
    """Return the bone age's column and divisor; a bare ``age`` is refused."""
    found = age_column(table, _BONE, "bone age", where)
    readers = [age_column(table, names, "reading", where) for names in _READERS]
    bare = [column for column in table.columns if plain(column) in _AMBIGUOUS_AGE]
    if found is None and not any(readers) and bare:
        raise BadInput(f"Column {bare[0]} of {where} may be bone age or chronological age.",
                       "Call it bone_age or chronological_age, with _months if it is in months.")
    return found


def chronological_age_column(table: pd.DataFrame, where: str) -> tuple[str, float] | None:
    """Return the chronological age's column and divisor, if there is one."""
    return age_column(table, _CHRONOLOGICAL, "chronological age", where)


def reader_columns(table: pd.DataFrame, where: str) -> list[tuple[str, float] | None]:
    """Return the two readings' columns and divisors, None for each that is not there."""
    return [age_column(table, names, "reading", where) for names in _READERS]


def years(table: pd.DataFrame, column: tuple[str, float] | None) -> pd.Series:
    """Return an age column in float years; NaN where empty or not a number."""
    if column is None:
        return pd.Series(float("nan"), index=table.index)
    name, divisor = column
    return pd.Series([number(cell) for cell in table[name]], index=table.index) / divisor
