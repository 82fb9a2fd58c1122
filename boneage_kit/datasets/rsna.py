"""The RSNA 2017 Pediatric Bone Age Challenge, in any layout it is passed around in.

Tables are recognised by their columns, not by their names: ``id, boneage, male`` (training;
Kaggle), ``Image ID, male, Bone Age (months)`` (validation), ``Case ID, Sex, Ground truth bone
age (months)`` (test). Images are found by their id wherever they lie: doubled folders, zips
within zips, a zip that was never unpacked.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from ..errors import BadInput
from ..records import RECORD_COLUMNS, parse_sex, sex_from_male
from .dataset import Dataset
from .files import FilePixels, leave_out_bad_images
from .problems import Problems
from .tables import number, read_table
from .tree import FileTree, stem

#: Ages beyond this (20 years) are no bone ages of the challenge: its labels end at 228.
MOST_MONTHS = 240
_ID = {"id", "imageid", "caseid"}
_AGE = {"boneage", "boneagemonths", "groundtruthboneagemonths", "groundtruthboneage"}
_MALE, _SEX = {"male"}, {"sex", "sexmf", "gender"}


def load_rsna(path: str, spec: str, verify: bool | None = None) -> Dataset:
    """Load the RSNA images and labels below a folder or in a zip.

    Raises
    ------
    BadInput
        If there is no table of bone ages, or no image that belongs to one.
    """
    tree = FileTree(path)
    problems = Problems()
    for name, reason in tree.unreadable:
        problems.add("", name, f"unreadable: {reason}", "left out")
    labels = _labels(tree, problems)
    if labels.empty:
        labels = _labels(_beside(tree), problems)
    if labels.empty:
        why = problems.summary()
        raise BadInput(f"{path} holds no table of RSNA bone ages{f' ({why})' if why else ''}.",
                       "Put boneage-training-dataset.csv (id,boneage,male) beside the images.")
    table = _with_images(labels, tree, problems, verify)
    if table.empty:
        raise BadInput(f"None of the {len(labels)} labelled images is in {path}.",
                       "Give the folder or zip that holds both images and table.")
    pixels = FilePixels(tree, table["path"].tolist(), invert=False)  # all are stored bone bright
    return Dataset("rsna", spec, table, problems.table(), pixels)


def _beside(tree: FileTree) -> FileTree:
    """Return the tables in the folder of a lone zip, and in annotation zips there."""
    if tree.root.is_dir():
        return tree
    folder = tree.root.resolve().parent
    names = [path.name for path in folder.iterdir()
             if path.suffix.lower() in (".csv", ".xlsx") or "nnotation" in path.name]
    return FileTree(folder, only=names)


def _labels(tree: FileTree, problems: Problems) -> pd.DataFrame:
    """Return id, sex, months and part of every labelled row of every table."""
    found = []
    for name in tree.tables():
        try:
            table = read_table(tree.read(name), name)
        except BadInput as error:
            problems.add("", name, error.problem, "table left out")
            continue
        columns = {_plain(column): column for column in table.columns}
        id_, age, male, sex = (_pick(columns, names) for names in (_ID, _AGE, _MALE, _SEX))
        if id_ is None or (male is None and sex is None):
            continue
        if age is None:
            problems.add("", name, "the table has no bone ages", f"{len(table)} rows left out")
            continue
        found.append(pd.DataFrame({
            "image_id": [_tidy_id(value) for value in table[id_]],
            "sex": _sexes(table[male or sex], sex_from_male if male else parse_sex),
            "age_text": table[age], "table": name,
            "part": "test" if sex else "validation" if _plain(id_) == "imageid" else "training",
        }))
    return _clean(pd.concat(found, ignore_index=True), problems) if found else pd.DataFrame()


def _plain(column: object) -> str:
    return "".join(mark for mark in str(column).lower() if mark.isalnum())


def _pick(columns: dict[str, str], names: set[str]) -> str | None:
    return next((columns[name] for name in columns if name in names), None)


def _tidy_id(value: str) -> str:
    text = value.strip()
    text = text[:-2] if text.endswith(".0") else text
    return stem(text) if "." in text else text


def _sexes(values: pd.Series, parse) -> list[str]:  # noqa: ANN001
    sexes = []
    for value in values:
        try:
            sexes.append(parse(value))
        except BadInput:
            sexes.append("")
    return sexes


def _clean(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Leave out rows whose id, sex or age cannot be used; say which."""
    rows["months"] = [number(text) for text in rows["age_text"]]
    keep = []
    for row in rows.itertuples():
        if not row.image_id:
            reason = "the row has no id"
        elif not row.sex:
            reason = "the sex is missing or unknown"
        elif row.months != row.months:
            reason = f"the bone age {row.age_text!r} is not a number"
        elif not 0 <= row.months <= MOST_MONTHS:
            reason = f"the bone age {row.months:g} is outside 0 to {MOST_MONTHS} months"
        else:
            reason = ""
        if reason:
            problems.add(row.image_id, row.table, reason, "left out")
        keep.append(not reason)
    rows = rows[keep]
    return _without_doubles(rows, problems)


def _without_doubles(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    doubled = rows["image_id"].duplicated(keep=False)
    drop = []
    for image_id, same in rows[doubled].groupby("image_id"):
        agree = same["months"].nunique() == 1 and same["sex"].nunique() == 1
        drop += list(same.index[1:] if agree else same.index)
        problems.add(image_id, same["table"].iloc[0],
                     f"the id stands in {len(same)} rows that {'agree' if agree else 'contradict'}",
                     "first row used" if agree else "left out")
    return rows.drop(index=drop).reset_index(drop=True)


def _with_images(
    labels: pd.DataFrame, tree: FileTree, problems: Problems, verify: bool | None
) -> pd.DataFrame:
    files = defaultdict(list)
    for name in tree.images():
        files[stem(name)].append(name)
    for image_id in sorted(set(labels["image_id"]) - set(files)):
        problems.add(image_id, "", "the table names it, but there is no image", "left out")
    _list_unlabelled(set(files) - set(labels["image_id"]) - problems.ids(), files, problems)
    labels = labels[labels["image_id"].isin(files)].reset_index(drop=True)
    for image_id in labels["image_id"]:
        for extra in files[image_id][1:]:
            problems.add(image_id, extra, f"second file of this id, beside {files[image_id][0]}",
                         "first file used")
    names = [files[image_id][0] for image_id in labels["image_id"]]
    bad = leave_out_bad_images(tree, names, labels["image_id"].tolist(), problems, verify)
    table = pd.DataFrame({
        "image_id": labels["image_id"], "path": names, "sex": labels["sex"], "group": None,
        "chronological_age": float("nan"), "bone_age": labels["months"] / 12,
        "reader_1": float("nan"), "reader_2": float("nan"), "source": "rsna",
    }, columns=list(RECORD_COLUMNS))
    table["part"] = labels["part"]
    return table[~table["path"].isin(bad)].reset_index(drop=True)


def _list_unlabelled(ids: set[str], files: dict[str, list[str]], problems: Problems) -> None:
    folders = defaultdict(list)
    for image_id in ids:
        for name in files[image_id]:
            folders[name.rpartition("/")[0]].append(name)
    for folder, names in sorted(folders.items()):
        names.sort()
        problems.add("", folder, f"{len(names)} image(s) without a bone age, {names[0]} for one",
                     "left out")
