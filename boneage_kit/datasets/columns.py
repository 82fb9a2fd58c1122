"""Which column of somebody's table is which: sex, ages with their unit, image, patient.

A column that can be read in two ways is refused with the names that would be clear, or with what
to add to the data specification; a guess here would be a silent error in every result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS, sexes
from .ages import (
    OLDEST_BONE_AGE,
    Ages,
    bare_numbers,
    check_name,
    check_unit,
    in_years,
    refuse_zeros,
)
from .column_names import NAMES, SEXES, meaning_of, plain

_MAY_BE_EITHER_AGE = ("age", "ageyears", "agemonths", "y", "target")


class Wishes(NamedTuple):
    """What the user said of the tables, after the path of a data specification.

    ``unit`` is "" or one of ``ages.UNITS``; ``columns`` gives our name of a column to the table's
    ("" to leave that column aside); ``option`` is how a message tells a user to say it.
    """

    unit: str = ""
    columns: Mapping[str, str] = {}
    option: str = "add ,{} to the data"


def rename(table: pd.DataFrame, wishes: Wishes, where: str) -> pd.DataFrame:
    """Return the table with the columns called as the user said; others of that meaning go.

    >>> theirs = pd.DataFrame({"m": ["1"], "sex": ["0"]})
    >>> rename(theirs, Wishes(columns={"male": "m"}), "t.csv").columns.tolist()
    ['male']
    """
    for ours, theirs in wishes.columns.items():
        column = next((name for name in table if plain(name) == plain(theirs)), None)
        if theirs and column is None:
            raise BadInput(
                f"{where} has no column {theirs!r}.", f"It has {', '.join(map(str, table))}."
            )
        meanings = SEXES if ours in SEXES else (meaning_of(ours)[0],)
        others = [name for name in table if name != column and meaning_of(name)[0] in meanings]
        table = table.drop(columns=others).rename(columns={column: ours} if column else {})
    return table


def columns_of(table: pd.DataFrame, meaning: str) -> list[str]:
    """Return the columns that may be meant, the likeliest name first.

    >>> columns_of(pd.DataFrame(columns=["id", "File", "sex"]), "image_id")
    ['File', 'id']
    """
    held = [name for name in table if meaning_of(name)[0] == meaning]
    order = NAMES[meaning]
    return sorted(held, key=lambda name: order.index(plain(name)) if plain(name) in order else 0)


def one_column(table: pd.DataFrame, meaning: str, where: str, wishes: Wishes) -> str | None:
    """Return the one column of a meaning, None if there is none; refused if there are several."""
    columns = columns_of(table, meaning)
    if len(columns) > 1:
        raise _several(columns, meaning, where, wishes)
    return columns[0] if columns else None


def _several(columns: list[str], meaning: str, where: str, wishes: Wishes) -> BadInput:
    say = wishes.option.format(f"{meaning}={columns[0]}")
    what = "reading" if meaning.startswith("reader") else meaning.removesuffix("_id")
    return BadInput(
        f"{where} has {len(columns)} columns that may be the {what.replace('_', ' ')}: "
        f"{', '.join(columns)}.",
        f"Say which: {say}, or another of them.",
    )


def sexes_of(table: pd.DataFrame, where: str, wishes: Wishes) -> pd.Series | None:
    """Return "F", "M" or "" (missing, unknown) for each row; None without such a column.

    Several columns, as kernels on Kaggle leave them, are used together where they agree; a row
    in which they contradict has "".

    Raises
    ------
    BadInput
        If a column holds codes that do not say who is female, words of one sex only beside unknown
        ones, or if columns contradict in more than one row of ten.
    """
    columns = [name for meaning in SEXES for name in columns_of(table, meaning)]
    if not columns:
        return None
    read = [_sexes_of_column(table[name], name, where, wishes) for name in columns]
    first = read[0]
    against = pd.Series(False, index=table.index)
    for column, other in zip(columns[1:], read[1:], strict=True):
        contradicts = (first != "") & (other != "") & (first != other)
        against |= contradicts
        if contradicts.mean() > 0.1:
            row = int(contradicts.to_numpy().argmax())
            raise BadInput(
                f"{where} has more than one column for the sex, {columns[0]} and {column}, which "
                f"contradict in {contradicts.sum()} row(s), row {row + 1} for one.",
                f"Keep one of them, or {wishes.option.format(f'sex={columns[0]}')}.",
            )
        first = first.where(first != "", other)
    return first.mask(against, "")


def _sexes_of_column(cells: pd.Series, column: str, where: str, wishes: Wishes) -> pd.Series:
    try:
        read = sexes(cells, column, wishes.option.format(f"male={column}"))
    except BadInput as error:
        raise BadInput(f"{where}: {error.problem}", error.remedy) from error
    unknown = sorted({cell for cell, sex in zip(cells, read, strict=True) if cell and not sex})
    if unknown and len(set(read) - {""}) < 2 and (read == "").mean() > 0.2 and len(read) > 3:
        raise BadInput(
            f"Column {column} of {where} holds words that are not known: "
            f"{', '.join(map(repr, unknown[:5]))}.",
            "Write F and M; the sex is never assumed.",
        )
    return read


def ages_of(
    table: pd.DataFrame, meaning: str, where: str, wishes: Wishes, habit: str = "years"
) -> Ages | None:
    """Return the ages of one meaning in years; None without such a column.

    The unit is what the user said, of this column or of all; else it stands in the name
    (``bone_age_months``, ``Bone Age (months)``); else it is the habit of the data set, "years" or
    "months".

    Raises
    ------
    BadInput
        If the numbers contradict the unit, or several columns are not the same ages.
    """
    columns = columns_of(table, meaning)
    oldest = OLDEST_PLAUSIBLE_YEARS if meaning == "chronological_age" else OLDEST_BONE_AGE
    what = "reading" if meaning.startswith("reader") else meaning.replace("_", " ")
    columns = _without_copies(table, columns) if len(columns) > 1 else columns
    if len(columns) > 1:
        raise _several(columns, meaning, where, wishes)
    if not columns:
        return None
    cells, named = table[columns[0]], meaning_of(columns[0])[1]
    said = (named if columns[0] in wishes.columns else "") or wishes.unit
    unit = said or named or habit
    column = f"Column {columns[0]} of {where}"
    # only the bone age's unit may be said of the whole table: it would spoil the other columns
    by_name = wishes.option.format(f"{meaning}_{{}}={wishes.columns.get(columns[0], columns[0])}")
    check_name(cells, said, named, column, f"Say which by its name: {by_name.format(named)}, "
               f"or {by_name.format(said)}.")  # fmt: skip
    if not said:
        option = wishes.option.format("unit={}") if meaning == "bone_age" else by_name
        check_unit(cells, unit, column, option, named=bool(named), oldest=oldest)
    if len(cells) > 1 and (bare_numbers(cells) == 0).all():
        raise BadInput(f"{column} holds nothing but 0.", "Leave cells of unknown ages empty.")
    ages = in_years(cells, unit, what, oldest)
    refuse_zeros(ages.years, column)
    return ages


def _without_copies(table: pd.DataFrame, columns: list[str]) -> list[str]:
    """Return one of several columns whose names say their unit and whose ages are the same."""
    clear = [name for name in columns if meaning_of(name)[1]]
    if not clear:
        return columns
    best = in_years(table[clear[0]], meaning_of(clear[0])[1]).years
    for name in columns:
        units = [meaning_of(name)[1]] if meaning_of(name)[1] else ["years", "months"]
        ages = (in_years(table[name], unit).years for unit in units)
        if not any(((best - other).abs() < 0.1).mean() > 0.9 for other in ages):
            return columns
    return clear[:1]


def refuse_bare_age(table: pd.DataFrame, where: str, wishes: Wishes) -> None:
    """Refuse a table whose only age is a column that may be bone or chronological age.

    A name such as ``boneage_m``, a bone age in a unit that is not known, is refused too.
    """
    unclear = [name for name in table if plain(name).startswith(NAMES["bone_age"])]
    if unclear and not any(name.startswith("bone_age") for name in wishes.columns):
        say = wishes.option.format(f"bone_age_months={unclear[0]}")
        raise BadInput(
            f"Column {unclear[0]} of {where} may be the bone age, in a unit that is not known.",
            f"Say which: {say}, or bone_age_years=; bone_age= leaves it aside.",
        )
    bare = [name for name in table if plain(name) in _MAY_BE_EITHER_AGE]
    if bare:
        raise BadInput(
            f"Column {bare[0]} of {where} may be bone age or chronological age.",
            f"Say which: {wishes.option.format(f'bone_age={bare[0]}')}, or chronological_age=.",
        )
