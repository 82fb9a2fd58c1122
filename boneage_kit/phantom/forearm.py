"""Distal radius and ulna: flared metaphysis, growth plate, epiphysis with styloid."""

from __future__ import annotations

import numpy as np

from . import epiphysis, growth
from .anatomy import LABEL_IDS
from .epiphysis import HEIGHT, Epiphysis
from .growth_plate import GrowthPlate, sheet
from .shapes import Box, N, U, across

#: Middle of the radius' metaphysis in the adult woman's wrist layout (mm, see ``carpals``) and how
#: high the ulna's lies there, both set by the landmarks of 387 RSNA 2017 films; and the room
#: between the two in lengths of the third metacarpal, before and after the ulna's epiphysis is as
#: wide as its shaft and fills the notch of the radius.
_RADIUS, _ULNA_HEIGHT = (1.8, -32.4), -32.4
_BETWEEN = ((-8.5, -6.0, -2.5, 0.0, 2.5), (0.022, 0.038, 0.041, 0.062, 0.053))
#: Half-width of the shaft over the distance from the plate, both in widths of the metaphysis;
#: for the radius first a child's, which flares, then an adult's.
_PLACES = (-4, -2.2, -1.3, -0.75, -0.3, -0.08, 0)
_FLARE = {
    "radius": (
        (0.25, 0.265, 0.31, 0.385, 0.465, 0.5, 0.49),
        (0.27, 0.30, 0.37, 0.44, 0.48, 0.5, 0.49),
    ),
    "ulna": ((0.30, 0.32, 0.36, 0.41, 0.465, 0.5, 0.48), (0.33, 0.35, 0.39, 0.43, 0.47, 0.5, 0.48)),
}


def places(
    sex: str, age: float, scale: float, frame: float, palm: float
) -> dict[str, tuple[float, float]]:
    """Return the middles (mm) of both metaphyses; ``frame`` as in ``carpals``, ``palm`` in mm.

    >>> at = places("F", 16.0, 1.0, 1.0, 63.7)
    >>> round(at["radius"][0] - at["ulna"][0], 1)
    24.3
    """
    x = _RADIUS[0] * frame
    wide = growth.clock("ulna", sex).as_wide
    between = float(np.interp(age - wide, *_BETWEEN))
    apart = scale * (width("radius", sex, age) + width("ulna", sex, age)) / 2 + between * palm
    return {"radius": (x, _RADIUS[1] * frame), "ulna": (x - apart, _ULNA_HEIGHT * frame)}


def width(bone: str, sex: str, age: float) -> float:
    """Return the width (mm) of a forearm bone's distal metaphysis at a bone age (years)."""
    row = {"radius": "radius_distal_metaphysis_width", "ulna": "ulna_distal_head_width"}[bone]
    adult, _ = growth.adult_size(row, sex)
    return 0.92 * adult * growth.width_fraction(sex, age)


def state(bone: str, sex: str, age: float, mm: float) -> Epiphysis:
    """Return the epiphysis of radius or ulna at its own bone age (years); ``mm`` wide."""
    return epiphysis.at(growth.clock(bone, sex), age, mm)


def solids(
    bone: str,
    sex: str,
    age: float,
    own_age: float,
    scale: float,
    origin: tuple[float, float],
    axis: tuple[float, float],
    length: float,
    plate: GrowthPlate | None = None,
) -> tuple[list[Box], Epiphysis, float]:
    """Return what is drawn of a forearm bone, its epiphysis and its width (mm).

    It is sized for the hand's bone age and matured to its own (both in years).
    """
    wide = scale * width(bone, sex, age)
    plate = plate or GrowthPlate()
    is_at = epiphysis.at(growth.clock(bone, sex), own_age, wide, plate.width)
    shapes = []
    thick = scale * growth.cortex(sex, age)
    if is_at.fused < 1:
        shapes.append(
            _shaft(bone, wide, is_at, origin, axis, length, plate, merged=False, cortex=thick)
        )
    if is_at.fused > 0:
        shapes.append(
            _shaft(bone, wide, is_at, origin, axis, length, plate, merged=True, cortex=thick)
        )
    if is_at.fused < 1 and is_at.present:
        shapes.append(_epiphysis(bone, wide, is_at, origin, axis, plate))
    if is_at.present:
        shapes += _sheets(bone, wide, is_at, origin, axis, plate)
    return shapes, is_at, wide


