"""One film: pose, exposure, what lies on it, and how thickness becomes its picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from .canvas import Canvas
from .hand import Build, Hand, Pose
from .marker import Marker, stamp
from .shapes import Box, N
from .xray import Exposure, expose

#: Mineral of a gold or steel band and of plaster, in shares of cortical bone (estimates).
_METAL, _PLASTER = 6.0, 0.16


@dataclass(frozen=True)
class Edges:
    """Collimation: the exposed rectangle in shares of the film, and what lies outside it."""

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

    ``stretch`` is the film's height over its width: the film is the middle of the square frame,
    and a thumbnail squeezes it (:func:`~boneage_kit.phantom.as_thumbnail`).

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


def worn(hand: Hand, film: Film) -> list[Box]:
    """Return the ring and the plaster cast of a film: drawn like bone, without a label."""
    solids = [_ring(hand, film.ring)] if film.ring else []
    return solids + ([_cast(hand, film.cast)] if film.cast else [])


def _ring(hand: Hand, bone: str) -> Box:
    """Return a band around the finger at the middle of a phalanx."""
    (x, y), (ax, ay) = hand.axes[bone]
    along = 0.45 * hand.bones[bone].shaft
    reach = 0.72 * hand.bones[bone].size.base
    return _tube((x + ax * along, y + ay * along), (ax, ay), -1.3, 1.3, reach, 1.0, _METAL)


def _cast(hand: Hand, thick: float) -> Box:
    """Return a plaster cast, ``thick`` mm, from the forearm to the middle of the palm."""
    reach = 0.75 * hand.wrist_width + thick
    return _tube(
        hand.landmarks["wrist"],
        hand.axes["radius"][1],
        -2.2 * hand.palm,
        1.05 * hand.palm,
        reach,
        thick,
        _PLASTER,
    )


def _tube(
    origin: tuple[float, float],
    axis: tuple[float, float],
    start: float,
    stop: float,
    reach: float,
    wall: float,
    mineral: float,
) -> Box:
    side, shell = np.full(N, reach), np.full(N, wall)
    return Box(
        0,
        origin,
        axis,
        start,
        stop,
        -side,
        side,
        0.8 * side,
        shell,
        shell,
        np.full(N, 0.22),
        1.02 * reach,
        np.full(N, start),
        np.full(N, stop),
        shell_bottom=0.0,
        shell_top=0.0,
        rounding=0.3,
        share_along=np.full(N, mineral),
    )


def finish(
    mineral: np.ndarray,
    soft: np.ndarray,
    canvas: Canvas,
    film: Film,
    times: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels and labels at the size asked for, from mineral drawn ``times`` larger."""
    spacing = canvas.spacing[0] * times
    bone = _shrink(mineral, times) * np.float32(film.density)
    pixels = expose(bone, soft, film.exposure, spacing, rng)
    _develop(pixels, film, rng)
    return pixels, np.ascontiguousarray(canvas.labels[times // 2 :: times, times // 2 :: times])


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
        down, right = (
            f(t) * np.linspace(-0.5, 0.5, n, dtype=np.float32)
            for t, n in zip(film.tilt, (rows, columns), strict=True)
        )
        pixels *= 1 + down[:, None] + right
    if film.marker:
        stamp(pixels, film.marker, film.stretch)
    if film.edges:
        _collimate(pixels, film.edges, film.stretch)
    if film.contrast != 1:
        pixels *= f(film.contrast)
    np.clip(pixels, f(0), f(1), out=pixels)


def _veil(pixels: np.ndarray, veil: float) -> None:
    """Brighten the middle of the frame, where scatter and the developer's fog gather."""
    down, right = (np.linspace(-1, 1, n, dtype=np.float32) for n in pixels.shape)
    down, right = (1 - np.float32(0.8) * a * a for a in (down, right))
    pixels += np.float32(veil) * down[:, None] * right * (1 - pixels)


def _collimate(pixels: np.ndarray, edges: Edges, stretch: float) -> None:
    rows, columns = pixels.shape
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    x = np.linspace(0.5 - stretch / 2, 0.5 + stretch / 2, columns, dtype=np.float32)
    lean = np.float32(edges.slope)
    v, w = y + lean * (x - np.float32(0.5)), x - lean * (y - np.float32(0.5))
    depth = np.minimum(
        np.minimum(v - np.float32(edges.top), np.float32(edges.bottom) - v),
        np.minimum(w - np.float32(edges.left), np.float32(edges.right) - w),
    )
    if edges.rim:
        pixels[np.abs(depth) < 0.008] = np.float32(edges.rim)
    np.copyto(pixels, np.float32(edges.outside), where=depth < 0)


def _shrink(a: np.ndarray, times: int) -> np.ndarray:
    if times == 1:
        return a
    parts = [a[i::times, j::times] for i in range(times) for j in range(times)]
    return reduce(np.add, parts) * np.float32(1 / times**2)
