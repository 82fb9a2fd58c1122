"""kill -9 at random moments, many times: started again, a command ends with the same result.

    python studies/killed.py                     50 kills of each
    python studies/killed.py train --kills 10

First each command runs once to its end, undisturbed. Then the study starts it in a new folder,
kills it (SIGKILL to its process group) at a random moment within that time, and starts it again
until it ends by itself. This is one round. Rounds follow until all kills are used. The study
compares what each round leaves with the undisturbed result.

run       ``boneage-kit run --preset smoke`` of the first notebook: rows, predictions, figures
train     ``boneage-kit train --preset smoke --model bonet``: weights, predictions, metrics
predict   ``boneage-kit predict --data`` of 60 phantoms by the model that ships: the table
student   ``boneage-kit student`` of the first notebook with its proof: copies and solved copies
readings  a reader who gives 200 readings, in the reading room's file: every reading once
benchmark ``boneage-kit benchmark`` of three methods on a Dask worker: every training's
          predictions, the tables made from them, and the figure
cache     two trainings at once on one empty cache, one of them is killed: both end alike
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from boneage_kit import execution

KIT = [sys.executable, "-m", "boneage_kit"]
#: Depend on the clock or the machine, not on what was computed.
OF_THE_HOUR = ("seconds", "minutes", "started", "finished", "made", "command", "key", "kit")
READER = """
import sys
from boneage_kit.widgets.readings_file import append_reading, load_readings
path = sys.argv[1]
done = set(load_readings(path)["image_id"])
for number in range(200):
    if f"hand {number}" not in done:
        append_reading(path, "me", f"hand {number}", 1, number % 19 + 0.25)
"""


class Job(NamedTuple):
    """A command that writes into a folder, and what it leaves there in the end."""

    command: Callable[[Path], list[str]]
    result: Callable[[Path], dict[str, str]]
    companion: Callable[[Path], list[str]] | None = None


def first_notebook() -> str:
    return execution.notebooks()[0].stem


def training(name: str) -> Callable[[Path], list[str]]:
    return lambda folder: [
        *KIT,
        "train",
        "--data",
        "phantom",
        "--n",
        "40",
        "--preset",
        "smoke",
        "--model",
        "bonet",
        "--out",
        str(folder / name),
    ]


def running(folder: Path) -> list[str]:
    return [*KIT, "run", "--preset", "smoke", "--out", str(folder / "run"), first_notebook()]


def comparing(folder: Path) -> list[str]:
    return [
        *KIT,
        "benchmark",
        "--data",
        "phantom",
        "--n",
        "60",
        "--methods",
        "constant",
        "by_hand_ridge",
        "bonet",
        "--sizes",
        "20",
        "--folds",
        "2",
        "--pixels",
        "48",
        "--epochs",
        "2",
        "--threads",
        "1",
        "--workers",
        "1",
        "--out",
        str(folder / "benchmark"),
    ]


def predicting(folder: Path) -> list[str]:
    return [*KIT, "predict", "--data", "phantom", "--n", "60", "--out", str(folder / "p.csv")]


def copying(folder: Path) -> list[str]:
    return [*KIT, "student", first_notebook(), "--out", str(folder / "student")]


def reading(folder: Path) -> list[str]:
    return [sys.executable, "-c", READER, str(folder / "readings.csv")]


def of_training(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): fingerprint(path)
        for path in sorted(folder.glob("train*/[!.]*"))
        if path.suffix in (".safetensors", ".csv", ".json")
    }


def of_run(folder: Path) -> dict[str, str]:
    content = json.loads((folder / "run" / "results.json").read_text(encoding="utf-8"))
    result = {
        "rows": json.dumps(content["rows"]),
        "figures": json.dumps(content["figures"]),
        "notebooks": json.dumps([(step["name"], step["status"]) for step in content["notebooks"]]),
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
    "run": Job(running, of_run),
    "train": Job(training("train"), of_training),
    "predict": Job(predicting, of_predicting),
    "student": Job(copying, of_copying),
    "benchmark": Job(comparing, of_comparing),
    "readings": Job(reading, of_reading),
    "cache": Job(training("train"), of_training, training("train2")),
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


def start(command: list[str], folder: Path) -> subprocess.Popen:
    environment = {**os.environ, "BONEAGE_KIT_CACHE": str(folder / "cache")}
    with open(folder / "said.txt", "ab") as said:
        return subprocess.Popen(
            command, stdout=said, stderr=said, env=environment, start_new_session=True
        )


def undisturbed(job: Job, folder: Path) -> tuple[dict[str, str], float]:
    began = time.monotonic()
    processes = [start(job.command(folder), folder)]
    if job.companion:
        processes.append(start(job.companion(folder), folder))
    for process in processes:
        if process.wait():
            raise SystemExit((folder / "said.txt").read_text(errors="replace")[-2000:])
    return job.result(folder), time.monotonic() - began


def one_round(
    job: Job, folder: Path, longest: float, kills: int, chance: random.Random
) -> tuple[dict[str, str], int]:
    """Kill and start again until the command ends by itself, or no kill is left."""
    killed = 0
    companion = start(job.companion(folder), folder) if job.companion else None
    while True:
        process = start(job.command(folder), folder)
        try:
            code = process.wait(chance.uniform(0, longest) if killed < kills else None)
            if code == 0:
                break
            raise SystemExit((folder / "said.txt").read_text(errors="replace")[-2000:])
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
    if companion and companion.wait():
        raise SystemExit("the training beside it failed")
    return job.result(folder), killed


def kill(name: str, kills: int, seed: int = 0) -> tuple[int, int, list[str]]:
    """Return how many kills and rounds there were, and what differed in the end."""
    job, chance = JOBS[name], random.Random(seed)
    done, rounds, different = 0, 0, []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folders = iter(Path(scratch) / str(number) for number in range(10**6))
        folder = next(folders)
        folder.mkdir()
        expected, longest = undisturbed(job, folder)
        assert expected, "the command left nothing to compare"
        while done < kills:
            folder = next(folders)
            folder.mkdir()
            result, killed = one_round(job, folder, longest, kills - done, chance)
            done, rounds = done + killed, rounds + 1
            different += [
                f"round {rounds}: {key}"
                for key in expected.keys() | result.keys()
                if expected.get(key) != result.get(key)
            ]
    return done, rounds, different


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=[[], *JOBS], default=list(JOBS))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    wrong = 0
    for name in arguments.what:
        kills, rounds, different = kill(name, arguments.kills, arguments.seed)
        wrong += len(different)
        said = "; ".join(different) or "the result of an undisturbed run each time"
        sys.stdout.write(
            f"{name:10}{kills:4} kills in {rounds} rounds, seed {arguments.seed}: {said}\n"
        )
        sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
