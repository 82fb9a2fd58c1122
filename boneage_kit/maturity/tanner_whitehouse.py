"""The scoring method: 13 bones get a stage each, and their points add up to an age.

RUS stands for radius, ulna and short bones. TW3 kept TW2's stages and scores and replaced the
table from score to age, so that both ages of one score can be compared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput
from ..records.schema import CHILDREN
from . import _tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RUS_BONES",
    "rus_stage_onsets",
    "rus_stage_scores",
    "stage_criteria",
    "tw2_rus_bone_age",
    "tw3_rus_age_text",
    "tw3_rus_bone_age",
    "tw3_rus_score",
    "tw_age_table",
]

#: The bones of the RUS score, in the order of the scoring sheet.
RUS_BONES = (
    "radius", "ulna",
    "metacarpal_1", "metacarpal_3", "metacarpal_5",
    "proximal_phalanx_1", "proximal_phalanx_3", "proximal_phalanx_5",
    "middle_phalanx_3", "middle_phalanx_5",
    "distal_phalanx_1", "distal_phalanx_3", "distal_phalanx_5",
)  # fmt: skip


@cache
def _scores(sex: str) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {bone: {} for bone in RUS_BONES}
    for row in _tables.rows("tw_rus_scores"):
        if row["sex"] == sex:
            table[row["bone"]][row["stage"]] = int(row["score"])
    return table


@cache
def _ages(system: str, sex: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [
        row for row in _tables.rows("tw_rus_ages") if row["system"] == system and row["sex"] == sex
    ]
    return (
        np.array([float(row["score"]) for row in rows]),
        np.array([float(row["bone_age"]) for row in rows]),
    )


def rus_stage_scores(bone: str, sex: str) -> dict[str, int]:
    """Return the score of each stage of one RUS bone, ``A`` (0) upwards.

    >>> rus_stage_scores("ulna", "F")["H"]
    173
    """
    table = _scores(_tables.check_sex(sex))
    if bone not in table:
        raise BadInput(
            f"{bone!r} is not one of the 13 RUS bones.", f"Use one of {', '.join(RUS_BONES)}."
        )
    return dict(table[bone])


def tw3_rus_score(stages: Mapping[str, str], sex: str) -> int:
    """Return the RUS maturity score (0 to 1000) of 13 stages, TW3 tables A5 and A6.

    Parameters
    ----------
    stages
        Stage of each bone of :data:`RUS_BONES`: ``"A"`` (no centre) to ``"I"``; the ulna ends at
        ``"H"``. Further bones (carpals) are not counted.
    sex
        ``"F"`` or ``"M"``: the scores of a stage differ.

    Raises
    ------
    BadInput
        If a bone is missing, or a stage does not exist for its bone.

    >>> mature = dict.fromkeys(RUS_BONES, "I") | {"ulna": "H"}
    >>> tw3_rus_score(mature, "M"), tw3_rus_score(mature, "F")
    (1000, 1000)
    """
    missing = [bone for bone in RUS_BONES if bone not in stages]
    if missing:
        raise BadInput(
            f"{len(missing)} of the 13 RUS bones lack a stage: {', '.join(missing)}.",
            'Stage every bone; a centre that is not seen is stage "A".',
        )
    total = 0
    for bone in RUS_BONES:
        scores = rus_stage_scores(bone, sex)
        stage = str(stages[bone]).strip().upper()
        if stage not in scores:
            raise BadInput(
                f"Stage {stages[bone]!r} does not exist for the {bone}.",
                f"Its stages are {', '.join(scores)}.",
            )
        total += scores[stage]
    return total


def tw3_rus_bone_age(score: float, sex: str) -> float:
    """Return the TW3 bone age in years of a RUS score.

    The table gives a score for each tenth of a year from 2.0 years (boys 42, girls 126) to
    maturity (1000: boys 16.5, girls 15.0). At a printed score its age is returned exactly;
    between two, the age is interpolated linearly, so that ages between the tenths occur. At
    1000 the age of maturity is returned, which means "this age or more".

    Raises
    ------
    BadInput
        For an unknown sex, a score below the table (younger than 2.0 years: the table does not
        say how much) or above 1000.

    >>> tw3_rus_bone_age(501, "M"), tw3_rus_bone_age(1000, "F")
    (13.0, 15.0)
    """
    return _age_of("TW3", score, sex)


def tw2_rus_bone_age(score: float, sex: str) -> float:
    """Return the TW2 (UK 1983) bone age in years of a RUS score; rules as for TW3.

    From a score of about 400 TW2 gives about one year more than TW3 for the same hand; among
    the youngest the two tables agree.

    >>> tw2_rus_bone_age(500, "M") > tw3_rus_bone_age(500, "M") + 1
    True
    """
    return _age_of("TW2", score, sex)


def _age_of(system: str, score: float, sex: str) -> float:
    scores, ages = _ages(system, _tables.check_sex(sex))
    value = float(score)
    if not np.isfinite(value) or not 0 <= value <= 1000:
        raise BadInput(
            f"The RUS score {score!r} is not between 0 and 1000.",
            "Sum the stage scores of the 13 bones with tw3_rus_score.",
        )
    if value < scores[0]:
        raise BadInput(
            f"The {system} table for {CHILDREN[sex]} begins at score {scores[0]:.0f} "
            f"({ages[0]:.1f} years); {value:g} lies below it.",
            f'Report it as "under {ages[0]:.1f} years"; the method gives no age there.',
        )
    return round(float(np.interp(value, scores, ages)), 4)


def tw3_rus_age_text(score: float, sex: str) -> str:
    """Return the TW3 bone age in words, also where the table ends.

    >>> tw3_rus_age_text(0, "F"), tw3_rus_age_text(427, "F"), tw3_rus_age_text(1000, "M")
    ('under 2.0 years', '9.0 years', 'mature (16.5 years or more)')
    """
    scores, ages = _ages("TW3", _tables.check_sex(sex))
    if 0 <= score < scores[0]:
        return f"under {ages[0]:.1f} years"
    age = tw3_rus_bone_age(score, sex)
    return f"mature ({age:.1f} years or more)" if score == scores[-1] else f"{age:.1f} years"


def tw_age_table(sex: str) -> pd.DataFrame:
    """Return the tables from score to age: ``system`` (TW3, TW2), ``score``, ``bone_age``.

    >>> len(tw_age_table("F").query("system == 'TW3'"))
    131
    """
    return _tables.frame("tw_rus_ages", sex)


def stage_criteria() -> pd.DataFrame:
    """Return what makes each stage: ``bone``, ``stage``, ``criterion`` (own words), ``source``.

    >>> stage_criteria().query("bone == 'radius' and stage == 'B'")["criterion"].item()[:28]
    'The centre has begun: one fa'
    """
    return _tables.frame("tw_stage_criteria")


def rus_stage_onsets(sex: str) -> pd.DataFrame:
    """Return the age (years, Greulich and Pyle scale) at which each RUS stage is reached.

    An estimate put together from the atlas's plates, in part interpolated (column ``source``);
    it says roughly what comes next and is not a published norm. Columns ``bone``, ``stage``,
    ``onset_age``, ``source``.

    >>> bool(rus_stage_onsets("F")["onset_age"].between(0, 19).all())
    True
    """
    return _tables.frame("rus_stage_onsets", sex)
