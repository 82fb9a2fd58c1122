"""The tables that label the Digital Hand Atlas: the site's own, and other projects' lists."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from typing import NamedTuple

import pandas as pd

from ..errors import BadInput
from ..records import parse_sex
from .ages import OLDEST_BONE_AGE, check_unit, in_years
from .column_names import plain
from .columns import Wishes, columns_of
from .labels import labelled
from .matching import stem

#: Where the atlas files an image: group, sex, age in whole years, name.
FILED_AS = re.compile(r"(?:^|[/!])(ASI|BLK|CAU|HIS)([FM])(\d\d)/([^/]+)$", re.IGNORECASE)
_GROUP_WORDS = {"asi": "ASI", "asian": "ASI", "blk": "BLK", "black": "BLK",
                "africanamerican": "BLK", "cau": "CAU", "caucasian": "CAU", "white": "CAU",
                "his": "HIS", "hispanic": "HIS"}  # fmt: skip
#: Second digit of the patient numbers in Deeplasia's list (facts: computed from its rows).
_GROUP_DIGITS = {"1": "BLK", "2": "CAU", "3": "HIS", "4": "ASI"}
_FIELDS = 12
_NAN = float("nan")


class Label(NamedTuple):
    """What one row of a table says: of which image, and what. Ages in years, NaN if unknown.

    ``key`` is the image's name, ``folder`` the atlas's folder, ``file_number`` another name that
    the image may have; ``reason`` says why the row cannot be used, "" where it can.
    """

    key: str
    folder: str = ""
    file_number: str = ""
    group: str | None = None
    sex: str = ""
    chronological_age: float = _NAN
    reader_1: float = _NAN
    reader_2: float = _NAN
    bone_age: float = _NAN
    reason: str = ""


def is_site_table(table: pd.DataFrame) -> bool:
    """Whether the table begins with a row of the site's, a link to an image and no heading."""
    first = str(table.iloc[0, 0]).replace("\\", "/")
    return len(table.columns) >= _FIELDS and bool(FILED_AS.search(first))


def site_labels(table: pd.DataFrame, name: str, wishes: Wishes) -> list[Label]:
    """Return the site's labels: link, race, gender and age first, the readings last.

    Birth dates stand between them and are not taken.
    """
    rows = []
    for cells in table.itertuples(index=False, name=None):
        filled = max(_FIELDS, *(i + 1 for i, cell in enumerate(cells) if cell))
        rows.append([*cells[:4], *cells[filled - 2 : filled]])
    links, groups, sexes, *ages = (list(column) for column in zip(*rows, strict=True))
    years, reasons = zip(*(_years(cells, name, wishes) for cells in ages), strict=True)
    means = pd.DataFrame({"reader_1": years[1], "reader_2": years[2]}).mean(axis=1)
    labels = []
    for i, link in enumerate(links):
        folder = FILED_AS.search(link.replace("\\", "/"))
        labels.append(
            Label(
                stem(link),
                "".join(folder.groups()[:3]).upper() if folder else "",
                group=_GROUP_WORDS.get(plain(groups[i])),
                sex=_sex(sexes[i]),
                chronological_age=years[0][i],
                reader_1=years[1][i],
                reader_2=years[2][i],
                bone_age=means[i],
                reason=next(filter(None, (problems[i] for problems in reasons)), ""),
            )
        )
    return labels


def _years(cells: list[str], name: str, wishes: Wishes) -> tuple[list[float], list[str]]:
    texts = pd.Series(cells, dtype=object)
    if not wishes.unit:
        option = wishes.option.format("unit={}")
        column = f"A column of ages in {name}"
        check_unit(texts, "years", column, option, named=False, oldest=OLDEST_BONE_AGE)
    ages = in_years(texts, wishes.unit or "years", "age", OLDEST_BONE_AGE)
    return ages.years.tolist(), ages.problems.tolist()


def _sex(word: str) -> str:
    try:
        return parse_sex(word)
    except BadInput:
        return ""


def list_labels(table: pd.DataFrame, name: str, wishes: Wishes) -> list[Label]:
    """Return the labels of another project's list with a heading.

    Deeplasia's ``bone_age`` is in months by its documents.
    """
    deeplasia = {"imageid", "dir", "patientid", "sex", "boneage"} <= set(map(plain, table))
    if deeplasia:
        months = {name: "bone_age_months" for name in table if plain(name) == "boneage"}
        table = table.rename(columns=months)
    rows = labelled(table, name, wishes)
    rows["key"] = [stem(cell) for cell in table[columns_of(table, "image_id")[0]]]
    rows["group"] = None
    if deeplasia:
        # 8, group digit, sex digit, age, and the atlas's file number; some rows differ
        numbers = rows["patient_id"].fillna("").astype(str)
        numbers = numbers.where(numbers.str.fullmatch(r"8\d{7,9}"), "")
        rows["file_number"] = numbers.str[-4:]
        rows["group"] = numbers.str[1:2].map(_GROUP_DIGITS)
    rows["group"] = rows["group"].astype(object).where(rows["group"].notna(), None)
    fields = [field for field in Label._fields if field in rows]
    return [Label(**row) for row in rows[fields].to_dict("records")]


def broken_links() -> dict[tuple[str, str], str]:
    """Return (folder, name) of the site's known broken links -> the file that is meant."""
    with (files(__package__) / "dha_broken_links.csv").open(encoding="utf-8") as file:
        return {(row["folder"], row["linked"]): row["file"] for row in csv.DictReader(file)}
