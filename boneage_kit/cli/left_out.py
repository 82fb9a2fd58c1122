"""The sentence with which every command on a data set ends: images used, images left out, why."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..datasets import Dataset

_MOST_FREQUENT = 3
_LONGEST_REASON = 100


def used_and_left_out(dataset: Dataset, *, used: int | None = None, **more: int) -> str:
    """Return how many images of a data set were used, how many were left out, and why.

    Parameters
    ----------
    dataset
        Its ``problems`` tell what was left out when it was loaded.
    used
        Images used; None: all that were loaded.
    more
        What the command itself left out, reason (with ``_`` for spaces) and number.

    >>> from boneage_kit import datasets
    >>> used_and_left_out(datasets.load("phantom", n=30))
    '30 images used, none left out.'
    >>> used_and_left_out(datasets.load("phantom", n=30), used=28, no_bone_age=2)
    '28 images used, 2 left out: no bone age (2).'
    """
    reasons: Counter[str] = Counter()
    example: dict[str, str] = {}
    problems = dataset.problems
    for row in problems[problems["what_was_done"].str.contains("left out")].itertuples():
        kind = _kind(str(row.problem))
        example.setdefault(kind, str(row.problem)[:_LONGEST_REASON])
        reasons[kind] += _images_of(row)
    for name, number in more.items():
        example[name] = name.replace("_", " ")
        reasons[name] += number
    images = f"{len(dataset) if used is None else used:,} images used"
    if not reasons.total():
        return f"{images}, none left out."
    said = "; ".join(f"{example[kind]} ({number:,})"
                     for kind, number in reasons.most_common(_MOST_FREQUENT) if number)
    rest = "" if len(reasons) <= _MOST_FREQUENT else "; ..."
    return f"{images}, {reasons.total():,} left out: {said}{rest}."


def _kind(problem: str) -> str:
    """Return a problem without its values, so that alike ones count together.

    >>> _kind("the bone age 'abc' is not a number") == _kind("the bone age 'x' is not a number")
    True
    """
    return re.sub(r"'[^']*'|-?\d[\d.]*", "", problem.partition(", ")[0])


def _images_of(row: tuple) -> int:
    """Return how many images a row of the problems stands for."""
    counted = re.match(r"(\d+) (?:image|row)", f"{row.problem}")  # type: ignore[attr-defined]
    counted = counted or re.match(r"(\d+) rows", f"{row.what_was_done}")  # type: ignore[attr-defined]
    return int(counted[1]) if counted else 1
