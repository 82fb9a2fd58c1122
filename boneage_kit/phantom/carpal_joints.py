"""The joints of the wrist: neighbours keep a dark line between them and never overlap.

Only the trapezium with the trapezoid, and the pisiform with the triquetral, lie one behind the
other on a film from behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .shapes import TURNS, Blob, pseudo_angle

#: Neighbours that a film shows side by side.
NEIGHBOURS = (
    ("capitate", "hamate"),
    ("capitate", "lunate"),
    ("capitate", "scaphoid"),
    ("capitate", "trapezoid"),
    ("hamate", "triquetral"),
    ("hamate", "lunate"),
    ("triquetral", "lunate"),
    ("lunate", "scaphoid"),
    ("scaphoid", "trapezoid"),
    ("scaphoid", "trapezium"),
)
#: Width (mm, adult woman) of the dark line over the share of the way to the adult form: before,
#: the bones grow toward each other until they touch.
_LINE = ((0.46, 0.62, 1.0), (0.0, 0.9, 1.1))
#: Corners of an outline that are looked at, and how often both bones give way.
_CORNERS, _ROUNDS = 128, 5


def parted(
    bones: Mapping[str, Blob], maturity: Mapping[str, float], frame: float
) -> dict[str, Blob]:
    """Return the carpals with each outline drawn back where it would meet a neighbour's.

    Both give way alike, so that their faces fit. ``maturity`` is each bone's age over that of its
    adult form, ``frame`` the size of the wrist against the adult woman's.
    """
    pairs = [pair for pair in NEIGHBOURS if set(pair) <= set(bones)]
    if not pairs:
        return dict(bones)
    names = list(bones)
    every = TURNS // _CORNERS
    radius = np.stack([bones[name].radius[::every] for name in names])
    centre = np.array([bones[name].origin for name in names])
    ways = [(names.index(a), names.index(b)) for a, b in pairs]
    ways += [(b, a) for a, b in ways]
    own, other = (np.array(side) for side in zip(*ways, strict=True))
    line = frame * np.interp([min(maturity[a], maturity[b]) for a, b in pairs], *_LINE)
    line = np.concatenate([line, line])[:, None]
    up, right = _directions()
    for _ in range(_ROUNDS):
        s = centre[own, 1, None] + radius[own] * up - centre[other, 1, None]
        t = centre[own, 0, None] + radius[own] * right - centre[other, 0, None]
        place = (pseudo_angle(s, t) * (_CORNERS / 4) + 0.5).astype(np.intp) % _CORNERS
        too_near = radius[other[:, None], place] + line - np.hypot(s, t)
        back = np.clip(0.5 * too_near, 0, 0.25 * radius[own])
        give = np.zeros_like(radius)
        np.maximum.at(give, own, back)
        radius = radius - give
    corners = np.arange(0, TURNS, every)
    return {
        name: replace(
            bones[name],
            radius=np.minimum(
                bones[name].radius, np.interp(np.arange(TURNS), corners, radius[i], period=TURNS)
            ),
        )
        for i, name in enumerate(names)
    }


def _directions() -> tuple[np.ndarray, np.ndarray]:
    """Return the unit vectors (s up, t right) of the corners of an outline."""
    turn = np.arange(_CORNERS) * 4 / _CORNERS
    right = np.where(turn < 2, turn - 1, 3 - turn)
    up = np.where(turn < 2, 1 - np.abs(right), np.abs(right) - 1)
    long = np.hypot(up, right)
    return up / long, right / long
