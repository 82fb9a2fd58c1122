"""Regions of interest around the ossification centres, after the EMROI and CROI literature.

The epiphyseal-metaphyseal regions (EMROI) stand on the fingers' joints, the carpal region
(CROI) on the wrist; radius and ulna have one each. Their positions follow from the fingertips and
the palm by ``hand_shape.csv``, calibrated on one half of the expert boxes of Koitka et al. 2018
(PLOS ONE 13(11): e0207496) and judged on the other half by ``studies/handcrafted_regions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage
from skimage.transform import resize

from .landmarks import Hand, find_hand, shape_table
from .silhouette import SIDE


@dataclass(frozen=True)
class Region:
    """A square that turns with the hand; positions and sizes are fractions of the image's side.

    Attributes
    ----------
    name
        ``"DIP 3"`` (finger 1 is the thumb), ``"Wrist"``, ``"Radius"``, ``"Ulna"`` or ``"Hand"``.
    centre
        float [2], row and column.
    along, across
        Unit vectors (row, column): towards the fingertip, and towards the thumb's side.
    side
        Length of the square's side.
    """

    name: str
    centre: np.ndarray
    along: np.ndarray
    across: np.ndarray
    side: float

    def corners(self) -> np.ndarray:
        """Return float [4, 2], row and column, in drawing order."""
        half = self.side / 2
        signs = ((1, -1), (1, 1), (-1, 1), (-1, -1))
        return np.array([self.centre + half * (a * self.along + b * self.across) for a, b in signs])

    def patch(self, image: np.ndarray, pixels: int) -> np.ndarray:
        """Return float [pixels, pixels]: the region upright, the thumb's side to the right."""
        steps = (np.arange(pixels) + 0.5) / pixels - 0.5
        down, right = np.meshgrid(steps, steps, indexing="ij")
        positions = self.centre[:, None, None] + self.side * (
            right * self.across[:, None, None] - down * self.along[:, None, None]
        )
        coordinates = positions * image.shape[0] - 0.5
        return ndimage.map_coordinates(image, coordinates, order=1, mode="nearest")


def locate(image: np.ndarray) -> tuple[Hand, list[Region]]:
    """Return the hand's landmarks and its regions on a square radiograph.

    Parameters
    ----------
    image
        float [s, s] in 0..1 or uint8, bone bright.

    Returns
    -------
    tuple
        The hand (``hand.found`` says whether it was recognised) and 18 regions: five MCP, five
        PIP (the thumb's is its interphalangeal joint), four DIP, wrist, radius, ulna and the
        whole hand.

    >>> hand, regions = locate(np.zeros((64, 64)))
    >>> len(regions), regions[0].name
    (18, 'MCP 1')
    """
    pixels = np.asarray(image, dtype=float) / (255.0 if image.dtype == np.uint8 else 1.0)
    small = pixels if len(pixels) == SIDE else resize(pixels, (SIDE, SIDE), order=1)
    hand = find_hand(small)
    return hand, regions_of(hand)


def regions_of(hand: Hand) -> list[Region]:
    """Return the 18 regions that follow from a hand's landmarks."""
    table = shape_table()
    regions = [_region(hand, row) for _, row in table[table["region"] != "tip"].iterrows()]
    whole = Region("Hand", hand.to_image(0.2, 0.05), hand.along, hand.across, 2.1 * hand.scale)
    return [*regions, whole]


def _region(hand: Hand, row: pd.Series) -> Region:
    along, across, length = hand.along, hand.across, hand.scale
    name, finger = str(row["region"]), int(row["finger"])
    if finger > 0:  # in the finger's own frame: from the palm to its tip
        reach = hand.tips[finger - 1] - hand.palm
        length = float(np.hypot(*reach))
        along = reach / length
        across = np.array([along[1], -along[0]])
        across = across if across @ hand.across >= 0 else -across
        name = f"{name} {finger}"
    centre = hand.palm + length * (row["along"] * along + row["across"] * across)
    return Region(name, centre, along, across, row["side"] * hand.scale)
