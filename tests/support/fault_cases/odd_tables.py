"""Tables that mean something else than they seem to, and options that nothing would come of."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from dataset_layouts import TRAINING, put

from boneage_kit.datasets import files as files_of_data

from .base import Fault, command, said_by
from .commands import PREDICTED
from .data_sets import GOOD, folder_table, loads
from .doubts import folder_of
from .sibling_tables import ages, files, named, rows, sexed, workbook
from .small_model import put_model

#: Girls of a Spanish clinic, and one boy: H is hombre, M is mujer.
SPANISH = rows(*(("H" if i == 3 else "M", str(5 + i / 2)) for i in range(12)))
RSNA_ZEROS = "id,boneage,male\n1377,0,True\n1378,0,False\n1379,90,True\n"
INVISIBLE = "\u200b"
FOLDERS = [
    ("sexes as H and M", SPANISH, "M is a girl in Spanish (mujer)"),
    ("sexes as K and M", sexed("K", "M", "K", "M"), "words that are not known: 'K'"),
    ("sexes in Russian", sexed("ж", "м", "ж", "м"), "words that are not known"),
    ("sexes in Japanese, Shift JIS", sexed("女", "男", "女", "男").encode("cp932"), "not known"),
    ("sexes in Spanish words", sexed("Niña", "HOMBRE", "mujer", "niño"), "loaded, 4 images"),
    ("a sex with an invisible sign", sexed("F", "M" + INVISIBLE, "F", "M"), "loaded, 3 images"),
    ("male as true and empty", sexed("TRUE", "", "TRUE", "", column="male"), "loaded, 2 images"),
    ("a column boy", sexed("1", "0", "1", "0", column="boy"), "no column sex"),
    ("ages of 0 for unknown", ages("0", "6", "0", "8"), "is 0 in 2 rows"),
    ("a newborn of 0", ages("0", "6", "7", "8"), "loaded, 4 images"),
    ("ages of 999 for unknown", ages("999", "6", "7", "8"), "out of range"),
    ("ages of -1 for unknown", ages("-1", "6", "7", "8"), "outside 0 to 20"),
    ("ages in words of missing", ages("unknown", "n/a", "-", "8"), "3 image(s) have no bone age"),
    ("ages in weeks and days", ages("20 weeks", "400 d", "60w", "80 days"), "loaded, 4 images"),
    ("ages as 5 1/2", ages("5 1/2", "6", "7", "8"), "'5 1/2' is not a number"),
    ("ages as 5'6", ages("5'6", "6'3", "7'0", "8'1"), "is not a number, nor is any other"),
    ("ages in full-width digits", ages("５", "６", "７", "８"), "loaded, 4 images"),
    ("ages in years, months and words", ages("5y13m", "6 yrs and 3 mos", "7", "8"), "loaded, 4"),
    ("a column bone_age_days", ages("5", "6").replace("bone_age", "bone_age_days"), "not known"),
    ("chronological ages in months",
     "image_id,sex,bone_age,chronological_age\n0,F,5,60\n1,M,6,70\n2,F,7,80\n3,M,8,90\n",
     "chronological_age of table.csv is taken for years and reaches 90"),
    ("two titles of two cells", "Study,May\nBy,Ann\n\n" + GOOD, "loaded, 4 images"),
    ("a foot of notes", GOOD + "\nn = 4\nSource: clinic\n", "the sex is missing or unknown"),
    ("sep= and tabs", "sep=\t\n" + GOOD.replace(",", "\t"), "loaded, 4 images"),
    ("SEP= in UTF-16", ("SEP=;\r\n" + GOOD.replace(",", ";")).encode("utf-16"), "loaded, 4 images"),
    ("UTF-16 without its mark", GOOD.encode("utf-16-be"), "loaded, 4 images"),
    ("EBCDIC", GOOD.encode("cp500"), "has a heading and no row"),
    ("cells in single quotes", GOOD.replace(",", "','").replace("\n", "'\n'"), "\"'F'\", \"'M'\""),
    ("a table of Markdown", "| " + GOOD.replace(",", " | ").replace("\n", " |\n| "), "loaded"),
    ("rows and columns exchanged", "image_id,0,1\nsex,F,M\nbone_age,5,6\n", "'sex' stands in"),
    ("decimal commas between commas", ages("5,5", "6,5"), "4 values under 3 headings"),
    ("two bone ages", GOOD.replace("sex", "sex,BoneAge", 1).replace(",F", ",F,5")
     .replace(",M", ",M,6"), "may be the bone age"),
]  # fmt: skip
NAMES = [
    ("a table named .txt", {**files("0.png"), "t.txt": GOOD}, "t.txt does not end as one"),
    ("a table, packed", {**files("0.png"), "t.csv.gz": b"\x1f\x8b"}, "t.csv.gz does not end"),
    ("ids as 1,377", {**files("1377.png"), "t.csv": named('"1,377"')}, "'1,377' stands in"),
    ("ids as 1e3", {**files("1000.png"), "t.csv": named("1e3")}, "'1e3' stands in t.csv"),
    (
        "ids 1 and 01 for one file",
        {**files("001.png", "002.png"), "t.csv": named("1", "01", "2")},
        "loaded, 1 images",
    ),
    (
        "one name in two folders",
        {**files("x/1.png", "y/1.png", "2.png"), "t.csv": named("1", "2")},
        "several files have this name",
    ),
    (
        "accents as macOS stores them",
        {**files("re\u0301my.png", "zoe\u0308.png"), "t.csv": named("rémy", "zoë")},
        "loaded, 2 images",
    ),
    (
        "Excel with a hidden page of old ages",
        {**files("0.png", "1.png"), "t.xlsx": workbook(GOOD, GOOD)},
        "2 sheets with a table",
    ),
]


def many_rows() -> bytes:
    """Return a small Excel file whose sheet unpacks to a million rows of one cell."""
    packed, file = zipfile.ZipFile(io.BytesIO(workbook(PREDICTED))), io.BytesIO()
    row = b'<row><c t="n"><v>1</v></c></row>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in packed.namelist():
            end = b"</sheetData>"
            archive.writestr(name, packed.read(name).replace(end, row * 1_000_000 + end))
    return file.getvalue()


def sparse_table(folder: Path) -> str:
    """Evaluate a table of 900 MB of which only the heading is there."""
    with open(folder / "p.csv", "wb") as file:
        file.write(b"image_id,sex,y_true,y_pred\n")
        file.truncate(9 * 10**8)
    return said_by(["evaluate", "p.csv"], folder)


def changed(change: Callable[[pd.DataFrame], pd.DataFrame]) -> str:
    return change(pd.read_csv(io.StringIO(PREDICTED))).to_csv(index=False)


PREDICTIONS = [
    ("sexes as H and M", changed(lambda t: t.assign(
        sex=["H"] + ["M"] * (len(t) - 1))), [], "M is a girl in Spanish (mujer)"),
    ("labels of 0 for unknown", changed(lambda t: t.assign(
        y_true=[0.0] * 3 + [8.0] * (len(t) - 3))), [], "Column y_true is 0 in 3 rows"),
    ("labels of two columns exchanged", PREDICTED, ["--columns", "y_pred=y_true"],
     "y_true (named as y_pred)"),
    ("half widths as an interval", changed(lambda t: t.assign(lower=1.0, upper=1.5)), [],
     "outside 1 to 1.5"),
    ("an interval without ends", changed(lambda t: t.assign(lower="-inf", upper="inf")), [],
     "lower -inf years"),
    ("two models, two sexes of a child", changed(lambda t: pd.concat(
        [t.assign(model="a"), t.assign(model="b", sex="F")])), [], "another sex than a row above"),
    ("predictions in days", changed(lambda t: t.assign(y_pred=t["y_pred"] * 365)), [],
     "out of range"),
    ("a true or false prediction", changed(lambda t: t.assign(y_pred=True)), [], "'True'"),
    ("predictions of 1e400", PREDICTED.replace("\n0,F,1,1.5", "\n0,F,1,1e400"), [], "inf years"),
    ("--months and --unit years", PREDICTED, ["--months", "--unit", "years"], "contradict"),
    ("--data without --out", PREDICTED, ["--data", "phantom"], "without --out none is written"),
    ("--n without --data", PREDICTED, ["--n", "5"], "--n is of the data set"),
    ("an Excel file that unpacks to a million rows", many_rows(), [], "far more than a table has"),
]  # fmt: skip


def predict(*words: str) -> Callable[[Path], str]:
    """Predict in a folder with a small model, films and a table."""

    def act(folder: Path) -> str:
        put_model(folder / "model")
        put(folder / "data", folder_of(5, 0, 0))
        return said_by(["predict", "--model", "model", *words], folder)

    return act


def at_home(folder: Path) -> str:
    """Name a table in the home folder with a ~ that no shell has replaced."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(folder / "home")
    (folder / "home").mkdir()
    try:
        said = predict("--data", "folder:data", "--out", "~/p.csv")(folder)
    finally:
        os.environ.pop("HOME") if before is None else os.environ.update(HOME=before)
    left = sorted(path.name for path in (folder / "home").iterdir())
    return f"{said}; at home: {left}; a folder ~: {(folder / '~').exists()}"


