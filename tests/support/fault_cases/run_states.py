"""What a run left before: states of other versions, damaged files, locks; and the environment."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import boneage_kit as bk
from boneage_kit._io import held_alone
from boneage_kit.execution import step

from .base import Fault, said_by

DONE = {
    "name": "01_x",
    "title": "X",
    "status": "done",
    "minutes": 0.1,
    "peak_memory_mb": 90,
    "cells": 3,
    "error": None,
    "key": "ab",
    "finished": "2026-11-27T00:00:00+00:00",
}


def state(content: object) -> Callable[[Path], str]:
    """Look for the step of a notebook in a state file with this content."""

    def act(folder: Path) -> str:
        path = step.state_file(folder, "01_x")
        path.parent.mkdir()
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        said: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())
        logger = logging.getLogger(step.__name__)
        logger.addHandler(handler)
        try:
            kept = step.read_step(folder, "01_x")
        finally:
            logger.removeHandler(handler)
        return f"{'step kept' if kept else 'not used'}; {' '.join(said)}"

    return act


def lock(make: Callable[[Path], object]) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        make(folder / ".lock")
        with held_alone(folder):
            return "held"

    return act


def held_twice(folder: Path) -> str:
    with held_alone(folder):
        return lock(lambda path: None)(folder)


def environment(name: str, value: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        before = os.environ.get(name)
        os.environ[name] = value
        try:
            return said_by(["run", "01", "--preset", "smoke", "--out", "r"], folder)
        finally:
            os.environ.pop(name) if before is None else os.environ.update({name: before})

    return act


def results(text: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        (folder / "results.json").write_text(text)
        return f"loaded, {len(bk.results.load(folder))} keys"

    return act


def training(text: str) -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        (folder / "t").mkdir()
        (folder / "t" / "settings.json").write_text(text)
        (folder / "t" / "weights.safetensors").write_text("w")
        return said_by(
            [
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
                "t",
            ],
            folder,
        )

    return act


STATE, AGAIN = "a state", "is executed again"
STATES = [
    Fault(STATE, "as it was left", state(DONE), "step kept"),
    *(
        Fault(STATE, name, state(content), AGAIN)
        for name, content in [
            ("one field more, of a later version", {**DONE, "colour": "blue"}),
            ("one field less", {key: DONE[key] for key in list(DONE)[1:]}),
            ("minutes in words", {**DONE, "minutes": "three"}),
            ("of another notebook", {**DONE, "name": "02_y"}),
            ("a list", [DONE]),
            ("a text", '"done"'),
            ("a number", 3),
            ("null", None),
            ("empty", ""),
            ("cut in the middle", '{"name": "01'),
            ("nested 100,000 deep", "[" * 100_000),
        ]
    ),
    Fault(
        STATE,
        "a lock of version 0.1.0",
        lock(lambda path: path.write_text('{"pid": 1, "since": 0}')),
        "held",
    ),
    Fault(STATE, "a lock that is no lock", lock(lambda path: path.write_bytes(b"\xff")), "held"),
    Fault(
        STATE,
        "a lock that is a folder",
        lock(lambda path: path.mkdir()),
        "cannot be used as a lock",
    ),
    Fault(
        STATE,
        "a lock that is a link to a device",
        lock(lambda path: path.symlink_to("/dev/null")),
        "cannot be used as a lock",
    ),
    Fault(STATE, "a lock that another run holds", held_twice, "Another run is writing"),
    Fault(STATE, "results of another schema", results('{"schema": 99}'), "holds no results"),
    Fault(STATE, "results cut in the middle", results('{"schema": 1, "ro'), "holds no results"),
    Fault(
        STATE,
        "settings of a training that cannot be read",
        training("{"),
        "settings.json is damaged",
    ),
    Fault(STATE, "settings of another training", training('{"seed": 9}'), "other data or settings"),
    *(
        Fault("an environment variable", f"{name}={value}", environment(name, value), name)
        for name, value in [
            ("BONEAGE_KIT_SEED", "abc"),
            ("BONEAGE_KIT_SEED", "-1"),
            ("BONEAGE_KIT_THREADS", "many"),
            ("BONEAGE_KIT_PROCESSOR", "abacus"),
            ("BONEAGE_KIT_WIDGETS", "maybe"),
        ]
    ),
]
