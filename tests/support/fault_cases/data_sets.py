"""Tables and data sets as people have them: wrong values, odd encodings, hostile archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from dataset_layouts import TRAINING, kaggle, png, put, zipped

import boneage_kit as bk

from .base import Fault


def loads(spec: Callable[[Path], str] | dict, kind: str = "rsna") -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        text = spec(folder) if callable(spec) else f"{kind}:{put(folder / 'data', spec)}"
        return data_in_words(text)

    return act


def data_in_words(spec: str) -> str:
    dataset = bk.datasets.load(spec)
    rows = dataset.images(16).shape[0]
    problems = dataset.problems.sort_values("image_id", key=lambda ids: ids == "", kind="stable")
    listed = "; ".join(
        f"{row.image_id or 'the data'}: {row.problem}" for row in problems.head(2).itertuples()
    )
    more = f" and {len(problems) - 2} more" if len(problems) > 2 else ""
    return f"loaded, {rows} images" + (f"; listed in problems: {listed}{more}" if listed else "")


def table(*rows: str, head: str = "id,boneage,male") -> dict:
    """RSNA's training images with three good rows and those given."""
    good = ["1377,60,True", "1378,70,False", "1379,80,True"]
    return {**TRAINING, "train.csv": "\n".join([head, *good, *rows]) + "\n"}


def folder_table(text: str | bytes, n: int = 4) -> dict:
    return {**{f"films/{number}.png": png(number) for number in range(n)}, "table.csv": text}


GOOD = "image_id,sex,bone_age\n0,F,5\n1,M,6\n2,F,7\n3,M,8\n"
SEXED = "image_id,sex,bone_age\n0,F,5\n1,{0},6\n2,F,7\n"

TABLES = [
    *(
        Fault("a table", tried, loads(table(row)), expected)
        for tried, row, expected in [
            ("an age that is a word", "1380,abc,True", "is not a number"),
            ("an empty age", "1380,,True", "is not a number"),
            ("a negative age", "1380,-4,True", "outside 0 to 240"),
            ("300 months", "1380,300,True", "outside 0 to 240"),
            ("an infinite age", "1380,inf,True", "outside 0 to 240"),
            ("nan as age", "1380,nan,True", "is not a number"),
            ("sex 'maybe'", "1380,90,maybe", "sex is missing"),
            ("sex blank", "1380,90,", "sex is missing"),
            ("the same row twice", "1379,80,True", "that agree"),
            ("one id with two ages", "1379,99,True", "that contradict"),
            ("a row without id", ",90,True", "has no id"),
            ("a row without image", "9999,90,True", "there is no image"),
        ]
    ),
    *(
        Fault("a table", tried, loads(folder_table(text), "folder"), expected)
        for tried, text, expected in [
            ("months where years are meant", GOOD.replace(",7", ",132"), "looks like months"),
            (
                "months in a column named years",
                GOOD.replace("bone_age", "bone_age_years").replace(",7", ",132"),
                "says years",
            ),
            (
                "a column that is just 'age'",
                GOOD.replace("bone_age", "age"),
                "bone age or chronological",
            ),
            ("no column of sex", "image_id,bone_age\n0,5\n", "no column sex"),
            ("no column of ids", "sex,bone_age\nF,5\n", "no column that names the images"),
            (
                "two columns for the sex",
                "image_id,sex,male,bone_age\n0,F,True,5\n",
                "more than one",
            ),
            (
                "two columns of one name",
                "image_id,sex,bone_age,sex\n0,F,5,M\n",
                "two columns named",
            ),
            ("sex as 0 and 1", "image_id,sex,bone_age\n0,0,5\n1,1,6\n", "holds 0, 1"),
            ("sex as m", SEXED.format("m"), "loaded, 3 images"),
            ("sex as Male", SEXED.format("Male"), "loaded, 3 images"),
            ("sex as a girl's name", SEXED.format("Anna"), "sex is missing"),
            ("sex blank in a folder's table", SEXED.format(""), "sex is missing"),
            ("an age beyond adulthood", GOOD.replace(",8", ",21"), "out of range"),
            (
                "semicolons and decimal commas",
                GOOD.replace(",", ";").replace("5", "5,5"),
                "loaded, 4 images",
            ),
            ("UTF-16", GOOD.encode("utf-16"), "loaded, 4 images"),
            ("UTF-16 with tabs", GOOD.replace(",", "\t").encode("utf-16"), "loaded, 4 images"),
            (
                "Latin-1 with an umlaut",
                GOOD.replace("image_id", "Bildname_ü,image_id")
                .replace("\n", "\nä,", 4)
                .encode("latin-1"),
                "loaded, 4 images",
            ),
            ("an empty file", "", "is empty"),
            ("a heading only", "image_id,sex,bone_age\n", "a heading and no row"),
            ("zero bytes in the text", b"image_id,sex\x00\x00,bone_age\n0,F,5\n", "not text"),
            ("a formula in a cell", GOOD + '=cmd|"/C calc",F,5\n', "there is no image"),
            ("rows shorter than the heading", GOOD + "3\n", "3"),
        ]
    ),
    Fault(
        "a table",
        "an Excel file that is none",
        loads({**folder_table(GOOD), "table.csv": b"", "table.xlsx": b"PK\3\4 no"}, "folder"),
        "refused",
    ),
    Fault(
        "a table",
        "two tables in one folder",
        loads({**folder_table(GOOD), "other.csv": GOOD}, "folder"),
        "2 tables",
    ),
]


