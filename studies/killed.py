"""kill -9 at random moments, fifty times per command: started again, it ends with the same result.

    python studies/killed.py                        50 kills of each kind, in turns
    python studies/killed.py train --kills 10
    python studies/killed.py --page                 only write the table into docs/faults.md

First each command runs once to its end, undisturbed. Then rounds follow. In a round the study
starts the command in a new folder with an empty cache, kills it (SIGKILL), and starts the same
command again at once: up to five kills in a row, then it may end. The study compares what the
round leaves with the undisturbed result. It also counts hidden half files that a kill left behind,
and processes that outlived the round.

The moment of a kill is drawn evenly from the processor time that the undisturbed command and all
of its processes used: on a shared machine the clock's time of the same work varies. Of two kills
one hits every process of the command, as a power cut does. The other one hits only the first
process, as the system does when memory is short.

run       ``boneage-kit run`` of two short notebooks: rows, predictions, figures, steps
train     ``boneage-kit train --preset smoke --model bonet``: weights, predictions, metrics
predict   ``boneage-kit predict --data`` of 12 films by the model that ships: the table
student   ``boneage-kit student`` of a short notebook with its proof: copies and solved copies
benchmark ``boneage-kit benchmark`` of three methods on a Dask worker: every training's
          predictions, the tables made from them, and the figure
readings  a reader who gives 200 readings, in the reading room's file: every reading once

Every round is a line of out/killed.jsonl, so the study, too, goes on where it was stopped. After
each round it writes the table into docs/faults.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "faults.md"
KEPT = ROOT / "out" / "killed.jsonl"
KIT = [sys.executable, "-m", "boneage_kit"]
#: Depend on the clock or the machine, not on what was computed.
OF_THE_HOUR = ("seconds", "minutes", "started", "finished", "made", "command", "key", "kit")
#: Folder of what a command is given, in the folder of a round.
GIVEN = "given"
IN_A_ROW = 5
LONGEST = 1200  # seconds that a command may take before the study gives up
LOOK = 0.05  # seconds between two looks at the processor time
SEARCH = 0.5  # seconds between two searches for processes that were started
#: A file that the kit had not yet renamed into place.
HALF = re.compile(r"\.[0-9a-f]{32}(\..*)?")
READER = """
import sys
from boneage_kit.widgets.readings_file import append_reading, load_readings
path = sys.argv[1]
done = set(load_readings(path)["image_id"])
for number in range(200):
    if f"hand {number}" not in done:
        append_reading(path, "me", f"hand {number}", 1, number % 19 + 0.25)
"""
BEGIN = """import boneage_kit as bk
lesson = bk.teaching.begin({name!r}, preset=preset, data=data)
table = lesson.dataset.table"""
LESSONS = {
    "91_floor": [
        'floor = table.assign(y_true=table["bone_age"])[["image_id", "sex", "y_true"]]\n'
        'floor["y_pred"] = floor.groupby("sex")["y_true"].transform("median")\n'
        'lesson.record_predictions("median", floor, floor=True)',
        'my_reading = ...\nlesson.check("01.1", my_reading)',
    ],
    "92_figure": [
        'lesson.figure(bk.plots.ossification_timetable("F", age=8.5), "timetable",\n'
        '              alt="Timetable of the centres of a girl\'s hand, 8.5 years marked.")',
        'lesson.record(result="children", method="counted", value=len(table), unit="children")',
    ],
}


class Job(NamedTuple):
    """A command that writes into a folder, what it leaves there, and what the table calls it."""

    command: Callable[[Path], list[str]]
    result: Callable[[Path], dict[str, str]]
    called: str


def options(line: str) -> Callable[[Path], list[str]]:
    """Return the kit's command line; ``OUT`` stands for the folder."""
    return lambda folder: [*KIT, *(word.replace("OUT", str(folder)) for word in line.split())]


def on_lessons(line: str, *names: str) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        paths = [folder / GIVEN / f"{name}.ipynb" for name in names]
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                nbformat.write(lesson(path.stem), path)
        return [*options(line)(folder), *map(str, paths)]

    return command


def on_films(line: str) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        given = folder / GIVEN
        if not given.exists():
            given.mkdir()
            for name, content in films().items():
                (given / name).write_bytes(content)
        return options(line)(folder)

    return command


