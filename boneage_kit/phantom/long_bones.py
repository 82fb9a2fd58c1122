"""The 19 long bones of the hand as solids: shaft, epiphysis, and both fused into one."""

from __future__ import annotations

import numpy as np

from . import epiphysis
from .anatomy import LABEL_IDS
from .growth_plate import sheet
from .long_bone_outline import (
    FACE,
    LongBone,
    end_half_width,
    joint_face,
    nodes,
    ossified_share,
    smooth,
)
from .shapes import RIM_ONLY, TURNS, Blob, Box, N, Solid, U, across

#: Thickness (mm) of the bone plate under the hollow face of a grown base: the brightest line of a
#: real finger.
_BASE_PLATE = {"MC": 0.4, "PP": 0.95, "MP": 0.90, "DP": 0.5}


#: How much of it an open epiphysis has over the maturity of the outline, set by the same films as
#: the widths (base of MP3 over head of PP3, docs/phantom.md).
_GROWN_PLATE = ((0.3, 0.5, 0.6, 0.72, 0.8, 0.88, 1.0), (-0.15, 0.1, 0.4, 0.9, 1.3, 1.75, 2.0))
#: Half the width of the inner line of a metacarpal's head, in its own half-widths.
_INNER = 0.74
#: The thumb is turned, so its hollow palmar side is seen as its ulnar border: how far the shaft is
#: shifted to the radial side, in what it is narrower than its end.
_TURNED = 0.45


