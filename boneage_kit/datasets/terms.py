"""The terms under which each data set may be used, from ``terms.csv``."""

from __future__ import annotations

import csv
from importlib.resources import files


def terms_of(name: str) -> str:
    """Return licence, citation and caveats of a data set.

    >>> print(terms_of("phantom").splitlines()[0])
    Licence: CC0 1.0: drawn by this kit, use it as you like.
    """
    with (files("boneage_kit.datasets") / "terms.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["name"] == name)
    lines = [f"Licence: {row['licence']}"]
    if row["citation"]:
        lines.append(f"Cite: {row['citation']}")
    return "\n".join([*lines, f"Note: {row['note']}"])