@lru_cache(maxsize=1)
def films() -> dict[str, bytes]:
    """Return the files of a folder of 12 phantom films with their table."""
    from boneage_kit import phantom

    table = phantom.cohort(12, seed=4)[["image_id", "sex", "bone_age"]]
    with new_folder() as folder:
        for row in table.itertuples():
            drawn = phantom.render(row.sex, row.bone_age, seed=int(row.Index), size=256)
            phantom.write_png(drawn, folder / f"{row.image_id}.png")
        table.to_csv(folder / "ages.csv", index=False)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def lesson(name: str) -> nbformat.NotebookNode:
    """Return a short notebook of the kit's kind."""
    parameters = nbformat.v4.new_code_cell(
        'preset = "smoke"\ndata = "phantom"', metadata={"tags": ["parameters"]}, id="0"
    )
    sources = [BEGIN.format(name=name), *LESSONS[name]]
    cells = [
        nbformat.v4.new_code_cell(source, id=str(number))
        for number, source in enumerate(sources, start=1)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=[parameters, *cells], metadata=kernel)


def reading(folder: Path) -> list[str]:
    return [sys.executable, "-c", READER, str(folder / "readings.csv")]


def of_training(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): fingerprint(path)
        for path in sorted(folder.glob("train/[!.]*"))
        if path.suffix in (".safetensors", ".csv", ".json")
    }


def of_run(folder: Path) -> dict[str, str]:
    content = json.loads((folder / "run" / "results.json").read_text(encoding="utf-8"))
    result = {
        "rows": json.dumps(content["rows"]),
        "figures": json.dumps(content["figures"]),
        "notebooks": json.dumps([(step["name"], step["status"]) for step in content["notebooks"]]),
        "report": str((folder / "run" / "report.html").exists()),
    }
    kept = [*folder.glob("run/predictions/*/*.csv"), *folder.glob("run/figures/*/*.png")]
    return result | {str(path.relative_to(folder)): fingerprint(path) for path in sorted(kept)}


def of_comparing(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): fingerprint(path)
        for path in sorted((folder / "benchmark").rglob("[!.]*"))
        if path.is_file()
    }


def of_predicting(folder: Path) -> dict[str, str]:
    return {"p.csv": fingerprint(folder / "p.csv")}


def of_copying(folder: Path) -> dict[str, str]:
    """Return sources and texts of the copies: execution times are not the copies' own."""
    books = {
        path: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("student*/*.ipynb"))
    }
    return {
        str(path.relative_to(folder)): fingerprint_of(
            [
                (cell["source"], [output.get("text") for output in cell.get("outputs", [])])
                for cell in book["cells"]
            ]
        )
        for path, book in books.items()
    }


def of_reading(folder: Path) -> dict[str, str]:
    from boneage_kit.widgets.readings_file import load_readings

    table = load_readings(folder / "readings.csv").sort_values("image_id")
    return dict(zip(table["image_id"], table["bone_age"].map(str), strict=True))


JOBS = {
    "run": Job(
        on_lessons("run --preset smoke --out OUT/run", *LESSONS), of_run, "run, two short notebooks"
    ),
    "train": Job(
        options("train --data phantom --n 24 --preset smoke --model bonet --out OUT/train"),
        of_training,
        "train --model bonet --n 24",
    ),
    "predict": Job(
        on_films(f"predict --data folder:OUT/{GIVEN} --out OUT/p.csv"),
        of_predicting,
        "predict --data, a folder of 12 films",
    ),
    "student": Job(
        on_lessons("student --out OUT/student", "91_floor"), of_copying, "student, with its proof"
    ),
    "benchmark": Job(
        options(
            "benchmark --data phantom --n 24 --methods constant by_hand_ridge bonet --sizes 8 "
            "--folds 2 --pixels 32 --epochs 1 --threads 1 --workers 1 --out OUT/benchmark"
        ),
        of_comparing,
        "benchmark, three methods, a Dask worker",
    ),
    "readings": Job(reading, of_reading, "reading room, 200 readings"),
}


def fingerprint(path: Path) -> str:
    """Return a hash of a file; of JSON, without the entries that depend on the time."""
    data = path.read_bytes()
    if path.suffix == ".json":
        data = json.dumps(timeless(json.loads(data)), sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def fingerprint_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in OF_THE_HOUR}
    return [timeless(item) for item in value] if isinstance(value, list) else value


# -- one command ------------------------------------------------------------------------------


