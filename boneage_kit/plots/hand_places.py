"""Named places of a phantom hand as outlines: bones, growth plates, joints and fingertips."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from ..errors import BadInput
from ..phantom import PhantomRadiograph
from .hand_pictures import bone_name, outlines

__all__ = ["bone_places", "path_data", "place_name", "place_outline", "window_around"]

#: Half the width of the strip that counts as a growth plate, and the radius around a landmark.
_PLATE_MM, _LANDMARK_MM = 1.0, 6.0
_ROMAN = ("", "I", "II", "III", "IV", "V")
_LANDMARKS = {
    "MCP": "metacarpophalangeal joint",
    "PIP": "proximal interphalangeal joint",
    "DIP": "distal interphalangeal joint",
    "IP": "interphalangeal joint",
    "tip": "fingertip",
}
Lines = list[np.ndarray]


def place_name(name: str) -> str:
    """Return a place's name as a sentence uses it.

    >>> place_name("radius_plate"), place_name("metacarpal_3_epiphysis"), place_name("PIP3")
    ('growth plate of the radius', 'epiphysis of the metacarpal III', 'proximal ... joint III')
    >>> place_name("capitate"), place_name("radius_metaphysis")
    ('capitate', 'metaphysis of the radius')
    """
    for ending, said in (("_plate", "growth plate"), ("_epiphysis", "epiphysis")):
        if name.endswith(ending):
            return f"{said} of the {bone_name(name.removesuffix(ending))}"
    if name.endswith("_metaphysis"):
        return f"metaphysis of the {bone_name(name.removesuffix('_metaphysis'))}"
    if name[:-1] in _LANDMARKS:
        return f"{_LANDMARKS[name[:-1]]} {_ROMAN[int(name[-1])]}"
    return bone_name(name)


def bone_places(drawn: PhantomRadiograph) -> dict[str, Lines]:
    """Return the outlines of all bones and epiphyses that a hand shows, in (x, y) pixels."""
    return outlines(drawn.labels, drawn.bones)


def place_outline(drawn: PhantomRadiograph, name: str) -> Lines:
    """Return the outline of one place as closed polygons of (x, y) pixels.

    Parameters
    ----------
    drawn
        What :func:`boneage_kit.phantom.render` returns.
    name
        A bone or epiphysis of the label map (``"capitate"``, ``"radius_epiphysis"``); a bone with
        ``_plate`` for its growth plate (``"radius_plate"``); or a landmark (``"PIP3"``,
        ``"wrist"``), which is a disc.

    Raises
    ------
    BadInput
        If there is no such place, or this hand does not show it (a plate that has closed).
    """
    if name in drawn.landmarks:
        row, column = drawn.landmarks[name]
        turn = np.linspace(0, 2 * math.pi, 25)
        radius = _LANDMARK_MM / drawn.pixel_spacing_mm
        return [np.stack([column + radius * np.cos(turn), row + radius * np.sin(turn)], axis=1)]
    ids = {bone: number for number, bone in drawn.bones.items()}
    bone = name.removesuffix("_plate")
    if bone not in ids or (name != bone and f"{bone}_epiphysis" not in ids):
        raise BadInput(
            f"A hand has no place {name!r}.",
            'Name a bone ("capitate"), an epiphysis ("radius_epiphysis"), a growth plate '
            f'("radius_plate") or one of {", ".join(drawn.landmarks)}.',
        )
    if name == bone:
        lines = outlines(drawn.labels, {ids[bone]: bone})
    else:
        lines = outlines(_plate(drawn, ids[bone], ids[f"{bone}_epiphysis"]), {1: name})
    if name not in lines:
        raise BadInput(
            f"This hand shows no {place_name(name)} (sex {drawn.sex}, bone age "
            f"{drawn.bone_age:g} years, seed {drawn.seed}).",
            "Choose another bone age or another place.",
        )
    return lines[name]


def _plate(drawn: PhantomRadiograph, shaft: int, epiphysis: int) -> np.ndarray:
    """Return uint8 [H, W] with 1 where shaft and epiphysis of one bone are both near."""
    masks = [drawn.labels == number for number in (shaft, epiphysis)]
    if not all(mask.any() for mask in masks):
        return np.zeros_like(drawn.labels)
    far = np.maximum(*(ndimage.distance_transform_edt(~mask) for mask in masks))
    limit = far.min() + _PLATE_MM / drawn.pixel_spacing_mm
    return (far <= limit).astype(np.uint8)


def path_data(lines: Lines) -> str:
    """Return polygons as the ``d`` of an SVG path.

    >>> path_data([np.array([[0, 0], [4, 0], [4, 4]])])
    'M0.0,0.0 4.0,0.0 4.0,4.0Z'
    """
    return "".join("M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in line) + "Z" for line in lines)


def window_around(
    drawn: PhantomRadiograph, lines: Lines, width_mm: float
) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) in pixels of a square around a place, within the film."""
    x, y = np.concatenate(lines).mean(axis=0)
    height, width = drawn.pixels.shape
    side = min(round(width_mm / drawn.pixel_spacing_mm), height, width)
    top = min(max(round(y - side / 2), 0), height - side)
    left = min(max(round(x - side / 2), 0), width - side)
    return top, top + side, left, left + side
