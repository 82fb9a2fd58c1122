"""What is doubtful about the picture that a model is shown: no hand or two, turned, mirrored.

The fingertips and the palm, found as for the features by hand, say which way the fingers point
and on which side the thumb is. On 300 films of RSNA 2017 at 512 pixels (and 500 thumbnails), all
upright left hands, none (0.2 %) was called turned and none (0.3 %) mirrored. Of the same films
turned by 90 or 180 degrees 71 % were called turned, of the mirrored ones 42 % mirrored, and on 98 %
of the inverted ones no hand was recognised. Of 1,572 thumbnails 5 (0.3 %) were said to show more
than one hand, and 92 % of 315 put beside their mirror image: a note is a reason to look, no
note is no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from skimage.transform import resize

from ..features.handcrafted import find_hand
from ..features.handcrafted.silhouette import SIDE, Silhouette, candidates

NO_HAND = "no hand was recognised, so do not trust the prediction"
TWO_HANDS = "the picture seems to show more than one hand: cut out the left one and predict that"
#: Fingers that point further than this from upwards, in degrees, are called turned.
_TURNED = 60.0
#: Largest doubt (mean distance from the average hand, in SD) with which the fingers' direction
#: and the thumb's side are believed.
_SURE_OF_DIRECTION, _SURE_OF_SIDE = 1.2, 1.0
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
    down, right = hand.along
    turned = float(np.degrees(np.arctan2(right, -down)))
    if hand.doubt < _SURE_OF_DIRECTION and abs(turned) > _TURNED:
        return PictureNotes(True, [f"the hand seems turned: its fingers point {_side(turned)}"])
    thumb_is_right = float(hand.across @ np.array([right, -down])) > 0
    if hand.doubt < _SURE_OF_SIDE and not thumb_is_right:
        return PictureNotes(True, ["the thumb is on the left: a right hand, or a mirrored picture"])
    return PictureNotes(True, [])


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


def _side(degrees: float) -> str:
    """Return where fingers point that are turned clockwise by more than 60 degrees.

    >>> _side(90.0), _side(-90.0), _side(170.0)
    ('right', 'left', 'down')
    """
    if abs(degrees) > 120:
        return "down"
    return "right" if degrees > 0 else "left"