class Running:
    """A started command with all of its processes, and the processor time that they used."""

    def __init__(self, job: Job, folder: Path) -> None:
        command = job.command(folder)
        environment = {**os.environ, "BONEAGE_KIT_CACHE": str(folder / "cache")}
        with open(folder / "said.txt", "ab") as said:
            self.process = subprocess.Popen(
                command, stdout=said, stderr=said, env=environment, start_new_session=True
            )
        self.first = psutil.Process(self.process.pid)
        self.processes: dict[int, psutil.Process] = {self.first.pid: self.first}
        self._used: dict[int, float] = {}
        self._searched = time.monotonic()

    def search(self) -> None:
        """Look for processes that the command started."""
        self._searched = time.monotonic()
        with suppress(psutil.Error):
            for child in self.first.children(recursive=True):
                self.processes.setdefault(child.pid, child)

    def used(self) -> float:
        """Return the seconds of processor time so far, of living and of ended processes."""
        if time.monotonic() - self._searched > SEARCH:
            self.search()
        for number, process in self.processes.items():
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._used[number] = times.user + times.system
        return sum(self._used.values())

    def wait(self, until: float = float("inf")) -> int | None:
        """Wait for the end, or until so much processor time was used; return the exit code."""
        began = time.monotonic()
        while self.process.poll() is None:
            if self.used() >= until:
                return None
            if time.monotonic() - began > LONGEST:
                self.kill(everything=True)
                return -1
            time.sleep(LOOK)
        return self.process.returncode

    def kill(self, *, everything: bool) -> None:
        self.search()
        for process in list(self.processes.values()) if everything else [self.first]:
            with suppress(psutil.Error):
                process.kill()
        self.process.wait()

    def living(self) -> list[psutil.Process]:
        return [process for process in self.processes.values() if process.is_running()]


def state_at_kill(job: Job, folder: Path, expected: dict[str, str]) -> str:
    """Return whether a kill came before the command wrote anything, during it, or after all."""
    written = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != "said.txt" and path.parent.name != GIVEN
    ]
    if not written:
        return "before"
    try:
        return "after" if job.result(folder) == expected else "during"
    except (OSError, ValueError, KeyError):
        return "during"


def undisturbed(job: Job, folder: Path) -> tuple[dict[str, str], float]:
    """Return what the command leaves, and the seconds of processor time that it used."""
    running = Running(job, folder)
    if running.wait():
        raise SystemExit((folder / "said.txt").read_text(errors="replace")[-2000:])
    return job.result(folder), running.used()


def one_round(
    job: Job, folder: Path, expected: dict[str, str], length: float, kills: int,
    chance: random.Random,
) -> dict[str, object]:  # fmt: skip
    """Kill and start again, then let the command end; return what happened."""
    done: list[dict[str, object]] = []
    all_of_them: list[Running] = []
    while True:
        running = Running(job, folder)
        all_of_them.append(running)
        moment = chance.random() if len(done) < kills else float("inf")
        code = running.wait(moment * length)
        if code is not None:
            break
        everything = chance.random() < 0.5
        running.kill(everything=everything)
        done.append({
            "moment": round(moment, 3), "everything": everything,
            "state": state_at_kill(job, folder, expected),
        })  # fmt: skip
    _, living = psutil.wait_procs(
        [one for each in all_of_them for one in each.living()], timeout=20
    )
    return {
        "kills": done,
        "code": code,
        "different": differences(job, folder, expected, code),
        "half_files": sorted(
            str(path.relative_to(folder))
            for path in folder.rglob(".*")
            if HALF.fullmatch(path.name)
        ),
        "outlived": [" ".join(process.name() for process in living)] if living else [],
    }


def differences(job: Job, folder: Path, expected: dict[str, str], code: int) -> list[str]:
    if code:
        said = (folder / "said.txt").read_text(errors="replace").strip().splitlines()
        return [f"ended with {code}: {' / '.join(said[-2:])[:300]}"]
    try:
        result = job.result(folder)
    except (OSError, ValueError, KeyError) as error:
        return [f"no result: {error!r}"]
    keys = sorted(expected.keys() | result.keys())
    return [key for key in keys if expected.get(key) != result.get(key)]


# -- all rounds -------------------------------------------------------------------------------


