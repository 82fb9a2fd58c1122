"""The 19 long bones of the hand as solids: shaft, epiphysis, and both fused into one."""

from __future__ import annotations

import numpy as np

from . import epiphysis
from .anatomy import LABEL_IDS
from .long_bone_outline import LongBone, end_half_width, nodes, smooth
from .shapes import Box, N, U, across


def solids(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> list[Box]:
    """Return what is drawn of a bone whose frame lies at ``origin`` with unit ``axis``."""
    state, shapes = bone.state, []
    if state.fused < 1:
        shapes.append(_shaft(bone, merged=False, origin=origin, axis=axis))
    if state.fused > 0:
        shapes.append(_shaft(bone, merged=True, origin=origin, axis=axis))
    if state.fused < 1 and state.present:
        shapes.append(_epiphysis(bone, origin, axis))
    return shapes


def _shaft(bone: LongBone, *, merged: bool, origin: tuple[float, float],
           axis: tuple[float, float]) -> Box:
    places, half = nodes(bone)
    start, stop = 0.0, bone.shaft
    if merged:
        places, half, start, stop = _with_epiphysis(bone, places, half)
    s = np.linspace(start, stop, N)
    half = smooth(np.interp(s, places, half))
    u = U
    reach = float(half.max()) * 1.02
    bottom, top = _ends(bone, u * reach, reach, start, stop, merged)
    shell = _cortex(bone, s)
    spongy = _spongy(bone, s)
    if merged:
        plate = bone.shaft + bone.state.gap / 2 if bone.distal_plate else -bone.state.gap / 2
        spongy = spongy + 0.7 * bone.state.scar * np.exp(-((s - plate) / 0.3) ** 2)
    label = LABEL_IDS[bone.name]
    return Box(label, origin, axis, start, stop, -half, half,
               half * _flatness(bone, s), shell, shell, spongy, reach, bottom, top,
               shell_bottom=0.35, shell_top=0.35, rounding=0.22 * bone.size.base,
               **epiphysis.shares(bone.state.fused, merged, u * reach, float(half.max())))


def _with_epiphysis(bone: LongBone, places: np.ndarray,
                    half: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return the nodes of shaft and epiphysis as one bone."""
    tall = bone.state.gap + bone.height
    if bone.distal_plate:
        wide = end_half_width(bone) * bone.state.width
        more = bone.shaft + tall * np.array([0.2, 0.6, 1.0])
        head = wide * np.array([1 - 0.12 * bone.remodelled, 1, 0.80])
        return (np.concatenate([places[:-1], more]), np.concatenate([half[:-1], head]), 0.0,
                bone.shaft + tall)
    wide = end_half_width(bone) * bone.state.width
    more = -tall * np.array([1.0, 0.7, 0.3])
    return (np.concatenate([more, places[1:]]),
            np.concatenate([wide * np.array([0.88, 1.0, 1.0]), half[1:]]), -tall, bone.shaft)


def _ends(bone: LongBone, t: np.ndarray, reach: float, start: float, stop: float,
          merged: bool) -> tuple[np.ndarray, np.ndarray]:
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
        bottom = start + bone.height * _joint_face(bone, t / base)
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
        notch = 0.14 * head * bone.adult * np.clip(1 - (v / 0.5) ** 2, 0, 1)
        top = stop - 0.42 * head * np.clip(v, 0, 1.2) ** 4 - notch
    return bottom, top


def _joint_face(bone: LongBone, u: np.ndarray) -> np.ndarray:
    """Return how deep (share of the height) the joint face lies at ``u`` = -1..1 of the width."""
    hollow, facets = bone.state.hollow, bone.state.facets
    edge = np.clip(np.abs(u), 0, 1) ** 6 * 0.45
    if bone.row in ("MP", "DP"):  # two hollows beside a central ridge, shaped to the trochlea
        return edge + 0.22 * hollow * (1 - (1 - u**2).clip(0)) * (u**2 < 0.8) \
            + 0.10 * facets * np.sin(np.pi * np.clip(np.abs(u), 0, 1)) ** 2
    if bone.row == "MC":  # saddle for the trapezium
        return edge + 0.25 * hollow * np.clip(1 - (u / 0.8) ** 2, 0, 1)
    depth = float(np.interp(hollow, [0, epiphysis.HOLLOW, 1], [0, 0.34, 0.38]))
    return edge + depth * np.clip(1 - (u / 0.85) ** 2, 0, 1)


def _epiphysis(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> Box:
    """Return the epiphysis as a box that lies across the shaft."""
    state, distal = bone.state, bone.distal_plate
    end = end_half_width(bone)
    wide = max(end * state.width, 0.4)
    tall = max(bone.height * state.height, 0.5)
    if distal:
        tall = min(tall, 1.9 * wide)
    elif state.width < 0.5:
        tall = min(tall, 1.1 * wide)
    u = U
    square = float(np.clip((state.width - 0.35) / 0.5, 0, 1))
    body = np.clip(1 - np.abs(u) ** (2 + 4 * square), 0, 1) ** (1 / (2 + 0.6 * square))
    if distal:
        dome = np.clip(1 - np.abs(u) ** 2.1, 0, 1) ** 0.5
        near = tall * ((1 - square) * 0.5 * (1 - body) + square * 0.22 * np.abs(u) ** 5)
        far = tall * ((1 - square) * (0.5 + 0.5 * body) + square * (0.30 + 0.70 * dome))
    else:
        near = tall * 0.5 * (1 - body)
        face = 0.8 * min(1.0, state.width / 0.6) * _joint_face(bone, u)
        far = tall * (0.5 + 0.5 * body) * (1 - face)
    far = np.maximum(far, near + 0.02 * tall)
    corner = np.clip((np.abs(u) - 0.72) / 0.16, 0, 1) * min(1.0, 2 * state.cap)
    near = near * (1 - corner) - epiphysis.reach(state, end, u) * corner
    if distal:
        low, high = bone.shaft + state.gap + near, bone.shaft + state.gap + far
    else:
        low, high = -state.gap - far, -state.gap - near
    # Its axis runs across: to the right of the bone's; "right" of that is proximal.
    ax, ay = axis
    depth = 0.42 * bone.size.base * min(1, state.width + 0.1) * np.sqrt(1 - 0.75 * u**2)
    shell = np.full(N, 0.12 + 0.13 * state.edge)
    over = across(float(max(-low.min(), high.max())) + 1.0)
    mid = np.interp(over, [over[0], over[-1]], [wide, wide])
    return Box(LABEL_IDS[f"{bone.name}_epiphysis"], origin, (ay, -ax), -wide, wide, -high, -low,
               depth, shell, shell, 1.0 + _lines(bone, u), float(over[-1]), -mid, mid,
               shell_bottom=0.25, shell_top=0.25, rounding=max(0.35 * tall, 0.3),
               share_along=1 - epiphysis.bridged(state.fused, u) if state.fused else None,
               crosswise=True)


def _lines(bone: LongBone, u: np.ndarray) -> np.ndarray:
    """Return the palmar edges of a metacarpal's head: white lines inside its outline (stage F)."""
    if not bone.distal_plate:
        return np.zeros(N)
    return 0.9 * bone.state.facets * np.exp(-((np.abs(u) - 0.62) / 0.07) ** 2)


def _flatness(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return depth over width along the shaft: metacarpals are round, phalanges flat."""
    middle = 0.95 if bone.row == "MC" else 0.82
    share = np.clip(s / bone.shaft, 0, 1)
    return np.interp(share, [0, 0.25, 0.7, 1], [0.85, middle, middle, 0.8])


def _cortex(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return the thickness of the side walls (mm) along the shaft: thin at both ends."""
    share = s / bone.shaft
    profile = np.interp(share, [-0.2, 0.0, 0.12, 0.32, 0.5, 0.68, 0.88, 1.0, 1.2],
                        [0.25, 0.25, 0.42, 0.92, 1.0, 0.95, 0.45, 0.28, 0.25])
    return np.maximum(bone.cortex * profile, 0.2)


def _spongy(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return the share of cancellous bone in the core: full at the ends, little in between."""
    share = s / bone.shaft
    low = bone.spongy * (0.05 if bone.row == "MC" else 0.24) + 0.24 * (1 - bone.adult)
    return np.interp(share, [-0.2, 0.1, 0.35, 0.62, 0.88, 1.2], [0.85, 0.75, low, low, 0.72, 0.85])
