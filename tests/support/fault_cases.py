"""Everything wrong that was tried on the kit, each as one small thing that a user might do.

``tests/test_faults.py`` runs each and holds the outcome against what stands here;
``tools/faults.py`` writes docs/faults.md from the same list.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from dataset_layouts import TRAINING, kaggle, png, put, zipped
from test_radiograph_dicom import bundled, film, written
from test_radiograph_reading import BAD, encoded, hand

import boneage_kit as bk
from boneage_kit.cli import main

#: More than a fault's outcome needs to say; a traceback is longer.
LONGEST = 400


class Fault(NamedTuple):
    """What was tried, and a piece of the outcome that it must have."""

    room: str
    tried: str
    act: Callable[[Path], str]
    expected: str


def outcome(fault: Fault, folder: Path) -> str:
    """Do it; return in words what came of it: read, refused, or listed and left out."""
    try:
        said = fault.act(folder)
    except bk.BadInput as error:
        said = f"refused: {error}"
    said = said.replace(str(folder) + os.sep, "").replace(str(folder), "the folder")
    return " ".join(re.sub(r"/tmp/\S*/", "", said).split())


# readers ---------------------------------------------------------------------------------


def reads(data: bytes, name: str = "film.png") -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        path = folder / name
        path.write_bytes(data)
        return film_in_words(path)
    return act


def film_in_words(path: Path) -> str:
    radiograph = bk.read_radiograph(path)
    assert np.isfinite(radiograph.pixels).all()
    notes = "; ".join(radiograph.meta["notes"])
    height, width = radiograph.pixels.shape
    return f"read, {width} x {height} px" + (f", with the note: {notes}" if notes else "")


def place(make: Callable[[Path], Path]) -> Callable[[Path], str]:
    return lambda folder: film_in_words(make(folder))


def loop(folder: Path) -> Path:
    (folder / "loop.png").symlink_to(folder / "loop.png")
    return folder / "loop.png"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.png")
    return folder / "pipe.png"


def unreadable(folder: Path) -> str:
    """Read a file without permission."""
    path = folder / "locked.png"
    path.write_bytes(png(0))
    path.chmod(0)
    return as_somebody(f"import boneage_kit as bk; bk.read_radiograph({str(path)!r})")


FILES = [
    *(Fault("an image file", tried, reads(data), expected or "refused")
      for tried, (data, expected) in BAD.items()),
    Fault("an image file", "JPEG named .dcm", reads(encoded(hand(), "JPEG"), "film.dcm"),
          "holds JPEG"),
    Fault("an image file", "DICOM named .png", reads(written(), "film.png"), "holds DICOM"),
    Fault("an image file", "a file that is not there", place(lambda f: f / "gone.png"),
          "cannot be opened"),
    Fault("an image file", "a folder in its place", place(lambda f: f), "is a folder"),
    Fault("an image file", "a link to itself", place(loop), "cannot be opened"),
    Fault("an image file", "a named pipe", place(pipe), "not a regular file"),
    Fault("an image file", "a name with a zero byte", lambda f: film_in_words(Path("a\0b.png")),
          "cannot be opened"),
    Fault("an image file", "no permission to read it", unreadable, "Permission denied"),
]

DICOM = [
    Fault("DICOM", tried, reads(data, "film.dcm"), expected) for tried, data, expected in [
        ("no tag Rows", written(Rows=None), "lacks the tag"),
        ("no photometric interpretation", written(PhotometricInterpretation=None), "missing"),
        ("no bit tags", written(HighBit=None, PixelRepresentation=None, BitsStored=None),
         "missing, taken as"),
        ("60000 x 60000 claimed", written(Rows=60000, Columns=60000), "million"),
        ("three frames claimed", written(NumberOfFrames=3), "3 frames"),
        ("two real frames", Path(bundled("SC_rgb_rle_2frame.dcm")).read_bytes(), "2 frames"),
        ("pixels cut off", written()[:2000], "cannot be decoded"),
        ("cut in the header", written()[:200], "without an image"),
        ("a report, no image", Path(bundled("reportsi.dcm")).read_bytes(), "without an image"),
        ("a segmentation mask", Path(bundled("liver_1frame.dcm")).read_bytes(), "mask"),
        ("5 x 5 pixels", written(film()[:5, :5]), "5 x 5"),
        ("one grey level", written(np.zeros((32, 32), "uint16")), "one grey level"),
        ("24 bits allocated to one sample", written(BitsAllocated=24), "cannot be decoded"),
        ("a window of width 0", written(WindowCenter=5, WindowWidth=0), "read, 80 x 96"),
        ("a right hand", written(ImageLaterality="R"), "right hand"),
        ("text burnt into the pixels", written(BurnedInAnnotation="YES"), "burnt"),
        ("raw detector data", written(PresentationIntentType="FOR PROCESSING"), "raw detector"),
        ("a slope of zero", written(RescaleSlope=0, RescaleIntercept=0), "one grey level"),
        ("an unknown transfer syntax", written().replace(
            b"1.2.840.10008.1.2.1\x00", b"1.2.840.99999.1.2.1\x00"), "refused"),
    ]
]

# data sets -------------------------------------------------------------------------------


def loads(spec: Callable[[Path], str] | dict, kind: str = "rsna") -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        text = spec(folder) if callable(spec) else f"{kind}:{put(folder / 'data', spec)}"
        return data_in_words(text)
    return act


def data_in_words(spec: str) -> str:
    dataset = bk.datasets.load(spec)
    rows = dataset.images(16).shape[0]
    problems = dataset.problems.sort_values("image_id", key=lambda ids: ids == "", kind="stable")
    listed = "; ".join(f"{row.image_id or 'the data'}: {row.problem}"
                       for row in problems.head(2).itertuples())
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
    *(Fault("a table", tried, loads(table(row)), expected) for tried, row, expected in [
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
    ]),
    *(Fault("a table", tried, loads(folder_table(text), "folder"), expected)
      for tried, text, expected in [
        ("months where years are meant", GOOD.replace(",7", ",132"), "looks like months"),
        ("months in a column named years", GOOD.replace("bone_age", "bone_age_years").replace(
            ",7", ",132"), "says years"),
        ("a column that is just 'age'", GOOD.replace("bone_age", "age"),
         "bone age or chronological"),
        ("no column of sex", "image_id,bone_age\n0,5\n", "no column sex"),
        ("no column of ids", "sex,bone_age\nF,5\n", "no table"),
        ("two columns for the sex", "image_id,sex,male,bone_age\n0,F,True,5\n", "more than one"),
        ("two columns of one name", "image_id,sex,bone_age,sex\n0,F,5,M\n", "two columns named"),
        ("sex as 0 and 1", "image_id,sex,bone_age\n0,0,5\n1,1,6\n", "holds 0, 1"),
        ("sex as m", SEXED.format("m"), "loaded, 3 images"),
        ("sex as Male", SEXED.format("Male"), "loaded, 3 images"),
        ("sex as a girl's name", SEXED.format("Anna"), "sex is missing"),
        ("sex blank in a folder's table", SEXED.format(""), "sex is missing"),
        ("an age beyond adulthood", GOOD.replace(",8", ",21"), "out of range"),
        ("semicolons and decimal commas", GOOD.replace(",", ";").replace("5", "5,5"),
         "loaded, 4 images"),
        ("UTF-16", GOOD.encode("utf-16"), "loaded, 4 images"),
        ("UTF-16 with tabs", GOOD.replace(",", "\t").encode("utf-16"), "loaded, 4 images"),
        ("Latin-1 with an umlaut", GOOD.replace("image_id", "Bildname_ü,image_id").replace(
            "\n", "\nä,", 4).encode("latin-1"), "loaded, 4 images"),
        ("an empty file", "", "is empty"),
        ("a heading only", "image_id,sex,bone_age\n", "a heading and no row"),
        ("zero bytes in the text", b"image_id,sex\x00\x00,bone_age\n0,F,5\n", "not text"),
        ("a formula in a cell", GOOD + '=cmd|"/C calc",F,5\n', "there is no image"),
        ("rows shorter than the heading", GOOD + "3\n", "3"),
    ]),
    Fault("a table", "an Excel file that is none",
          loads({**folder_table(GOOD), "table.csv": b"", "table.xlsx": b"PK\3\4 no"}, "folder"),
          "refused"),
    Fault("a table", "two tables in one folder",
          loads({**folder_table(GOOD), "other.csv": GOOD}, "folder"), "2 tables"),
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
        with archive.open("boneage-training-dataset/boneage-training-dataset/1500.png", "w",
                          force_zip64=True) as member:
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
    Fault("a data set", "a table without images",
          loads({"train.csv": "id,boneage,male\n1,60,True\n"}), "None of the 1"),
    Fault("a data set", "a path that is not there", lambda f: data_in_words("rsna:/no/where"),
          "refused"),
    Fault("a data set", "no kind", lambda f: data_in_words("photos"), "refused"),
    Fault("a data set", "a zip with ../ and absolute paths",
          archive_of({**kaggle(), "../../evil.png": png(1), "/etc/evil.png": png(2)}),
          "loaded, 20 images"),
    Fault("a data set", "a zip cut in half", archive_of(kaggle(), lambda d: d[:len(d) // 2]),
          "refused"),
    Fault("a data set", "a zip with a password", archive_of(kaggle(), encrypted), "refused"),
    Fault("a data set", "a zip with one damaged image",
          archive_of({**kaggle(), "boneage-training-dataset/boneage-training-dataset/1380.png":
                      png(3)[:200]}), "unreadable image"),
    Fault("a data set", "a zip bomb: 1.1 GB of zeros as one image", loads(bomb), "1500"),
    Fault("a data set", "a link to a folder above itself", loads(linked), "loaded, 20 images"),
    Fault("a data set", "an image that vanishes after loading", vanished, "1 image"),
    Fault("a data set", "the same image under two ids",
          loads({**table("1381,60,True"), "boneage-training-dataset/1381.png":
                 TRAINING["boneage-training-dataset/1377.png"]}), "byte for byte"),
    Fault("a data set", "an Atlas without its folders", loads({"meta.csv": "a,b\n1,2\n"}, "dha"),
          "refused"),
]

# the machine -----------------------------------------------------------------------------


def as_somebody(code: str, setup: str = "", **variables: str) -> str:
    """Run Python without root's right to read and write everything; return its last line."""
    root = hasattr(os, "getuid") and os.getuid() == 0
    if root and not shutil.which("setpriv"):
        raise NotImplementedError("root reads everything here, and setpriv is not installed")
    rights = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if root else []
    done = subprocess.run([*rights, sys.executable, "-c", f"{setup}\n{code}"],
                          capture_output=True, text=True, timeout=120,
                          env={**os.environ, **variables})
    said = [text.strip().splitlines()[-1] for text in (done.stdout, done.stderr) if text.strip()]
    return "; ".join(said).replace("boneage_kit.errors.BadInput: ", "refused: ")