def _sheets(
    bone: str,
    wide: float,
    is_at: Epiphysis,
    origin: tuple[float, float],
    axis: tuple[float, float],
    plate: GrowthPlate,
) -> list[Box]:
    """Return what covers the growth plate on the film, and the scar that it leaves."""
    half, depth = 0.485 * wide * min(1.0, is_at.width), 0.24 * wide
    t = across(half)
    u = 2 * t / wide
    wave, sheets = _plate(bone, wide, u, plate), []
    if is_at.fused < 1:
        seen = float(np.clip((is_at.width - 0.3) / 0.3, 0, 1))  # nothing beside a small centre
        share = seen * plate.covered(u) * (1 - plate.closed(is_at.fused, u) * (is_at.fused > 0))
        sheets.append(
            sheet(half, depth, wave - 0.1, wave + is_at.gap + 0.1, share, 1.3, origin, axis)
        )
    if is_at.fused > 0 and plate.scar > 0:
        middle, share = wave + is_at.gap / 2, is_at.scar * plate.left_of_scar(u)
        sheets.append(sheet(half, depth, middle - 0.4, middle + 0.4, share, 1.1, origin, axis))
    return sheets


def _shaft(
    bone: str,
    wide: float,
    is_at: Epiphysis,
    origin: tuple[float, float],
    axis: tuple[float, float],
    length: float,
    plate: GrowthPlate,
    *,
    merged: bool,
    cortex: float,
) -> Box:
    stop = is_at.gap + _face(bone, wide, is_at, U).max() if merged else 0.12 * wide
    s = np.linspace(-length, stop, N)
    child, adult = (np.array(shares) for shares in _FLARE[bone])
    half = wide * np.interp(s / wide, _PLACES, child + (adult - child) * min(1.0, is_at.cap))
    if merged:
        half = np.where(s > 0, wide / 2 * is_at.width * 0.98, half)
    shell = cortex * 1.15 * np.interp(s / wide, (-2.5, -1.4, -0.7, -0.2), (1.1, 0.85, 0.48, 0.22))
    shell = np.maximum(shell, 0.18)
    spongy = np.interp(s / wide, (-2.4, -1.2, -0.4, 0.3), (0.15, 0.45, 0.85, 0.90))
    spongy = spongy + 0.5 * np.exp(-(((s + 0.04 * wide) / (0.06 * wide)) ** 2)) * (1 - is_at.fused)
    reach = float(half.max()) * 1.25
    u = np.linspace(-reach, reach, N) / (wide / 2)
    if merged:
        top = is_at.gap + _face(bone, wide, is_at, np.clip(u, -1, 1))
    else:
        top = _plate(bone, wide, u, plate) - 0.05 * wide * np.clip(np.abs(u), 0, 1.2) ** 8
    bottom = np.full(N, -length - 5.0)
    depth = half * np.interp(s / wide, (-1.5, 0), (0.66, 0.46 if bone == "radius" else 0.54))
    lean = (0.32 if bone == "radius" else -0.20) * (wide / 2 - half)
    return Box(
        LABEL_IDS[bone],
        origin,
        axis,
        -length,
        stop,
        lean - half,
        lean + half,
        depth,
        shell,
        shell,
        spongy,
        reach,
        bottom,
        top,
        shell_bottom=0.0,
        shell_top=0.4,
        rounding=0.12 * wide,
        **epiphysis.shares(is_at, merged, u * wide / 2, wide / 2, plate),
    )


def _plate(bone: str, wide: float, u: np.ndarray, plate: GrowthPlate) -> np.ndarray:
    """Return the gentle wave (mm) that the growth plate follows across the shaft."""
    lift = 0.045 if bone == "radius" else 0.06
    wave = lift * (np.cos(2.6 * (u - 0.15)) - 1) * np.clip(1.15 - np.abs(u), 0, 1)
    return wide * (wave + plate.shift(np.clip(u, -1, 1)) / 2)


