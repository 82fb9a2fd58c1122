"""What a table says of each image: sex, ages in years, patient and group, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import BadInput
from ..records.schema import is_missing
from .ages import Ages
from .column_names import SEXES
from .columns import Wishes, ages_of, columns_of, one_column, refuse_bare_age, sexes_of
from .matching import match_files, stem
from .problems import Problems
from .tree import FileTree

_AGES = ("bone_age", "chronological_age", "reader_1", "reader_2")


def labelled(table: pd.DataFrame, where: str, wishes: Wishes, habit: str = "years") -> pd.DataFrame:
    """Return what a table with a heading says, row by row.

    Parameters
    ----------
    table
        Text cells; ``where`` is its name.
    wishes
        What the user said of columns and units.
    habit
        The unit of a bone age whose name states none.

    Returns
    -------
    pandas.DataFrame
        ``sex`` ("" where missing or unknown), ages in years, ``group``, ``patient_id`` where
        known, and ``reason``: why the row cannot be used, "" where it can.
    """
    read = {name: ages_of(table, name, where, wishes, habit) for name in _AGES}
    if read["bone_age"] is None and read["reader_1"] is None and read["reader_2"] is None:
        refuse_bare_age(table, where, wishes)
    nothing = pd.Series(float("nan"), index=table.index)
    rows = pd.DataFrame({name: nothing if ages is None else ages.years
                         for name, ages in read.items()})  # fmt: skip
    rows["bone_age"] = rows["bone_age"].fillna(rows[["reader_1", "reader_2"]].mean(axis=1))
    sexes = sexes_of(table, where, wishes)
    rows["sex"] = "" if sexes is None else sexes
    rows["group"] = _cells(table, "group", where, wishes)
    patients = _cells(table, "patient_id", where, wishes)
    if patients is not None:
        rows["patient_id"] = patients
    rows["reason"] = _why_unusable(table, read, sexes, where)
    _check_both_ages(rows, where, wishes)
    return rows


def _cells(table: pd.DataFrame, meaning: str, where: str, wishes: Wishes) -> pd.Series | None:
    column = one_column(table, meaning, where, wishes)
    return None if column is None else table[column].where(~table[column].map(is_missing), None)


def _why_unusable(
    table: pd.DataFrame, read: Mapping[str, Ages | None], sexes: pd.Series | None, where: str
) -> pd.Series:
    """Return why a row cannot be used: an age that is none or out of range, or no sex."""
    reasons = pd.Series("", index=table.index, dtype=object)
    for ages in filter(None, read.values()):
        wrong = ages.problems != ""
        if wrong.any() and ages.years.isna().all():
            raise BadInput(
                f"{where}: {ages.problems[wrong].iloc[0]}, nor is any other.",
                "Write decimal years (5.5), or say the units (5y6m, 66 months).",
            )
        reasons[wrong] = ages.problems[wrong]
    if sexes is not None:
        columns = [name for meaning in SEXES for name in columns_of(table, meaning)]
        for row in table.index[sexes == ""]:
            cells = " and ".join(repr(table.at[row, name]) for name in columns)
            said = "" if cells == "''" else f": {cells}"
            reasons[row] = f"the sex is missing or unknown{said}"
    return reasons


def _check_both_ages(rows: pd.DataFrame, where: str, wishes: Wishes) -> None:
    """Ask where bone ages and other ages differ by what may be years and months."""
    others = {"chronological_age": "chronological ages", "reader_1": "readings of reader_1",
              "reader_2": "readings of reader_2"}  # fmt: skip
    for name, ages in others.items():
        both = rows[(rows["bone_age"] > 0) & (rows[name] > 0)]
        ratio = (both["bone_age"] / both[name]).median()
        if len(both) > 3 and not 0.2 < ratio < 5:
            raise BadInput(
                f"In {where} the bone ages are {ratio:.2g} times the {ages}: one of them "
                "may be in months.",
                f"Say it by names, {wishes.option.format('bone_age_months=COLUMN')} or "
                f"{name}_months=COLUMN; {name}= leaves that column aside.",
            )


def with_images(
    table: pd.DataFrame, rows: pd.DataFrame, where: str, images: Sequence[str], tree: FileTree
) -> pd.DataFrame:
    """Return the labelled rows with what each names: ``image_id``, ``path``, ``table``, ``match``.

    The image column is the one whose cells fit most files. ``path`` is "" where no single file
    fits.
    """
    candidates = columns_of(table, "image_id")
    matched = {name: match_files(table[name].tolist(), images, tree.same) for name in candidates}
    best = max(candidates, key=lambda name: sum(bool(match.file) for match in matched[name]))
    cells, matches = table[best].tolist(), matched[best]
    return rows.assign(
        table=where,
        match=matches,
        cell=cells,
        path=[match.file for match in matches],
        image_id=[stem(match.file or cell) for match, cell in zip(matches, cells, strict=True)],
    )


def no_match(rows: pd.DataFrame, images: Sequence[str], path: str) -> BadInput:
    """Return the error for tables of which no row names an image: an example from each side."""
    cells = rows["cell"][rows["cell"] != ""]
    where = rows["table"].iloc[0]
    example = f": {cells.iloc[0]!r} stands in {where}, {images[0]} is a file" if images else ""
    return BadInput(
        f"None of the {len(rows)} labelled images is in {path}{example}.",
        "Give the folder or zip that holds images and table, and the files' names in the table.",
    )


def usable(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Leave out rows that cannot be used, that contradict, or that have no image; list them.

    Of several rows that agree on an image the first stays.
    """
    for row in rows[rows["reason"] != ""].itertuples():
        kind = "the sex is missing or unknown" if " sex " in row.reason else "no usable age"
        problems.add(row.image_id, row.table, row.reason, "left out", kind=kind)
    rows = rows[rows["reason"] == ""]
    drop: list[int] = []
    with_image = rows[rows["path"] != ""]
    for _, same in with_image[with_image["path"].duplicated(keep=False)].groupby("path"):
        agree = same["bone_age"].nunique(dropna=False) == 1 and same["sex"].nunique() == 1
        drop += list(same.index[1:] if agree else same.index)
        says = f"the id stands in {len(same)} rows that {'agree' if agree else 'contradict'}"
        done = "first row used" if agree else "left out"
        first = same.iloc[0]
        problems.add(first["image_id"], first["table"], says, done, kind="rows that contradict")
    rows = rows.drop(index=drop)
    if "match" in rows:
        _list_matches(rows, problems)
    rows = rows[rows["path"] != ""]
    doubled = rows["image_id"].duplicated(keep=False)
    return rows.assign(image_id=rows["image_id"].mask(doubled, rows["path"]))


def _list_matches(rows: pd.DataFrame, problems: Problems) -> None:
    """List rows without an image or with several, and how names differ that were matched."""
    loosely: dict[str, list[str]] = {}
    for row in rows.itertuples():
        match = row.match
        if match.file and match.how:
            loosely.setdefault(match.how, []).append(f"{row.cell!r} for {match.file}")
        if match.several and match.file:
            says = f"second file of this id, the same as {match.file}"
            problems.add(row.image_id, match.several[1], says, "first file used")
        elif match.several:
            names = " and ".join(match.several[:3])
            problems.add(row.image_id, names, "several files have this name", "left out")
        elif not row.cell:
            says = f"row {row.Index + 1} of {row.table} has no id"
            problems.add("", row.table, says, "left out", kind="the row has no id")
        elif not match.file:
            says = "the table names it, but there is no image"
            problems.add(row.image_id, "", says, "left out")
    for how, examples in loosely.items():
        says = f"{len(examples)} row(s) name their image {how}, {examples[0]} for one"
        problems.add("", "", says, "matched")
