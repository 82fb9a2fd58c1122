"""A predictions table that somebody else wrote, from a file to a checked table."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..datasets.ages import OLDEST_BONE_AGE, UNITS, check_name, check_unit, in_years, refuse_zeros
from ..datasets.column_names import plain
from ..datasets.table_limits import TableLimits
from ..datasets.tables import bytes_of_table, read_table
from ..errors import BadInput
from ..records import (
    OLDEST_PLAUSIBLE_YEARS,
    OPTIONAL_PREDICTION_COLUMNS,
    PREDICTION_COLUMNS,
    CheckedPredictions,
    check_predictions,
    sexes,
)
from .contradictions import (
    AGES,
    SEX_NAMES,
    refuse_other_sexes,
    refuse_outside_interval,
    refuse_two_facts,
    refuse_two_units,
    refuse_years,
)

#: Columns that stay text, whatever they look like.
_TEXT = ("image_id", "sex", "model", "group", "source", "notes")
_LIMITS = TableLimits(most_bytes=1_000_000_000, most_rows=10_000_000)


def read_predictions(
    path: str | os.PathLike,
    columns: Mapping[str, str] | None = None,
    *,
    months: bool = False,
    unit: str = "",
) -> CheckedPredictions:
    """Return the checked predictions table of a CSV or Excel file.

    Commas, semicolons and tabs, decimal commas, UTF-8, UTF-16 and Windows-1252 are told apart by
    the content. Ids stay the text they are: ``001``, ``NA``.

    Parameters
    ----------
    columns
        Our column name to the file's, for files that call them otherwise. ``male`` and ``female``
        are names of ours too, for a column of true and false or 1 and 0.
    months
        Short for ``unit="months"``.
    unit
        Of the file's ages: "years", "months" or "years.months" (8.11 is eight years and eleven
        months); they come back as years. "": what the columns' names say (``y_true_months``),
        years where they say nothing.

    Raises
    ------
    BadInput
        If the file is no table, ages contradict their unit, columns of the sex contradict, an
        image has two sexes or labels, ``y_pred`` lies outside ``lower`` to ``upper``, or
        :func:`boneage_kit.records.check_predictions` refuses it.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "theirs.csv"
    >>> _ = file.write_text("id;male;boneage;pred\\n01;0;120;126,5\\n")
    >>> names = {"image_id": "id", "y_true": "boneage", "y_pred": "pred"}
    >>> read_predictions(file, names, unit="months")
      image_id sex  y_true     y_pred
    0       01   F    10.0  10.541667
    """
    path, unit = Path(path), unit or ("months" if months else "")
    if unit not in ("", *UNITS):
        raise BadInput(f"There is no unit {unit!r}.", f"Use one of {', '.join(UNITS)}.")
    cells = _table(path)
    named = _named(cells, dict(columns or {}), path.name)
    _refuse_missing(named, cells, path.name)
    table = cells[list(named.values())].set_axis(list(named), axis=1)
    for ours, theirs in named.items():
        if ours in AGES:
            table[ours] = _years(cells[theirs], ours, theirs, unit)
        elif ours not in _TEXT:
            table[ours] = _values(cells[theirs])
        elif ours != "image_id":
            table[ours] = cells[theirs].where(cells[theirs] != "", None)
    refuse_two_units(table)
    if unit == "months":
        refuse_years(table, named)
    checked = check_predictions(table)
    refuse_two_facts(checked)
    refuse_outside_interval(checked)
    return checked


def _table(path: Path) -> pd.DataFrame:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(f"{path} is no file.", "Give the path of a CSV or Excel file.")
        if state.st_size > _LIMITS.most_bytes:
            raise BadInput(f"{path} has {state.st_size / 1e9:.1f} GB.", "Give one table.")
        with open(path, "rb") as file:
            data = bytes_of_table(file, path.name)
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        reason = getattr(error, "strerror", None) or "no such file"
        raise BadInput(
            f"{path} cannot be read ({reason}).", "Give the path of a CSV file."
        ) from None
    return read_table(data, path.name, limits=_LIMITS)


def _named(cells: pd.DataFrame, wanted: dict[str, str], where: str) -> dict[str, str]:
    """Return our name of every column -> the file's; the sex's cells become words of our own."""
    twice = {theirs for theirs in wanted.values() if list(wanted.values()).count(theirs) > 1}
    if twice:
        raise BadInput(f"Column {min(twice)!r} is named twice.", "Name each column once.")
    unknown = [theirs for theirs in wanted.values() if theirs not in cells]
    if unknown:
        raise BadInput(f"{where} has no column {unknown[0]!r}.", f"It has {', '.join(cells)}.")
    named = dict(wanted)
    if not any(ours in named for ours in SEX_NAMES):
        about = [name for name in cells if plain(name) in SEX_NAMES and name not in named.values()]
        about.sort(key=lambda name: SEX_NAMES.index(plain(name)))
        named |= {plain(name): name for name in about[:1]}
    for ours in AGES:
        for theirs in (ours, f"{ours}_months", f"{ours}_years"):
            if ours not in named and theirs in cells and theirs not in named.values():
                named[ours] = theirs
    order = (*PREDICTION_COLUMNS, *OPTIONAL_PREDICTION_COLUMNS)
    for theirs in cells:
        if theirs not in named.values() and theirs not in named:
            named[theirs] = theirs
    sex = next((ours for ours in SEX_NAMES if ours in named), None)
    if sex is not None:
        theirs = named.pop(sex)
        meaning = theirs if sex == "sex" else sex
        read = sexes(cells[theirs], meaning, f"say --columns male={theirs}")
        if sex not in wanted:
            refuse_other_sexes(cells, read, theirs)
        cells[theirs] = read.where(read != "", cells[theirs])
        named["sex"] = theirs
    return {ours: named[ours] for ours in sorted(named, key=lambda name: order.index(name)
                                                 if name in order else len(order))}  # fmt: skip


def _refuse_missing(named: Mapping[str, str], cells: pd.DataFrame, where: str) -> None:
    missing = [name for name in PREDICTION_COLUMNS if name not in named]
    if missing:
        other = {theirs: ours for ours, theirs in named.items() if ours != theirs}
        held = (f"{name} (named as {other[name]})" if name in other else name for name in cells)
        raise BadInput(
            f"{where} lacks the column(s) {', '.join(missing)}; it has {', '.join(held)}.",
            f"Name them with --columns, for instance {missing[0]}=THEIR_NAME.",
        )


def _years(cells: pd.Series, ours: str, theirs: str, unit: str) -> pd.Series:
    """Return a column of ages in years; cells that are no number stay as they are."""
    by_name = {"months": "months", "month": "months", "years": "years", "year": "years"}
    name = theirs.casefold()
    named = next((by_name[word] for word in by_name if name.rstrip(")]").endswith(word)), "")
    check_name(cells, unit, named, f"Column {theirs}",
               "Leave --unit and --months away, or rename the column.")  # fmt: skip
    if not unit:
        # --unit is of all columns: for the sake of another column it would spoil the labels
        option = "say --unit {}" if ours in PREDICTION_COLUMNS else f"call it {ours}_{{}}"
        is_bone_age_of_a_person = ours in ("y_true", "reader_1", "reader_2")
        oldest = OLDEST_BONE_AGE if is_bone_age_of_a_person else OLDEST_PLAUSIBLE_YEARS
        check_unit(cells, named or "years", f"Column {theirs}", option,
                   named=bool(named), oldest=oldest)  # fmt: skip
    ages = in_years(cells, unit or named or "years", ours)
    too_old = ages.years > OLDEST_PLAUSIBLE_YEARS
    if unit and too_old.mean() > 0.1:
        raise BadInput(
            f"Column {theirs} reaches {ages.years.max():g} years when it is taken for {unit}.",
            f"Say its unit: --unit with one of {', '.join(UNITS)}."
            if ours in PREDICTION_COLUMNS
            else f"Leave --unit away and call it {ours}_months.",
        )
    if ours == "y_true":
        refuse_zeros(ages.years, f"Column {theirs}")
    unread = ages.years.isna() & (cells != "")
    return ages.years.astype(object).where(~unread, cells) if unread.any() else ages.years


def _values(cells: pd.Series) -> pd.Series:
    """Return a further column as numbers or booleans where every cell is one; else as text."""
    if set(cells.unique()) <= {"True", "False"}:
        return cells == "True"
    numbers = pd.to_numeric(cells, errors="coerce")
    if (numbers.notna() | (cells == "")).all():
        return numbers
    return cells.where(cells != "", None)


def split_models(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return one table per model, in the order of the file; ``"model"`` where it names none.

    >>> table = pd.DataFrame({"image_id": ["a", "a"], "model": ["x", "y"]})
    >>> list(split_models(table))
    ['x', 'y']
    """
    if "model" not in predictions or predictions["model"].isna().all():
        return {"model": predictions}
    named = predictions.assign(model=predictions["model"].fillna("unnamed").astype(str))
    return {name: rows.reset_index(drop=True) for name, rows in named.groupby("model", sort=False)}
