"""A folder (or zip) of DICOM or image files with a CSV that says who is who.

Without a CSV, DICOM headers give sex and chronological age; the bone age is then unknown.
"""

from __future__ import annotations

import pandas as pd

from ..errors import BadInput
from ..radiograph.formats import refuse_unknown
from ..records import RECORD_COLUMNS
from .columns import Wishes, columns_of, rename, sexes_of
from .dataset import Dataset
from .files import FilePixels, leave_out_bad_images
from .headers import header_facts
from .labels import labelled, no_match, usable, with_images
from .matching import stem
from .problems import Problems
from .tree import FileTree

_EXAMPLE = "Put a CSV beside the images: image_id,sex,bone_age (years; or bone_age_months)."


def load_folder(path: str, spec: str, wishes: Wishes, verify: bool | None = None) -> Dataset:
    """Load a folder of radiographs with its table.

    The table is the one CSV or Excel file with an image column. Its image column may hold paths,
    file names or names without ending.

    Raises
    ------
    BadInput
        If there is no image, no way to know the sex, or a column is ambiguous.
    """
    tree, problems = open_tree(path)
    if not tree.images:
        raise _no_image(tree, path)
    named = _table_of(tree, wishes, problems)
    if named is None:
        rows = _from_headers(tree, wishes, problems, path)
    else:
        rows = _from_table(*named, tree, wishes, problems)
    table = finish(usable(rows, problems), tree, problems, verify, "folder")
    if table.empty:
        raise nothing_usable(path, problems)
    pixels = FilePixels(tree, table["path"].tolist(), invert=None)
    return Dataset("folder", spec, table, problems, pixels)


def open_tree(path: str) -> tuple[FileTree, Problems]:
    """Return the files of a data set, and what of them had to be left alone as problems."""
    tree, problems = FileTree(path), Problems()
    for name, reason in tree.unreadable:
        problems.add("", name, f"unreadable: {reason}", "left out")
    return tree, problems


def nothing_usable(path: str, problems: Problems) -> BadInput:
    """Return the error for a data set of which every image was left out."""
    return BadInput(f"No radiograph of {path} can be used: {problems.summary()}.", _EXAMPLE)


def _no_image(tree: FileTree, path: str) -> BadInput:
    formats = "Give a folder with DICOM, PNG, JPEG, JPEG 2000, TIFF or WebP."
    others = sorted(set(tree.entries) - set(tree.tables))
    if tree.unreadable:
        name, reason = tree.unreadable[0]
        return BadInput(f"{path} holds no image; {name} was left out: {reason}.", formats)
    if others:
        largest = max(others, key=lambda name: tree.entries[name].size)
        error = refuse_unknown(tree.first_bytes(largest), largest)
        return BadInput(f"{path} holds no image: {error.problem}", error.remedy)
    return BadInput(f"{path} holds no image.", formats)


def _table_of(
    tree: FileTree, wishes: Wishes, problems: Problems
) -> tuple[pd.DataFrame, str] | None:
    """Return the table that describes the images and its name; refused if there are several."""
    fitting: list[tuple[pd.DataFrame, str]] = []
    refused: BadInput | None = None
    for name in tree.tables:
        try:
            table = rename(tree.table(name), wishes, name)
        except BadInput as error:
            problems.add("", name, error.problem, "table not used")
            refused = refused or error
            continue
        if columns_of(table, "image_id"):
            fitting.append((table, name))
    if len(fitting) > 1:
        raise BadInput(
            f"There are {len(fitting)} tables: {', '.join(name for _, name in fitting)}.",
            "Leave the one that describes the images, and move the others away.",
        )
    if refused is not None and not fitting:
        raise refused
    return fitting[0] if fitting else None


def _from_table(
    table: pd.DataFrame, where: str, tree: FileTree, wishes: Wishes, problems: Problems
) -> pd.DataFrame:
    rows = with_images(table, labelled(table, where, wishes), where, tree.images, tree)
    if not any(match.file or match.several for match in rows["match"]):
        raise no_match(rows, tree.images, str(tree.root))
    list_unused(tree.images, rows, where, problems)
    if rows["bone_age"].isna().all():
        says = f"no column is known for a bone age: {', '.join(map(str, table))}"
        problems.add("", where, says, "bone_age is unknown (NaN); add ,bone_age=COLUMN to the data")
    if sexes_of(table, where, wishes) is None:
        rows["sex"] = _sexes_from_headers(rows["path"], tree, where, problems)
        unknown = (rows["sex"] == "") & (rows["reason"] == "") & (rows["path"] != "")
        rows.loc[unknown, "reason"] = "the sex is missing or unknown"
    return rows