LOAD = ("import boneage_kit as bk\n"
        "print('loaded,', len(bk.datasets.load({spec!r}).images(24)), 'images')")


def read_only_home(folder: Path) -> str:
    data = put(folder / "data", kaggle())
    home = folder / "home"
    home.mkdir(mode=0o555)
    return as_somebody(LOAD.format(spec=f"rsna:{data}"), HOME=str(home), XDG_CACHE_HOME=str(home),
                       BONEAGE_KIT_CACHE="")


def empty_variables(folder: Path) -> str:
    """Variables that are set to nothing, as in a shell script with a slip."""
    home = folder / "home"
    home.mkdir()
    code = ("import os, boneage_kit._io as cache; os.chdir('/');"
            "print('cache:', cache.folder().relative_to(os.environ['HOME']))")
    return as_somebody(code, HOME=str(home), XDG_CACHE_HOME="", BONEAGE_KIT_CACHE="")


def damaged_cache(folder: Path) -> str:
    """Every byte of every cached file turned over between two loadings."""
    spec = f"rsna:{put(folder / 'data', kaggle())}"
    before = bk.datasets.load(spec).images(24)
    files = [path for path in (folder / ".cache").rglob("*") if path.is_file()]
    assert files, "nothing was cached where this looks"
    for path in files:
        path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))
    same = np.array_equal(bk.datasets.load(spec).images(24), before)
    return f"made again, {len(files)} files, the same images: {same}"


