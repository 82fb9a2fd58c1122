"""The carpals: adult outlines digitised by hand, their growth from a point, the sesamoids."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from . import carpal_joints, growth
from .anatomy import CARPALS, HOOK, LABEL_IDS
from .growth import rows
from .shapes import RIM_ONLY, TURNS, Blob, outline

#: Share of the final diameter over age by age of the adult form, for a bone long there ...
_GROWTH = (
    (0, 0.067, 0.133, 0.333, 0.533, 0.733, 0.87, 1.0),
    (0.21, 0.46, 0.61, 0.71, 0.79, 0.89, 0.955, 1.0),
)
#: ... and what a new one has caught up of it, over the years since it appeared.
_CATCH_UP = ((0.0, 0.2, 0.8, 2.0, 3.5), (0.15, 0.30, 0.60, 0.88, 1.0))

#: The hamate lies against the capitate long before both fill the wrist (their outlines overlap
#: at the girls' 5.75-year plate): mm to the radial side, and how much of it over age.
_PULL = {"hamate": 10.5, "triquetral": 5.0, "trapezium": 3.0}
_CLOSENESS = ((0, 0.385, 0.44, 0.6, 1.0), (0.89, 0.88, 0.74, 0.80, 1.0))

#: The second outline of a grown carpal: its size, and its place in radii (radial, distal).
_SECOND = {
    "capitate": (0.72, 0.05, 0.10),
    "hamate": (0.70, 0.08, 0.08),
    "lunate": (0.74, 0.05, -0.06),
    "scaphoid": (0.72, -0.10, -0.08),
    "trapezium": (0.70, -0.06, 0.10),
    "trapezoid": (0.70, 0.04, 0.08),
    "triquetral": (0.74, 0.06, 0.04),
}


@cache
def adult_outlines() -> dict[str, np.ndarray]:
    """Return corner points [n, 2] of each carpal in mm: x radial, y distal, adult woman.

    The origin is the middle of the third metacarpal's base.
    """
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows("carpal_outlines"):
        points.setdefault(row["bone"], []).append((float(row["x_mm"]), float(row["y_mm"])))
    return {bone: np.array(corners) for bone, corners in points.items()}


def fill(structure: str, sex: str, age: float) -> float:
    """Return the share of its final diameter that a carpal has at a bone age; 0 before it appears.

    >>> fill("capitate", "F", 0.0), fill("capitate", "F", 13.0)
    (0.0, 1.0)
    """
    appear, adult = growth.carpal_clock(structure, sex)
    if age < appear:
        return 0.0
    years = min(1.0, (adult - appear) / 3.5)  # sesamoids hurry
    return float(np.interp(age / adult, *_GROWTH) * np.interp((age - appear) / years, *_CATCH_UP))


def solids(
    sex: str, ages: dict[str, float], frame: float, shape: dict[str, np.ndarray], size: float = 1.0
) -> list[Blob]:
    """Return the carpals in the hand's frame (mm), ``frame`` times the adult woman's layout.

    ``size`` multiplies their diameters, 1 is the mean.
    """
    bones, forms, maturity = {}, {}, {}
    for name in CARPALS:
        share = fill(name, sex, ages[name])
        if share > 0:
            _, adult = growth.carpal_clock(name, sex)
            maturity[name] = ages[name] / adult
            closeness = float(np.interp(maturity[name], *_CLOSENESS))
            bone, forms[name] = _carpal(name, share, frame, closeness, maturity[name])
            bones[name] = _own_shape(bone, shape[name], frame, size)
    bones = carpal_joints.parted(bones, maturity, frame)
    drawn = [
        solid for name, bone in bones.items() for solid in (bone, *_inner(bone, name, forms[name]))
    ]
    hook = _hook(sex, ages["hamate"], frame)
    return [*drawn, hook] if hook else drawn


def _hook(sex: str, age: float, frame: float) -> Blob | None:
    """Return the hamate's hook, seen end-on as a dense ring, or None before its tip shows."""
    appear, full = growth.carpal_clock(HOOK, sex)
    if age < appear:
        return None
    share = 0.45 + 0.55 * min(1.0, (age - appear) / (full - appear))
    angle = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
    radius = share * frame * 3.9 * 2.5 / np.hypot(2.5 * np.cos(angle), 3.9 * np.sin(angle))
    return Blob(
        LABEL_IDS[HOOK],
        (-11.4 * frame, -6.3 * frame),
        (0.17, 0.985),
        radius,
        depth=0.9 * share * frame,
        shell=0.35,
        spongy=0.2,
    )


