"""Pose, exposure and what else is on a film: one draw of everything that is not the child."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .canvas import Canvas
from .hand import Build, Pose
from .marker import Marker, draw_marker, stamp
from .xray import Exposure, expose


@dataclass(frozen=True)
class Edges:
    """Collimation: the exposed rectangle in shares of the frame, and what lies outside it."""

    top: float = 0.0
    bottom: float = 1.0
    left: float = 0.0
    right: float = 1.0
    slope: float = 0.0
    outside: float = 0.0
    rim: float = 0.0  # brightness added in a thin line along the edge


@dataclass(frozen=True)
class Film:
    """What was drawn for one film: angles in degrees, shares of the frame, the exposure.

    ``fog`` is the grey of the unattenuated background, ``veil`` what it gains in the middle of the
    frame, ``grain`` the SD of the film's own noise, ``contrast`` the share of the grey scale
    that the picture fills, ``tilt`` a brightness gradient across the frame; ``ring`` names the
    bone that a ring sits on, ``cast`` adds mm of plaster around wrist and forearm.

    Beside the pose these are the child's own: ``build`` of the bones, the factors ``plump`` of
    the flesh and ``density`` of the mineral, and ``patchy``, the SD of each bone's own density.
    """

    pose: Pose = field(default_factory=Pose)
    rotation: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    fill: float = 0.94
    lower: float = -0.5
    forearm: float = 0.45
    stretch: float = 1.0
    build: Build = field(default_factory=Build)
    plump: float = 1.0
    density: float = 1.0
    patchy: float = 0.0
    exposure: Exposure = field(default_factory=Exposure)
    fog: float = 0.0
    veil: float = 0.0
    grain: float = 0.0
    contrast: float = 1.0
    tilt: tuple[float, float] = (0.0, 0.0)
    edges: Edges | None = None
    marker: Marker | None = None
    ring: str | None = None
    cast: float = 0.0


def draw_film(difficulty: float, rng: np.random.Generator) -> Film:
    """Return the film of one child: the atlas's own at difficulty 0, any clinic's at 1.

    How often what occurs at 1 was counted by eye on 120 RSNA thumbnails: a marker nearly always,
    a grey background on one in four, a very dark picture on one in eight, visible collimation on
    one in four.
    """
    if difficulty == 0:
        return Film()
    d = float(difficulty)
    z, u, p = rng.standard_normal(40), rng.random(32), rng.random(32)
    turned = 35 * z[26] if p[0] < 0.08 * d else 0.0
    edges = _edges(u[12:20]) if p[4] < 0.28 * d else None
    room = 0.5 + 0.5 * min(edges.bottom - edges.top, edges.right - edges.left) if edges else 1.0
    return Film(
        pose=_pose(d, z), rotation=d * 8 * z[21] + turned,
        shift=(d * 0.05 * z[22], d * 0.02 * z[23]),
        fill=room * (0.97 + d * (0.03 - 0.30 * u[3] ** 1.4)), lower=-0.5 + d * 0.5 * u[4],
        forearm=0.45 + d * (1.0 * u[5] ** 1.2 - 0.15), stretch=1 + d * (0.10 + 0.42 * u[6] ** 0.6),
        build=_build(d, np.clip(z, -2.5, 2.5)), plump=float(np.exp(0.11 * d * z[25])),
        density=float(np.exp(0.25 * d * z[31])), patchy=0.15 * d,
        exposure=_exposure(d, z, u),
        fog=d * (0.03 + 0.10 * u[7] ** 2) + (0.5 * u[8] if p[1] < 0.25 * d else 0.0),
        veil=0.14 * d * u[22] ** 1.5,
        grain=0.02 * d * u[21] ** 2,
        contrast=0.12 + 0.5 * u[9] if p[2] < 0.13 * d else 1 - 0.25 * d * u[10],
        tilt=(0.12 * d * z[27] * (p[3] < 0.5), 0.12 * d * z[28] * (p[3] < 0.5)),
        edges=edges,
        marker=draw_marker(rng) if p[5] < min(1.0, 1.3 * d) * 0.95 else None,
        ring="proximal_phalanx_4" if p[6] < 0.008 * d else None,
        cast=6.0 + 4 * u[20] if p[7] < 0.006 * d else 0.0,
    )


def _pose(d: float, z: np.ndarray) -> Pose:
    fan = np.array([0, 1, 0, -1, -1.6])
    own = np.array([[9, 2.5, 1, 2, 3], [9, 4, 3, 4, 6]]) * z[:10].reshape(2, 5)
    abducted = np.array([2, 0, 0, 0, 0])
    return Pose(
        spread=tuple(d * (own[0] + abducted + max(3 * z[10] + 2, -0.5) * fan)),
        bend=tuple(d * (own[1] + max(4 * z[11] + 3, -2) * fan)),
        curl=tuple(d * 2.5 * z[12:17]),
        wrist=d * 8 * z[17],
    )


def _build(d: float, z: np.ndarray) -> Build:
    return Build(
        ahead=1.5 * d * z[32], scale=1 + 0.05 * d * z[24], breadth=1 + 0.05 * d * z[29],
        carpus=1 + 0.05 * d * z[30], width=float(np.exp(0.10 * d * z[33])),
        carpals=float(np.exp(0.08 * d * z[34])), cortex=float(np.exp(0.20 * d * z[35])),
        spongy=float(np.exp(0.30 * d * z[36])),
    )


def _exposure(d: float, z: np.ndarray, u: np.ndarray) -> Exposure:
    return Exposure(
        kvp=round(52 + d * 4 * (2 * u[0] - 1), 1),
        photons=4000 * float(np.exp(d * 0.8 * z[18])),
        scatter=0.25 + d * (0.10 + 0.35 * u[1]),
        blur_mm=0.05 + d * 0.25 * u[2],
        detail=d * (0.6 * u[23] - 0.40),
        uneven=0.13 * d * abs(float(z[37])),
        white=(1 + 0.25 * d) * float(np.exp(d * 0.15 * z[19])),
        gamma=float(np.exp(d * (0.18 + 0.33 * z[20]))),
    )


def _edges(u: np.ndarray) -> Edges:
    wide = 0.14 * u[:4] ** 2
    return Edges(top=wide[0], bottom=1 - wide[1], left=wide[2], right=1 - wide[3],
                 slope=0.12 * (u[4] - 0.5) * (u[5] < 0.5),
                 outside=0.0 if u[6] < 0.6 else 0.25 * u[6], rim=0.8 * (u[7] < 0.5))


def finish(mineral: np.ndarray, soft: np.ndarray, canvas: Canvas, film: Film, times: int,
           rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels and labels at the size asked for, from mineral drawn ``times`` larger."""
    spacing = canvas.spacing[0] * times
    bone = _shrink(mineral, times) * np.float32(film.density)
    pixels = expose(bone, soft, film.exposure, spacing, rng)
    _develop(pixels, film, rng)
    return pixels, np.ascontiguousarray(canvas.labels[times // 2::times, times // 2::times])


def _develop(pixels: np.ndarray, film: Film, rng: np.random.Generator) -> None:
    """Put fog, grain, gradient, marker, collimation and the film's contrast on the picture."""
    f = np.float32
    if film.fog:
        pixels *= f(1 - film.fog)
        pixels += f(film.fog)
    if film.veil:
        _veil(pixels, film.veil)
    if film.grain:
        pixels += f(film.grain) * rng.standard_normal(pixels.shape, dtype=np.float32)
    if any(film.tilt):
        rows, columns = pixels.shape
        down, right = (f(t) * np.linspace(-0.5, 0.5, n, dtype=np.float32)
                       for t, n in zip(film.tilt, (rows, columns), strict=True))
        pixels *= 1 + down[:, None] + right
    if film.marker:
        stamp(pixels, film.marker)
    if film.edges:
        _collimate(pixels, film.edges)
    if film.contrast != 1:
        pixels *= f(film.contrast)
    np.clip(pixels, f(0), f(1), out=pixels)


def _veil(pixels: np.ndarray, veil: float) -> None:
    """Brighten the middle of the frame, where scatter and the developer's fog gather."""
    down, right = (np.linspace(-1, 1, n, dtype=np.float32) for n in pixels.shape)
    down, right = (1 - np.float32(0.8) * a * a for a in (down, right))
    pixels += np.float32(veil) * down[:, None] * right * (1 - pixels)


def _collimate(pixels: np.ndarray, edges: Edges) -> None:
    rows, columns = pixels.shape
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, columns, dtype=np.float32)
    lean = np.float32(edges.slope)
    v, w = y + lean * (x - np.float32(0.5)), x - lean * (y - np.float32(0.5))
    depth = np.minimum(np.minimum(v - np.float32(edges.top), np.float32(edges.bottom) - v),
                       np.minimum(w - np.float32(edges.left), np.float32(edges.right) - w))
    if edges.rim:
        pixels[np.abs(depth) < 0.008] = np.float32(edges.rim)
    np.copyto(pixels, np.float32(edges.outside), where=depth < 0)


def _shrink(a: np.ndarray, times: int) -> np.ndarray:
    if times == 1:
        return a
    total = sum(a[i::times, j::times] for i in range(times) for j in range(times))
    return total * np.float32(1 / times**2)
