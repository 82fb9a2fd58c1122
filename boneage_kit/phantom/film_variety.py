"""How films vary from child to child: one draw of everything that is not the child's maturity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .film import Edges, Film
from .hand import Build, Pose
from .marker import draw_marker
from .xray import Exposure

#: Deviates drawn for one film, used or spare. A new use takes a spare one, so that old seeds keep
#: their films.
_NORMALS, _UNIFORMS = 40, 32


class _Normals(NamedTuple):
    """Standard normal deviates of one film. Their order is the contract: see ``_NORMALS``."""

    spread: np.ndarray  # [5], of each ray
    bend: np.ndarray  # [5]
    fan_spread: float
    fan_bend: float
    curl: np.ndarray  # [5]
    wrist: float
    photons: float
    white: float
    gamma: float
    rotation: float
    shift_across: float
    shift_down: float
    scale: float
    plump: float
    turned: float
    tilt_down: float
    tilt_across: float
    breadth: float
    carpus: float
    density: float
    ahead: float
    width: float
    carpals: float
    cortex: float
    spongy: float
    uneven: float

    @classmethod
    def of(cls, z: np.ndarray) -> _Normals:
        return cls._make([z[0:5], z[5:10], z[10], z[11], z[12:17], *z[17:38]])  # the rest is spare


class _Uniforms(NamedTuple):
    """Uniform deviates of one film in 0..1. Their order is the contract: see ``_UNIFORMS``."""

    kvp: float
    scatter: float
    blur: float
    fill: float
    lower: float
    forearm: float
    stretch: float
    fog: float
    grey_background: float
    dark: float
    contrast: float
    spare: float
    margins: np.ndarray  # [4]: top, bottom, left, right
    slope: float
    has_slope: float
    outside: float
    has_rim: float
    cast: float
    grain: float
    veil: float
    detail: float

    @classmethod
    def of(cls, u: np.ndarray) -> _Uniforms:
        return cls._make([*u[0:12], u[12:16], *u[16:24]])  # the rest is spare


class _Chances(NamedTuple):
    """Uniform deviates that decide whether a thing occurs. Their order is the contract."""

    turned: float
    grey_background: float
    dark: float
    tilt: float
    edges: float
    marker: float
    ring: float
    cast: float

    @classmethod
    def of(cls, p: np.ndarray) -> _Chances:
        return cls._make(p[0:8])  # the rest is spare


def draw_film(difficulty: float, rng: np.random.Generator) -> Film:
    """Return the film of one child: the atlas's own at difficulty 0, any clinic's at 1.

    How often what occurs at 1 was counted by eye on 120 RSNA thumbnails: a marker nearly always,
    a grey background on one in four, a very dark picture on one in eight, visible collimation on
    one in four.
    """
    if difficulty == 0:
        return Film()
    d = float(difficulty)
    normals = rng.standard_normal(_NORMALS)
    z, u = _Normals.of(normals), _Uniforms.of(rng.random(_UNIFORMS))
    p = _Chances.of(rng.random(_UNIFORMS))
    turned = 35 * z.turned if p.turned < 0.08 * d else 0.0
    edges = _edges(u) if p.edges < 0.28 * d else None
    room = 0.5 + 0.5 * min(edges.bottom - edges.top, edges.right - edges.left) if edges else 1.0
    grey = 0.5 * u.grey_background if p.grey_background < 0.25 * d else 0.0
    return Film(
        pose=_pose(d, z),
        rotation=d * 8 * z.rotation + turned,
        shift=(d * 0.05 * z.shift_across, d * 0.02 * z.shift_down),
        fill=room * (0.97 + d * (0.03 - 0.30 * u.fill**1.4)),
        lower=-0.5 + d * 0.5 * u.lower,
        forearm=0.45 + d * (1.0 * u.forearm**1.2 - 0.15),
        stretch=1 + d * (0.10 + 0.42 * u.stretch**0.6),
        build=_build(d, _Normals.of(np.clip(normals, -2.5, 2.5))),
        plump=float(np.exp(0.11 * d * z.plump)),
        density=float(np.exp(0.25 * d * z.density)),
        patchy=0.15 * d,
        exposure=_exposure(d, z, u),
        fog=d * (0.03 + 0.10 * u.fog**2) + grey,
        veil=0.14 * d * u.veil**1.5,
        grain=0.02 * d * u.grain**2,
        contrast=0.12 + 0.5 * u.dark if p.dark < 0.13 * d else 1 - 0.25 * d * u.contrast,
        tilt=(0.12 * d * z.tilt_down * (p.tilt < 0.5), 0.12 * d * z.tilt_across * (p.tilt < 0.5)),
        edges=edges,
        marker=draw_marker(rng) if p.marker < min(1.0, 1.3 * d) * 0.95 else None,
        ring="proximal_phalanx_4" if p.ring < 0.008 * d else None,
        cast=6.0 + 4 * u.cast if p.cast < 0.006 * d else 0.0,
    )


def _pose(d: float, z: _Normals) -> Pose:
    fan = np.array([0, 1, 0, -1, -1.6])
    # metacarpals II to V differ by an SD of about 3 degrees; fingers spread at the knuckles
    spread = np.array([9, 1.6, 0.8, 1.2, 1.8]) * z.spread
    bend = np.array([9, 3.5, 3.2, 3.8, 5]) * z.bend
    abducted = np.array([2, 0, 0, 0, 0])
    apart = max(4.5 * z.fan_bend + 3, -4)
    return Pose(
        spread=tuple(d * (spread + abducted + 0.5 * z.fan_spread * fan)),
        bend=tuple(d * (bend + apart * fan)),
        curl=tuple(d * (3.2 * z.curl + np.array([0, 1.5, 1, 0.5, 1]))),
        wrist=d * 8 * z.wrist,
    )


def _build(d: float, z: _Normals) -> Build:
    return Build(
        ahead=1.5 * d * z.ahead,
        scale=1 + 0.05 * d * z.scale,
        breadth=1 + 0.05 * d * z.breadth,
        carpus=1 + 0.05 * d * z.carpus,
        width=float(np.exp(0.10 * d * z.width)),
        carpals=float(np.exp(0.08 * d * z.carpals)),
        cortex=float(np.exp(0.20 * d * z.cortex)),
        spongy=float(np.exp(0.30 * d * z.spongy)),
    )


def _exposure(d: float, z: _Normals, u: _Uniforms) -> Exposure:
    return Exposure(
        kvp=round(52 + d * 4 * (2 * u.kvp - 1), 1),
        photons=4000 * float(np.exp(d * 0.8 * z.photons)),
        scatter=0.25 + d * (0.10 + 0.35 * u.scatter),
        blur_mm=0.05 + d * 0.25 * u.blur,
        detail=d * (0.6 * u.detail - 0.40),
        uneven=0.13 * d * abs(float(z.uneven)),
        white=(1 + 0.25 * d) * float(np.exp(d * 0.15 * z.white)),
        gamma=float(np.exp(d * (0.18 + 0.33 * z.gamma))),
    )


def _edges(u: _Uniforms) -> Edges:
    top, bottom, left, right = 0.14 * u.margins**2
    return Edges(
        top=top,
        bottom=1 - bottom,
        left=left,
        right=1 - right,
        slope=0.12 * (u.slope - 0.5) * (u.has_slope < 0.5),
        outside=0.0 if u.outside < 0.6 else 0.25 * u.outside,
        rim=0.8 * (u.has_rim < 0.5),
    )