def cache_is_a_file(folder: Path) -> str:
    data = put(folder / "data", {**kaggle(), "cache": b"a file"})
    return as_somebody(LOAD.format(spec=f"rsna:{data}"), BONEAGE_KIT_CACHE=str(data / "cache"))


def full_disk(folder: Path) -> str:
    """No file may grow beyond 8 kB: as on a full disk, writing fails half-way."""
    data = put(folder / "data", kaggle())
    limit = ("import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
             "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))")
    cache = folder / "cache"
    cache.mkdir()
    return as_somebody(LOAD.format(spec=f"rsna:{data}"), limit, BONEAGE_KIT_CACHE=str(cache))


def half_a_file(folder: Path) -> str:
    """A disk that fills up while results are written over older ones."""
    from boneage_kit._io import write_json

    path = write_json(folder / "results.json", {"old": 1})
    code = (f"from boneage_kit._io import write_json; from pathlib import Path\n"
            f"try: write_json(Path({str(path)!r}), ['x' * 90000])\n"
            "except OSError as error: print(error.strerror)")
    limit = ("import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
             "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))")
    said = as_somebody(code, limit)
    left = sorted(p.name for p in folder.iterdir())
    unchanged = path.read_text(encoding="utf-8").split() == '{ "old": 1 }'.split()
    return f"{said}; left: {', '.join(left)}, unchanged: {unchanged}"


