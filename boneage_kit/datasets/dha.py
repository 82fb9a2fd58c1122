"""The Digital Hand Atlas: ``JPEGimages/<RACE><SEX>/<RACE><SEX><AGE>/<id>.jpg`` and its labels.

Three kinds of age must not be mixed up: the two radiologists' readings (their mean is the bone
age), the child's chronological age, and the age in the folder's name, which is the chronological
age in whole years. Without readings ``bone_age`` is NaN; the folder's age never takes its place.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from ..errors import BadInput
from .columns import Wishes, columns_of, rename
from .dataset import Dataset
from .dha_labels import FILED_AS, Label, broken_links, is_site_table, list_labels, site_labels
from .files import FilePixels
from .folder import finish, nothing_usable, open_tree
from .labels import usable
from .matching import stem
from .problems import Problems
from .tree import FileTree


def load_dha(path: str, spec: str, wishes: Wishes, verify: bool | None = None) -> Dataset:
    """Load the atlas's tree (or a tree of renamed images) with whatever labels lie in it.

    Labels may be the site's 12-column table without header (``meta.csv``), another project's
    list with a header (Deeplasia's ``la_dha.csv``: ``image_ID, patient_ID, sex, bone_age``, in
    months), or nothing.

    Raises
    ------
    BadInput
        If there is no image in the atlas's folders or named by a list.
    """
    tree, problems = open_tree(path)
    rows = _images(tree, problems)
    if rows.empty:
        raise BadInput(
            f"{path} holds no image in folders such as ASIF/ASIF04.",
            'Give the folder above JPEGimages, or use "folder:PATH" with a table.',
        )
    drawn = _is_phantom(tree)
    for name in tree.tables:
        if name.rpartition("/")[2] != "phantom.csv":
            rows = _label(rows, tree, name, wishes, problems)
    if rows["bone_age"].isna().all():
        problems.add("", "", "no readings were found: the age in a folder's name is the "
                     "chronological age", "bone_age is unknown (NaN)")  # fmt: skip
    rows = rows[rows["sex"] != "?"]
    rows = rows.assign(
        table=path,
        reason=rows["reason"].mask(rows["sex"] == "", "the sex is missing or unknown"),
    )
    source = "phantom" if drawn else "dha"
    table = finish(usable(rows, problems), tree, problems, verify, source)
    if table.empty:
        raise nothing_usable(path, problems)
    pixels = FilePixels(tree, table["path"].tolist(), invert=None)
    return Dataset("dha", spec, table, problems, pixels)


def _is_phantom(tree: FileTree) -> bool:
    """Whether the tree was drawn by ``boneage-kit cohort``, which says so beside it."""
    return any(
        name.rpartition("/")[2] == "phantom.csv" and b"true_bone_age" in tree.first_bytes(name)
        for name in tree.tables
    )


def _images(tree: FileTree, problems: Problems) -> pd.DataFrame:
    """Return one row per image with what its folder says: group, sex, age in whole years."""
    filed = []
    for name in tree.images:
        folder = FILED_AS.search(name)
        group, sex, age, _ = folder.groups() if folder else (None, "", "nan", "")
        filed.append(
            {
                "path": name,
                "file_id": stem(name),
                "group": group and group.upper(),
                "sex": sex.upper(),
                "chronological_age": float(age),
                "bone_age": float("nan"),
                "reader_1": float("nan"),
                "reader_2": float("nan"),
                "in_table": False,
                "reason": "",
            }
        )
    rows = pd.DataFrame(filed)
    if rows.empty:
        return rows
    twice = rows["file_id"].duplicated(keep=False)
    for file_id, same in rows[twice].groupby("file_id"):
        problems.add(
            file_id,
            same["path"].iloc[0],
            f"the same number is filed in {len(same)} folders",
            "all kept, by path",
        )
    rows["image_id"] = rows["file_id"].where(~twice, rows["path"])
    return rows


def _label(
    rows: pd.DataFrame, tree: FileTree, name: str, wishes: Wishes, problems: Problems
) -> pd.DataFrame:
    """Put a table's labels on the images; list what does not fit."""
    labels = _labels_of(tree, name, wishes, problems)
    if labels is None:
        return rows
    by_id: dict[str, list[int]] = defaultdict(list)
    for index, file_id in zip(rows.index, rows["file_id"], strict=True):
        by_id[file_id].append(index)
    for label in labels:
        index = _image_of(label, rows, by_id, name, problems)
        if index is not None:
            _put(rows, index, label, name, problems)
    left = rows[~rows["in_table"]]
    if len(left):
        says = f"{len(left)} image(s) without a row, {left['path'].iloc[0]} for one"
        kept = left["sex"].ne("").any()
        done = "kept, bone_age is NaN" if kept else "left out"
        problems.add("", name, says, done, kind="image without a row", images=len(left))
    return rows


