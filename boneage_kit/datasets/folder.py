"""A folder (or zip) of DICOM or image files with a CSV that says who is who.

Without a CSV, DICOM headers give sex and chronological age; the bone age is then unknown.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

import pandas as pd

from ..errors import BadInput
from ..records import GROUPS, RECORD_COLUMNS
from . import columns
from .dataset import Dataset
from .files import FilePixels, leave_out_bad_images
from .headers import header_facts
from .problems import Problems
from .tables import read_table
from .tree import TABLE_ENDINGS, FileTree, stem

#: Bone ages above this are not used, in years.
OLDEST = 20.0
_EXAMPLE = "Put a CSV beside the images: image_id,sex,bone_age (years; or bone_age_months)."


def load_folder(path: str, spec: str, verify: bool | None = None) -> Dataset:
    """Load a folder of radiographs with its table.

    The table is the one CSV or Excel file with a sex and an image column. Its image column may
    hold paths, file names or names without ending.

    Raises
    ------
    BadInput
        If there is no image, no way to know the sex, or a column is ambiguous.
    """
    tree = FileTree(path)
    problems = Problems()
    for name, reason in tree.unreadable:
        problems.add("", name, f"unreadable: {reason}", "left out")
    images = image_files(tree)
    if not images:
        raise BadInput(f"{path} holds no image.", "Give a folder with DICOM, PNG, JPEG or TIFF.")
    found = table_of(tree, problems)
    if found is None:
        rows = _from_headers(tree, images, problems, path)
    else:
        rows = _from_table(*found, images, tree, problems)
    rows = clean(rows, problems)
    table = finish(rows, tree, problems, verify, "folder")
    if table.empty:
        raise BadInput(f"No radiograph of {path} can be used: {problems.summary()}.", _EXAMPLE)
    pixels = FilePixels(tree, table["path"].tolist(), invert=None)
    return Dataset("folder", spec, table, problems.table(), pixels)


def image_files(tree: FileTree) -> list[str]:
    """Return the image files; DICOM files often have no ending, so the others are looked at."""
    images = tree.images()
    for name in tree.entries:
        plain_name = PurePosixPath(name.replace("!", "/"))
        if plain_name.suffix.lower() in ("", *(f".{i}" for i in range(10))) and plain_name.name:
            try:
                if tree.read(name)[128:132] == b"DICM" and plain_name.name != "DICOMDIR":
                    images.append(name)
            except BadInput:
                continue
    return sorted(set(images))


def table_of(tree: FileTree, problems: Problems) -> tuple[pd.DataFrame, str] | None:
    """Return the table that describes the images and its name; refused if there are several."""
    found, refused = [], None
    for name in tree.tables():
        try:
            table = read_table(tree.read(name), name)
        except BadInput as error:
            problems.add("", name, error.problem, "table left out")
            refused = refused or error
            continue
        if columns.find(table, columns._IMAGE, "image", name) is not None:
            found.append((table, name))
    if len(found) > 1:
        raise BadInput(f"There are {len(found)} tables: {', '.join(name for _, name in found)}.",
                       "Leave the one that describes the images, and move the others away.")
    if refused is not None and not found:
        raise refused
    return found[0] if found else None


def _from_table(
    table: pd.DataFrame, where: str, images: list[str], tree: FileTree, problems: Problems
) -> pd.DataFrame:
    image = columns.image_column(table, where)
    rows = labelled(table, where)
    by_name = _index(images)
    paths = []
    for cell in table[image]:
        hits = by_name.get(cell.strip().replace("\\", "/").lower(), [])
        hits = hits or by_name.get(PurePosixPath(cell.replace("\\", "/")).name.lower(), [])
        paths.append(hits[0] if len(hits) == 1 else "" if not hits else "?" + " and ".join(hits))
    rows["path"] = paths
    rows["image_id"] = [stem(path) if path and path[0] != "?" else cell.strip()
                        for path, cell in zip(paths, table[image], strict=True)]
    for row in rows[rows["path"] == ""].itertuples():
        problems.add(row.image_id, "", "the table names it, but there is no image", "left out")
    for row in rows[rows["path"].str.startswith("?")].itertuples():
        problems.add(row.image_id, row.path[1:], "several files have this name", "left out")
    unused = sorted(set(images) - set(paths))
    if unused:
        problems.add("", where, f"{len(unused)} image(s) without a row, {unused[0]} for one",
                     "left out")
    rows = rows[(rows["path"] != "") & ~rows["path"].str.startswith("?")].copy()
    if columns.sex_column(table, where) is None:
        rows["sex"] = _sexes_from_headers(rows["path"], tree, where, problems)
    return rows


def _sexes_from_headers(
    paths: pd.Series, tree: FileTree, where: str, problems: Problems
) -> list[str]:
    """Return the sexes that DICOM headers state, for a table that has none."""
    sexes = [(header_facts(tree.read(path)) or {"sex": ""})["sex"] for path in paths]
    if not any(sexes):
        raise BadInput(f"{where} has no column sex.", "Add one with F and M; it is never assumed.")
    problems.add("", where, "the table has no column sex", "taken from the DICOM headers")
    return sexes


def labelled(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return sex, ages in years, patient and group of a table with a header, row by row."""
    sex = columns.sex_column(table, where)
    bone_age = columns.years(table, columns.bone_age_column(table, where))
    readers = [columns.years(table, column) for column in columns.reader_columns(table, where)]
    mean = pd.concat(readers, axis=1).mean(axis=1)
    rows = pd.DataFrame({
        "sex": "" if sex is None else [_sex(value, sex[1]) for value in table[sex[0]]],
        "chronological_age": columns.years(table, columns.chronological_age_column(table, where)),
        "bone_age": bone_age.where(bone_age.notna(), mean),
        "reader_1": readers[0], "reader_2": readers[1], "group": None,
    }, index=table.index)
    patient = columns.patient_column(table, where)
    if patient is not None:
        rows["patient_id"] = table[patient].where(table[patient] != "", None)
    group = columns.group_column(table, where)
    if group is not None:
        rows["group"] = [value if value in GROUPS else (value or None) for value in table[group]]
    return rows