@cache
def _adult_radius(name: str) -> np.ndarray:
    corners = adult_outlines()[name]
    local = corners - (corners.min(axis=0) + corners.max(axis=0)) / 2
    return 1.16 * outline(local[:, ::-1], rounds=2)  # (s up, t right)


def _carpal(
    name: str, share: float, frame: float, closeness: float, maturity: float
) -> tuple[Blob, float]:
    corners = adult_outlines()[name]
    centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
    pull = _PULL.get(name, 0) * (1 - closeness)
    adult = _adult_radius(name)
    form = float(np.clip((share - 0.30) / 0.62, 0, 1))
    form = form * form * (3 - 2 * form)
    plain = np.full(TURNS, np.sqrt(np.mean(adult**2)) * 0.97)
    radius = (plain * (1 - form) + adult * form) * share * frame
    size = float(np.mean(radius))
    grown = float(np.clip((maturity - 0.70) / 0.35, 0, 1))  # margins thicken in puberty
    bone = Blob(
        LABEL_IDS[name],
        (float(centre[0] + pull) * frame, float(centre[1]) * frame),
        (0.0, 1.0),
        np.maximum(radius, 0.35),
        depth=(0.30 + 0.12 * form) * size,
        shell=0.18 + 0.08 * form + 0.26 * grown,
        spongy=0.85 - 0.25 * grown,
    )
    return bone, form


def _own_shape(bone: Blob, z: np.ndarray, frame: float, size: float) -> Blob:
    """Return a carpal with a child's own size (SD 4 %), place (0.3 mm) and outline (3 %)."""
    turn = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
    waves = 0.03 * (z[3] * np.cos(2 * turn + z[4]) + 0.6 * z[5] * np.cos(3 * turn - z[4]))
    return replace(
        bone,
        radius=bone.radius * size * (1 + 0.04 * z[0] + waves),
        origin=(bone.origin[0] + 0.3 * frame * z[1], bone.origin[1] + 0.3 * frame * z[2]),
    )


def _inner(bone: Blob, name: str, form: float) -> list[Blob]:
    """Return the second outline of a grown carpal: palmar and dorsal edges never coincide."""
    if form < 0.5 or name not in _SECOND:
        return []
    size, dx, dy = _SECOND[name]
    reach = float(bone.radius.mean())
    centre = (bone.origin[0] + dx * reach, bone.origin[1] + dy * reach)
    return [
        Blob(
            bone.label,
            centre,
            bone.axis,
            size * bone.radius,
            depth=0.45 * (2 * form - 1),
            shell=0.38,
            spongy=RIM_ONLY,
        )
    ]


def sesamoid(
    name: str, sex: str, age: float, centre: tuple[float, float], scale: float
) -> Blob | None:
    """Return a thumb sesamoid at ``centre`` (mm), or None before it appears."""
    share = fill(name, sex, age)
    if share == 0:
        return None
    long, wide = growth.adult_size("adductor_sesamoid", sex)
    angle = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
    radius = share * scale / 2 * long * wide / np.hypot(wide * np.cos(angle), long * np.sin(angle))
    return Blob(
        LABEL_IDS[name],
        centre,
        (0.0, 1.0),
        np.maximum(radius, 0.35),
        depth=0.4 * wide * share * scale,
        shell=0.3,
    )


def small_sesamoid(centre: tuple[float, float], mm: float) -> Blob:
    """Return a sesamoid of ``mm`` at ``centre`` (mm) that has no place on the label map."""
    angle = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
    radius = mm / 2 * 0.78 / np.hypot(0.78 * np.cos(angle), np.sin(angle))
    return Blob(0, centre, (0.0, 1.0), np.maximum(radius, 0.35), depth=0.32 * mm, shell=0.3)
