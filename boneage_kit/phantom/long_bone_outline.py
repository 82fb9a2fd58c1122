"""A long bone of the hand in numbers: its mm, its epiphysis, the half-width along its shaft.

A bone lies in its own frame, ``s`` from the base (0) to the head, ``t`` to the right; the
growth plate of phalanges and of the first metacarpal is at the base, that of the other
metacarpals at the head.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from . import epiphysis, growth
from .anatomy import short_code
from .epiphysis import Epiphysis
from .growth_plate import GrowthPlate
from .shapes import N

#: Half-width along the shaft (share of its length: weight of base, waist, head).
_PHALANX = [
    (0, 0.94, 0, 0),
    (0.03, 1, 0, 0),
    (0.09, 0.86, 0.14, 0),
    (0.16, 0.52, 0.48, 0),
    (0.25, 0.26, 0.74, 0),
    (0.36, 0.12, 0.88, 0),
    (0.48, 0.06, 0.94, 0),
    (0.62, 0, 1, 0),
    (0.74, 0, 0.90, 0.10),
    (0.84, 0, 0.40, 0.60),
    (0.91, 0, 0.06, 0.94),
    (0.96, 0, 0, 1),
    (1, 0, 0, 0.92),
]
_DISTAL = [
    (0, 0.93, 0, 0),
    (0.05, 1, 0, 0),
    (0.14, 0.80, 0.20, 0),
    (0.28, 0.45, 0.55, 0),
    (0.46, 0.15, 0.85, 0),
    (0.64, 0, 1, 0),
    (0.78, 0, 0.55, 0.45),
    (0.88, 0, 0.05, 0.95),
    (1, 0, 0, 0.90),
]
_METACARPAL = [
    (0, 0.80, 0, 0),
    (0.05, 0.97, 0, 0),
    (0.10, 1, 0, 0),
    (0.20, 0.50, 0.50, 0),
    (0.32, 0.14, 0.86, 0),
    (0.48, 0, 1, 0),
    (0.62, 0, 0.93, 0.07),
    (0.76, 0, 0.82, 0.18),
    (0.86, 0, 0.60, 0.40),
    (0.93, 0, 0.25, 0.75),
    (0.97, 0, 0, 1),
    (1, 0, 0, 0.98),
]

#: Width of a head against the table's over the maturity of the outline. A child's phalanx tapers to
#: its head: set so that pixels of phantoms and of films of part 1 have the same median widths at
#: 90 %. Metacarpal heads: read by eye off five films of part 1 (0.28 to 0.34 of PP3 from 12 years
#: on); the measured width at 90 % is that of their inner lines (docs/phantom.md).
_HEADS = {
    "MC": ((0.0, 0.3), (1.03, 1.06)),
    "PP": ((0.0, 0.3, 0.5, 0.6, 0.72, 1.0), (0.74, 0.77, 0.88, 0.95, 1.03, 1.06)),
    "MP": ((0.0, 0.3, 0.5, 0.6, 0.72, 1.0), (0.74, 0.77, 0.88, 0.95, 1.03, 1.06)),
}

#: The same for the middle of a metacarpal (50 %).
_SHAFTS = ((0.6, 0.9, 1.0), (1.0, 1.02, 1.05))

#: How much of :func:`joint_face` a whole epiphysis and a fused base show.
FACE = 0.8
#: Walls of the outer phalanges, in those of the metacarpals.
_WALLS = {"MP": 0.8, "DP": 0.8}


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
    spongy: float = 1.0  # cancellous bone in the middle of the shaft, 1 is usual
    plate: GrowthPlate = field(default_factory=GrowthPlate)

    @property
    def distal_plate(self) -> bool:
        """Whether the growth plate is at the head, as in metacarpals II-V."""
        return self.row == "MC" and self.ray > 1

    @property
    def proximal_end(self) -> float:
        """Where (s, mm) the joint surface at the base is, cartilage included."""
        return 0.0 if self.distal_plate else -(self.state.gap + self.height)

    @property
    def face(self) -> float:
        """Where (s, mm) the middle of the face at the base is once all of it is bone."""
        hollow = 0.0 if self.distal_plate else FACE * float(joint_face(self, np.zeros(1))[0])
        return self.proximal_end * (1 - hollow * self.height / max(-self.proximal_end, 1e-6))

    @property
    def distal_end(self) -> float:
        """Where (s, mm) the joint surface at the head is, cartilage included."""
        return self.shaft + (self.state.gap + self.height if self.distal_plate else 0.0)


def measure(
    name: str,
    sex: str,
    age: float,
    own_age: float,
    scale: float = 1.0,
    long: float = 1.0,
    wide: float = 1.0,
    cortex: float = 1.0,
    spongy: float = 1.0,
    plate: GrowthPlate | None = None,
) -> LongBone:
    """Return one bone: sized for the hand's bone age, matured to its own (both in years).

    ``scale`` multiplies the table's millimetres, ``long`` and ``wide`` this bone's length and
    width, ``cortex`` its walls, ``spongy`` the cancellous bone in the middle of its shaft;
    ``plate`` is the form of its growth plate.
    Bones of one hand keep their proportions even where their epiphyses disagree.
    """
    code = short_code(name)
    row, ray = code[:2], int(code[2])
    table = growth.size(name, sex, age)
    long, wide = scale * long, scale * wide
    clock = growth.clock(name, sex)
    adult = float(np.clip(age / clock.fusion_start, 0, 1))
    kind = "MC1" if code == "MC1" else row
    head = table.head * (float(np.interp(adult, *_HEADS[kind])) if kind in _HEADS else 1.0)
    size = growth.Size(long * table.length, wide * table.base, wide * table.waist, wide * head)
    end = size.head if row == "MC" and ray > 1 else size.base
    plate = plate or GrowthPlate()
    state = epiphysis.at(clock, own_age, end, plate.width, of_base=row != "MC")
    height = (wide * table.head if kind == "MC" else end) * epiphysis.HEIGHT[kind]
    ossified = (state.gap + height * ossified_share(row, ray, state)) if state.present else 0.0
    return LongBone(
        name,
        row,
        ray,
        size,
        state,
        size.length - ossified,
        height,
        scale * cortex * growth.cortex(sex, age) * _WALLS.get(row, 1.0),
        adult,
        float(np.clip((own_age - clock.fusion_start + 1) / 2, 0, 1)),
        spongy,
        plate,
    )


def ossified_share(row: str, ray: int, state: Epiphysis) -> float:
    """Return how much of its final height an epiphysis has: the round heads hurry."""
    return state.height**0.35 if row == "MC" and ray > 1 else state.height


def joint_face(bone: LongBone, u: np.ndarray) -> np.ndarray:
    """Return how deep (share of the height) the joint face lies at ``u`` = -1..1 of the width."""
    hollow, facets = bone.state.hollow, bone.state.facets
    edge = np.clip(np.abs(u), 0, 1) ** 6 * 0.45
    if bone.row in ("MP", "DP"):  # two hollows beside a central ridge, shaped to the trochlea
        return (
            edge
            + 0.22 * hollow * (1 - (1 - u**2).clip(0)) * (u**2 < 0.8)
            + 0.10 * facets * np.sin(np.pi * np.clip(np.abs(u), 0, 1)) ** 2
        )
    if bone.row == "MC":  # saddle for the trapezium
        return edge + 0.25 * hollow * np.clip(1 - (u / 0.8) ** 2, 0, 1)
    depth = float(np.interp(hollow, [0, epiphysis.HOLLOW, 1], [0, 0.34, 0.38]))
    return edge + depth * np.clip(1 - (u / 0.85) ** 2, 0, 1)


def nodes(bone: LongBone, *, neck: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return places (mm) along the shaft and the half-widths (mm) there.

    ``neck`` draws in a metacarpal below its head as far as it has been remodelled.
    """
    table = np.array({"MC": _METACARPAL, "DP": _DISTAL}.get(bone.row, _PHALANX), dtype=float)
    size = bone.size
    base, waist, head = size.base / 2, size.waist / 2, size.head / 2
    if bone.row == "MC" and bone.ray == 1:
        base *= 0.92
    if bone.distal_plate and neck:
        share = np.interp(table[:, 0], [0.6, 0.85, 0.96, 1], [1, 0.70, 0.35, 0.15])
        narrowed = bone.remodelled * table[:, 3] * share
        table[:, 2], table[:, 3] = table[:, 2] + narrowed, table[:, 3] - narrowed
    # An infant's shaft is a plain tube: its ends flare less and its waist is hardly drawn in.
    plain = (0.15 if bone.row == "MC" else 0.45) * (1 - bone.adult)
    if bone.row == "MC":  # a newborn's is stout (Thodberg 2019: 3.2 mm wide at a month)
        waist *= 1 + 0.10 * max(0.0, 1 - 8 * bone.adult)
        waist *= float(np.interp(bone.adult, *_SHAFTS))
    if bone.row == "DP":  # a child's end phalanx tapers evenly to its tuft
        waist += (0.62 * base - waist) * min(1.0, 2.2 * (1 - bone.adult)) * 0.9
        plain, head = 0.1 * plain, head * 1.08
    plain_base = 0.40 * (1 - bone.adult) if bone.row == "MC" else plain
    base, head = base + plain_base * (waist - base), head + plain * (waist - head)
    return table[:, 0] * bone.shaft, table[:, 1] * base + table[:, 2] * waist + table[:, 3] * head


@lru_cache(maxsize=128)
def end_half_width(bone: LongBone) -> float:
    """Return half the shaft's width (mm) beside its plate, as drawn before a neck forms."""
    half = smooth(np.interp(np.linspace(0, bone.shaft, N), *nodes(bone, neck=False)))
    return float((half[N * 2 // 3 :] if bone.distal_plate else half[: N // 3]).max())


def smooth(a: np.ndarray) -> np.ndarray:
    """Return a profile with its corners rounded by two running means."""
    for reach in (3, 2):
        ends = np.full(reach + 1, a[0]), a, np.full(reach, a[-1])
        total = np.cumsum(np.concatenate(ends))
        a = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    return a
