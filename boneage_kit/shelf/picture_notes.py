"""What is doubtful about the picture that a model is shown: no hand or two, turned, blurred.

:mod:`.orientation` says which way the hand lies, :mod:`.detail` whether fine lines can be seen. How
often each note is right stands in ``boneage_kit/data/results/picture_notes.csv``
(``studies/picture_notes.py``). A note is a reason to look, no note is no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from skimage.transform import resize

from ..features.handcrafted import find_hand
from ..features.handcrafted.silhouette import SIDE, Silhouette, candidates
from .detail import LEAST_DETAIL, detail
from .orientation import orientation_note

NO_HAND = "no hand was recognised, so do not trust the prediction"
TWO_HANDS = "the picture seems to show more than one hand: cut out the left one and predict that"
BLURRED = "fine lines cannot be seen: the picture is blurred, or has too few pixels"
#: Two hands: the smaller has this share of the other's area, depth and height; both are this high.
_ALIKE, _HEIGHT_OF_A_HAND = 0.75, 0.25


class PictureNotes(NamedTuple):
    """Whether a hand was recognised, and what is doubtful in words."""

    hand_recognised: bool
    notes: list[str]


def notes_of(image: np.ndarray) -> PictureNotes:
    """Return what is doubtful about a prepared image, uint8 [s, s], bone bright.

    >>> notes_of(np.zeros((64, 64), dtype=np.uint8)).hand_recognised
    False
    """
    copy = resize(np.asarray(image, dtype=float) / 255, (SIDE, SIDE), order=1)
    hand = find_hand(copy)
    if _are_two_hands(list(candidates(copy))):
        return PictureNotes(hand.found, [TWO_HANDS])
    if not hand.found:
        return PictureNotes(False, [NO_HAND])
    # a larger image is asked at the size that all models see; a smaller one has no more to show
    shown = copy if min(image.shape) > SIDE else np.asarray(image, dtype=float)
    blurred = detail(shown) < LEAST_DETAIL
    notes = [orientation_note(image), BLURRED if blurred else ""]
    return PictureNotes(True, [note for note in notes if note])


def _are_two_hands(outlines: Sequence[Silhouette]) -> bool:
    """Return whether two outlines of about the same size and depth lie beside each other."""
    for pair in combinations(outlines, 2):
        columns = [np.flatnonzero(outline.mask.any(axis=0)) for outline in pair]
        rows = [np.flatnonzero(outline.mask.any(axis=1)) for outline in pair]
        beside = columns[0][-1] < columns[1][0] or columns[1][-1] < columns[0][0]
        areas = [float(outline.mask.sum()) for outline in pair]
        depths = [outline.palm_radius for outline in pair]
        heights = [float(np.ptp(each)) for each in rows]
        alike = all(min(of) > _ALIKE * max(of) for of in (areas, depths, heights))
        if beside and alike and min(heights) > _HEIGHT_OF_A_HAND * SIDE:
            return True
    return False
