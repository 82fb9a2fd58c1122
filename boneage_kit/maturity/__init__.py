"""How a hand matures, as tables and as the two methods that read them.

``ossification`` says when centres appear and fuse, ``greulich_pyle`` is the atlas method,
``tanner_whitehouse`` the scoring method, ``readers`` how far those who use them disagree.
All ages are in years; every number stands in a CSV of this folder with its source.
"""

from .greulich_pyle import (
    age_in_words,
    gilsanz_phase,
    gilsanz_phases,
    gp_milestones,
    gp_plate_ages,
    nearest_gp_plate,
)
from .ossification import bone_age_sd, ossification_table
from .readers import reader_studies
from .tanner_whitehouse import (
    RUS_BONES,
    rus_stage_onsets,
    rus_stage_scores,
    stage_criteria,
    tw2_rus_bone_age,
    tw3_rus_age_text,
    tw3_rus_bone_age,
    tw3_rus_score,
    tw_age_table,
)

__all__ = [
    "RUS_BONES",
    "age_in_words",
    "bone_age_sd",
    "gilsanz_phase",
    "gilsanz_phases",
    "gp_milestones",
    "gp_plate_ages",
    "nearest_gp_plate",
    "ossification_table",
    "reader_studies",
    "rus_stage_onsets",
    "rus_stage_scores",
    "stage_criteria",
    "tw2_rus_bone_age",
    "tw3_rus_age_text",
    "tw3_rus_bone_age",
    "tw3_rus_score",
    "tw_age_table",
]