@contextmanager
def new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="killed-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def kill(names: list[str], kills: int, seed: int = 0, kept: Path | None = None) -> list[dict]:
    """Kill each of these commands so often, in turns; return all rounds of this seed."""
    rounds = [each for each in kept_rounds(kept) if each["seed"] == seed and each["job"] in names]
    first: dict[str, tuple[dict[str, str], float]] = {}
    while open_names := [name for name in names if kills_of(name, rounds) < kills]:
        name = min(open_names, key=lambda name: kills_of(name, rounds))
        if name not in first:
            with new_folder() as folder:
                first[name] = undisturbed(JOBS[name], folder)
            assert first[name][0], "the command left nothing to compare"
        number = 1 + sum(each["job"] == name for each in rounds)
        left = min(IN_A_ROW, kills - kills_of(name, rounds))
        chance = random.Random(f"{seed} {name} {number}")
        with new_folder() as folder:
            seen = one_round(JOBS[name], folder, *first[name], left, chance)
        rounds.append(
            {"job": name, "seed": seed, "round": number, **seen}
            | {"processor_seconds": round(first[name][1], 1), "machine": machine()}
            | {"date": datetime.now(UTC).strftime("%Y-%m-%d")}
        )
        if kept:
            keep(rounds[-1], kept)
    return rounds


def keep(seen: dict, kept: Path) -> None:
    """Add a round to the file of rounds, and write the page's table anew."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    before = kept.read_text(encoding="utf-8") if kept.exists() else ""
    with open(kept, "a", encoding="utf-8") as file:
        if before and not before.endswith("\n"):  # the study itself was killed
            file.write("\n")
        file.write(json.dumps(seen) + "\n")
    write_page(kept)


def kills_of(name: str, rounds: list[dict]) -> int:
    return sum(len(each["kills"]) for each in rounds if each["job"] == name)


def kept_rounds(kept: Path | None) -> list[dict]:
    """Return the rounds that were kept; a line that was cut off is none."""
    rounds = []
    if kept and kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                rounds.append(json.loads(line))
    return rounds


def machine() -> str:
    from boneage_kit import provenance

    own = provenance.machine()
    return f"{own['cores']} cores, {own['memory_gb']:.0f} GB, {own['system'].split('-')[0]}"


# -- the table --------------------------------------------------------------------------------


def table(rounds: list[dict]) -> str:
    """Return the table of docs/faults.md: one row per command."""
    lines = [
        "| command | kills | before, during, after its work | all processes, the first one only | "
        "rounds that ended by the same command | rounds with the same result | half files left | "
        "processes left |",
        "| --- | ---: | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for name, job in JOBS.items():
        own = [each for each in rounds if each["job"] == name]
        hits = [hit for each in own for hit in each["kills"]]
        if not hits:
            continue
        states = Counter(hit["state"] for hit in hits)
        everything = sum(hit["everything"] for hit in hits)
        lines.append(
            f"| {job.called} | {len(hits)} | "
            f"{', '.join(str(states[state]) for state in ('before', 'during', 'after'))} | "
            f"{everything}, {len(hits) - everything} | "
            f"{sum(each['code'] == 0 for each in own)} of {len(own)} | "
            f"{sum(not each['different'] for each in own)} of {len(own)} | "
            f"{sum(len(each['half_files']) for each in own)} | "
            f"{sum(len(each['outlived']) for each in own)} |"
        )
    dates = sorted({each["date"] for each in rounds})
    machines = sorted({each["machine"] for each in rounds})
    seeds = sorted({each["seed"] for each in rounds})
    total = sum(len(each["kills"]) for each in rounds)
    return "\n".join(
        [
            f"{total} kills in {len(rounds)} rounds; seed {', '.join(map(str, seeds))}; "
            f"{'; '.join(machines)}, shared with other work; {', '.join(dates)}.",
            "",
            *lines,
        ]
    )


def write_page(kept: Path = KEPT) -> None:
    """Write the table between the markers of docs/faults.md."""
    sys.path.insert(0, str(ROOT / "tools"))
    import readme

    text = readme.fill(PAGE.read_text(encoding="utf-8"), "kills", table(kept_rounds(kept)))
    PAGE.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", metavar="KIND", help=f"of {', '.join(JOBS)}")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--page", action="store_true", help="only write the table")
    arguments = parser.parse_args()
    if unknown := set(arguments.what) - set(JOBS):
        parser.error(f"there is no {unknown.pop()!r} among {', '.join(JOBS)}")
    if arguments.page:
        write_page()
        return 0
    rounds = kill(arguments.what or list(JOBS), arguments.kills, arguments.seed, KEPT)
    wrong = [each for each in rounds if each["different"] or each["outlived"]]
    for each in wrong:
        sys.stdout.write(f"{each['job']}, round {each['round']}: {each['different']}\n")
    sys.stdout.write(table(rounds) + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
