"""Places beside the one that a command is told, closed streams, and folders that were changed."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from dataset_layouts import put

from boneage_kit._io import held_alone
from boneage_kit.widgets.readings_file import append_reading, load_readings

from .base import Fault, as_somebody, said_by, shell
from .commands import PREDICTED
from .outputs import FULL

BENCHMARK = (
    "benchmark --data phantom --n 24 --methods constant --sizes 8 --folds 2 --workers 0 --out b"
)
RUN = "run --preset smoke --out r 91_counted.ipynb"
CELLS = [
    'preset = "smoke"\ndata = "phantom"',
    "import boneage_kit as bk\n"
    'lesson = bk.teaching.begin("91_counted", preset=preset, data=data)\n'
    'lesson.record(result="children", method="counted", value=7, unit="children")',
]


def benchmark_after(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Run a study, change its folder, run it again; say whether its table is the same."""

    def act(folder: Path) -> str:
        said_by(BENCHMARK.split(), folder)
        table = folder / "b" / "table.csv"
        before = table.read_text()
        change(folder / "b")
        with logged() as log:
            said = said_by(BENCHMARK.split(), folder)
        said = " ".join([said, *log])
        return f"{said}; the same table: {table.read_text() == before}"

    return act


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect what the kit warns of: a second command in one process has no terminal of its own."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    logger = logging.getLogger("boneage_kit")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def cell(change: Callable[[str], str]) -> Callable[[Path], str]:
    """Change what stands in the file of one training."""

    def act(study: Path) -> None:
        path = study / "cells" / "constant" / "8-fold0-seed0.csv"
        path.write_text(change(path.read_text()))

    return benchmark_after(act)


def identity(text: str) -> Callable[[Path], str]:
    return benchmark_after(lambda study: (study / "study.json").write_text(text))


def run_after(change: Callable[[Path], object], *more: str) -> Callable[[Path], str]:
    """Run a short notebook, change the run's folder, run it again; say which rows there are."""

    def act(folder: Path) -> str:
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "91_counted.ipynb")
        said_by(RUN.split(), folder)
        change(folder / "r")
        with logged() as log:
            said = said_by([*RUN.split(), *more], folder)
        said = said if said.startswith("exit 2") else " ".join(["exit", said[5:6], *log])
        rows = json.loads((folder / "r" / "results.json").read_text(encoding="utf-8"))["rows"]
        return f"{said}; values: {[row['value'] for row in rows]}"

    return act


def record(text: str, name: str = "91_counted") -> Callable[[Path], str]:
    return run_after(lambda run: (run / "records" / f"{name}.json").write_text(text))


def beside(text: str) -> Callable[[Path], str]:
    def change(run: Path) -> None:
        put(run.parent / "other", {"results.json": text})

    return run_after(change, "--beside", "other")


def no_place_for_solutions(folder: Path) -> str:
    put(folder, {"s-solutions": "a file"})
    began = time.monotonic()
    said = said_by(["student", "01", "--out", "s"], folder)
    assert time.monotonic() - began < 60, "the exercises were proven first"
    return said


def figure_over(name: str, content: str | None) -> Callable[[Path], str]:
    """Write a figure beside a text of the user's own, or a folder in the text's place."""

    def act(folder: Path) -> str:
        if content is None:
            (folder / name).mkdir()
        else:
            put(folder, {name: content})
        said = said_by(["figure", "leak", "-o", "f.png"], folder)
        left = ", ".join(sorted(path.name for path in folder.iterdir() if path.name[0] != "."))
        kept = content is None or (folder / name).read_text() == content
        return f"{said}; left: {left}; the text is as it was: {kept}"

    return act


def disk_fills_under_dicom(folder: Path) -> str:
    words = "phantom --sex F --age 8 --size 64 -o h.dcm".split()
    code = f"import os; os.chdir({str(folder)!r})\n{FULL.format(words=words)}"
    said = as_somebody(code, PYTHONDONTWRITEBYTECODE="1")
    return f"{said}; left: {[path.name for path in folder.iterdir() if '.dcm' in path.name]}"


def held_by_another(command: str) -> Callable[[Path], str]:
    """Start a command on a folder to which another one writes."""

    def act(folder: Path) -> str:
        put(folder, {"p.csv": PREDICTED})
        with held_alone(folder / "out"):
            return said_by(command.split(), folder)

    return act


