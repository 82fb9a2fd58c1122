"""The Digital Hand Atlas: ``JPEGimages/<RACE><SEX>/<RACE><SEX><AGE>/<id>.jpg`` and its labels.

Three kinds of age must not be mixed up: the two radiologists' readings (their mean is the bone
age), the child's chronological age, and the age in the folder's name, which is the chronological
age in whole years. Without readings ``bone_age`` is NaN; the folder's age never takes its place.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib.resources import files

import pandas as pd

from ..errors import BadInput
from ..records import parse_sex
from . import columns
from .dataset import Dataset
from .files import FilePixels
from .folder import clean, finish, labelled
from .problems import Problems
from .tables import number, read_table
from .tree import FileTree, stem

_PLACE = re.compile(r"(?:^|[/!])(ASI|BLK|CAU|HIS)([FM])(\d\d)/([^/]+)$", re.IGNORECASE)
_GROUP_WORDS = {"asi": "ASI", "asian": "ASI", "blk": "BLK", "black": "BLK",
                "africanamerican": "BLK", "cau": "CAU", "caucasian": "CAU", "white": "CAU",
                "his": "HIS", "hispanic": "HIS"}
#: Second digit of the patient numbers in Deeplasia's list (facts: computed from its rows).
_GROUP_DIGITS = {"1": "BLK", "2": "CAU", "3": "HIS", "4": "ASI"}
_FIELDS = 12


def load_dha(path: str, spec: str, verify: bool | None = None) -> Dataset:
    """Load the atlas's tree (or a tree of renamed images) with whatever labels lie in it.

    Labels may be the site's 12-column table without header (``meta.csv``), another project's
    list with a header (Deeplasia's ``la_dha.csv``: ``image_ID, patient_ID, sex, bone_age``, in
    months), or nothing.

    Raises
    ------
    BadInput
        If there is no image in the atlas's folders or named by a list.
    """
    tree = FileTree(path)
    problems = Problems()
    for name, reason in tree.unreadable:
        problems.add("", name, f"unreadable: {reason}", "left out")
    rows = _images(tree, problems)
    if rows.empty:
        raise BadInput(f"{path} holds no image in folders such as ASIF/ASIF04.",
                       'Give the folder above JPEGimages, or use "folder:PATH" with a table.')
    drawn = _is_phantom(tree)
    for name in tree.tables():
        if name.rpartition("/")[2] != "phantom.csv":
            rows = _label(rows, tree, name, problems)
    if rows["bone_age"].isna().all():
        problems.add("", "", "no readings were found: the age in a folder's name is the "
                     "chronological age", "bone_age is unknown (NaN)")
    rows = rows[rows["sex"] != "?"]
    table = finish(clean(rows, problems), tree, problems, verify, "phantom" if drawn else "dha")
    if table.empty:
        raise BadInput(f"No radiograph of {path} can be used: {problems.summary()}.",
                       "See the table of problems, and correct the labels.")
    pixels = FilePixels(tree, table["path"].tolist(), invert=None)
    return Dataset("dha", spec, table, problems.table(), pixels)


def _is_phantom(tree: FileTree) -> bool:
    """Whether the tree was drawn by ``boneage-kit cohort``, which says so beside it."""
    return any(name.rpartition("/")[2] == "phantom.csv" and b"true_bone_age" in tree.read(name)
               for name in tree.tables())


def _images(tree: FileTree, problems: Problems) -> pd.DataFrame:
    """Return a row an image with what its folder says: group, sex, age in whole years."""
    rows = []
    for name in tree.images():
        place = _PLACE.search(name)
        group, sex, age, _ = place.groups() if place else (None, "", "nan", "")
        rows.append({
            "path": name, "file_id": stem(name), "group": group and group.upper(),
            "sex": sex.upper(), "chronological_age": float(age), "bone_age": float("nan"),
            "reader_1": float("nan"), "reader_2": float("nan"), "in_table": False,
        })
    rows = pd.DataFrame(rows)
    if rows.empty:
        return rows
    twice = rows["file_id"].duplicated(keep=False)
    for file_id, same in rows[twice].groupby("file_id"):
        problems.add(file_id, same["path"].iloc[0],
                     f"the same number is filed in {len(same)} folders", "all kept, by path")
    rows["image_id"] = rows["file_id"].where(~twice, rows["path"])
    return rows


def _label(rows: pd.DataFrame, tree: FileTree, name: str, problems: Problems) -> pd.DataFrame:
    """Put a table's labels on the images; list what does not fit."""
    try:
        data = tree.read(name)
        table = read_table(data, name, header=False)
        if _is_site_table(table):
            labels = _site_labels(table)
        else:
            labels = _list_labels(read_table(data, name), name)
    except BadInput as error:
        problems.add("", name, error.problem, "table left out")
        return rows
    by_id = defaultdict(list)
    for index, file_id in zip(rows.index, rows["file_id"], strict=True):
        by_id[file_id].append(index)
    repaired = _broken_links()
    for label in labels.to_dict("records"):
        index = _image_of(label, rows, by_id, repaired, name, problems)
        if index is not None:
            _put(rows, index, label, name, problems)
    left = rows[~rows["in_table"]]
    if len(left):
        problems.add("", name,
                     f"{len(left)} image(s) without a row, {left['path'].iloc[0]} for one",
                     "kept, bone_age is NaN" if left["sex"].ne("").any() else "left out")
    return rows


def _is_site_table(table: pd.DataFrame) -> bool:
    """Whether the table begins with a row of the site's, a link to an image and no header."""
    first = str(table.iloc[0, 0]).replace("\\", "/")
    return len(table.columns) >= _FIELDS and bool(_PLACE.search(first))


