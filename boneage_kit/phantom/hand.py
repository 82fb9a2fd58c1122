"""A whole left hand in millimetres: bones placed joint by joint, and its soft tissue.

The frame's origin is the middle of the third metacarpal's base; y points to the fingers, x to
the thumb, as a left hand lies on the film seen from behind (PA).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from . import carpals, forearm, growth, long_bone_outline, long_bones
from .anatomy import CARPALS, LONG_BONES, SESAMOIDS
from .epiphysis import Epiphysis
from .growth_plate import GrowthPlate
from .joint_space import JointSpaces
from .long_bone_outline import LongBone
from .shapes import Solid
from .variants import CLEFT_BONE, SHORT_BONE, Variants

#: Where the metacarpals' bases lie (x, y) and how they lean (degrees to the thumb), in lengths of
#: the third metacarpal; read by eye off full-size radiographs.
_BASES = {
    1: (0.40, -0.085, 40.0),
    2: (0.212, -0.015, 9.6),
    3: (0.0, 0.0, 0.0),
    4: (-0.180, -0.005, -8.8),
    5: (-0.335, -0.045, -19.0),
}
#: How each finger leans against its metacarpal, degrees to the thumb.
_FINGERS = {1: -4.0, 2: -0.5, 3: 0.0, 4: -1.0, 5: -7.0}
#: Distance from the third metacarpal's base to the radius's metaphysis over its length, by age.
_CARPUS = {
    "M": ((0, 2, 5, 8, 11, 13, 15, 18), (0.78, 0.76, 0.71, 0.70, 0.69, 0.66, 0.635, 0.61)),
    "F": ((0, 2, 4.5, 7, 9.5, 11, 13, 15), (0.78, 0.76, 0.71, 0.70, 0.68, 0.65, 0.61, 0.60)),
}
_ADULT_CARPUS_MM = 32.4
#: How the forearm leans against the third metacarpal (degrees, its elbow to the ulnar side).
_ARM_LEAN = 8.0


@dataclass(frozen=True)
class Pose:
    """Angles of a hand on the film, all in degrees; zero is the atlas position."""

    spread: tuple[float, ...] = (0.0,) * 5  # of each ray's metacarpal
    bend: tuple[float, ...] = (0.0,) * 5  # of each finger against its metacarpal
    curl: tuple[float, ...] = (0.0,) * 5  # of middle and end phalanx, each
    wrist: float = 0.0  # forearm against the hand


@dataclass(frozen=True)
class Build:
    """How a child's hand is built, whatever its maturity; 1 is the mean of the tables.

    ``ahead`` (years) is how far size and proportions run ahead of the bone age: children of one
    maturity are not of one size. ``scale`` multiplies all lengths and widths, ``breadth`` the
    palm's, ``carpus`` the length of the carpus, ``width`` those of the hand's long bones,
    ``carpals`` the diameters of the carpals, ``cortex`` the walls, ``spongy`` the cancellous bone
    in the middle of the shafts.
    """

    ahead: float = 0.0
    scale: float = 1.0
    breadth: float = 1.0
    carpus: float = 1.0
    width: float = 1.0
    carpals: float = 1.0
    cortex: float = 1.0
    spongy: float = 1.0


@dataclass
class Hand:
    """Solids to draw, soft-tissue segments, landmarks (mm) and the state of each epiphysis."""

    solids: list[Solid] = field(default_factory=list)
    landmarks: dict[str, tuple[float, float]] = field(default_factory=dict)
    epiphyses: dict[str, Epiphysis] = field(default_factory=dict)
    bones: dict[str, LongBone] = field(default_factory=dict)
    axes: dict[str, tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=dict)
    palm: float = 1.0  # length of the third metacarpal, cartilage included, mm
    girth: float = 1.0  # share of the adult width
    wrist_width: float = 1.0
    radius_width: float = 1.0
    sex: str = "F"


def build(
    sex: str,
    ages: dict[str, float],
    age: float,
    pose: Pose,
    child: Build | None = None,
    shape: dict[str, np.ndarray] | None = None,
    joints: JointSpaces | None = None,
    plates: dict[str, GrowthPlate] | None = None,
    variants: Variants | None = None,
    lengths: dict[str, float] | None = None,
) -> Hand:
    """Return the hand of ``sex`` with each structure at its own bone age ``ages`` (years).

    ``shape`` holds standard normal deviates [6] of each structure's build; none is the mean.
    ``joints``, ``plates`` and ``variants`` are the child's own joint spaces, growth plates and
    variants of form; ``lengths`` multiplies those of named bones.
    """
    child = child or Build()
    age, scale = float(np.clip(age + child.ahead, 0, 19)), child.scale
    shape = shape or {name: np.zeros(6) for name in structures()}
    joints, plates, variants = joints or JointSpaces(), plates or {}, variants or Variants()
    hand = Hand(sex=sex)
    for name in LONG_BONES[:-2]:
        long, wide = _own(shape, name, child)
        long *= (lengths or {}).get(name, 1.0) * (variants.short if name == SHORT_BONE else 1.0)
        plate = plates.get(name, GrowthPlate())
        if variants.cone and name == variants.cone_bone:
            plate = replace(plate, cone=variants.cone)
        hand.bones[name] = long_bone_outline.measure(
            name, sex, age, ages[name], scale, long, wide, child.cortex, child.spongy, plate
        )
    pose = replace(pose, curl=(*pose.curl[:4], pose.curl[4] + variants.incurved / 2))
    hand.palm = hand.bones["metacarpal_3"].distal_end
    hand.girth = growth.width_fraction(sex, age) * scale
    carpus = float(np.interp(age, *_CARPUS[sex])) * child.carpus
    # A child's palm is as broad for its metacarpals as its carpus is long.
    broad = child.breadth * (1 + 0.35 * (carpus / _CARPUS[sex][1][-1] - 1))
    for ray in range(1, 6):
        _place_ray(hand, ray, pose, broad, joints, age)
    frame = hand.palm * carpus / _ADULT_CARPUS_MM
    _place_forearm(hand, ages, age, frame, pose.wrist, scale, plates)
    hand.solids += carpals.solids(sex, ages, frame, shape, child.carpals)
    for name in LONG_BONES[:-2]:
        hand.solids += long_bones.solids(hand.bones[name], *hand.axes[name])
        if name == CLEFT_BONE and variants.cleft:
            hand.solids.append(long_bones.cleft(hand.bones[name], variants.cleft, *hand.axes[name]))
        hand.epiphyses[name] = hand.bones[name].state
    _place_sesamoids(hand, ages, scale)
    _place_small_sesamoids(hand, ages, scale, variants)
    return hand


def structures() -> tuple[str, ...]:
    """Return the names that need a bone age of their own."""
    return (*LONG_BONES, *CARPALS, *SESAMOIDS)


def _own(shape: dict[str, np.ndarray], name: str, child: Build) -> tuple[float, float]:
    """Return a bone's own length and width factors: rows and rays share half of them.

    SDs of 2.5 % in length and 4 % in width (estimates; relative lengths of hand bones scatter
    by 2-4 % among healthy children).
    """
    row, ray = shape["metacarpal_3"], shape[f"metacarpal_{name[-1]}"]
    long = 0.7 * shape[name][0] + 0.5 * ray[1] + 0.3 * row[2]
    wide = 0.7 * shape[name][3] + 0.7 * row[4]
    return 1 + 0.025 * float(long), child.width * (1 + 0.04 * float(wide))


def _unit(degrees: float) -> tuple[float, float]:
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))


def _place_ray(
    hand: Hand, ray: int, pose: Pose, broad: float, joints: JointSpaces, age: float
) -> None:
    x, y, lean = _BASES[ray]
    x *= broad
    angle = lean * (1 + 0.5 * (broad - 1)) + pose.spread[ray - 1]
    metacarpal = hand.bones[f"metacarpal_{ray}"]
    axis = _unit(angle)
    point = (x * hand.palm, y * hand.palm)
    point = _along(point, axis, -metacarpal.proximal_end)
    hand.axes[metacarpal.name] = point, axis
    joint = _along(point, axis, metacarpal.distal_end)
    hand.landmarks[f"MCP{ray}"] = joint
    angle += _FINGERS[ray] + pose.bend[ray - 1]
    names = ("proximal", "distal") if ray == 1 else ("proximal", "middle", "distal")
    name = f"MCP{ray}"
    for i, row in enumerate(names):
        bone = hand.bones[f"{row}_phalanx_{ray}"]
        axis = _unit(angle)
        space = joints.mm(name, hand.sex, age)
        origin = _along(joint, axis, space - bone.face)
        hand.axes[bone.name] = origin, axis
        joint = _along(origin, axis, bone.distal_end)
        following = "tip" if i == len(names) - 1 else ("IP" if ray == 1 else ("PIP", "DIP")[i])
        name = f"{following}{ray}"
        hand.landmarks[name] = joint
        angle += pose.curl[ray - 1]


def _along(point: tuple[float, float], axis: tuple[float, float], mm: float) -> tuple[float, float]:
    return point[0] + axis[0] * mm, point[1] + axis[1] * mm


def _place_forearm(
    hand: Hand,
    ages: dict[str, float],
    age: float,
    frame: float,
    wrist: float,
    scale: float,
    plates: dict[str, GrowthPlate],
) -> None:
    axis = _unit(wrist + _ARM_LEAN)
    turn = (math.cos(math.radians(wrist)), -math.sin(math.radians(wrist)))
    pivot = (0.0, -20.0 * frame)
    places = forearm.places(hand.sex, age, scale, frame, hand.palm)
    for name, (x, y) in places.items():
        x, y = x - pivot[0], y - pivot[1]
        metaphysis = (pivot[0] + turn[0] * x - turn[1] * y, pivot[1] + turn[1] * x + turn[0] * y)
        length = 2.2 * hand.palm
        shapes, state, wide = forearm.solids(
            name, hand.sex, age, ages[name], scale, metaphysis, axis, length, plates.get(name)
        )
        hand.solids += shapes
        hand.epiphyses[name] = state
        hand.axes[name] = metaphysis, axis
        hand.landmarks[f"{name}_metaphysis"] = metaphysis
        if name == "radius":
            hand.radius_width = hand.wrist_width = wide
        else:
            hand.wrist_width += wide
    radius, ulna = (hand.landmarks[f"{name}_metaphysis"] for name in ("radius", "ulna"))
    hand.landmarks["wrist"] = ((radius[0] + ulna[0]) / 2, (radius[1] + ulna[1]) / 2)


def _place_sesamoids(hand: Hand, ages: dict[str, float], scale: float) -> None:
    origin, axis = hand.axes["metacarpal_1"]
    bone = hand.bones["metacarpal_1"]
    right = (axis[1], -axis[0])
    for name, side in (("adductor_sesamoid", -0.50), ("flexor_sesamoid", 0.22)):
        centre = _along(
            _along(origin, axis, bone.shaft - 0.22 * bone.size.head), right, side * bone.size.head
        )
        solid = carpals.sesamoid(name, hand.sex, ages[name], centre, scale)
        if solid is not None:
            hand.solids.append(solid)


#: Where the small sesamoids lie that not everybody has: the bone whose head they overlap, and how
#: far to the radial side, in widths of the head.
_SMALL = (("metacarpal_2", 0.26), ("metacarpal_5", -0.24), ("proximal_phalanx_1", -0.06))
#: Years by which they follow the adductor's.
_LATER = 1.2


def _place_small_sesamoids(
    hand: Hand, ages: dict[str, float], scale: float, variants: Variants
) -> None:
    share = carpals.fill(
        "adductor_sesamoid", hand.sex, max(0.0, ages["adductor_sesamoid"] - _LATER)
    )
    for (name, side), mm in zip(_SMALL, variants.sesamoids, strict=True):
        if share == 0 or mm == 0:
            continue
        origin, axis = hand.axes[name]
        bone = hand.bones[name]
        along = bone.distal_end - (0.45 if bone.distal_plate else 0.20) * bone.size.head
        centre = _along(_along(origin, axis, along), (axis[1], -axis[0]), side * bone.size.head)
        hand.solids.append(carpals.small_sesamoid(centre, share * scale * mm))