def reader_named(name: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        path = folder / "readings.csv"
        append_reading(path, name, "hand 1", 1, 8.5)
        return f"{len(load_readings(path, name))} of 1 answers counts"

    return act


def lock_is_a_folder(folder: Path) -> str:
    (folder / ".readings.csv.lock").mkdir()
    append_reading(folder / "readings.csv", "me", "hand 1", 1, 8.5)
    return "written"


STATE, READING, OUTPUT = "a state", "the reading room", "an output"
AGAIN = "is executed again.; values: [7]"
ANEW = "is damaged: this training is done again.; the same table: True"
PLACES = [
    *(
        Fault(STATE, f"benchmark: a training's file {name}", cell(change), ANEW)
        for name, change in [
            ("empty", lambda text: ""),
            ("without rows", lambda text: text.splitlines()[0] + "\n"),
            ("that lost its last child", lambda text: text[: text.rstrip().rindex("\n") + 1]),
            ("cut within an age", lambda text: text[: len(text) // 2]),
            ("of other columns", lambda text: text.replace("y_pred", "guess")),
            ("with a word for an age", lambda text: text.replace(",F,", ",F,x", 1)),
        ]
    ),
    *(
        Fault(STATE, f"benchmark: study.json {name}", identity(text), "study.json is damaged")
        for name, text in [("a list", "[1]"), ("null", "null"), ("cut", '{"da'), ("empty", "")]
    ),
    Fault(
        STATE,
        "run: its records deleted",
        run_after(lambda run: shutil.rmtree(run / "records")),
        AGAIN,
    ),
    Fault(STATE, "run: a record cut in the middle", record('[{"va'), AGAIN),
    Fault(STATE, "run: a record emptied", record("[]"), AGAIN),
    *(
        Fault(
            STATE, f"run: another record, {name}", record(text, "other"), "left out.; values: [7]"
        )
        for name, text in [
            ("a value in words", '[{"value": "x", "notebook": "91_counted"}]'),
            ("a list for the notebook's name", '[{"value": 1, "notebook": [1]}]'),
            ("infinite", '[{"value": Infinity, "notebook": "91_counted"}]'),
            ("a number", "3"),
        ]
    ),
    *(
        Fault(STATE, f"run --beside results {name}", beside(text), "holds no results of a run")
        for name, text in [
            ("with nothing but their schema", '{"schema": 1}'),
            ("with numbers for rows", '{"schema": 1, "run": {}, "rows": [1]}'),
        ]
    ),
    Fault(
        OUTPUT,
        "student: a file where the solutions go",
        no_place_for_solutions,
        "exit 2: boneage-kit: The folder",
    ),
    Fault(
        OUTPUT,
        "phantom as DICOM: the disk fills",
        disk_fills_under_dicom,
        "h.dcm cannot be written (File too large). Free some space, or choose another place; "
        "files that stood there before are whole.; left: []",
    ),
    Fault(
        OUTPUT,
        "figure: a text of the user's own beside it",
        figure_over("f.txt", "mine"),
        "left: f.txt; the text is as it was: True",
    ),
    Fault(
        OUTPUT,
        "figure: a folder in its text's place",
        figure_over("f.txt", None),
        "left: f.txt; the",
    ),
    *(
        Fault(
            OUTPUT,
            f"{line.split()[0]}: a folder to which another run writes",
            held_by_another(line),
            "exit 2: boneage-kit: Another run is writing to",
        )
        for line in (
            "student 01 --no-proof --out out",
            "robustness --data phantom --n 20 --out out",
            "evaluate p.csv --bootstrap 100 --out out",
        )
    ),
    *(
        Fault(OUTPUT, f"standard error is closed: {name}", closed(line), expected)
        for closed in [
            lambda line: lambda folder: shell(f"boneage-kit {line} 2>&-; echo exit $?", folder)
        ]
        for name, line, expected in [
            ("a refusal", "predict --sex F gone.png", "exit 2"),
            ("work", "cohort --n 2 --size 32 -o c", "exit 0"),
        ]
    ),
    *(
        Fault(READING, f"a reader of {name}", reader_named(text), expected)
        for name, text, expected in [
            ("200,000 letters", "x" * 200_000, "has 200,000 letters"),
            ("a zero character", "Ann\0", "a zero character"),
            ("5,000 letters", "x" * 5_000, "1 of 1"),
            ("two dots", "..", "1 of 1"),
            ("quotes and line breaks", '"A"\r\n"B\n', "1 of 1"),
        ]
    ),
    Fault(READING, "a lock that is a folder", lock_is_a_folder, "cannot be used as a lock"),
]
