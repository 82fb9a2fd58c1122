"""Dark lines between bright edges on profiles of grey levels, along axes drawn into an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.signal import find_peaks


@dataclass(frozen=True)
class Gap:
    """A dark line between two bright edges: where it is, how wide and how deep."""

    at: float  # pixels along the axis
    width: float  # full width at half depth, pixels
    depth: float  # share of the grey between it and the brighter edge
    before: float  # grey of the edge on the proximal side
    after: float  # grey of the edge on the distal side
    floor: float  # grey of the line itself


@dataclass(frozen=True)
class Axis:
    """A straight line in the image, from an origin (row, column) along a unit vector."""

    origin: np.ndarray
    along: np.ndarray

    @property
    def across(self) -> np.ndarray:
        """Unit vector to the right of the direction of the axis (thumb's side of a left hand)."""
        return np.array([self.along[1], -self.along[0]])

    def sample(self, pixels: np.ndarray, s: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return grey levels [len(s), len(t)] at places along and across the axis (pixels)."""
        where = (
            self.origin[:, None, None]
            + self.along[:, None, None] * s[None, :, None]
            + self.across[:, None, None] * t[None, None, :]
        )
        return map_coordinates(pixels, where, order=1, mode="nearest")


def dark_lines(grey: np.ndarray, s: np.ndarray, reach: float) -> list[Gap]:
    """Return the dark lines of a grey profile over places ``s``, each against edges within reach.

    >>> s = np.arange(0, 20, 0.25)
    >>> grey = 1 - np.exp(-0.5 * ((s - 8) / 1.0) ** 2)
    >>> [(gap.at, round(gap.width, 1)) for gap in dark_lines(grey, s, 5.0)]
    [(8.0, 2.4)]
    """
    scale = float(np.ptp(grey)) or 1.0
    minima, _ = find_peaks(-grey, prominence=0.05 * scale)
    step, found = float(s[1] - s[0]), []
    for i in minima:
        first = max(0, i - int(reach / step))
        left = first + int(np.argmax(grey[first : i + 1]))
        right = i + int(np.argmax(grey[i : i + int(reach / step) + 1]))
        low, a, b = grey[i], grey[left], grey[right]
        if min(a, b) - low < 0.04 * scale:
            continue
        start = _crossing(grey[left : i + 1][::-1], (a + low) / 2)
        stop = _crossing(grey[i : right + 1], (b + low) / 2)
        found.append(
            Gap(
                float(s[i]),
                step * (start + stop),
                float((min(a, b) - low) / scale),
                float(a),
                float(b),
                float(low),
            )
        )
    return found


def _crossing(rising: np.ndarray, level: float) -> float:
    """Return at which sample (a fraction) a profile that starts low first reaches a level."""
    i = int(np.argmax(rising >= level))
    if i == 0:
        return 0.0
    return i - 1 + float((level - rising[i - 1]) / (rising[i] - rising[i - 1] + 1e-12))


def axis_between(start: np.ndarray, stop: np.ndarray) -> Axis:
    """Return the axis from one place (row, column) to another."""
    along = np.asarray(stop, float) - np.asarray(start, float)
    return Axis(np.asarray(start, float), along / max(float(np.linalg.norm(along)), 1e-6))


def nearest_on(axis: Axis, place: np.ndarray) -> np.ndarray:
    """Return the point of an axis that lies nearest to a place."""
    return axis.origin + axis.along * float((place - axis.origin) @ axis.along)


def closest(gaps: list[Gap], at: float, slack: float) -> Gap | None:
    """Return the gap nearest to a place along the axis, or None beyond ``slack`` pixels."""
    near = [gap for gap in gaps if abs(gap.at - at) < slack]
    return min(near, key=lambda gap: abs(gap.at - at)) if near else None