def _sex(value: object, parse) -> str:  # noqa: ANN001
    try:
        return parse(value)
    except BadInput:
        return ""


def _index(images: list[str]) -> dict[str, list[str]]:
    """Return {path, file name or stem in lower case: files}."""
    index = defaultdict(list)
    for name in images:
        path = name.replace("!", "/")
        for key in {path.lower(), PurePosixPath(path).name.lower(), stem(name).lower()}:
            index[key].append(name)
    return index


def _from_headers(
    tree: FileTree, images: list[str], problems: Problems, path: str
) -> pd.DataFrame:
    rows = []
    for name in images:
        facts = header_facts(tree.read(name))
        if facts is not None:
            rows.append({"image_id": stem(name), "path": name, **facts})
    if not rows:
        raise BadInput(f"{path} holds images but no table, so their sex is not known.", _EXAMPLE)
    if len(rows) < len(images):
        problems.add("", path, f"{len(images) - len(rows)} image(s) without a DICOM header or a "
                     "row in a table", "left out")
    problems.add("", path, "there is no table of bone ages", "bone_age is unknown (NaN)")
    table = pd.DataFrame(rows)
    return table.assign(bone_age=float("nan"), reader_1=float("nan"), reader_2=float("nan"),
                        group=None)


def clean(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Leave out rows of unknown sex or impossible age, and ids that stand for two images."""
    keep = []
    for row in rows.itertuples():
        reason = ""
        if not row.sex:
            reason = "the sex is missing or unknown"
        for name in ("bone_age", "chronological_age", "reader_1", "reader_2"):
            age = getattr(row, name)
            if age == age and not 0 <= age <= (OLDEST if name != "chronological_age" else 25):
                reason = f"the {name} {age:g} years is out of range"
        if reason:
            problems.add(row.image_id, row.path, reason, "left out")
        keep.append(not reason)
    rows = rows[keep].copy()
    twice = rows["path"].duplicated(keep=False)
    for path, same in rows[twice].groupby("path"):
        agree = same["bone_age"].nunique(dropna=False) == 1 and same["sex"].nunique() == 1
        problems.add(same["image_id"].iloc[0], path,
                     f"it stands in {len(same)} rows that {'agree' if agree else 'contradict'}",
                     "first row used" if agree else "left out")
        rows = rows.drop(index=same.index[1:] if agree else same.index)
    doubled = rows["image_id"].duplicated(keep=False)
    rows.loc[doubled, "image_id"] = rows.loc[doubled, "path"]  # same name in two folders
    return rows


def finish(
    rows: pd.DataFrame, tree: FileTree, problems: Problems, verify: bool | None, source: str
) -> pd.DataFrame:
    """Leave out bad images and bring the rows into the record schema."""
    bad = leave_out_bad_images(tree, rows["path"].tolist(), rows["image_id"].tolist(), problems,
                               verify)
    unlabelled = int(rows["bone_age"].isna().sum())
    if 0 < unlabelled < len(rows):
        problems.add("", "", f"{unlabelled} image(s) have no bone age", "kept, bone_age is NaN")
    rows = rows[~rows["path"].isin(bad)].assign(source=source).reset_index(drop=True)
    further = [name for name in ("patient_id",) if name in rows]
    return rows.reindex(columns=[*RECORD_COLUMNS, *further])


__all__ = ["TABLE_ENDINGS", "clean", "finish", "image_files", "labelled", "load_folder", "table_of"]