def list_unused(
    images: list[str], rows: pd.DataFrame, where: str, problems: Problems, lacks: str = "a row"
) -> None:
    """List images that no row names, one line per folder."""
    named = set(rows["path"]) | {file for match in rows["match"] for file in match.several}
    folders: dict[str, list[str]] = {}
    for name in images:
        if name not in named:
            folders.setdefault(name.rpartition("/")[0], []).append(name)
    for names in folders.values():
        says = f"{len(names)} image(s) without {lacks}, {names[0]} for one"
        kind = f"image without {lacks}"
        problems.add("", where, says, "left out", kind=kind, images=len(names))


def _sexes_from_headers(
    paths: pd.Series, tree: FileTree, where: str, problems: Problems
) -> list[str]:
    """Return the sexes that DICOM headers state, for a table that has none."""
    facts = [header_facts(tree.read(path)) if path else None for path in paths]
    sexes = [fact.sex if fact else "" for fact in facts]
    if not any(sexes):
        raise BadInput(
            f"{where} has no column sex.",
            "Add one with F and M, or say which it is: add ,sex=COLUMN to the data.",
        )
    problems.add("", where, "the table has no column sex", "taken from the DICOM headers")
    return sexes


def _from_headers(tree: FileTree, wishes: Wishes, problems: Problems, path: str) -> pd.DataFrame:
    facts = {name: header_facts(tree.read(name)) for name in tree.images}
    rows = pd.DataFrame(
        {"image_id": stem(name), "path": name, **fact._asdict()}
        for name, fact in facts.items()
        if fact is not None
    )
    if rows.empty:
        raise BadInput(_no_table(tree, path), _EXAMPLE)
    if len(rows) < len(facts):
        n = len(facts) - len(rows)
        says = f"{n} image(s) without a DICOM header or a row in a table"
        problems.add("", path, says, "left out", kind="image without a row", images=n)
    if wishes.columns.get("patient_id") == "":
        rows = rows.drop(columns="patient_id")
    problems.add("", path, "there is no table of bone ages", "bone_age is unknown (NaN)")
    reason = rows["sex"].map({"": "the sex is missing or unknown"}).fillna("")
    ages = dict.fromkeys(("bone_age", "reader_1", "reader_2"), float("nan"))
    return rows.assign(**ages, group=None, reason=reason, table=path)


def _no_table(tree: FileTree, path: str) -> str:
    if not tree.tables:
        others = sorted(set(tree.entries) - set(tree.images))
        other = f" ({others[0]} does not end as one)" if others else ""
        return f"{path} holds images but no table{other}, so their sex is not known."
    columns = ", ".join(map(repr, tree.table(tree.tables[0])))
    return f"{tree.tables[0]} has no column that names the images; it has {columns[:150]}."


def finish(
    rows: pd.DataFrame, tree: FileTree, problems: Problems, verify: bool | None, source: str
) -> pd.DataFrame:
    """Leave out bad images and bring the rows into the record schema."""
    paths, ids = rows["path"].tolist(), rows["image_id"].tolist()
    bad = leave_out_bad_images(tree, paths, ids, problems, verify)
    unlabelled = int(rows["bone_age"].isna().sum())
    if 0 < unlabelled < len(rows):
        problems.add("", "", f"{unlabelled} image(s) have no bone age", "kept, bone_age is NaN")
    rows = rows[~rows["path"].isin(bad)].assign(source=source).reset_index(drop=True)
    if "patient_id" in rows and rows["patient_id"].nunique() == 1 < rows["patient_id"].count():
        says = f"all images have the patient_id {rows['patient_id'].dropna().iloc[0]!r}"
        done = "they count as one child; add ,patient_id= to the data to set the column aside"
        problems.add("", "", says, done)
    _list_patients_of_both_sexes(rows, problems)
    further = [name for name in ("patient_id", "part") if name in rows]
    return rows.reindex(columns=[*RECORD_COLUMNS, *further])


def _list_patients_of_both_sexes(rows: pd.DataFrame, problems: Problems) -> None:
    """List patients who are a girl in one row and a boy in another."""
    if "patient_id" not in rows or rows["patient_id"].nunique() < 2:
        return
    sexes = rows.groupby("patient_id")["sex"].nunique()
    for patient in sexes.index[sexes > 1]:
        images = rows[rows["patient_id"] == patient].drop_duplicates("sex")["image_id"]
        says = f"patient {patient!r} is F in one row and M in another: images {', '.join(images)}"
        done = "kept; correct the sex, or the patient_id"
        problems.add(str(images.iloc[0]), "", says, done, kind="patient of both sexes")
