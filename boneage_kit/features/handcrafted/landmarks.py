"""Five fingertips and the palm: the landmarks from which the regions follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd
from scipy import ndimage
from scipy.signal import find_peaks

from .silhouette import SIDE, Silhouette, candidates

_CERTAIN, _POSSIBLE = 1.2, 2.5  # mean distance from the average hand, in standard deviations
_WIDEST_SPAN = np.radians(240)  # from thumb to little finger, seen from the palm


@dataclass(frozen=True)
class Hand:
    """Landmarks of one hand, as fractions of the image's side (row, column).

    Attributes
    ----------
    tips
        float [5, 2], from thumb to little finger.
    palm
        float [2], the middle of the palm.
    found
        False: no hand was recognised, and these are the landmarks of an average one.
    doubt
        Mean distance from the average hand's shape, in standard deviations.
    mask
        bool [SIDE, SIDE]; None if no hand was recognised.
    """

    tips: np.ndarray
    palm: np.ndarray
    found: bool
    doubt: float
    mask: np.ndarray | None = None

    @property
    def scale(self) -> float:
        """Distance from the palm to the mean of the three middle fingertips."""
        return float(np.hypot(*(self.tips[1:4].mean(0) - self.palm)))

    @property
    def along(self) -> np.ndarray:
        """Unit vector (row, column) from the palm to the fingers."""
        return (self.tips[1:4].mean(0) - self.palm) / self.scale

    @property
    def across(self) -> np.ndarray:
        """Unit vector at right angles to ``along``, on the thumb's side."""
        side = np.array([self.along[1], -self.along[0]])
        return side if side @ (self.tips[0] - self.tips[4]) >= 0 else -side

    def to_image(self, along: float, across: float) -> np.ndarray:
        """Return where a point of the hand's own frame (units of ``scale``) lies in the image."""
        return self.palm + self.scale * (along * self.along + across * self.across)

    def in_own_frame(self, positions: np.ndarray) -> np.ndarray:
        """Return (row, column) positions [n, 2] as (along, across) in units of ``scale``."""
        offset = positions - self.palm
        return np.stack([offset @ self.along, offset @ self.across], axis=1) / self.scale


@lru_cache
def shape_table() -> pd.DataFrame:
    """Return ``hand_shape.csv``: where tips and regions lie on an average hand, with sources."""
    with (files(__package__) / "hand_shape.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def find_hand(image: np.ndarray) -> Hand:
    """Find the hand on a radiograph.

    Five fingertips are looked for on every candidate outline. The first outline whose fingertips
    fit an average hand is taken, else the one that fits best. Mirrored and rotated hands are
    found as well.

    Parameters
    ----------
    image
        float [SIDE, SIDE] in 0..1, bone bright.

    >>> import numpy as np
    >>> find_hand(np.zeros((112, 112))).found
    False
    """
    best = average_hand()
    for silhouette in candidates(image):
        hand = _hand_in(silhouette)
        if hand is not None and hand.doubt < best.doubt:
            best = hand
            if best.doubt < _CERTAIN:
                break
    return best


def average_hand() -> Hand:
    """Return an average hand in the middle of the image: the answer where none is recognised."""
    palm = np.array([0.58, 0.5])
    along, across = tip_statistics()[0].T
    tips = palm + 0.34 * np.stack([-along, across], axis=1)
    return Hand(tips, palm, False, _POSSIBLE)


@lru_cache
def tip_statistics() -> tuple[np.ndarray, np.ndarray]:
    """Return the average hand's fingertips (along, across) [5, 2] and their spread [5, 2]."""
    table = shape_table()
    rows = table[table["region"] == "tip"].sort_values("finger", kind="stable")
    return rows[["along", "across"]].to_numpy(), rows[["sd_along", "sd_across"]].to_numpy()


def _hand_in(silhouette: Silhouette) -> Hand | None:
    """Fingertips are where the outline is far from the palm; choose five that fit a hand."""
    outline, palm = silhouette.outline, silhouette.palm
    radius = np.hypot(*(outline - palm).T)
    smooth = ndimage.gaussian_filter1d(radius, 1.5, mode="wrap")
    start = int(smooth.argmin())
    peaks, _ = find_peaks(
        np.roll(smooth, -start),
        prominence=0.35 * silhouette.palm_radius,
        height=1.3 * silhouette.palm_radius,
    )
    tips = outline[(peaks + start) % len(outline)]
    inside = np.minimum(tips, SIDE - 1 - tips).min(axis=1) > 1.5  # the forearm leaves the film
    tips = tips[inside]
    hands = [
        Hand(order / SIDE, palm / SIDE, True, _doubt(order, palm), silhouette.mask)
        for five in _fives(tips, palm)
        for order in (five, five[::-1])
    ]
    return min(hands, key=lambda hand: hand.doubt, default=None)


def _fives(tips: np.ndarray, palm: np.ndarray) -> list[np.ndarray]:
    """Return each five neighbours along the outline that turn in one direction, not too far."""
    if len(tips) < 5:
        return []
    groups = []
    for start in range(len(tips) if len(tips) > 5 else 5):
        five = tips[(start + np.arange(5)) % len(tips)]
        angle = np.unwrap(np.arctan2(*(five - palm).T))
        turns = np.sign(np.diff(angle))
        if abs(turns.sum()) == 4 and abs(angle[-1] - angle[0]) < _WIDEST_SPAN:
            groups.append(five)
    return groups


def _doubt(tips: np.ndarray, palm: np.ndarray) -> float:
    """Mean distance of the fingertips from the average hand's, in standard deviations."""
    hand = Hand(tips, palm, True, 0.0)
    if hand.scale < 0.12 * SIDE:
        return np.inf
    mean, spread = tip_statistics()
    return float(np.abs((hand.in_own_frame(tips) - mean) / spread).mean())
