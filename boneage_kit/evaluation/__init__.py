"""Error analysis of any predictions table: how far off, for whom, and next to which readers.

Everything here takes a predictions table (see :mod:`boneage_kit.records`), whoever made it, and
speaks years. Importing it costs numpy, pandas and scipy; what needs torch loads when called.
"""

from .agreement import BlandAltman, bland_altman, icc
from .bootstrap import bootstrap_interval
from .calibration import Recalibration, recalibrate, reliability
from .clinical import call_table, changed_calls, clinical_call, has_chronological_age, sd_score
from .comparison import (
    Comparison,
    compare,
    compare_all,
    constant_predictor,
    on_shared_children,
    reweighted_mae,
)
from .fairness import (
    children_needed,
    detectable_difference,
    pooled_cells,
    precision_of_cells,
)
from .groups import gaps_in_words, group_gaps, group_scenario
from .headline import one_model, summary
from .metrics import Interval, bias, concordance, mae, rmse, within
from .prediction_intervals import conformal, conformal_out_of_fold, coverage
from .readers import has_two_readers, label_noise_sd, reader_limits, reader_line, yardstick
from .runs import by_run, pooled_in_words
from .shrinkage import error_along_age, pull_to_the_middle
from .side_by_side import shapes_in_words, side_by_side
from .strata import age_band, by, by_age_band, by_group, differences, holm

__all__ = [
    "BlandAltman",
    "Comparison",
    "Interval",
    "Recalibration",
    "age_band",
    "bias",
    "bland_altman",
    "bootstrap_interval",
    "by",
    "by_age_band",
    "by_group",
    "by_run",
    "call_table",
    "changed_calls",
    "children_needed",
    "clinical_call",
    "compare",
    "compare_all",
    "concordance",
    "conformal",
    "conformal_out_of_fold",
    "constant_predictor",
    "coverage",
    "detectable_difference",
    "differences",
    "error_along_age",
    "gaps_in_words",
    "group_gaps",
    "group_scenario",
    "has_chronological_age",
    "has_two_readers",
    "holm",
    "icc",
    "label_noise_sd",
    "mae",
    "on_shared_children",
    "one_model",
    "pooled_cells",
    "pooled_in_words",
    "precision_of_cells",
    "pull_to_the_middle",
    "reader_limits",
    "reader_line",
    "recalibrate",
    "reliability",
    "reweighted_mae",
    "rmse",
    "sd_score",
    "shapes_in_words",
    "side_by_side",
    "summary",
    "within",
    "yardstick",
]