def solids(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> list[Solid]:
    """Return what is drawn of a bone whose frame lies at ``origin`` with unit ``axis``."""
    state = bone.state
    shapes: list[Solid] = []
    if state.fused < 1:
        shapes.append(_shaft(bone, merged=False, origin=origin, axis=axis))
    if state.fused > 0:
        shapes.append(_shaft(bone, merged=True, origin=origin, axis=axis))
    if state.fused < 1 and state.present:
        shapes.append(_epiphysis(bone, origin, axis))
    if state.present:
        shapes += _plate(bone, origin, axis)
    if bone.distal_plate and state.facets > 0:
        shapes.append(_inner_line(bone, origin, axis))
    return shapes


def _shaft(
    bone: LongBone, *, merged: bool, origin: tuple[float, float], axis: tuple[float, float]
) -> Box:
    places, half = nodes(bone)
    start, stop = 0.0, bone.shaft
    if merged:
        places, half, start, stop = _with_epiphysis(bone, places, half)
    if not merged and bone.state.present:  # room for the waves of its plate
        room = end_half_width(bone) * float(np.abs(bone.plate.shift(U)).max())
        start, stop = (start, stop + room) if bone.distal_plate else (start - room, stop)
    s = np.linspace(start, stop, N)
    half = smooth(np.interp(s, places, half))
    u = U
    reach = float(half.max()) * 1.02
    bottom, top = _ends(bone, u * reach, *((start, stop) if merged else (0.0, bone.shaft)), merged)
    shell = _cortex(bone, s)
    spongy = _spongy(bone, s)
    lower, upper = _end_walls(bone, merged)
    label = LABEL_IDS[bone.name]
    middle = np.interp(s / bone.shaft, (0.08, 0.3, 0.8, 1.0), (0, 1, 1, 0)) * (bone.ray == 1)
    bow = _TURNED * middle * (float(half.max()) - half)
    return Box(
        label,
        origin,
        axis,
        start,
        stop,
        bow - half,
        bow + half,
        half * _flatness(bone, s),
        shell,
        shell,
        spongy,
        reach,
        bottom,
        top,
        shell_bottom=lower,
        shell_top=upper,
        rounding=(0.11 if bone.distal_plate and not merged else 0.22) * bone.size.base,
        **epiphysis.shares(bone.state, merged, u * reach, float(half.max()), bone.plate),
    )


def _with_epiphysis(
    bone: LongBone, places: np.ndarray, half: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return the nodes of shaft and epiphysis as one bone."""
    tall = bone.state.gap + bone.height
    if bone.distal_plate:
        wide = end_half_width(bone) * bone.state.width
        more = bone.shaft + tall * np.array([0.2, 0.6, 1.0])
        head = wide * np.array([1 - 0.10 * bone.remodelled, 1.05, 0.80])
        return (
            np.concatenate([places[:-1], more]),
            np.concatenate([half[:-1], head]),
            0.0,
            bone.shaft + tall,
        )
    wide = end_half_width(bone) * bone.state.width
    more = -tall * np.array([1.0, 0.7, 0.3])
    return (
        np.concatenate([more, places[1:]]),
        np.concatenate([wide * np.array([0.88, 1.0, 1.0]), half[1:]]),
        -tall,
        bone.shaft,
    )


def _end_walls(bone: LongBone, merged: bool) -> tuple[float, float]:
    """Return the thickness (mm) of the bone plates at base and head: strongest under a hollow."""
    line = 0.35 * bone.plate.lines
    if bone.distal_plate:
        return 0.35, 0.65 if merged else line
    head = 0.24 + 0.11 * bone.adult
    return (_BASE_PLATE[bone.row] * (0.5 + 0.5 * bone.adult) if merged else line), head


def _ends(
    bone: LongBone, t: np.ndarray, start: float, stop: float, merged: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the end curves of a shaft over ``t``: base and head."""
    base, head = bone.size.base / 2, bone.size.head / 2
    u = np.abs(t) / base
    if bone.row == "MC":
        corner = (0.16 + 0.45 * (1 - bone.adult)) * base
        bottom = start + corner * np.clip(u, 0, 1.2) ** 3
        if bone.ray == 2:
            bottom = bottom + 0.25 * base * bone.adult * np.clip(1 - (u / 0.6) ** 2, 0, 1)
    else:
        bottom = start + 0.10 * base * np.clip(u, 0, 1.2) ** 6
    if merged and not bone.distal_plate:
        bottom = start + FACE * bone.height * joint_face(bone, t / base)
    elif bone.row == "MC" and bone.ray == 1 and not merged:
        bottom = start + 0.10 * base * np.clip(u, 0, 1.2) ** 6
    v = np.abs(t) / head
    if bone.distal_plate and not merged:
        top = stop - 0.10 * head * np.clip(v, 0, 1.2) ** 6
    elif bone.row == "MC":
        top = stop - 0.95 * head * (1 - np.sqrt(np.clip(1 - 0.8 * v**2.4, 0, 1)))
    elif bone.row == "DP":
        top = stop - 0.95 * head * (1 - np.sqrt(np.clip(1 - v**2.4, 0, 1)))
    else:
        notch = 0.06 * head * bone.adult * np.clip(1 - (v / 0.5) ** 2, 0, 1)
        top = stop - 0.42 * head * np.clip(v, 0, 1.2) ** 4 - notch
    if not merged and bone.state.present:
        wave = end_half_width(bone) * bone.plate.shift(np.clip(t / end_half_width(bone), -1, 1))
        bottom, top = (bottom, top + wave) if bone.distal_plate else (bottom + wave, top)
    return bottom, top


def _plate(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> list[Box]:
    """Return what covers the growth plate on the film: bone before and behind it, and the scar."""
    state, plate, end = bone.state, bone.plate, end_half_width(bone)
    half = 0.97 * end * min(1.0, state.width)
    depth, t = 0.40 * bone.size.base, across(half)
    u = t / end
    wave = end * plate.shift(u) + (bone.shaft if bone.distal_plate else 0.0)
    sheets = []
    if state.fused < 1:
        low, high = (
            (wave - 0.1, wave + state.gap + 0.1)
            if bone.distal_plate
            else (wave - state.gap - 0.1, wave + 0.1)
        )
        # a plate that narrows is covered more, and so is that of a small child's round end
        young = float(np.interp(bone.adult, (0.3, 0.55, 1.0), (1.2, 1.1, 1.0)))
        young *= float(np.clip((state.width - 0.3) / 0.3, 0, 1))  # nothing beside a small centre
        covered = np.clip(plate.covered(u) * young * (1 + 0.5 * state.cap), 0, 0.95)
        share = covered * (1 - plate.closed(state.fused, u) * (state.fused > 0))
        sheets.append(sheet(half, depth, low, high, share, 1.3, origin, axis))
    if state.fused > 0 and plate.scar > 0:
        middle = wave + (state.gap / 2 if bone.distal_plate else -state.gap / 2)
        share = state.scar * plate.left_of_scar(u)
        sheets.append(sheet(half, depth, middle - 0.3, middle + 0.3, share, 1.1, origin, axis))
    return sheets


def cleft(
    bone: LongBone, deep: float, origin: tuple[float, float], axis: tuple[float, float]
) -> Box:
    """Return the notch of a pseudo-epiphysis at a base without a plate; it closes in puberty.

    It takes bone away from both sides and leaves a bridge in the middle.
    """
    half = 0.48 * bone.size.base
    t = across(half)
    middle = 0.13 * bone.shaft + 0.04 * half * np.sin(3 * t / half)
    open_ = deep * max(0.0, min(1.0, 3.0 * (0.95 - bone.adult)))
    share = open_ * np.clip((np.abs(t / half) - 0.25) / 0.3, 0, 1)
    return sheet(half, 0.30 * bone.size.base, middle - 0.5, middle + 0.5, share, -0.9, origin, axis)


def _epiphysis(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> Box:
    """Return the epiphysis as a box that lies across the shaft."""
    state, distal = bone.state, bone.distal_plate
    end = end_half_width(bone)
    wide = max(end * state.width, 0.4)
    tall = max(bone.height * ossified_share(bone.row, bone.ray, state), 0.5)
    if distal:
        tall = min(tall, 2.5 * wide)
    elif state.width < 0.5:
        tall = min(tall, 1.1 * wide)
    u = U
    square = float(np.clip((state.width - 0.35) / 0.5, 0, 1))
    body = np.clip(1 - np.abs(u) ** (2 + 4 * square), 0, 1) ** (1 / (2 + 0.6 * square))
    if distal:
        dome = np.clip(1 - np.abs(u) ** 2.6, 0, 1) ** 0.5
        near = tall * ((1 - square) * 0.5 * (1 - body) + square * 0.10 * np.abs(u) ** 6)
        far = tall * ((1 - square) * (0.5 + 0.5 * body) + square * (0.30 + 0.70 * dome))
    else:
        near = tall * 0.5 * (1 - body)
        face = FACE * min(1.0, state.width / 0.6) * joint_face(bone, u)
        far = tall * (0.5 + 0.5 * body) * (1 - face)
    far = np.maximum(far, near + 0.02 * tall)
    corner = np.clip((np.abs(u) - 0.72) / 0.16, 0, 1) * min(1.0, 2 * state.cap)
    near = near * (1 - corner) - epiphysis.reach(state, end, u) * corner
    side = 1 if distal else -1
    wave = side * end * bone.plate.shift(u * min(1.0, state.width)) * min(1.0, state.width)
    near = near + wave
    far = np.maximum(far, near + 0.35 * tall * np.clip(1.2 - np.abs(u), 0, 1))
    if distal:
        low, high = bone.shaft + state.gap + near, bone.shaft + state.gap + far
    else:
        low, high = -state.gap - far, -state.gap - near
    # Its axis runs across: to the right of the bone's; "right" of that is proximal.
    ax, ay = axis
    depth = 0.42 * bone.size.base * min(1, state.width + 0.1) * np.sqrt(1 - 0.75 * u**2)
    thin = 0.12 + 0.13 * state.edge
    line = thin * bone.plate.lines * 1.3
    base_plate = 2.2 * thin
    if not distal:
        base_plate = thin * (
            1 + _BASE_PLATE[bone.row] * float(np.interp(bone.adult, *_GROWN_PLATE))
        )
    walls = (base_plate, line) if distal else (line, base_plate)
    over = across(float(max(-low.min(), high.max())) + 1.0)
    mid = np.interp(over, [over[0], over[-1]], [wide, wide])
    return Box(
        LABEL_IDS[f"{bone.name}_epiphysis"],
        origin,
        (ay, -ax),
        -wide,
        wide,
        -high,
        -low,
        depth,
        np.full(N, walls[0]),
        np.full(N, walls[1]),
        np.full(N, 0.82 + 0.18 * bone.adult),
        float(over[-1]),
        -mid,
        mid,
        shell_bottom=0.25,
        shell_top=0.25,
        rounding=max((0.35 - 0.25 * square * distal) * tall, 0.3),
        share_along=1 - bone.plate.closed(state.fused, u) if state.fused else None,
        crosswise=True,
    )


def _inner_line(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> Blob:
    """Return the palmar edge of a metacarpal's head: a white line inside its outline (stage F)."""
    state, seen = bone.state, min(1.0, bone.state.facets)
    tall = state.gap + bone.height
    up, right = 0.40 * tall, _INNER * end_half_width(bone) * min(1.0, state.width)
    turn = np.arange(TURNS) * 4 / TURNS
    across_ = np.where(turn < 2, turn - 1, 3 - turn)
    along = np.where(turn < 2, 1 - np.abs(across_), np.abs(across_) - 1)
    long = np.hypot(along, across_)
    radius = long / np.hypot(along / up, across_ / right)
    at = bone.shaft + 0.52 * tall
    centre = (origin[0] + at * axis[0], origin[1] + at * axis[1])
    return Blob(0, centre, axis, radius, depth=0.9 * seen, shell=0.3, spongy=RIM_ONLY)


def _flatness(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return depth over width along the shaft: metacarpals are round, phalanges flat."""
    middle = 0.95 if bone.row == "MC" else 0.82
    share = np.clip(s / bone.shaft, 0, 1)
    base = 0.54 + 0.12 * bone.adult if bone.row == "MC" else 0.85
    return np.interp(share, [0, 0.25, 0.7, 1], [base, middle, middle, 0.8])


def _cortex(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return the thickness of the side walls (mm) along the shaft: thin at both ends."""
    share = s / bone.shaft
    profile = np.interp(
        share,
        [-0.2, 0.0, 0.12, 0.32, 0.5, 0.68, 0.88, 1.0, 1.2],
        [0.25, 0.25, 0.42, 0.92, 1.0, 0.95, 0.45, 0.28, 0.25],
    )
    return np.maximum(bone.cortex * profile, 0.2)


def _spongy(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return the share of cancellous bone in the core: full at the ends, little in between."""
    share = s / bone.shaft
    low = bone.spongy * (0.05 if bone.row == "MC" else 0.24) + 0.30 * (1 - bone.adult)
    base = 0.48 if bone.state.fused and not bone.distal_plate else 0.80
    return np.interp(
        share, [-0.2, 0.02, 0.14, 0.35, 0.62, 0.88, 1.2], [base, base, 0.80, low, low, 0.72, 0.85]
    )
