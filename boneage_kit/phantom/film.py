"""Pose, exposure and what else is on a film: one draw of everything that is not the child."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .canvas import Canvas
from .hand import Pose
from .xray import Exposure, expose


@dataclass(frozen=True)
class Film:
    """What was drawn for one film: angles in degrees, shares of the frame, the exposure."""

    pose: Pose = field(default_factory=Pose)
    rotation: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    fill: float = 0.94
    lower: float = -0.5
    forearm: float = 0.45
    stretch: float = 1.0
    body_scale: float = 1.0
    plump: float = 1.0
    exposure: Exposure = field(default_factory=Exposure)


def draw_film(difficulty: float, rng: np.random.Generator) -> Film:
    """Return the film of one child: the atlas's own at difficulty 0, any clinic's at 1."""
    d = float(difficulty)
    z = rng.standard_normal(32)
    u = rng.random(32)
    pose = Pose(
        spread=tuple(d * np.array([9 * z[0], 2 * z[1], 1.0 * z[2], 1.5 * z[3], 3 * z[4]])
                     + d * 4 * z[5] * np.array([0, 1, 0, -1, -1.6])),
        bend=tuple(d * np.array([7 * z[6], 4 * z[7], 3 * z[8], 4 * z[9], 6 * z[10]])
                   + d * 4 * (z[11] + 0.5) * np.array([0, 1, 0, -1, -1.6])),
        curl=tuple(d * 2.5 * z[12:17]),
        wrist=d * 6 * z[17],
    )
    exposure = Exposure(
        kvp=round(52 + d * 4 * (2 * u[0] - 1), 1),
        photons=4000 * float(np.exp(d * 0.8 * z[18])),
        scatter=0.12 + d * 0.15 * u[1],
        blur_mm=0.12 + d * 0.18 * u[2],
        white=1.0 * float(np.exp(d * 0.18 * z[19])),
        gamma=0.85 * float(np.exp(d * 0.22 * z[20])),
    )
    return Film(
        pose=pose, rotation=d * 7 * z[21],
        shift=(d * 0.05 * z[22], d * 0.02 * z[23]),
        fill=0.94 - d * 0.30 * u[3] ** 1.5, lower=-0.5 + d * 0.5 * u[4],
        forearm=0.45 + d * 0.5 * u[5], stretch=1 + d * 0.3 * u[6],
        body_scale=1 + 0.05 * d * z[24], plump=1 + 0.07 * d * z[25], exposure=exposure)


def finish(mineral: np.ndarray, soft: np.ndarray, canvas: Canvas, film: Film, times: int,
           rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels and labels at the size asked for."""
    spacing = canvas.spacing[0] * times
    pixels = expose(_shrink(mineral, times), _shrink(soft, times), film.exposure, spacing, rng)
    return pixels, np.ascontiguousarray(canvas.labels[times // 2::times, times // 2::times])


def _shrink(a: np.ndarray, times: int) -> np.ndarray:
    if times == 1:
        return a
    total = sum(a[i::times, j::times] for i in range(times) for j in range(times))
    return total * np.float32(1 / times**2)
