"""The 19 long bones of the hand: outline, shell and core from size and maturity.

A bone lies in its own frame, ``s`` from the base (0) to the head, ``t`` to the right; the
growth plate of phalanges and of the first metacarpal is at the base, that of the other
metacarpals at the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from . import epiphysis, growth
from .anatomy import LABEL_IDS, short_code
from .epiphysis import Epiphysis
from .shapes import Box, N, U, across

#: Half-width along the shaft (share of its length: weight of base, waist, head).
_PHALANX = [(0, .94, 0, 0), (.04, 1, 0, 0), (.12, .93, .07, 0), (.25, .45, .55, 0),
            (.42, .06, .94, 0), (.60, 0, 1, 0), (.74, 0, .85, .15), (.86, 0, .15, .85),
            (.93, 0, 0, 1), (1, 0, 0, .93)]
_DISTAL = [(0, .93, 0, 0), (.05, 1, 0, 0), (.15, .85, .15, 0), (.32, .4, .6, 0),
           (.5, .08, .92, 0), (.64, 0, .96, .04), (.76, 0, .35, .65), (.88, 0, 0, 1),
           (1, 0, 0, .96)]
_METACARPAL = [(0, .80, 0, 0), (.05, .97, 0, 0), (.10, 1, 0, 0), (.22, .55, .45, 0),
               (.36, .12, .88, 0), (.50, 0, 1, 0), (.64, 0, .88, .12), (.78, 0, .5, .5),
               (.90, 0, .08, .92), (.97, 0, 0, 1), (1, 0, 0, .94)]


@dataclass(frozen=True)
class LongBone:
    """One bone as it will be drawn: its mm, its epiphysis, and where its joints are."""

    name: str
    row: str
    ray: int
    size: growth.Size
    state: Epiphysis
    shaft: float
    height: float  # the epiphysis's full height, cartilage included
    cortex: float
    adult: float  # 0 infant .. 1 adult form of the outline
    remodelled: float  # 0 .. 1 how far the neck below a fused head has narrowed

    @property
    def distal_plate(self) -> bool:
        """Whether the growth plate is at the head, as in metacarpals II-V."""
        return self.row == "MC" and self.ray > 1

    @property
    def proximal_end(self) -> float:
        """Where (s, mm) the joint surface at the base is, cartilage included."""
        return 0.0 if self.distal_plate else -(self.state.gap + self.height)

    @property
    def distal_end(self) -> float:
        """Where (s, mm) the joint surface at the head is, cartilage included."""
        return self.shaft + (self.state.gap + self.height if self.distal_plate else 0.0)


def measure(name: str, sex: str, age: float, own_age: float, scale: float = 1.0,
            build: tuple[float, float] = (1.0, 1.0)) -> LongBone:
    """Return one bone: sized for the hand's bone age, matured to its own (both in years).

    ``scale`` multiplies the table's millimetres, ``build`` this bone's length and width.
    Bones of one hand keep their proportions even where their epiphyses disagree.
    """
    code = short_code(name)
    row, ray = code[:2], int(code[2])
    table = growth.size(name, sex, age)
    long, wide = scale * build[0], scale * build[1]
    size = growth.Size(long * table.length, wide * table.base, wide * table.waist,
                       wide * table.head)
    clock = growth.clock(name, sex)
    end = size.head if row == "MC" and ray > 1 else size.base
    state = epiphysis.at(clock, own_age, end)
    height = end * epiphysis.HEIGHT["MC1" if code == "MC1" else row]
    ossified = (state.gap + height * state.height) if state.present else 0.0
    return LongBone(name, row, ray, size, state, size.length - ossified, height,
                    scale * growth.cortex(sex, age) * (0.8 if row in ("MP", "DP") else 1.0),
                    float(np.clip(age / clock.fusion_start, 0, 1)),
                    float(np.clip((own_age - clock.fusion_start - 0.5) / 3, 0, 1)))


def solids(bone: LongBone, origin: tuple[float, float], axis: tuple[float, float]) -> list[Box]:
    """Return what is drawn of a bone whose frame lies at ``origin`` with unit ``axis``."""
    state, shapes = bone.state, []
    place = {"origin": origin, "axis": axis}
    if state.fused < 1:
        shapes.append(_shaft(bone, merged=False, **place))
    if state.fused > 0:
        shapes.append(_shaft(bone, merged=True, **place))
    if state.fused < 1 and state.present:
        shapes.append(_epiphysis(bone, origin, axis))
    return shapes


def _nodes(bone: LongBone) -> tuple[np.ndarray, np.ndarray]:
    table = np.array({"MC": _METACARPAL, "DP": _DISTAL}.get(bone.row, _PHALANX), dtype=float)
    size = bone.size
    base, waist, head = size.base / 2, size.waist / 2, size.head / 2
    if bone.row == "MC" and bone.ray == 1:
        base *= 0.92
    if bone.distal_plate:
        neck = np.interp(table[:, 0], [0.6, 0.8, 1], [1, 0.5, 0.1])
        narrowed = bone.remodelled * table[:, 3] * neck
        table[:, 2], table[:, 3] = table[:, 2] + narrowed, table[:, 3] - narrowed
    # An infant's shaft is a plain tube: its ends flare less and its waist is hardly drawn in.
    plain = 0.45 * (1 - bone.adult)
    if bone.row == "DP":  # a child's end phalanx tapers evenly to its tuft
        waist += (0.62 * base - waist) * min(1.0, 2.2 * (1 - bone.adult)) * 0.9
        plain, head = 0.1 * plain, head * 1.08
    base, head = base + plain * (waist - base), head + plain * (waist - head)
    return table[:, 0] * bone.shaft, table[:, 1] * base + table[:, 2] * waist + table[:, 3] * head


@lru_cache(maxsize=128)
def _end_half_width(bone: LongBone) -> float:
    """Return half the shaft's width (mm) beside its plate, as drawn."""
    half = _smooth(np.interp(np.linspace(0, bone.shaft, N), *_nodes(bone)))
    return float((half[N * 2 // 3:] if bone.distal_plate else half[:N // 3]).max())


def _shaft(bone: LongBone, *, merged: bool, origin: tuple[float, float],
           axis: tuple[float, float]) -> Box:
    places, half = _nodes(bone)
    start, stop = 0.0, bone.shaft
    if merged:
        places, half, start, stop = _with_epiphysis(bone, places, half)
    s = np.linspace(start, stop, N)
    half = _smooth(np.interp(s, places, half))
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
        wide = _end_half_width(bone) * bone.state.width
        more = bone.shaft + tall * np.array([0.2, 0.6, 1.0])
        head = wide * np.array([1 - 0.12 * bone.remodelled, 1, 0.80])
        return (np.concatenate([places[:-1], more]), np.concatenate([half[:-1], head]), 0.0,
                bone.shaft + tall)
    wide = _end_half_width(bone) * bone.state.width
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
    end = _end_half_width(bone)
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
        dome = np.clip(1 - np.abs(u) ** 2.3, 0, 1) ** 0.5
        near = tall * ((1 - square) * 0.5 * (1 - body) + square * 0.22 * np.abs(u) ** 5)
        far = tall * ((1 - square) * (0.5 + 0.5 * body) + square * (0.45 + 0.55 * dome))
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
    shell = np.full(N, 0.12 + 0.25 * state.edge)
    over = across(float(max(-low.min(), high.max())) + 1.0)
    mid = np.interp(over, [over[0], over[-1]], [wide, wide])
    return Box(LABEL_IDS[f"{bone.name}_epiphysis"], origin, (ay, -ax), -wide, wide, -high, -low,
               depth, shell, shell, 0.75 + _lines(bone, u), float(over[-1]), -mid, mid,
               shell_bottom=0.25, shell_top=0.25, rounding=max(0.35 * tall, 0.3),
               share_along=1 - epiphysis.bridged(state.fused, u) if state.fused else None)


def _lines(bone: LongBone, u: np.ndarray) -> np.ndarray:
    """Return the palmar edges of a metacarpal's head: white lines inside its outline (stage F)."""
    if not bone.distal_plate:
        return np.zeros(N)
    return 0.9 * bone.state.facets * np.exp(-((np.abs(u) - 0.62) / 0.07) ** 2)


def _flatness(bone: LongBone, s: np.ndarray) -> np.ndarray:
    """Return depth over width along the shaft: metacarpals are round, phalanges flat."""
    middle = 0.95 if bone.row == "MC" else 0.78
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
    low = 0.08 + 0.40 * (1 - bone.adult)
    return np.interp(share, [-0.2, 0.1, 0.35, 0.62, 0.88, 1.2], [0.75, 0.70, low, low, 0.68, 0.75])


def _smooth(a: np.ndarray) -> np.ndarray:
    for reach in (3, 2):
        ends = np.full(reach + 1, a[0]), a, np.full(reach, a[-1])
        total = np.cumsum(np.concatenate(ends))
        a = (total[2 * reach + 1:] - total[:-2 * reach - 1]) / (2 * reach + 1)
    return a