def _face(bone: str, wide: float, is_at: Epiphysis, u: np.ndarray) -> np.ndarray:
    """Return how far (mm) the joint face stands past the plate; u = 1 is the radial side."""
    tall = wide * HEIGHT[bone] * is_at.height
    grown = is_at.facets
    if bone == "radius":
        slope = 0.60 + 0.20 * u
        styloid = grown * 0.30 * np.clip(1 - ((u - 0.92) / 0.85) ** 2, 0, 1)
        face = slope + styloid - 0.10 * is_at.hollow * np.clip(1 - ((u + 0.1) / 0.7) ** 2, 0, 1)
    else:
        styloid = grown * 0.60 * np.clip(1 - ((u + 0.78) / 0.24) ** 2, 0, 1)
        head = 0.36 * is_at.hollow * np.clip(1 - ((u - 0.30) / 0.70) ** 2, 0, 1)
        face = 0.50 + head + styloid
    edge = np.clip(1 - np.abs(u) ** 9, 0, 1) ** 0.5
    return tall * np.maximum(face * (0.25 + 0.75 * edge), 0.08)


def _epiphysis(
    bone: str,
    wide: float,
    is_at: Epiphysis,
    origin: tuple[float, float],
    axis: tuple[float, float],
    plate: GrowthPlate,
) -> Box:
    half = max(wide / 2 * is_at.width, 0.5)
    lean = (0.12 if bone == "radius" else 0.0) * (1 - min(1, is_at.width)) * wide
    u = U
    low = is_at.gap + _plate(bone, wide, u * min(1.0, is_at.width), plate)
    high = is_at.gap + _face(bone, wide, is_at, u)
    if is_at.width < 0.95:  # a small centre is an oval, then a lens that is thicker radially
        body = np.sqrt(np.clip(1 - u**2, 0, 1)) * (1 + 0.25 * u)
        oval = min(1.0, (0.95 - is_at.width) / 0.3)
        tall = min(1.4 * (high - low).mean(), 1.1 * half)
        middle = is_at.gap + tall / 2
        low = low * (1 - oval) + oval * (middle - body * tall / 2)
        high = high * (1 - oval) + oval * (middle + body * tall / 2)
    low = low + 0.12 * (high - low) * np.abs(u) ** 8
    corner = np.clip((np.abs(u) - 0.80) / 0.15, 0, 1) * (np.abs(u) < 0.97)
    low = low - epiphysis.reach(is_at, 0.22 * wide, u) * corner
    ax, ay = axis
    origin = (origin[0] + lean * ay, origin[1] - lean * ax)
    over = across(float(max(high.max(), -low.min())) + 1.0)
    side = np.full(N, half)
    # the radius is hollow where the ulna's head lies, and the ulna's head is round
    middle, tall = -float(np.mean(low + high)) / 2, max(float(np.max(high - low)), 0.1)
    bulge = np.clip(1 - ((over - middle) / (0.45 * tall)) ** 2, 0, 1)
    ulnar, radial = -side, side
    if bone == "radius":
        ulnar = ulnar + 0.04 * wide * is_at.facets * bulge
    else:
        radial = radial - 0.10 * wide * is_at.facets * (1 - bulge)
    shell = np.full(N, 0.12 + 0.08 * is_at.edge + 0.10 * is_at.facets)
    depth = 0.28 * wide * min(1, is_at.width + 0.15) * np.sqrt(1 - 0.6 * u**2)
    return Box(
        LABEL_IDS[f"{bone}_epiphysis"],
        origin,
        (ay, -ax),
        -half,
        half,
        -high,
        -low,
        depth,
        shell,
        shell,
        np.full(N, 0.85 + 0.10 * is_at.facets),
        float(over[-1]),
        ulnar,
        radial,
        shell_bottom=0.3,
        shell_top=0.3,
        rounding=max(0.2 * float((high - low).max()), 0.3),
        share_along=1 - plate.closed(is_at.fused, u) if is_at.fused else None,
        crosswise=True,
    )