def vanished(folder: Path) -> str:
    dataset = bk.datasets.load(f"rsna:{put(folder / 'data', kaggle())}")
    (folder / "data" / dataset.table.path[4]).unlink()
    return f"loaded, {len(dataset.images(16))} images"


def archive_of(files: dict, edit: Callable[[bytes], bytes] = bytes) -> Callable[[Path], str]:
    def spec(folder: Path) -> str:
        put(folder, {"rsna.zip": edit(zipped(files))})
        return f"rsna:{folder / 'rsna.zip'}"

    return loads(spec)


def bomb(folder: Path) -> str:
    """Three gigabytes of zeros in three megabytes of zip, as an image."""
    path = folder / "rsna.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in kaggle().items():
            archive.writestr(name, data)
        with archive.open(
            "boneage-training-dataset/boneage-training-dataset/1500.png", "w", force_zip64=True
        ) as member:
            for _ in range(1100):
                member.write(bytes(1 << 20))
        archive.writestr("more.csv", "id,boneage,male\n1500,50,True\n")
    return f"rsna:{path}"


def encrypted(data: bytes) -> bytes:
    """Set the flag "encrypted" of every member."""
    changed = bytearray(data)
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + at] |= 1
            place = changed.find(mark, place + 4)
    return bytes(changed)


def linked(folder: Path) -> str:
    put(folder / "data", kaggle())
    (folder / "data" / "boneage-training-dataset" / "again").symlink_to(folder / "data")
    return f"rsna:{folder / 'data'}"


SETS = [
    Fault("a data set", "an empty folder", loads({"a.txt": "x"}), "no table"),
    Fault("a data set", "images without a table", loads(TRAINING), "no table"),
    Fault(
        "a data set",
        "a table without images",
        loads({"train.csv": "id,boneage,male\n1,60,True\n"}),
        "None of the 1",
    ),
    Fault(
        "a data set",
        "a path that is not there",
        lambda f: data_in_words("rsna:/no/where"),
        "refused",
    ),
    Fault("a data set", "no kind", lambda f: data_in_words("photos"), "refused"),
    Fault(
        "a data set",
        "a zip with ../ and absolute paths",
        archive_of({**kaggle(), "../../evil.png": png(1), "/etc/evil.png": png(2)}),
        "loaded, 20 images",
    ),
    Fault(
        "a data set",
        "a zip cut in half",
        archive_of(kaggle(), lambda d: d[: len(d) // 2]),
        "refused",
    ),
    Fault("a data set", "a zip with a password", archive_of(kaggle(), encrypted), "refused"),
    Fault(
        "a data set",
        "a zip with one damaged image",
        archive_of(
            {**kaggle(), "boneage-training-dataset/boneage-training-dataset/1380.png": png(3)[:200]}
        ),
        "unreadable image",
    ),
    Fault("a data set", "a zip bomb: 1.1 GB of zeros as one image", loads(bomb), "1500"),
    Fault("a data set", "a link to a folder above itself", loads(linked), "loaded, 20 images"),
    Fault("a data set", "an image that vanishes after loading", vanished, "1 image"),
    Fault(
        "a data set",
        "the same image under two ids",
        loads(
            {
                **table("1381,60,True"),
                "boneage-training-dataset/1381.png": TRAINING["boneage-training-dataset/1377.png"],
            }
        ),
        "byte for byte",
    ),
    Fault(
        "a data set",
        "an Atlas without its folders",
        loads({"meta.csv": "a,b\n1,2\n"}, "dha"),
        "refused",
    ),
]
