"""The RSNA 2017 Pediatric Bone Age Challenge, in any layout it is passed around in.

Tables are recognised by their columns, not by their names: ``id, boneage, male`` (training;
Kaggle), ``Image ID, male, Bone Age (months)`` (validation), ``Case ID, Sex, Ground truth bone
age (months)`` (test); RHPE adds ``Chronological``. Images are found by their id wherever they
lie: doubled folders, zips within zips, a zip that was never unpacked.
"""

from __future__ import annotations

import pandas as pd

from ..errors import BadInput
from .column_names import SEXES, plain
from .columns import Wishes, ages_of, columns_of, rename
from .dataset import Dataset
from .files import FilePixels
from .folder import finish, list_unused, nothing_usable, open_tree
from .labels import labelled, no_match, usable, with_images
from .problems import Problems
from .tree import TABLE_ENDINGS, FileTree


def load_rsna(path: str, spec: str, wishes: Wishes, verify: bool | None = None) -> Dataset:
    """Load the RSNA images and labels below a folder or in a zip; ages are in months.

    Raises
    ------
    BadInput
        If there is no table of bone ages, or no image that belongs to one.
    """
    tree, problems = open_tree(path)
    rows = _rows(tree, tree, wishes, problems)
    if rows.empty and not tree.root.is_dir():
        rows = _rows(_beside(tree), tree, wishes, problems)
    if rows.empty:
        why = problems.summary()
        raise BadInput(
            f"{path} holds no table of RSNA bone ages{f' ({why})' if why else ''}.",
            "Put boneage-training-dataset.csv (id,boneage,male) beside the images.",
        )
    if (rows["path"] == "").all() and not any(match.several for match in rows["match"]):
        raise no_match(rows, tree.images, path)
    good = usable(rows, problems)
    list_unused(tree.images, rows, "", problems, lacks="a bone age")
    table = finish(good, tree, problems, verify, "rsna")
    if table.empty:
        raise nothing_usable(path, problems)
    pixels = FilePixels(tree, table["path"].tolist(), invert=False)  # all are stored bone bright
    return Dataset("rsna", spec, table, problems, pixels)


def _beside(tree: FileTree) -> FileTree:
    """Return the tables in the folder of a lone zip, and in annotation zips there."""
    folder = tree.root.resolve().parent
    names = [
        path.name
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in TABLE_ENDINGS or "nnotation" in path.name
    ]
    return FileTree(folder, only=names)


def _rows(tables: FileTree, tree: FileTree, wishes: Wishes, problems: Problems) -> pd.DataFrame:
    """Return the labelled rows of every table of bone ages, with the images they name."""
    labels = []
    for name in tables.tables:
        try:
            table = rename(tables.table(name), wishes, name)
        except BadInput as error:
            problems.add("", name, error.problem, "table not used")
            continue
        sexed = any(columns_of(table, meaning) for meaning in SEXES)
        if not sexed or not columns_of(table, "image_id"):
            continue
        ages = ages_of(table, "bone_age", name, wishes, "months")
        if ages is None:
            problems.add("", name, "the table has no bone ages", f"{len(table)} rows not used")
            continue
        rows = labelled(table, name, wishes, "months")
        missing = ages.years.isna() & (rows["reason"] == "")
        rows.loc[missing, "reason"] = [
            f"the bone age {cell!r} is not a number" for cell in ages.cells[missing]
        ]
        rows = with_images(table, rows, name, tree.images, tree)
        labels.append(rows.assign(part=_part(table)))
    return pd.concat(labels, ignore_index=True) if labels else pd.DataFrame()


def _part(table: pd.DataFrame) -> str:
    """Return which part of the challenge a table labels, by the columns that its authors chose."""
    if not columns_of(table, "male"):
        return "test"
    ids = [plain(name) for name in columns_of(table, "image_id")]
    return "validation" if "imageid" in ids else "training"
