"""Error analysis of any predictions table: how far off, for whom, and next to which readers.

Everything here takes a predictions table (see :mod:`boneage_kit.records`), whoever made it, and
speaks years. Importing it costs numpy, pandas and scipy; what needs torch loads when called.
"""

from .agreement import BlandAltman, bland_altman, icc
from .comparison import Comparison, compare, compare_all, constant_predictor
from .metrics import (
    Interval,
    bias,
    bootstrap_interval,
    concordance,
    mae,
    rmse,
    summary,
    within,
)
from .strata import age_band, by, by_age_band, by_group, differences, holm

__all__ = [
    "BlandAltman",
    "Comparison",
    "Interval",
    "age_band",
    "bias",
    "bland_altman",
    "bootstrap_interval",
    "by",
    "by_age_band",
    "by_group",
    "compare",
    "compare_all",
    "concordance",
    "constant_predictor",
    "differences",
    "holm",
    "icc",
    "mae",
    "rmse",
    "summary",
    "within",
]
