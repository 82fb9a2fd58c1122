"""Tables as spreadsheets, statisticians and other languages write them."""

from __future__ import annotations

import io

import openpyxl
from dataset_layouts import TRAINING, png

from .base import Fault, command
from .commands import PREDICTED
from .data_sets import GOOD, folder_table, loads

HEAD = "image_id,sex,bone_age\n"


def rows(*ages_and_sexes: tuple[str, str]) -> str:
    return HEAD + "".join(f"{i},{sex},{age}\n" for i, (sex, age) in enumerate(ages_and_sexes))


def ages(*cells: str) -> str:
    return rows(*(("FM"[i % 2], cell) for i, cell in enumerate(cells)))


def sexed(*words: str, column: str = "sex") -> str:
    return rows(*((word, str(5 + i)) for i, word in enumerate(words))).replace("sex", column)


def named(*ids: str) -> str:
    return HEAD + "".join(f"{name},{'FM'[i % 2]},{5 + i}\n" for i, name in enumerate(ids))


def files(*names: str) -> dict:
    return {f"{name}": png(i) for i, name in enumerate(names)}


def workbook(*tables: str) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, text in enumerate(tables):
        sheet = book.create_sheet(f"page {number + 1}")
        for line in text.splitlines():
            sheet.append(line.split(","))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def excel(*tables: str) -> dict:
    films = {name: data for name, data in folder_table(GOOD).items() if name != "table.csv"}
    return {**films, "table.xlsx": workbook(*tables)}


NOTES = "Films of May\nread by,Ann\nlast change,2026\n"
FOLDERS = [
    ("Excel with the data on the second page", excel(NOTES, GOOD), "loaded, 4 images"),
    ("Excel with two pages of data", excel(GOOD, NOTES, GOOD), "2 sheets with a table"),
    ("no line of headings", folder_table("0,F,5\n1,M,6\n"), "no line of headings"),
    ("UTF-32", folder_table(GOOD.encode("utf-32")), "loaded, 4 images"),
    ("blanks between the columns", folder_table(GOOD.replace(",", " ")), "no column that names"),
    ("typographic quotes", folder_table(GOOD.replace("F", "“F”")), "words that are not known"),
    ("lines that end in CR", folder_table(GOOD.replace("\n", "\r")), "loaded, 4 images"),
    ("commas behind each row", folder_table(GOOD.replace("\n", ",,\n")), "loaded, 4 images"),
    ("a comment above", folder_table("# by Ann\n" + GOOD), "loaded, 4 images"),
    ("the table twice", folder_table(GOOD + GOOD), "rows that agree"),
    ("a row of sums", folder_table(GOOD + "Total,,26\n"), "reaches 26"),
    ("the units in the cells", folder_table(ages("5 years", "72 mo", "7y", "96m")), "4 images"),
    ("ages as 5;6", folder_table(ages("5;6", "6;0")), "5;6"),
    ("ages as 5-06", folder_table(ages("5-06", "6-01")), "'5-06' is not a number"),
    ("ages as dates", folder_table(ages("2020-05-01", "2019-01-01")), "is not a number"),
    ("an age as <2", folder_table(ages("<2", "6", "7", "8")), "'<2' is not a number"),
    ("an age of 70,000 digits", folder_table(ages("5" * 70000, "6", "7", "8")), "loaded, 3"),
    ("infants' months without a unit", folder_table(ages(*map(str, range(2, 24))), 22), "months"),
    (
        "no bone age, under a name of its own",
        folder_table(GOOD.replace("bone_age", "BA2")),
        "no column is known",
    ),
    ("sexes in German", folder_table(sexed("weiblich", "männlich", "w", "m")), "loaded, 4"),
    ("sexes in French", folder_table(sexed("femme", "homme", "fille", column="sexe")), "loaded, 3"),
    ("sexes as 1 and 2", folder_table(sexed("2", "1", "2")), "2 means girls in some tables"),
    ("sexes as signs", folder_table(sexed("♀", "♂", "女")), "loaded, 3"),
    ("sexes as U and X", folder_table(sexed("U", "X", "F", "M")), "'U'"),
    ("male as yes and no", folder_table(sexed("no", "ja", column="male")), "loaded, 2"),
    (
        "ids as Excel shows them, 1E+05",
        {**files("100000.png", "200000.png"), "t.csv": named("1E+05", "2E+05")},
        "'1E+05' stands in t.csv",
    ),
    (
        "ids with blanks around them",
        {**files("a 0.png", "a 1.png"), "t.csv": named(" a 0 ", "a 1")},
        "loaded, 2",
    ),
    (
        "ids with a line break and an emoji",
        {**files("😀.png", "x\ny.png"), "t.csv": named("😀", '"x\ny"')},
        "loaded, 2",
    ),
    (
        "ids that Windows reserves",
        {**files("CON.png", "nul.png"), "t.csv": named("CON", "nul")},
        "loaded, 2",
    ),
    (
        "ids as paths of Windows",
        {**files("s/0.png", "s/1.png"), "t.csv": named("C:\\x\\0.png", "C:\\x\\1.png")},
        "loaded, 2",
    ),
    ("ids that differ in case", {**files("a.png", "A.png"), "t.csv": named("a", "A")}, "loaded, 2"),
    (
        "a PNG and a JPEG of one id",
        {**files("1.png", "1.jpg", "2.png"), "t.csv": named("1", "2")},
        "several files have this name",
    ),
    ("a web page named .xls", {**files("0.png"), "t.xls": "<html><table>"}, "a web page"),
    ("JSON named .csv", {**files("0.png"), "t.csv": '{"image_id": 1}'}, "is JSON"),
    ("5,000 columns", folder_table(",".join("a" * 5000) + "\n"), "5,000 columns"),
    ("empty images", {"0.png": b"", "1.png": b"", "t.csv": GOOD}, "the file is empty"),
    ("a table and no image", {"t.csv": GOOD}, "holds no image"),
    (
        "what macOS and Windows leave",
        {**folder_table(GOOD), "__MACOSX/._0.png": b"x", "Thumbs.db": b"x"},
        "loaded, 4",
    ),
    (
        "a table that explains the columns",
        {**folder_table(GOOD), "code.csv": "column,meaning\nsex,child\n"},
        "loaded, 4",
    ),
]