MACHINE = [
    Fault("the machine", "a home that cannot be written", read_only_home, "loaded, 20 images"),
    Fault("the machine", "XDG_CACHE_HOME set to nothing", empty_variables,
          "cache: .cache/boneage_kit"),
    Fault("the machine", "a cache whose bytes have all changed", damaged_cache,
          "the same images: True"),
    Fault("the machine", "a file where the cache should be", cache_is_a_file,
          "loaded, 20 images"),
    Fault("the machine", "a disk that is full when images are cached", full_disk,
          "loaded, 20 images; The image cache"),
    Fault("the machine", "a disk that fills while results are replaced", half_a_file,
          "unchanged: True"),
]

# commands --------------------------------------------------------------------------------


def command(*words: str, files: dict | None = None) -> Callable[[Path], str]:
    """Run the command line in a folder with these files; return its code and its last line."""
    def act(folder: Path) -> str:
        put(folder, files or {})
        said, before, log = io.StringIO(), os.getcwd(), logging.root.manager.disable
        os.chdir(folder)
        logging.disable(logging.INFO)
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                code = main(list(words))
        finally:
            os.chdir(before)
            logging.disable(log)
        lines = said.getvalue().strip().splitlines()
        return f"exit {code}" + (f": {lines[-1]}" if lines else "")
    return act


PREDICTED = "image_id,sex,y_true,y_pred\n" + "".join(
    f"{i},{'FM'[i % 2]},{i % 15 + 1},{i % 15 + 1.5}\n" for i in range(40))


class Opens:
    """Pickled, this makes a file when it is loaded."""

    def __reduce__(self):
        return open, ("executed", "w")


def opened_checkpoint(folder: Path) -> str:
    import torch

    from boneage_kit.training import checkpoint

    path = folder / "training.pt"
    path.write_bytes(pickle.dumps(Opens(), 2))
    before = os.getcwd()
    os.chdir(folder)
    try:
        checkpoint.load(path, "x", torch.device("cpu"))
    except bk.BadInput as error:
        return f"refused: {error} Executed: {(folder / 'executed').exists()}."
    finally:
        os.chdir(before)
    return "loaded"


