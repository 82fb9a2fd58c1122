"""The files that an executed notebook left: a run is only done while they are as they were left."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .._io import read_json, write_json

#: Of a run: each holds a folder for each notebook.
FOLDERS = ("figures", "predictions")


def list_file(out: Path, notebook: str) -> Path:
    """Return where the list of a notebook's files stands, beside the state of its step.

    >>> list_file(Path("run"), "01_x").as_posix()
    'run/state/01_x.files'
    """
    return out / "state" / f"{notebook}.files"


def note(out: Path, notebook: str) -> None:
    """Write down what a notebook left in a run's folder, with the SHA-256 of each file."""
    write_json(list_file(out, notebook), _left(out, notebook))


def damaged(out: Path, notebook: str) -> str:
    """Return the first of a notebook's files that is missing or changed; "" where all are whole.

    A run of an earlier version has no such list, and its files count as whole.

    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp())
    >>> _ = write_json(out / "records" / "01_x.json", [])
    >>> note(out, "01_x")
    >>> damaged(out, "01_x")
    ''
    >>> (out / "records" / "01_x.json").unlink()
    >>> damaged(out, "01_x")
    'records/01_x.json'
    """
    path = list_file(out, notebook)
    if not path.exists():
        return ""
    listed, there = read_json(path), _left(out, notebook)
    if not isinstance(listed, dict):
        return path.relative_to(out).as_posix()
    return next((name for name in listed if there.get(name) != listed[name]), "")


def _left(out: Path, notebook: str) -> dict[str, str]:
    paths = [out / "records" / f"{notebook}.json"]
    for folder in FOLDERS:
        paths += sorted((out / folder / notebook).rglob("[!.]*"))
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }
