"""Ages as tables write them, to years: decimal points and commas, months, "5y6m".

The unit of a number follows from the column's name, from what the user said, or from the habit of
a data set. Where the numbers contradict it, the user is asked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS
from ..records.schema import is_missing

#: What a user may say of the numbers; "years.months" is 8.11 for eight years and eleven months.
UNITS = ("years", "months", "years.months")
#: Bone ages end with the growth of the hand: older ones are mistakes.
OLDEST_BONE_AGE = 20.0
#: Zeros in a column whose other ages are all above this (years) mean "unknown".
_NO_NEWBORNS = 2.0
_PER_YEAR = {"y": 1.0, "m": 12.0, "w": 52.18, "d": 365.25}
_WORDS = {
    "y": "y|yr|yrs|year|years|j|jahr|jahre|ans|años",
    "m": "m|mo|mos|mth|mths|mon|month|months|monat|monate|mois|meses",
    "w": "w|wk|wks|week|weeks",
    "d": "d|day|days",
}
_WITH_UNITS = re.compile(
    "".join(rf"(?:(?P<{unit}>\d+(?:[.,]\d+)?)\s*(?:{words})\b\.?[\s,;]*(?:and|und)?\s*)?"
            for unit, words in _WORDS.items()).replace(r"\b", r"(?![a-zà-ÿ])")
)  # fmt: skip
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?", re.IGNORECASE)


class Ages(NamedTuple):
    """A column of ages in years (NaN where none).

    ``problems`` says what is wrong with each cell, "" where nothing is.
    """

    cells: pd.Series
    years: pd.Series
    problems: pd.Series


def number(text: str) -> float:
    """Return a cell as a number, "8,5" too; NaN where it is empty or not a number.

    >>> number("8,5"), number("")
    (8.5, nan)
    """
    text = text.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else float("nan")


def with_units(text: str) -> float:
    """Return the years of an age that says its units; NaN where it is none.

    >>> with_units("5y6m"), with_units("66 months"), with_units("066M"), with_units("5;6")
    (5.5, 5.5, 5.5, nan)
    """
    parts = _WITH_UNITS.fullmatch(text.strip().casefold())
    if not parts or not any(parts.groupdict().values()):
        return float("nan")
    return sum(number(value) / _PER_YEAR[unit] for unit, value in parts.groupdict("0").items())


def in_years(
    cells: pd.Series, unit: str, what: str = "age", oldest: float = OLDEST_PLAUSIBLE_YEARS
) -> Ages:
    """Return a column of ages in years.

    Parameters
    ----------
    cells
        Text.
    unit
        Of bare numbers, one of ``UNITS``; a cell with its own units is taken at its word.
    what, oldest
        What the ages are and the highest that is possible in years, for the problems.

    >>> ages = in_years(pd.Series(["66", "5y6m", "", "5;6", "300"]), "months")
    >>> ages.years.tolist(), ages.problems.tolist()[3:]
    ([5.5, 5.5, nan, nan, 25.0], ["the age '5;6' is not a number", ''])
    """
    years = bare_numbers(cells)
    if unit == "months":
        years = years / 12
    elif unit == "years.months":
        parts = cells.str.strip().str.replace(",", ".").str.partition(".")
        months = parts[2].map(number).fillna(0)
        years = (parts[0].map(number) + months / 12).where(months < 12)
    problems = pd.Series("", index=cells.index, dtype=object)
    for row in np.flatnonzero(years.isna().to_numpy() & (cells != "").to_numpy()):
        cell = cells.iat[row]
        years.iat[row] = with_units(cell)
        if np.isnan(years.iat[row]) and not is_missing(cell):
            problems.iat[row] = f"the {what} {cell!r} is not a number"
    outside = years.notna() & ~years.between(0, oldest)
    limit = f"{oldest * 12:g} months" if unit == "months" else f"{oldest:g} years"
    problems[outside] = [f"the {what} {cell} is outside 0 to {limit}" for cell in cells[outside]]
    return Ages(cells, years, problems)


def bare_numbers(cells: pd.Series) -> pd.Series:
    """Return the cells that are a number and nothing else as float; NaN for the others."""
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    others = numbers.isna() & (cells != "")
    if others.any():
        numbers[others] = [number(cell) for cell in cells[others]]
    return numbers


def check_unit(
    cells: pd.Series, unit: str, column: str, option: str, *, named: bool, oldest: float
) -> None:
    """Ask where the numbers of a column contradict the unit they are taken for.

    Parameters
    ----------
    unit
        "years" or "months", by the column's name (then ``named``) or the data set's habit.
    column
        How a message calls the column.
    option
        How the user gives a unit, with ``{}`` for it: ``"add ,unit={} to the data"``.
    oldest
        The highest age that is possible, in years.

    Raises
    ------
    BadInput
        Months of which at most one in ten exceeds 25 (years, or infants); years that exceed
        ``oldest``, but for single mistakes in a long table; years such as 9.10 beside 10.6.
    """
    numbers = bare_numbers(cells)
    numbers = numbers[np.isfinite(numbers)]
    if numbers.empty:
        return
    highest = numbers.max()
    typical = _highest_but_mistakes(numbers)
    says = f"{column} {'says' if named else 'is taken for'} {unit}"
    if unit == "months" and typical <= OLDEST_PLAUSIBLE_YEARS:
        how_often = "nowhere" if typical == highest else "rarely"
        raise BadInput(
            f"{says} and {how_often} exceeds {typical:g}: these are years, or all are infants.",
            f"Say which: {option.format('years')}, or {option.format('months')}.",
        )
    if unit == "years" and _are_months(numbers, oldest):
        raise BadInput(
            f"{says} and reaches {highest:g}, which is out of range and looks like months.",
            f"Say which: {option.format('months')}, or {option.format('years')}.",
        )
    if unit == "years" and (example := _years_and_months(cells[numbers.index])):
        raise BadInput(
            f"{column} holds {example}, which looks like years and months, not like decimals.",
            f"Say which: {option.format('years.months')}, or {option.format('years')}.",
        )


def refuse_zeros(years: pd.Series, column: str) -> None:
    """Refuse zeros that stand for "unknown": several of them, and no other age near birth.

    Raises
    ------
    BadInput
        If two rows or more are 0 and every other age is two years or more.

    >>> refuse_zeros(pd.Series([0.0, 0.0, 5.0, 7.5]), "Column bone_age")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: Column bone_age is 0 in 2 rows, and nowhere else below 5 years...
    """
    zeros, others = int((years == 0).sum()), years[years > 0]
    if zeros > 1 and others.min() >= _NO_NEWBORNS:
        raise BadInput(
            f"{column} is 0 in {zeros:,} rows, and nowhere else below {others.min():.3g} years.",
            "Leave cells of unknown ages empty; of newborns write 0.01 years or 0.1 months.",
        )


def check_name(cells: pd.Series, said: str, named: str, column: str, remedy: str) -> None:
    """Refuse a unit that contradicts the column's name, unless the numbers contradict the name.

    Raises
    ------
    BadInput
        If ``said`` and ``named`` are years and months, and the numbers fit ``named``.

    >>> check_name(pd.Series(["8", "9"]), "months", "years", "Column boneage_years", "Rename it.")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: Column boneage_years says years, the option says months...
    """
    if not said or not named or (said == "months") == (named == "months"):
        return
    try:
        check_unit(cells, named, column, "{}", named=True, oldest=OLDEST_PLAUSIBLE_YEARS)
    except BadInput:
        return  # the user was asked about these numbers, and the option is the answer
    raise BadInput(f"{column} says {named}, the option says {said}.", remedy)


def _highest_but_mistakes(numbers: pd.Series) -> float:
    """Return the highest number that is no mistake of at most one row in ten."""
    if len(numbers) < 6:  # too few to call one of them a mistake
        return float(numbers.max())
    rest = numbers.quantile(0.9, interpolation="lower")
    return float(rest if rest <= OLDEST_PLAUSIBLE_YEARS else numbers.max())


def _are_months(numbers: pd.Series, oldest: float) -> bool:
    """Whether so many are too old that the unit is wrong, not some of the rows.

    Infants' months reach 24 and little more: then a single one in a short table is enough.
    """
    share = float((numbers > oldest).mean())
    infants = numbers.max() <= OLDEST_PLAUSIBLE_YEARS
    return share > (0.02 if infants else 0.1)


def _years_and_months(cells: pd.Series) -> str:
    """Return an example where all decimals run from 1 to 11 and some are 10 or 11; else "".

    8.11 and 9.10 beside 10.6: nobody writes 9.1 as 9.10 and 10.6 without a zero.
    """
    decimals: dict[str, str] = {}
    for cell in cells:
        fraction = cell.strip().replace(",", ".").partition(".")[2]
        if fraction and not re.fullmatch(r"0?\d|1[01]", fraction):
            return ""
        decimals.setdefault(fraction, cell)
    whole = [fraction for fraction in ("10", "11") if fraction in decimals]
    return decimals[whole[0]] if whole and len(set(decimals) - {""}) >= 3 else ""
