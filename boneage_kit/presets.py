"""The sizes of a run of the lessons (images, pixels, passes, repeats), from ``presets.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from .errors import BadInput

NAMES = ("smoke", "binder", "colab", "paper")
DEFAULT = "binder"


@dataclass(frozen=True)
class Preset:
    """The sizes of one run; each field is a row of ``presets.csv``, which explains it."""

    name: str
    images: int
    pixels: int
    batch: int
    epochs_scratch: int
    pixels_few: int
    epochs_few: int
    epochs_finetune: int
    train_sizes: tuple[int, ...]
    seeds: int
    bootstrap: int
    threads: int


def get(name: str) -> Preset:
    """Return the preset ``smoke``, ``binder``, ``colab`` or ``paper``.

    Raises
    ------
    BadInput
        For any other name.

    >>> get("binder").pixels
    96
    """
    if name not in NAMES:
        raise BadInput(f"There is no preset {name!r}.", f"Use one of {', '.join(NAMES)}.")
    with (files("boneage_kit") / "presets.csv").open(encoding="utf-8") as file:
        rows = {row["setting"]: row[name] for row in csv.DictReader(file)}
    sizes = tuple(int(size) for size in rows.pop("train_sizes").split(";"))
    return Preset(name=name, train_sizes=sizes, **{key: int(rows[key]) for key in rows})