def damaged_in_a_large_set(folder: Path) -> str:
    """Compare methods on a set that is too large to be decoded when it is loaded."""
    films = folder_of(40, 0, 0)
    films["3.png"] = films["3.png"][:60] + bytes(15) + films["3.png"][75:]
    put(folder / "data", films)
    before, files_of_data.VERIFY_BELOW_BYTES = files_of_data.VERIFY_BELOW_BYTES, 0
    words = "benchmark --data folder:data --methods constant by_hand_ridge --sizes 15 --folds 2"
    try:
        said = said_by([*words.split(), "--workers", "0", "--out", "b"], folder, with_output=True)
    finally:
        files_of_data.VERIFY_BELOW_BYTES = before
    return f"exit {said[5:6]}; {' '.join(said.split()[-16:])}"


def pipe_for(state: str) -> Callable[[Path], str]:
    """Go on with a study of which a file has become a named pipe."""

    def act(folder: Path) -> str:
        put(folder / "data", folder_of(40, 0, 0))
        words = "benchmark --data folder:data --methods constant --sizes 15 --folds 2 --workers 0"
        said_by([*words.split(), "--out", "b"], folder)
        path = next((folder / "b").glob(state))
        path.unlink()
        os.mkfifo(path)
        return said_by([*words.split(), "--out", "b"], folder)

    return act


