"""How one notebook went, kept in ``state/<notebook>.json`` of the run's folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .._io import read_json, write_json

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """How one notebook went: the entry of ``results.json`` under ``notebooks``."""

    name: str
    title: str
    status: str  # "done" or "failed"
    minutes: float
    peak_memory_mb: int
    cells: int
    error: str | None
    key: str
    finished: str

    def dump(self) -> dict[str, Any]:
        """Return the entry as a plain dict."""
        return dict(vars(self))


_KINDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "title": (str,),
    "status": (str,),
    "minutes": (int, float),
    "peak_memory_mb": (int,),
    "cells": (int,),
    "error": (str, type(None)),
    "key": (str,),
    "finished": (str,),
}


def state_file(out: Path, notebook: str) -> Path:
    """Return where the step of a notebook is kept."""
    return out / "state" / f"{notebook}.json"


def write_step(out: Path, step: Step) -> None:
    """Keep a step, whole or not at all."""
    write_json(state_file(out, step.name), step.dump())


def read_step(out: Path, notebook: str) -> Step | None:
    """Return the kept step of a notebook, or None where there is none that can be used.

    A damaged file, and one of another version of the kit (a field more or less), is said and
    taken for none: that notebook is executed again.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = write_json(state_file(folder, "01_x"), {"status": "done", "colour": "blue"})
    >>> read_step(folder, "01_x") is None
    True
    """
    path = state_file(out, notebook)
    if not path.exists():
        return None
    content = read_json(path)
    whole = (
        isinstance(content, dict)
        and content.keys() == _KINDS.keys()
        and all(isinstance(content[field.name], _KINDS[field.name]) for field in fields(Step))
    )
    if not whole or content["name"] != notebook:
        _log.warning(
            "%s is damaged, or of another version of the kit: %s is executed again.",
            path.name,
            notebook,
        )
        return None
    return Step(**content)


def steps_of(out: Path) -> list[Step]:
    """Return every step of a run's folder that can be used, in the order of the notebooks."""
    steps = [read_step(out, path.stem) for path in sorted((out / "state").glob("[!.]*.json"))]
    return [step for step in steps if step is not None]
