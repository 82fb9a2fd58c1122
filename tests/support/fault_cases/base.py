"""What a fault is, how it is committed, and how its outcome is put into words."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from dataset_layouts import put

import boneage_kit as bk
from boneage_kit.cli import main

#: More than a fault's outcome needs to say; a traceback is longer.
LONGEST = 600


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


def as_somebody(code: str, setup: str = "", **variables: str) -> str:
    """Run Python without root's right to read and write everything; return its last line."""
    root = hasattr(os, "getuid") and os.getuid() == 0
    if root and not shutil.which("setpriv"):
        raise NotImplementedError("root reads everything here, and setpriv is not installed")
    rights = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if root else []
    done = subprocess.run(
        [*rights, sys.executable, "-c", f"{setup}\n{code}"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **variables},
    )
    said = [text.strip().splitlines()[-1] for text in (done.stdout, done.stderr) if text.strip()]
    return "; ".join(said).replace("boneage_kit.errors.BadInput: ", "refused: ")


def command(*words: str, files: dict | None = None) -> Callable[[Path], str]:
    """Run the command line in a folder with these files; return its code and what it said."""

    def act(folder: Path) -> str:
        put(folder, files or {})
        return said_by(list(words), folder)

    return act


def said_by(words: list[str], folder: Path, *, with_output: bool = False) -> str:
    """Run the command line inside this process; return its code and its lines on stderr.

    What a refused command had written to standard output is added: it should be nothing.
    """
    out, err, before, log = io.StringIO(), io.StringIO(), os.getcwd(), logging.root.manager.disable
    os.chdir(folder)
    logging.disable(logging.INFO)
    try:
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
            code = main(words)
    finally:
        os.chdir(before)
        logging.disable(log)
    lines = err.getvalue().strip().splitlines()
    shown = f"; shown before: {out.getvalue()}" if code and out.getvalue() else ""
    if with_output:
        shown = f"; {out.getvalue()}"
    return f"exit {code}" + (f": {' / '.join(lines)}" if lines else "") + shown


def shell(script: str, folder: Path, **variables: str) -> str:
    """Run a shell script in a folder, where ``boneage-kit`` is this kit's; return its last lines.

    The lines are those of standard output and of standard error, two of each.
    """
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    starter = bin_folder / "boneage-kit"
    starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m boneage_kit "$@"\n')
    starter.chmod(0o755)
    path = f"{bin_folder}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        errors="replace",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PATH": path, **variables},
    )
    shutil.rmtree(bin_folder)
    said = [line for text in (done.stdout, done.stderr) for line in text.splitlines()[-2:]]
    return " / ".join(said)


def film_in_words(path: Path) -> str:
    radiograph = bk.read_radiograph(path)
    assert np.isfinite(radiograph.pixels).all()
    notes = "; ".join(radiograph.meta["notes"])
    height, width = radiograph.pixels.shape
    return f"read, {width} x {height} px" + (f", with the note: {notes}" if notes else "")