def _labels_of(tree: FileTree, name: str, wishes: Wishes, problems: Problems) -> list[Label] | None:
    """Return the labels of a table, None after listing why it cannot be used."""
    try:
        table = tree.table(name, header=False)
        of_the_site = is_site_table(table)
        if not of_the_site:
            table = rename(tree.table(name), wishes, name)
            if not columns_of(table, "image_id"):
                problem = f"{name} has no column that names the image file."
                raise BadInput(problem, "Call it image_id.")
    except BadInput as error:
        problems.add("", name, error.problem, "table not used")
        return None
    return (site_labels if of_the_site else list_labels)(table, name, wishes)


def _image_of(
    label: Label, rows: pd.DataFrame, by_id: dict[str, list[int]], name: str, problems: Problems
) -> int | None:
    """Return the image that a label belongs to, or None after listing why there is none."""
    hits = by_id.get(label.key) or by_id.get(label.file_number, [])
    if len(hits) > 1:
        filed = [i for i in hits if f"{label.folder}/" in rows.at[i, "path"].upper()]
        alike = [i for i in hits if (rows.at[i, "sex"], rows.at[i, "group"])
                 == (label.sex, label.group)]  # fmt: skip
        hits = (filed if label.folder else []) or alike
    if len(hits) == 1:
        return hits[0]
    meant = broken_links().get((label.folder, label.key))
    if not hits and meant in by_id:
        problems.add(label.key, name, f"known broken link in {label.folder}",
                     f"file {meant} used, as the site's own text says")  # fmt: skip
        return by_id[meant][0]
    reason = "several images fit" if hits else "there is no image for this row"
    if meant is not None and not hits:
        reason = "known broken link of the atlas's site, and its file is not here either"
    problems.add(label.key, name, reason, "left out")
    return None


def _put(rows: pd.DataFrame, index: int, label: Label, name: str, problems: Problems) -> None:
    """Write a label on an image; a row that contradicts the folder on the sex is not used."""
    path, image_id = rows.at[index, "path"], rows.at[index, "image_id"]
    filed_sex, filed_group = rows.at[index, "sex"], rows.at[index, "group"]
    if rows.at[index, "in_table"]:
        same = label.bone_age == rows.at[index, "bone_age"]
        says = f"a second row for this image that {'agrees' if same else 'contradicts'}"
        problems.add(image_id, name, says, "first row used" if same else "left out")
        rows.at[index, "sex"] = filed_sex if same else "?"
        return
    rows.at[index, "in_table"], rows.at[index, "reason"] = True, label.reason
    if filed_sex and label.sex and filed_sex != label.sex:
        says = f"misfiled: the folder says {filed_sex}, {name} says {label.sex}"
        done = "left out, as the sex is not certain"
        problems.add(image_id, path, says, done, kind="misfiled")
        rows.at[index, "sex"] = "?"
        return
    rows.at[index, "sex"] = filed_sex or label.sex
    rows.at[index, "group"] = filed_group or label.group
    if filed_group and label.group and filed_group != label.group:
        says = f"misfiled: the folder says {filed_group}, {name} says {label.group}"
        problems.add(image_id, path, says, "kept, group unknown")
        rows.at[index, "group"] = None
    _put_ages(rows, index, label, path, problems)


def _put_ages(rows: pd.DataFrame, index: int, label: Label, path: str, problems: Problems) -> None:
    filed, exact = rows.at[index, "chronological_age"], label.chronological_age
    if exact == exact:
        if filed == filed and not filed - 1 <= exact < filed + 2:
            says = f"the folder says {filed:g} years, the table {exact:g}"
            done = "the table's chronological age used"
            problems.add(rows.at[index, "image_id"], path, says, done)
        rows.at[index, "chronological_age"] = exact
    for column in ("reader_1", "reader_2", "bone_age"):
        rows.at[index, column] = getattr(label, column)
