"""Two kinds of solid, drawn as the mineral a ray meets on its way through them.

A :class:`Box` has an axis and four curved sides (a shaft, an epiphysis); a :class:`Blob` is
star-shaped (a carpal, a sesamoid). Each has a dense shell and a spongy or fatty core. Only
additions, products, divisions, square roots and table look-ups touch the pixels, so the same
shape gives the same bits on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

#: Entries of the look-up tables along and across a solid.
N = 128
#: Entries of a blob's outline over the angle.
TURNS = 512
#: So little in the core of a blob that its rim alone is seen.
RIM_ONLY = -1.3
#: Places across a solid, from its left edge (-1) to its right (1).
U = np.linspace(-1, 1, N)
U.setflags(write=False)


def across(half_width: float) -> np.ndarray:
    """Return the places (mm) across a solid at which its end curves are tabulated."""
    return np.linspace(-half_width, half_width, N)


@dataclass
class Box:
    """A solid between two curved sides and two curved ends, in its own (s, t) frame.

    ``s`` runs along the axis from ``start`` to ``stop``, ``t`` to its right; all in mm. The
    sides are tabulated over ``s``, the ends over ``t`` from ``-reach`` to ``reach``.
    """

    label: int  # 0 for what is no bone
    origin: tuple[float, float]
    axis: tuple[float, float]
    start: float
    stop: float
    left: np.ndarray
    right: np.ndarray
    depth: np.ndarray  # half the thickness along the ray
    shell_left: np.ndarray
    shell_right: np.ndarray
    spongy: np.ndarray  # share of the core that is cancellous bone, the rest is marrow
    reach: float
    bottom: np.ndarray
    top: np.ndarray
    shell_bottom: float = 0.3
    shell_top: float = 0.3
    rounding: float = 1.0
    share_along: np.ndarray | None = None  # how much of the solid is there, over s ...
    share_over: np.ndarray | None = None  # ... and over t
    label_half: float = 1e9  # the label is painted where |t| is less
    grain: float = 1.0
    crosswise: bool = False  # as in an epiphysis: struts run across the axis

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Bounds (s0, s1, t0, t1) of the solid in its own frame."""
        return self.start, self.stop, float(self.left.min()), float(self.right.max())


@dataclass
class Blob:
    """A star-shaped solid: ``radius`` over the angle, in its own (s, t) frame; all in mm."""

    label: int  # 0 for what is no bone
    origin: tuple[float, float]
    axis: tuple[float, float]
    radius: np.ndarray
    depth: float
    shell: float
    spongy: float = 1.0
    grain: float = 1.0

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Bounds (s0, s1, t0, t1) of the solid in its own frame."""
        reach = float(self.radius.max())
        return -reach, reach, -reach, reach


Solid = Box | Blob


def moved(solid: Solid, turn: tuple[float, float], shift: tuple[float, float]) -> Solid:
    """Return a solid turned about the frame's origin by (cos, sin), then shifted (mm)."""
    c, s = turn
    (x, y), (ax, ay) = solid.origin, solid.axis
    return replace(
        solid,
        origin=(c * x - s * y + shift[0], s * x + c * y + shift[1]),
        axis=(c * ax - s * ay, s * ax + c * ay),
    )


def pseudo_angle(s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return a number 0..4 that grows with the angle of (s, t), without trigonometry."""
    share = t / (np.abs(s) + np.abs(t) + np.float32(1e-6))
    return np.where(s >= 0, np.float32(1) + share, np.float32(3) - share)


def outline(points: np.ndarray, rounds: int = 3) -> np.ndarray:
    """Return the radius table [TURNS] of a star-shaped outline given by its corners (s, t) [n, 2].

    Corners are cut ``rounds`` times (Chaikin), which rounds the polygon as bone is rounded.
    """
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        points = np.stack(
            [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], 1
        ).reshape(-1, 2)
    steps = np.linspace(0, 1, 8, endpoint=False)[None, :, None]
    points = points[:, None] * (1 - steps) + np.roll(points, -1, 0)[:, None] * steps
    points = points.reshape(-1, 2)
    angle = pseudo_angle(points[:, 0], points[:, 1]).astype(float)
    order = np.argsort(angle, kind="stable")
    return np.interp(
        np.linspace(0, 4, TURNS, endpoint=False),
        angle[order],
        np.hypot(points[:, 0], points[:, 1])[order],
        period=4,
    )
