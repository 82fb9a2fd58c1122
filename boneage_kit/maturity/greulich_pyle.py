"""The atlas method: which plates Greulich and Pyle print, and what each newly shows.

A Greulich and Pyle bone age is the age of a plate, one of 31 (boys) or 27 (girls) standards, not
a population median. No picture of the atlas is here, only its ages and restated facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from . import _tables

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = [
    "age_in_words",
    "gilsanz_phase",
    "gilsanz_phases",
    "gp_milestones",
    "gp_plate_ages",
    "nearest_gp_plate",
]


def gp_plate_ages(sex: str) -> np.ndarray:
    """Return the ages (years, ascending) of the atlas's standards: 31 for boys, 27 for girls.

    >>> gp_plate_ages("M")[[0, -1]].tolist(), len(gp_plate_ages("F"))
    ([0.0, 19.0], 27)
    """
    sex = _tables.check_sex(sex)
    months = [
        float(row["plate_age_months"]) for row in _tables.rows("gp_plates") if row["sex"] == sex
    ]
    return np.asarray(months) / 12


@overload
def nearest_gp_plate(bone_age: float, sex: str) -> float: ...
@overload
def nearest_gp_plate(bone_age: Sequence[float] | np.ndarray, sex: str) -> np.ndarray: ...
def nearest_gp_plate(bone_age: ArrayLike, sex: str) -> float | np.ndarray:
    """Return the plate age (years) nearest to ``bone_age`` (years; a number or an array).

    Halfway between two plates the younger one is taken; above the last plate the last one.

    Raises
    ------
    BadInput
        For an unknown sex, a missing or negative age, or one that looks like months.

    >>> nearest_gp_plate(8.2, "M")
    8.0
    >>> nearest_gp_plate([0.4, 12.6], "M").tolist()
    [0.5, 12.5]
    """
    ages = _tables.check_ages(bone_age, "bone age")
    plates = gp_plate_ages(sex)
    nearest = plates[np.abs(ages[..., None] - plates).argmin(axis=-1)]
    return float(nearest) if ages.ndim == 0 else nearest


def age_in_words(years: float) -> str:
    """Return an age as the atlas prints it, in years and whole months.

    >>> age_in_words(8.8333), age_in_words(0.25), age_in_words(11.0)
    ('8 y 10 m', '3 m', '11 y')
    """
    whole, months = divmod(round(12 * float(_tables.check_ages(years, "age"))), 12)
    parts = [f"{whole} y"] * (whole > 0) + [f"{months} m"] * (months > 0)
    return " ".join(parts) or "0 m"


def gp_milestones(sex: str) -> pd.DataFrame:
    """Return what each plate newly shows: ``plate_age`` (years), ``structures``, ``event``.

    >>> gp_milestones("F").query("plate_age == 12")["event"].item()
    'caps shaft; carpals articular faces defined'
    """
    return _tables.frame("gp_plate_milestones", sex)


def gilsanz_phases(sex: str) -> pd.DataFrame:
    """Return the six phases of skeletal maturation and where to look in each.

    Columns: ``phase``, ``from_age`` and ``to_age`` (years), ``look_at``, ``sign``, ``source``.

    >>> gilsanz_phases("M")["phase"].iloc[0]
    'infancy'
    """
    return _tables.frame("gilsanz_phases", sex)


def gilsanz_phase(bone_age: float, sex: str) -> dict[str, str]:
    """Return ``phase``, ``look_at`` and ``sign`` for one bone age in years.

    Past the end of the last phase the last one is returned.

    >>> gilsanz_phase(1.5, "F")["phase"]
    'toddler'
    """
    sex = _tables.check_sex(sex)
    months = 12 * float(_tables.check_ages(bone_age, "bone age"))
    phases = [row for row in _tables.rows("gilsanz_phases") if row["sex"] == sex]
    phase = next((row for row in phases if months < float(row["to_age_months"])), phases[-1])
    return {key: phase[key] for key in ("phase", "look_at", "sign")}
