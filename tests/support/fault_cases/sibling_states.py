"""Folders, zips, places for results and states as they come about: links, permissions, kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from dataset_layouts import png, put, zipped

from .base import Fault, as_somebody, said_by
from .commands import PREDICTED
from .data_sets import GOOD, data_in_words, folder_table
from .small_model import put_model

FOLDER = folder_table(GOOD)
SUPPORT = str(Path(__file__).resolve().parents[1])


def in_folder(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Load a good folder after a change to it."""

    def act(folder: Path) -> str:
        data = put(folder / "data", FOLDER)
        change(data)
        return data_in_words(f"folder:{data}")

    return act


def link_loops(data: Path) -> None:
    (data / "x").mkdir()
    (data / "x" / "y").symlink_to(data / "x")
    (data / "films" / "8.png").symlink_to(data / "films" / "9.png")
    (data / "films" / "9.png").symlink_to(data / "films" / "8.png")


def links_outwards(data: Path) -> None:
    outside = put(data.parent / "outside", {"secret.png": png(9)})
    (data / "films" / "5.png").symlink_to(outside / "secret.png")
    (data / "more").symlink_to(outside)


def pipes(data: Path) -> None:
    os.mkfifo(data / "films" / "5.png")
    os.mkfifo(data / "more.csv")


def without_rights(*names: str) -> Callable[[Path], str]:
    """Load a folder of which some files cannot be read, without root's rights."""

    def act(folder: Path) -> str:
        data = put(folder / "data", FOLDER)
        for name in names:
            (data / name).chmod(0)
        return as_somebody(
            f"print(data_in_words('folder:{data}'))",
            setup=f"import sys; sys.path.insert(0, {SUPPORT!r})\n"
            "from fault_cases.data_sets import data_in_words",
            BONEAGE_KIT_CACHE=str(folder / "cache"),
        )

    return act


def in_zip(data: bytes) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        put(folder, {"x.zip": data})
        return data_in_words(f"folder:{folder / 'x.zip'}")

    return act


def nested(depth: int) -> bytes:
    data = zipped(FOLDER)
    for _ in range(depth):
        data = zipped({"inner.zip": data})
    return data


def table_bomb(folder: Path) -> str:
    """48 MB of rows in some kilobytes."""
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.png", png(0))
        archive.writestr("t.csv", GOOD + "0,F,5\n" * 8_000_000)
    return data_in_words(f"folder:{folder / 'x.zip'}")


def predict_to(name: str) -> Callable[[Path], str]:
    """Predict a folder into a table, and say whether the folder is as it was."""

    def act(folder: Path) -> str:
        put_model(folder / "model")
        data = put(folder / "data", FOLDER)
        before = {path: path.read_bytes() for path in data.rglob("*.*")}
        words = ["predict", "--model", "model", "--data", "folder:data", "--out", name]
        said = said_by(words, folder)
        same = all(path.read_bytes() == content for path, content in before.items())
        return f"{said}; the data are as they were: {same}"

    return act