def model_with(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Load a copy of the model that ships, changed."""
    def act(folder: Path) -> str:
        from boneage_kit.shelf import stored_model

        shutil.copytree(Path(bk.__file__).parent / "data" / "model", folder / "model")
        change(folder / "model")
        return f"loaded, {type(stored_model.load(folder / 'model').reader).__name__}"
    return act


def log_cut_short(folder: Path) -> str:
    from boneage_kit.widgets.readings import append_reading, load_readings

    path = folder / "readings.csv"
    for number in range(3):
        append_reading(path, "me", f"hand {number}", 1, [5.0, 6.0, 17.5][number])
    path.write_bytes(path.read_bytes()[:-26])  # the machine stops in the middle of an age
    append_reading(path, "me", "hand 3", 1, 9.0)
    ages = load_readings(path)["bone_age"].tolist()
    return f"read, ages {ages} of [5.0, 6.0, 17.5, 9.0]: the hand that was cut off is asked again"


COMMANDS = [
    *(Fault("a predictions table", tried, command("evaluate", "p.csv", files={"p.csv": text}),
            "exit 2: boneage-kit: ") for tried, text in [
        ("a column missing", PREDICTED.replace("y_pred", "guess")),
        ("a prediction that is a word", PREDICTED + "99,F,5,much\n"),
        ("a prediction missing", PREDICTED + "99,F,5,\n"),
        ("an infinite prediction", PREDICTED + "99,F,5,inf\n"),
        ("sex missing", PREDICTED + "99,,5,5\n"),
        ("months as years", PREDICTED.replace(",5,", ",120,")),
        ("one id twice", PREDICTED + "0,F,1,1\n"),
        ("an empty file", ""),
        ("a picture", png(0)),
    ]),
    Fault("a command", "predict without the child's sex",
          command("predict", "film.png", files={"film.png": png(0)}), "exit 2"),
    Fault("a command", "predict of a text file",
          command("predict", "--sex", "F", "film.png", files={"film.png": "hello"}), "exit 2"),
    Fault("a command", "run with a notebook that is not there",
          command("run", "99", "--preset", "smoke", "--out", "r"), "exit 2"),
    Fault("a command", "run on data that are not there",
          command("run", "01", "--data", "rsna:none", "--out", "r"), "exit 2"),
    Fault("a command", "a folder of results that is a file",
          command("run", "01", "--preset", "smoke", "--out", "r/x", files={"r": "x"}), "exit 2"),
    Fault("a command", "a phantom of 45 years",
          command("phantom", "--sex", "F", "--age", "45", "-o", "a.png"), "exit 2"),
    Fault("a stored model", "weights changed by one byte", model_with(
        lambda m: (m / "weights.safetensors").write_bytes(
            (m / "weights.safetensors").read_bytes()[:-1] + b"\1")), "refused"),
    Fault("a stored model", "weights cut in half", model_with(
        lambda m: (m / "weights.safetensors").write_bytes(
            (m / "weights.safetensors").read_bytes()[:1000])), "refused"),
    Fault("a stored model", "a pickle under the weights' name", model_with(
        lambda m: (m / "weights.safetensors").write_bytes(pickle.dumps(Opens(), 2))), "refused"),
    Fault("a stored model", "no card", model_with(lambda m: (m / "card.json").unlink()), "refused"),
    Fault("a stored model", "a card that is no JSON", model_with(
        lambda m: (m / "card.json").write_text("{")), "refused"),
    Fault("a stored model", "a card that is a list", model_with(
        lambda m: (m / "card.json").write_text("[1]")), "refused"),
    Fault("a stored model", "a checkpoint that is a pickle with code", opened_checkpoint,
          "Executed: False"),
    Fault("the reading room", "a log cut in the middle of a line", log_cut_short,
          "ages [5.0, 6.0, 9.0] of"),
]

FAULTS = [*FILES, *DICOM, *TABLES, *SETS, *MACHINE, *COMMANDS]
