"""When the centres of the hand and wrist appear, cap and fuse, and how far ages scatter.

The appearance percentiles are Garn, Rohmann and Silverman's (1967) as recalled, checked against
the plates of Greulich and Pyle; each row of the CSV says in ``source`` and ``confidence`` what
was found, what was recalled and what was chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import _tables

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = ["bone_age_sd", "ossification_table"]


def ossification_table(sex: str) -> pd.DataFrame:
    """Return the timetable of one sex: one row per ossification centre, ages in years.

    Columns: ``centre`` (short name such as ``capitate``, ``MC1_epi``, ``radius_distal_epi``),
    ``name`` and ``row`` in words; ``appear_p5``, ``appear_p50``, ``appear_p95`` (percentiles of
    appearance; NaN where none is known); ``gp_plate_before`` and ``gp_plate_visible`` (the
    Greulich and Pyle plates that bracket the first mention); ``cap_age`` (epiphysis caps the
    shaft, or is as wide as it where the bone does not cap: metacarpals II-V and ulna),
    ``fusion_start``, ``fusion_end`` (on the Greulich and Pyle scale); ``source``,
    ``confidence``.

    Raises
    ------
    BadInput
        If ``sex`` is neither ``"F"`` nor ``"M"``.

    >>> table = ossification_table("F").set_index("centre")
    >>> float(table.loc["ulna_distal_epi", "appear_p50"])
    5.42
    """
    return _tables.frame("ossification", sex)


def bone_age_sd(chronological_age: ArrayLike, sex: str) -> float | np.ndarray:
    """Return the standard deviation (years) of bone age among healthy children of one age.

    Brush Foundation series as printed in Greulich and Pyle (1959). Between the printed ages
    (3 months to 17 years for boys, to 16 for girls) it is interpolated linearly; outside them
    the nearest printed value is held, because the series says nothing there.

    Parameters
    ----------
    chronological_age
        Years, 0 to 25; one number or an array.

    Raises
    ------
    BadInput
        For an unknown sex, a missing or negative age, or one that looks like months.

    >>> round(bone_age_sd(8.0, "M") * 12, 2)
    9.1
    """
    sex = _tables.check_sex(sex)
    ages = _tables.check_ages(chronological_age, "chronological age")
    series = [row for row in _tables.rows("bone_age_sd") if row["sex"] == sex]
    printed = [float(row["chronological_age_months"]) / 12 for row in series]
    spread = [float(row["sd_months"]) / 12 for row in series]
    result = np.interp(ages, printed, spread)
    return float(result) if result.ndim == 0 else result
