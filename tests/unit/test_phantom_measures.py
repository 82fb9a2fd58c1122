"""Lengths, widths and cortex measured back from rendered pixels, against the tables."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from boneage_kit.phantom import growth, render
from boneage_kit.phantom.anatomy import short_code

AGES = [("M", age) for age in (0.08, 1.0, 2.9, 10.3, 18.0)] + [
    ("F", age) for age in (1.0, 4.5, 8.1, 12.1, 15.0)
]


@cache
def film(sex, age):
    return render(sex, age, seed=3, size=1024, variation=0)


def points(drawn, *names):
    ids = [number for number, name in drawn.bones.items() if name in names]
    row, column = np.nonzero(np.isin(drawn.labels, ids))
    return np.stack([row, column], 1).astype(float)


def axis_of(pixels):
    centre = pixels.mean(0)
    return centre, np.linalg.eigh(np.cov((pixels - centre).T))[1][:, 1]


def length_mm(drawn, bone):
    """From end to end of what is ossified, epiphysis included."""
    _, along = axis_of(points(drawn, bone))
    place = points(drawn, bone, f"{bone}_epiphysis") @ along
    return (np.ptp(place) + 1) * drawn.pixel_spacing_mm


def end_width_mm(drawn, bone, share):
    """Width of the labelled shaft around a share of its length."""
    pixels = points(drawn, bone)
    centre, along = axis_of(pixels)
    if along[0] > 0:  # rows run down: let "along" point to the fingertip
        along = -along
    s = (pixels - centre) @ along
    t = (pixels - centre) @ np.array([-along[1], along[0]])
    at = (s - s.min()) / np.ptp(s)
    return (np.ptp(t[np.abs(at - share) < 0.03]) + 1) * drawn.pixel_spacing_mm


def shaft_profile(drawn, bone):
    """Mean grey profile across the middle of a shaft, and its step in mm."""
    pixels = points(drawn, bone)
    centre, along = axis_of(pixels)
    across = np.array([-along[1], along[0]])
    half = 0.05 * np.ptp((pixels - centre) @ along)
    widths = np.abs((pixels - centre) @ across)[np.abs((pixels - centre) @ along) < half]
    t = np.arange(-1.5 * widths.max(), 1.5 * widths.max(), 0.25)
    middle = np.median(((pixels - centre) @ across)[np.abs((pixels - centre) @ along) < half])
    lines = [
        map_coordinates(
            drawn.pixels, (centre + s * along)[:, None] + across[:, None] * (t + middle), order=1
        )
        for s in np.linspace(-half, half, 41)
    ]
    return np.mean(lines, 0), 0.25 * drawn.pixel_spacing_mm


def width_and_cortex_mm(drawn, bone):
    """The walls of a tube: half their height outside; inside, where they have fallen by a third.

    Seen along a ray, a tube's wall drops steeply at the core's edge and then only slowly, so
    that half height would lie inside the core.
    """
    profile, step = shaft_profile(drawn, bone)
    middle = len(profile) // 2
    core = np.median(profile[middle - 4 : middle + 5])
    walls = []
    for half in (profile[:middle][::-1], profile[middle:]):  # from the core outwards
        peak = np.argmax(half)
        inner = _crossing(half[: peak + 1], (2 * half[peak] + core) / 3)
        outer = peak + _crossing(half[peak:], (half[peak] + half[-5:].mean()) / 2)
        walls.append((inner, outer))
    (a, b), (c, d) = walls
    return (b + d + 1) * step, ((b - a) + (d - c)) / 2 * step


def _crossing(values, level):
    """Where (fraction of a step) a rising or falling flank first passes a level."""
    above = values > level
    i = int(np.argmax(above != above[0]))
    return i - 1 + (level - values[i - 1]) / (values[i] - values[i - 1])


def table(sex, age, column):
    with (files("boneage_kit.phantom") / "metacarpal_cortex.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if float(r["bone_age_years"]) == age]
    mine = [r for r in rows if r["sex"] == sex] or rows
    return float(mine[0][column])


@pytest.mark.parametrize(("sex", "age"), AGES)
def test_metacarpal_width_and_cortical_index_from_pixels(sex, age):
    found = [width_and_cortex_mm(film(sex, age), f"metacarpal_{ray}") for ray in (2, 3, 4)]
    width, cortex = np.mean(found, axis=0)
    index = np.pi * cortex / width * (1 - cortex / width)
    assert width == pytest.approx(table(sex, age, "width_mm"), rel=0.15)
    assert index == pytest.approx(table(sex, age, "cortical_index"), rel=0.15)


@pytest.mark.parametrize(("sex", "age"), AGES)
def test_lengths_from_labels(sex, age):
    drawn = film(sex, age)
    for bone in (
        "metacarpal_2",
        "metacarpal_3",
        "metacarpal_5",
        "proximal_phalanx_3",
        "middle_phalanx_3",
        "distal_phalanx_3",
        "proximal_phalanx_1",
    ):
        assert length_mm(drawn, bone) == pytest.approx(
            growth.size(bone, sex, age).length, rel=0.15
        ), bone
    mean = np.mean([length_mm(drawn, f"metacarpal_{ray}") for ray in (2, 3, 4)])
    assert mean == pytest.approx(table(sex, age, "length_mm"), rel=0.15)


@pytest.mark.parametrize(("sex", "age"), AGES)
def test_ends_of_phalanges_from_labels(sex, age):
    drawn = film(sex, age)
    for bone in ("proximal_phalanx_3", "middle_phalanx_3"):
        table_mm = growth.size(bone, sex, age)
        base = max(end_width_mm(drawn, bone, share) for share in (0.05, 0.1, 0.2))
        waist = min(end_width_mm(drawn, bone, share) for share in (0.5, 0.6, 0.7))
        assert waist == pytest.approx(table_mm.waist, rel=0.15), (bone, short_code(bone))
        assert base == pytest.approx(table_mm.base, rel=0.25 if age < 3 else 0.15), bone
