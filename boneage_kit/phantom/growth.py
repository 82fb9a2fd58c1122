"""Size and maturity of each bone at a bone age, read from the CSV tables beside this file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from .anatomy import short_code

#: Ages (years) of the columns ``frac_..y`` of ``hand_geometry.csv``.
_FRACTION_AGES = (0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18)


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one of this folder's CSV tables."""
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def _by(name: str, key: str, sex: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in rows(name) if row["sex"] == sex}


@dataclass(frozen=True)
class Size:
    """Millimetres of one long bone: its ossified length and its widths."""

    length: float
    base: float
    waist: float
    head: float


def length_fraction(code: str, sex: str, age: float) -> float:
    """Return the share of its adult length that a bone (``MC3``) has at a bone age in years.

    >>> round(length_fraction("MC3", "M", 1.0), 2)
    0.36
    """
    row = _by("hand_geometry", "bone", sex)[code]
    return float(np.interp(age, _FRACTION_AGES, [float(row[f"frac_{a}y"]) for a in _FRACTION_AGES]))


def width_fraction(sex: str, age: float) -> float:
    """Return the share of the adult width at a bone age, from the metacarpals II-IV's widths.

    The girls' table starts at 4.5 years; younger girls take the boys' widths.

    >>> width_fraction("M", 18)
    1.0
    """
    ages, widths = _cortex_series(sex, "width_mm")
    return float(np.interp(age, ages, widths) / widths[-1])


def cortex(sex: str, age: float) -> float:
    """Return the cortical thickness (mm) of the metacarpals II-IV at a bone age."""
    return float(np.interp(age, *_cortex_series(sex, "cortex_mm")))


@cache
def _cortex_series(sex: str, column: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    series = [
        row
        for row in rows("metacarpal_cortex")
        if row["sex"] == sex or (sex == "F" and float(row["bone_age_years"]) < 3)
    ]
    series.sort(key=lambda row: float(row["bone_age_years"]))
    return (
        tuple(float(row["bone_age_years"]) for row in series),
        tuple(float(row[column]) for row in series),
    )


def size(bone: str, sex: str, age: float) -> Size:
    """Return length and widths (mm) of a bone of the hand at a bone age (years).

    >>> size("metacarpal_3", "M", 18).length
    68.9
    """
    code = short_code(bone)
    row = _by("hand_geometry", "bone", sex)[code]
    wide = width_fraction(sex, age)
    return Size(
        length=float(row["adult_length_mm"]) * length_fraction(code, sex, age),
        base=float(row["adult_base_width_mm"]) * wide,
        waist=float(row["adult_midshaft_width_mm"]) * wide,
        head=float(row["adult_head_width_mm"]) * wide,
    )


def adult_size(structure: str, sex: str) -> tuple[float, float]:
    """Return adult length and width (mm) of a carpal, a sesamoid or a forearm end.

    The forearm's rows give the PA width of the distal end instead of the length.
    """
    row = _by("hand_geometry", "bone", sex)[structure]
    return float(row["adult_length_mm"]), float(row["adult_midshaft_width_mm"] or "nan")


#: What an epiphysis reaches, in order; the columns of ``epiphysis_clock.csv``.
MARKS = (
    "appear",
    "distinct",
    "half_width",
    "shape_e",
    "shape_f",
    "shape_g",
    "as_wide",
    "cap",
    "fusion_start",
    "fusion_end",
)


@dataclass(frozen=True)
class Clock:
    """Bone ages (years, Greulich and Pyle scale) at which one epiphysis reaches its marks."""

    appear: float
    distinct: float
    half_width: float
    shape_e: float
    shape_f: float
    shape_g: float
    as_wide: float
    cap: float
    fusion_start: float
    fusion_end: float

    @property
    def mostly_wide(self) -> float:
        """When it is 0.82 as wide as the shaft: 0.4 of the way from half to full width."""
        return self.half_width + 0.4 * (self.as_wide - self.half_width)

    @property
    def capped(self) -> float:
        """When its corners overhang the shaft: at capping, at least 0.4 years after full width."""
        return max(self.cap, self.as_wide + 0.4)

    @property
    def shaped(self) -> float:
        """When its joint face has its final shape: at capping, at least a year after it is seen."""
        return max(self.cap, self.shape_e + 1)


@cache
def clock(bone: str, sex: str) -> Clock:
    """Return the timetable of a long bone's epiphysis.

    >>> clock("radius", "M").fusion_start
    16.5
    """
    row = _by("epiphysis_clock", "bone", sex)[bone]
    return Clock(*(float(row[mark]) for mark in MARKS))


@cache
def carpal_clock(structure: str, sex: str) -> tuple[float, float]:
    """Return the bone ages at which a carpal or sesamoid appears and has its adult form."""
    row = _by("carpal_clock", "bone", sex)[structure]
    return float(row["appear"]), float(row["adult_form"])
