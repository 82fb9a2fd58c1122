"""The carpals: adult outlines digitised by hand, their growth from a point, the sesamoids."""

from __future__ import annotations

from functools import cache

import numpy as np

from . import growth
from .anatomy import CARPALS, LABEL_IDS
from .growth import rows
from .shapes import Blob, N, outline

#: Share of the final diameter over the share of the time from appearance to adult form.
_FILL = ((0.0, 0.02, 0.10, 0.30, 0.60, 0.8, 1.0), (0.07, 0.16, 0.36, 0.60, 0.83, 0.93, 1.0))


@cache
def adult_outlines() -> dict[str, np.ndarray]:
    """Return corner points [n, 2] of each carpal in mm: x radial, y distal, adult woman.

    The origin is the middle of the third metacarpal's base.
    """
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows("carpal_outlines"):
        points.setdefault(row["bone"], []).append((float(row["x_mm"]), float(row["y_mm"])))
    return {bone: np.array(found) for bone, found in points.items()}


def fill(structure: str, sex: str, age: float) -> float:
    """Return the share of its final diameter that a carpal has at a bone age; 0 before it appears.

    >>> fill("capitate", "F", 0.0), fill("capitate", "F", 13.0)
    (0.0, 1.0)
    """
    appear, adult = growth.carpal_clock(structure, sex)
    if age < appear:
        return 0.0
    return float(np.interp((age - appear) / (adult - appear), *_FILL))


def solids(sex: str, ages: dict[str, float], frame: float) -> list[Blob]:
    """Return the carpals in the hand's frame (mm), ``frame`` times the adult woman's layout."""
    drawn = []
    for name in CARPALS:
        share = fill(name, sex, ages[name])
        if share > 0:
            drawn.append(_carpal(name, share, frame))
    return drawn


def _carpal(name: str, share: float, frame: float) -> Blob:
    corners = adult_outlines()[name]
    centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
    local = (corners - centre)[:, ::-1]  # (s up, t right)
    adult = outline(local)
    form = float(np.clip((share - 0.30) / 0.62, 0, 1))
    form = form * form * (3 - 2 * form)
    plain = np.full(N, np.sqrt(np.mean(adult**2)) * 0.97)
    radius = (plain * (1 - form) + adult * form) * share * frame
    size = float(np.mean(radius))
    return Blob(LABEL_IDS[name], (float(centre[0]) * frame, float(centre[1]) * frame), (0.0, 1.0),
                np.maximum(radius, 0.35), depth=0.72 * size, shell=0.25 + 0.35 * form,
                spongy=1.15 - 0.15 * form)


def sesamoid(name: str, sex: str, age: float, place: tuple[float, float],
             scale: float) -> Blob | None:
    """Return a thumb sesamoid at ``place`` (mm), or None before it appears."""
    share = fill(name, sex, age)
    if share == 0:
        return None
    long, wide = growth.adult_size("adductor_sesamoid", sex)
    angle = np.linspace(0, 2 * np.pi, N, endpoint=False)
    radius = share * scale / 2 * long * wide / np.hypot(wide * np.cos(angle), long * np.sin(angle))
    return Blob(LABEL_IDS[name], place, (0.0, 1.0), np.maximum(radius, 0.35),
                depth=0.4 * wide * share * scale, shell=0.3)
