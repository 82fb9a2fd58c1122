"""A predictions table that somebody else wrote, from a file to a checked table."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ..datasets.ages import UNITS, check_name, check_unit, in_years
from ..datasets.columns import plain
from ..datasets.table_limits import TableLimits
from ..datasets.tables import read_table
from ..errors import BadInput
from ..records import (
    OLDEST_PLAUSIBLE_YEARS,
    OPTIONAL_PREDICTION_COLUMNS,
    PREDICTION_COLUMNS,
    CheckedPredictions,
    check_predictions,
    sexes,
)
from ..records.predictions import refuse_rows

_AGES = ("y_true", "y_pred", "lower", "upper", "chronological_age", "reader_1", "reader_2")
#: Columns that stay text, whatever they look like.
_TEXT = ("image_id", "sex", "model", "group", "source", "notes")
_SEXES = ("sex", "gender", "male", "female")
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
        if ours in _AGES:
            table[ours] = _years(cells[theirs], ours, theirs, unit)
        elif ours not in _TEXT:
            table[ours] = _values(cells[theirs])
        elif ours != "image_id":
            table[ours] = cells[theirs].where(cells[theirs] != "", None)
    _check_same_unit(table)
    if unit == "months":
        _refuse_years(table, named)
    checked = check_predictions(table)
    _refuse_two_facts(checked)
    _refuse_outside_interval(checked)
    return checked


def _table(path: Path) -> pd.DataFrame:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(f"{path} is no file.", "Give the path of a CSV or Excel file.")
        if state.st_size > _LIMITS.most_bytes:
            raise BadInput(f"{path} has {state.st_size / 1e9:.1f} GB.", "Give one table.")
        data = path.read_bytes()
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
    if not any(ours in named for ours in _SEXES):
        about = [name for name in cells if plain(name) in _SEXES and name not in named.values()]
        about.sort(key=lambda name: _SEXES.index(plain(name)))
        named |= {plain(name): name for name in about[:1]}
    for ours in _AGES:
        for theirs in (ours, f"{ours}_months", f"{ours}_years"):
            if ours not in named and theirs in cells and theirs not in named.values():
                named[ours] = theirs
    order = (*PREDICTION_COLUMNS, *OPTIONAL_PREDICTION_COLUMNS)
    for theirs in cells:
        if theirs not in named.values() and theirs not in named:
            named[theirs] = theirs
    sex = next((ours for ours in _SEXES if ours in named), None)
    if sex is not None:
        theirs = named.pop(sex)
        meaning = theirs if sex == "sex" else sex
        read = sexes(cells[theirs], meaning, f"say --columns male={theirs}")
        if sex not in wanted:
            _refuse_other_sexes(cells, read, theirs)
        cells[theirs] = read.where(read != "", cells[theirs])
        named["sex"] = theirs
    return {ours: named[ours] for ours in sorted(named, key=lambda name: order.index(name)
                                                 if name in order else len(order))}  # fmt: skip


def _refuse_other_sexes(cells: pd.DataFrame, read: pd.Series, theirs: str) -> None:
    """Refuse a further column of the sex that contradicts the one that is used."""
    for other in cells:
        if other == theirs or plain(other) not in _SEXES:
            continue
        try:
            others = sexes(cells[other], other)
        except BadInput:
            continue  # codes that do not say who is female contradict nothing
        contradicts = ((read != "") & (others != "") & (read != others)).to_numpy()
        if contradicts.any():
            raise BadInput(
                f"Columns {theirs} and {other} contradict in {contradicts.sum()} row(s), "
                f"row {contradicts.argmax() + 1} for one.",
                f"Correct them, or say which holds: --columns {plain(theirs)}={theirs}.",
            )


def _refuse_missing(named: Mapping[str, str], cells: pd.DataFrame, where: str) -> None:
    missing = [name for name in PREDICTION_COLUMNS if name not in named]
    if missing:
        raise BadInput(
            f"{where} lacks the column(s) {', '.join(missing)}; it has {', '.join(cells)}.",
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
        check_unit(cells, named or "years", f"Column {theirs}", option,
                   named=bool(named), oldest=OLDEST_PLAUSIBLE_YEARS)  # fmt: skip
    ages = in_years(cells, unit or named or "years", ours)
    too_old = ages.years > OLDEST_PLAUSIBLE_YEARS
    if unit and too_old.mean() > 0.1:
        raise BadInput(
            f"Column {theirs} reaches {ages.years.max():g} years when it is taken for {unit}.",
            f"Say its unit: --unit with one of {', '.join(UNITS)}."
            if ours in PREDICTION_COLUMNS
            else f"Leave --unit away and call it {ours}_months.",
        )
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


def _check_same_unit(table: pd.DataFrame) -> None:
    """Refuse a column in months beside another in years."""
    ages = {ours: pd.to_numeric(table[ours], errors="coerce") for ours in _AGES if ours in table}
    for name in list(ages)[1:]:
        base = "y_pred" if name in ("lower", "upper") else "y_true"
        # the two ages of a child and the ends of an interval differ more than label and prediction
        most = 0.2 if name == "y_pred" else 0.4
        error = (ages[name] - ages[base]).abs().mean()
        for factor, first, second in ((12, base, name), (1 / 12, name, base)):
            rest = (ages[name] * factor - ages[base]).abs().mean()
            if ages[name].notna().sum() > 3 and rest < most * error * min(factor, 1):
                raise BadInput(
                    f"Column {first} is about 12 times {second}: one is in months, the other in "
                    "years.",
                    "Give both in years, or leave --unit and --months away and name the columns "
                    f"with their units: {first}_months, {second}_years.",
                )


def _refuse_years(table: pd.DataFrame, named: Mapping[str, str]) -> None:
    """Refuse labels and predictions that are taken for months and nowhere exceed 25."""
    if any("month" in named[name].casefold() for name in ("y_true", "y_pred")):
        return
    ages = table[["y_true", "y_pred"]].apply(pd.to_numeric, errors="coerce")
    highest = 12 * float(ages.max().max())
    if highest <= OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(
            f"The ages are taken for months and nowhere exceed {highest:g}: these are years, or "
            "all are infants.",
            "Leave --months away; or, for infants, call the columns y_true_months and "
            "y_pred_months as well.",
        )


def _refuse_two_facts(table: pd.DataFrame) -> None:
    """Refuse an image whose rows, of several models or seeds, give it two sexes or labels."""
    images = table.groupby("image_id", sort=False)
    first = images[["sex", "y_true"]].transform("first")
    remedy = "Give each image one sex and one label, the same for every model and seed."
    other_sex = (table["sex"] != first["sex"]).to_numpy()
    other_label = ((table["y_true"] - first["y_true"]).abs() > 1e-2).to_numpy()
    refuse_rows(table, other_sex, lambda row: "has another sex than a row above", remedy)
    refuse_rows(table, other_label,
                lambda row: "has different labels (y_true) here and above", remedy)  # fmt: skip


def _refuse_outside_interval(table: pd.DataFrame) -> None:
    """Refuse a prediction outside its own interval, but for rounding and ends cut at birth."""
    if not {"lower", "upper"} <= set(table):
        return
    lower, upper = table["lower"].to_numpy(), table["upper"].to_numpy()
    predicted = np.clip(table["y_pred"].to_numpy(), 0, OLDEST_PLAUSIBLE_YEARS)
    refuse_rows(
        table,
        (predicted < lower - 0.05) | (predicted > upper + 0.05),
        lambda row: f"has y_pred {predicted[row]:g} outside {lower[row]:g} to {upper[row]:g}",
        "Correct the row, or remove lower and upper.",
    )


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