def _site_labels(table: pd.DataFrame) -> pd.DataFrame:
    """Link, race, gender and age stand first, the readings last; birth dates are not taken."""
    labels = []
    for row in table.itertuples(index=False):
        cells = list(row)
        while len(cells) > _FIELDS and not cells[-1]:
            cells.pop()
        place = _PLACE.search(cells[0].replace("\\", "/"))
        labels.append({
            "key": stem(cells[0].replace("\\", "/")),
            "folder": "".join(place.groups()[:3]).upper() if place else "",
            "group": _GROUP_WORDS.get(columns.plain(cells[1])),
            "sex": _known_sex(cells[2]), "chronological_age": number(cells[3]),
            "reader_1": number(cells[-2]), "reader_2": number(cells[-1]),
        })
    labels = pd.DataFrame(labels)
    labels["bone_age"] = labels[["reader_1", "reader_2"]].mean(axis=1)
    return labels


def _list_labels(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Labels of another project's list; Deeplasia's ``bone_age`` is in months by its documents."""
    deeplasia = {"imageid", "dir", "patientid", "sex", "boneage"} <= set(
        map(columns.plain, table.columns))
    if deeplasia:
        table = table.rename(columns={
            column: "bone_age_months" for column in table.columns
            if columns.plain(column) == "boneage"})
    labels = labelled(table, name).drop(columns="group")
    cells = table[columns.image_column(table, name)]
    labels["key"] = [stem(cell.replace("\\", "/")) for cell in cells]
    labels["folder"] = ""
    if deeplasia:
        # 8, group digit, sex digit, age, and the atlas's file number; some rows differ
        numbers = labels["patient_id"].fillna("").astype(str)
        labels["file_number"] = numbers.where(numbers.str.fullmatch(r"8\d{7,9}"), "").str[-4:]
        labels["group"] = numbers.where(labels["file_number"] != "", "").str[1:2].map(_GROUP_DIGITS)
        labels = labels.drop(columns="patient_id")
    return labels


def _known_sex(value: str) -> str:
    try:
        return parse_sex(value)
    except BadInput:
        return ""


def _broken_links() -> dict[tuple[str, str], str]:
    with (files(__package__) / "dha_broken_links.csv").open(encoding="utf-8") as file:
        return {(row["folder"], row["linked"]): row["file"] for row in csv.DictReader(file)}


def _image_of(
    label: dict, rows: pd.DataFrame, by_id: dict[str, list[int]], repaired: dict, name: str,
    problems: Problems,
) -> int | None:
    """Return the image that a label belongs to, or None after listing why there is none."""
    hits = by_id.get(label["key"]) or by_id.get(label.get("file_number") or "", [])
    if len(hits) > 1:
        inside = [i for i in hits if label["folder"] and f"{label['folder']}/" in
                  rows.at[i, "path"].upper()]
        hits = inside or [i for i in hits if rows.at[i, "sex"] == label["sex"]
                          and rows.at[i, "group"] == label.get("group")]
    if len(hits) == 1:
        return hits[0]
    broken = (label["folder"], label["key"])
    if not hits and repaired.get(broken) in by_id:
        problems.add(label["key"], name, f"known broken link in {label['folder']}",
                     f"file {repaired[broken]} used, as the site's own text says")
        return by_id[repaired[broken]][0]
    reason = "several images fit" if hits else "there is no image for this row"
    if broken in repaired and not hits:
        reason = "known broken link of the atlas's site, and its file is not here either"
    problems.add(label["key"], name, reason, "left out")
    return None


def _put(rows: pd.DataFrame, index: int, label: dict, name: str, problems: Problems) -> None:
    """Write a label on an image; a row that contradicts the folder on the sex is not used."""
    path, image_id = rows.at[index, "path"], rows.at[index, "image_id"]
    filed_sex, filed_group = rows.at[index, "sex"], rows.at[index, "group"]
    if rows.at[index, "in_table"]:
        same = label["bone_age"] == rows.at[index, "bone_age"]
        problems.add(image_id, name, "a second row for this image that "
                     + ("agrees" if same else "contradicts"),
                     "first row used" if same else "left out")
        if not same:
            rows.at[index, "sex"] = "?"
        return
    rows.at[index, "in_table"] = True
    if filed_sex and label["sex"] and filed_sex != label["sex"]:
        problems.add(image_id, path, f"misfiled: the folder says {filed_sex}, {name} says "
                     f"{label['sex']}", "left out, as the sex is not certain")
        rows.at[index, "sex"] = "?"
        return
    rows.at[index, "sex"] = filed_sex or label["sex"]
    group = label.get("group")
    group = group if isinstance(group, str) else None
    if filed_group and group and filed_group != group:
        problems.add(image_id, path, f"misfiled: the folder says {filed_group}, {name} says "
                     f"{group}", "kept, group unknown")
        rows.at[index, "group"] = None
    else:
        rows.at[index, "group"] = filed_group or group
    _put_ages(rows, index, label, path, problems)


def _put_ages(rows: pd.DataFrame, index: int, label: dict, path: str, problems: Problems) -> None:
    filed, exact = rows.at[index, "chronological_age"], label["chronological_age"]
    if exact == exact:
        if filed == filed and not filed - 1 <= exact < filed + 2:
            problems.add(rows.at[index, "image_id"], path, f"the folder says {filed:g} years, the "
                         f"table {exact:g}", "the table's chronological age used")
        rows.at[index, "chronological_age"] = exact
    for column in ("reader_1", "reader_2", "bone_age"):
        rows.at[index, column] = label[column]
