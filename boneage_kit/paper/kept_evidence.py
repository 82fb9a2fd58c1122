"""What a kept study holds on the questions of the paper."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..benchmark import kept, leaderboard
from ..evaluation.metrics import Interval
from ..evaluation.worst_strata import WorstStratum, worst_stratum

FLOOR = "constant"
BONET = "bonet"


@dataclass(frozen=True)
class StudyEvidence:
    """The part of a study at the training size at which it answers its questions.

    Attributes
    ----------
    study
        Its name.
    answers
        :func:`boneage_kit.benchmark.questions.ablations`: the only source of its verdicts.
    bonet
        BoNet's predictions at that size, or None where none were kept.
    """

    study: str
    answers: pd.DataFrame
    bonet: pd.DataFrame | None = None

    @property
    def is_phantom(self) -> bool:
        """Whether the hands are drawn."""
        return self.study.startswith("phantom")

    @property
    def on_the_atlas(self) -> bool:
        """Whether the children are those of the paper."""
        return self.study.startswith("dha")

    def answer(self, a: str, b: str) -> pd.Series | None:
        """Return the row on ``a`` against ``b``; None where the study does not hold it."""
        rows = self.answers[(self.answers["method_a"] == a) & (self.answers["method_b"] == b)]
        return None if rows.empty else rows.iloc[0]

    def error(self) -> Interval | None:
        """Return BoNet's error (years) with its interval; None without predictions."""
        return None if self.bonet is None else leaderboard.error_of(self.bonet)

    def worst_age(self) -> WorstStratum | None:
        """Return BoNet's worst age band; None without predictions."""
        return None if self.bonet is None else worst_stratum(self.bonet, "age_band")


def of_study(study: str) -> StudyEvidence:
    """Return what a kept study holds.

    >>> of_study("rsna").answer("bonet", "bonet_no_deformation")["verdict"]
    'cannot be told'
    """
    answers = kept.ablations(study)
    if not kept.has_predictions(study):
        return StudyEvidence(study, answers)
    part = leaderboard.at_size(kept.predictions(study), int(answers["n_train"].iloc[0]))
    bonet = part[part["method"] == BONET]
    return StudyEvidence(study, answers, bonet if len(bonet) else None)