RSNA = [
    ("RSNA's without headings", "1377,180,False\n1378,60,True\n", "no line of headings"),
    ("RSNA's with male as 0 and 1", "id,boneage,male\n1377,60,0\n1378,70,1\n", "loaded, 2"),
    ("RSNA's with male as -1", "id,boneage,male\n1377,60,-1\n1378,70,1\n", "unknown: '-1'"),
    (
        "RSNA's from a German Excel",
        "id;boneage;male\n1377;60,5;WAHR\n1378;70;FALSCH\n",
        "loaded, 2",
    ),
    (
        "RSNA's of infants only",
        "id,boneage,male\n1377,6,True\n1378,9,False\n",
        "or all are infants",
    ),
]

PREDICTIONS = [
    ("no line of headings", PREDICTED.split("\n", 1)[1], "no line of headings"),
    ("German decimal commas", PREDICTED.replace(",", ";").replace(".5", ",5"), "exit 0"),
    ("sexes as 1 and 2", PREDICTED.replace(",F,", ",2,").replace(",M,", ",1,"), "2 means girls"),
    ("one sex that is not known", PREDICTED.replace("\n3,M", "\n3,X"), "Row 4 (image_id '3')"),
    ("a negative label", PREDICTED.replace("\n3,M,4", "\n3,M,-4"), "below 0 years"),
    ("a prediction in per cent", PREDICTED.replace("\n0,F,1,1.5", "\n0,F,1,15%"), "'15%'"),
    ("a prediction as 0x10", PREDICTED.replace("\n0,F,1,1.5", "\n0,F,1,0x10"), "'0x10'"),
    ("Excel's #DIV/0!", PREDICTED.replace("\n0,F,1,1.5", "\n0,F,1,#DIV/0!"), "'#DIV/0!'"),
    ("two columns of one name", PREDICTED.replace("y_pred", "y_true"), "two columns named"),
    ("a quotation mark that stays open", PREDICTED.replace("\n5,", '\n"5,'), "not closed"),
    (
        "years in a column of months",
        PREDICTED.replace("y_true", "y_true_months"),
        "these are years",
    ),
    (
        "infants' months without a unit",
        "image_id,sex,y_true,y_pred\n" + "".join(f"{i},F,{2 + i},{3 + i}\n" for i in range(22)),
        "looks like months",
    ),
    ("three rows", "\n".join(PREDICTED.splitlines()[:4]) + "\n", "exit 0"),
    ("Parquet", b"PAR1" + bytes(20), "Parquet"),
    ("a zip", b"PK\3\4" + bytes(30), "not a readable Excel file"),
]

SIBLING_TABLES = [
    *(Fault("a table", tried, loads(data, "folder"), says) for tried, data, says in FOLDERS),
    *(
        Fault("a table", tried, loads({**TRAINING, "train.csv": text}), says)
        for tried, text, says in RSNA
    ),
    *(
        Fault(
            "a predictions table",
            tried,
            command("evaluate", "p.csv", "--bootstrap", "100", files={"p.csv": text}),
            says,
        )
        for tried, text, says in PREDICTIONS
    ),
]
