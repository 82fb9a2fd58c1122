"""Outputs: places that cannot be written, disks that fill, pipes that close, odd terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dataset_layouts import kaggle, put

from .base import Fault, as_somebody, said_by, shell
from .commands import PREDICTED

#: Each command that writes, with what stands for its output.
WRITING: dict[str, list[str]] = {
    "predict --data": ["predict", "--data", "phantom", "--n", "20", "--out", "OUT"],
    "train": [
        "train",
        "--data",
        "phantom",
        "--n",
        "40",
        "--preset",
        "smoke",
        "--model",
        "handcrafted",
        "--out",
        "OUT",
    ],
    "run": ["run", "01", "--preset", "smoke", "--out", "OUT"],
    "evaluate": ["evaluate", "p.csv", "--out", "OUT"],
    "robustness": ["robustness", "--data", "phantom", "--n", "20", "--out", "OUT"],
    "benchmark": [
        "benchmark",
        "--data",
        "phantom",
        "--n",
        "60",
        "--methods",
        "constant",
        "--sizes",
        "20",
        "--workers",
        "0",
        "--out",
        "OUT",
    ],
    "student": ["student", "--no-proof", "01", "--out", "OUT"],
    "cohort": ["cohort", "--n", "3", "--size", "64", "-o", "OUT"],
    "phantom": ["phantom", "--sex", "F", "--age", "8", "--size", "64", "-o", "OUT.png"],
    "figure": ["figure", "leak", "-o", "OUT.png"],
}
#: Commands whose work is quick enough to be done for a disk that fills under them.
QUICK = ("train", "evaluate", "benchmark", "student", "cohort", "phantom", "figure")
LONG_NAME = "x" * 300
#: In a process of its own: no file may grow beyond 600 bytes, as on a disk that fills.
FULL = """import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from boneage_kit.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
sys.exit(print("exit", main({words!r})))"""


def words_to(command: str, out: str) -> list[str]:
    return [word.replace("OUT", out) for word in WRITING[command]]


def not_writable(command: str) -> Callable[[Path], str]:
    """Write under a file, under a name that is too long, and where there is no permission."""

    def act(folder: Path) -> str:
        put(folder, {"file": "x", "p.csv": PREDICTED})
        (folder / "closed").mkdir(mode=0o555)
        began = time.monotonic()
        said = [said_by(words_to(command, out), folder) for out in ("file/out", LONG_NAME)]
        code = (
            f"import os; os.chdir({str(folder)!r}); from boneage_kit.cli import main\n"
            f"print('exit', main({words_to(command, 'closed/out')!r}))"
        )
        said.append(as_somebody(code))
        assert time.monotonic() - began < 60, "the work was begun"
        refused = sum("exit 2" in text and "cannot be written" in text for text in said)
        return f"refused before the work: {refused} of 3; {said[0]}"

    return act


def disk_fills(command: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        put(folder, {"p.csv": PREDICTED})
        cache = folder / ".cache"
        cache.mkdir()
        code = (
            f"import os; os.chdir({str(folder)!r})\n{FULL.format(words=words_to(command, 'out'))}"
        )
        said = as_somebody(
            code,
            PYTHONDONTWRITEBYTECODE="1",
            BONEAGE_KIT_CACHE=str(cache),
            MPLCONFIGDIR=str(folder / ".mpl"),
        )
        cut = [
            path.name
            for path in folder.glob("out*/**/*")
            if path.is_file() and path.stat().st_size == 600
        ]
        return f"{said}; half files left: {cut or 'none'}"

    return act


def student_interrupted(folder: Path) -> str:
    """Press Ctrl-C while the exercises are proven."""
    process = subprocess.Popen(
        [sys.executable, "-m", "boneage_kit", "student", "--out", str(folder / "s")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a shell starts what it sends to the background with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 300
    while not list((folder / "s").glob("*.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(3)  # the kernel is at work
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=300)[1].strip().splitlines()
    return f"exit {process.returncode}: {' / '.join(said)}"


OUTPUT = "an output"
OUTPUTS = [
    *(
        Fault(
            OUTPUT,
            f"{name}: under a file, a name of 300 letters, no permission",
            not_writable(name),
            "refused before the work: 3 of 3",
        )
        for name in WRITING
    ),
    *(
        Fault(OUTPUT, f"{name}: the disk fills", disk_fills(name), "half files left: none")
        for name in QUICK
    ),
    Fault(
        OUTPUT,
        "standard output is full",
        lambda folder: shell("boneage-kit figure > /dev/full; echo exit $?", folder),
        "exit 2 / boneage-kit: Standard output cannot be written",
    ),
    Fault(
        OUTPUT,
        "the help on a full standard output",
        lambda folder: shell("boneage-kit --help > /dev/full; echo exit $?", folder),
        "exit 2",
    ),
    Fault(
        OUTPUT,
        "the reader of a pipe ends at once",
        lambda folder: shell("boneage-kit figure | head -1; echo exit ${PIPESTATUS[0]}", folder),
        "exit 0",
    ),
    Fault(
        OUTPUT,
        "standard output is closed",
        lambda folder: shell("boneage-kit figure >&-; echo exit $?", folder),
        "exit 2",
    ),
    Fault(
        OUTPUT,
        "a terminal that knows only ASCII",
        lambda folder: shell(
            "boneage-kit phantom --sex F --age 8 --size 64 -o h\u00e4nd.png; echo exit $?",
            folder,
            PYTHONIOENCODING="ascii",
            PYTHONUTF8="0",
            LC_ALL="C.UTF-8",
        ),
        "exit 0",
    ),
    Fault(
        OUTPUT,
        "JSON on a terminal that knows only ASCII",
        lambda folder: shell(
            "boneage-kit phantom --sex F --age 8 --size 64 -o h\u00e4nd.png > /dev/null; "
            f"boneage-kit predict --json --sex F h\u00e4nd.png | {sys.executable} -c "
            '\'import json, sys; print(len(json.load(sys.stdin)["readings"]), "reading")\'',
            folder,
            PYTHONIOENCODING="ascii",
            LC_ALL="C.UTF-8",
        ),
        "1 reading",
    ),
    Fault(
        OUTPUT,
        "terminal codes in a file's name",
        lambda folder: said_by(["predict", "--sex", "F", "\x1b[2Jhand.png"], folder),
        "\\x1b[2Jhand.png",
    ),
    Fault(
        OUTPUT,
        "Ctrl-C in student",
        student_interrupted,
        "exit 130: boneage-kit: interrupted; the same command starts anew.",
    ),
    *(
        Fault(
            OUTPUT,
            f"a data set and a table in {name!r}",
            lambda folder, name=name: said_by(
                [
                    "train",
                    "--data",
                    f"rsna:{put(folder / name / 'data', kaggle())}",
                    "--model",
                    "handcrafted",
                    "--n",
                    "20",
                    "--preset",
                    "smoke",
                    "--out",
                    f"{name}/model",
                ],
                folder,
            ),
            "exit 0",
        )
        for name in ("a {term} $x$", 'it\'s "q" \u00fc')
    ),
]
