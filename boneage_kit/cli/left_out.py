"""The sentence with which every command on a data set ends: images used, images left out, why."""

from __future__ import annotations

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
        Its ``left_out`` counts what was left out when it was loaded.
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
    reasons = Counter(dataset.left_out)
    reasons.update({name.replace("_", " "): number for name, number in more.items()})
    reasons = +reasons
    images = f"{len(dataset) if used is None else used:,} images used"
    if not reasons:
        return f"{images}, none left out."
    said = "; ".join(
        f"{reason[:_LONGEST_REASON]} ({number:,})"
        for reason, number in reasons.most_common(_MOST_FREQUENT)
    )
    rest = "" if len(reasons) <= _MOST_FREQUENT else "; and other reasons"
    return f"{images}, {reasons.total():,} left out: {said}{rest}."