def predict_sex(sex: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        put_model(folder / "model")
        put(folder, {"film.png": png(0)})
        return said_by(["predict", "--model", "model", "--sex", sex, "film.png"], folder)

    return act


def evaluate_to(name: str, change: Callable[[Path], object] = bool) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        put(folder, {"p.csv": PREDICTED, "taken": "a file"})
        change(folder)
        return said_by(["evaluate", "p.csv", "--bootstrap", "100", "--out", name], folder)

    return act


def train_into_its_data(folder: Path) -> str:
    rows = "".join(f"{i},{'FM'[i % 2]},{3 + i % 12}\n" for i in range(24))
    films = {f"{i}.png": png(i) for i in range(24)}
    put(folder / "data", {**films, "t.csv": "image_id,sex,bone_age\n" + rows})
    words = ["train", "--data", "folder:data", "--model", "handcrafted", "--preset", "smoke"]
    return said_by([*words, "--out", "data"], folder)


def killed_owner(folder: Path) -> str:
    """A process that held a folder was killed; its lock must hold nobody up."""
    from boneage_kit._io import held_alone

    code = (
        "import os, pathlib; from boneage_kit._io import held_alone\n"
        f"with held_alone(pathlib.Path({str(folder / 'run')!r})): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=120)
    with held_alone(folder / "run"):
        return f"held again after signal {signal.Signals(-done.returncode).name}"


SIBLING_STATES = [
    *(
        Fault("a data set", tried, act, says)
        for tried, act, says in [
            ("links in circles", in_folder(link_loops), "loaded, 4 images"),
            ("links out of the folder", in_folder(links_outwards), "leads out of the folder"),
            ("pipes among the files", in_folder(pipes), "a pipe or a device"),
            ("a film without permission", without_rights("films/1.png"), "Permission denied"),
            ("a folder without permission", without_rights("films"), "Permission denied"),
            ("a table without permission", without_rights("table.csv"), "Permission denied"),
            (
                "a zip with ../ in the name of a film",
                in_zip(zipped({**FOLDER, "../../../etc/cron.d/x.png": png(8)})),
                "loaded, 4 images",
            ),
            (
                "a zip with backslashes",
                in_zip(zipped({name.replace("/", "\\"): data for name, data in FOLDER.items()})),
                "loaded, 4 images",
            ),
            ("a zip in a zip, seven deep", in_zip(nested(6)), "holds no image"),
            ("a zip with more behind its end", in_zip(zipped(FOLDER) + b"x" * 999), "loaded, 4"),
            ("a zip that unpacks itself", in_zip(b"MZ" * 500 + zipped(FOLDER)), "loaded, 4 images"),
            ("a zip of LZMA", in_zip(zipped(FOLDER, zipfile.ZIP_LZMA)), "loaded, 4 images"),
            ("an empty zip", in_zip(zipped({})), "holds no image"),
            ("a table of 48 MB in a small zip", table_bomb, "48 MB"),
            (
                "a table in the place of the folder",
                lambda folder: data_in_words(f"folder:{put(folder, {'t.csv': GOOD}) / 't.csv'}"),
                "a single file, not a folder or a zip",
            ),
            (
                "an option that there is not",
                lambda folder: data_in_words(f"folder:{put(folder / 'a', FOLDER)},colour=red"),
                "colour= is nothing",
            ),
            (
                "a comma in the folder's name",
                lambda folder: data_in_words(f"folder:{put(folder / 'a,b', FOLDER)}"),
                "loaded, 4 images",
            ),
        ]
    ),
    *(
        Fault("an output", tried, act, says)
        for tried, act, says in [
            (
                "predict --out over the table of its own data",
                predict_to("data/table.csv"),
                "would be replaced. Name a file outside of the data with --out.; "
                "the data are as they were: True",
            ),
            ("predict --out over a film", predict_to("data/films/0.png"), "as they were: True"),
            ("predict --out as Excel", predict_to("table.xlsx"), "Name it table.csv"),
            ("predict --out without a name", predict_to(""), "is a folder"),
            ("train --out into its own data", train_into_its_data, "not a training's folder"),
            ("evaluate --out over its table", evaluate_to("p.csv"), "p.csv is a file"),
            ("evaluate --out over a file", evaluate_to("taken"), "taken is a file"),
            (
                "evaluate --out into a link to itself",
                evaluate_to("loop", lambda folder: (folder / "loop").symlink_to(folder / "loop")),
                "exit 2",
            ),
        ]
    ),
    Fault("a command", "predict --sex 2", predict_sex("2"), "The sex '2' is not known"),
    Fault("a command", "predict --sex homme", predict_sex("homme"), "exit 0"),
    Fault("a state", "a lock whose owner was killed", killed_owner, "held again after signal"),
]