ODD_TABLES = [
    *(Fault("a table", tried, loads(folder_table(text), "folder"), says)
      for tried, text, says in FOLDERS),
    *(Fault("a table", tried, loads(data, "folder"), says) for tried, data, says in NAMES),
    Fault(
        "a table",
        "RSNA's with ages of 0 for unknown",
        loads({**TRAINING, "train.csv": RSNA_ZEROS}),
        "is 0 in 2 rows",
    ),
    *(Fault("a predictions table", tried,
            command("evaluate", "p.csv", "--bootstrap", "100", *words, files={"p.csv": text}), says)
      for tried, text, words, says in PREDICTIONS),
    Fault("a predictions table", "900 MB of zeros", sparse_table, "a line of a million letters"),
    Fault("a command", "predict --data with --json",
          predict("--data", "folder:data", "--out", "p.csv", "--json"), "and no JSON"),
    Fault("a command", "predict of a film with --n",
          predict("--sex", "F", "--n", "3", "data/0.png"), "--n is of a data set"),
    Fault("a command", "predict --out ~/p.csv, in quotes", at_home,
          "at home: ['p.csv']; a folder ~: False"),
    Fault("a command", "predict --out p.csv.gz",
          predict("--data", "folder:data", "--out", "p.csv.gz"), "Name it p.csv with"),
    Fault("a data set", "benchmark on a large set with one damaged image", damaged_in_a_large_set,
          "39 images used, 1 left out: unreadable image (1)"),
    *(Fault("a state", f"a study's {name} that is a named pipe", pipe_for(path), "is damaged")
      for name, path in (("cell", "cells/*/*.csv"), ("identity", "study.json"))),
    Fault("a command", "phantom --monochrome1 as PNG",
          command("phantom", "--sex", "F", "--age", "8", "--monochrome1", "-o", "a.png"),
          "A PNG is not stored inverted"),
    Fault("a command", "phantom --bits as DICOM",
          command("phantom", "--sex", "F", "--age", "8", "--bits", "16", "-o", "a.dcm"),
          "written with 12 bits"),
]  # fmt: skip
