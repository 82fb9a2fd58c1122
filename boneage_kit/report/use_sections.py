"""The report's sections on the use of a prediction: calibrated, with an interval, as a call."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from .. import plots
from ..evaluation import call_table, coverage, has_chronological_age, recalibrate
from ..evaluation.checked_table import CheckedTable
from .analysis import Analysis
from .page import Section


def calibration_section(analysis: Analysis) -> Section | None:
    """Return the label against the prediction by sex; None for too few children."""
    table = analysis.table
    sizes = [
        pd.unique(table.children[(table["sex"] == sex).to_numpy()]).size
        for sex in table["sex"].unique()
    ]
    if min(sizes) < 10:
        return None
    if (table.groupby("sex")["y_pred"].nunique() < 2).any():
        return Section(
            "",
            "All children of one sex have the same prediction, so no line of the "
            "label on the prediction can be drawn.",
        )
    lines = recalibrate(table).lines.reset_index()
    return Section(
        "",
        "The line of the label on the prediction, by sex: intercept 0 and slope 1 "
        "would need no correction. To use it, fit it on a validation fold and apply it "
        "to other children.",
        [
            (
                "calibration",
                plots.calibration(table).figure,
                "Mean of prediction "
                "minus label over the prediction for girls and boys, with 95 % intervals.",
            )
        ],
        {"recalibration": lines},
    )


def intervals_section(analysis: Analysis) -> Section | None:
    """Return how many labels the intervals hold, by age and sex; None for too few."""
    table = analysis.intervals
    if table is None:
        return None
    cells = coverage(table, "age_band", "sex")
    words = (
        f"{analysis.intervals_in_words}."
        if analysis.own_intervals is not None
        else "Conformal 90 % intervals by sex, each child's made from the errors of the others. "
        "They hold 90 % on average for children who are exchangeable with these: of the same "
        "kind, in the same mix of ages, on the same kind of film."
    )
    figure = plots.coverage_by(cells, "age_band", "sex", nominal=0.9).figure
    return Section(
        "",
        words + " An interval that holds 90 % overall can hold far fewer at one age.",
        [
            (
                "coverage",
                figure,
                "Share of labels inside the interval by age band and sex, with the stated 90 %.",
            )
        ],
        {"coverage": coverage(table), "coverage_by_age_and_sex": cells},
    )


def calls_section(analysis: Analysis) -> Section:
    """Return how often the call of advanced or delayed changes."""
    if not has_chronological_age(analysis.table):
        return Section(
            "",
            "The table has no chronological ages, so no call of advanced or delayed can be made.",
        )
    return Section(
        "",
        "Advanced or delayed: bone age over 2 SD (Brush Foundation) from chronological age.",
        [
            (
                "changed_calls",
                plots.changed_calls(analysis.calls).figure,
                "Share of "
                "children whose call changes: by the model, between readers, and by label "
                "noise alone.",
            )
        ],
        {"changed_calls": analysis.calls, "call_table": call_table(analysis.table).reset_index()},
    )


def worst_section(
    table: CheckedTable, pictures: Callable[[str], np.ndarray] | None, n: int = 8
) -> Section:
    """Return the children furthest from their label, with their pictures where they are given.

    A child with several predictions (seeds) is shown with the one nearest to their median.
    """
    error = (table["y_pred"] - table["y_true"]).to_numpy()
    size = pd.Series(np.abs(error))
    distance = (size - size.groupby(table.children).transform("median")).abs()
    usual = distance.groupby(table.children).idxmin().to_numpy()
    rows = usual[np.argsort(-size.to_numpy()[usual], kind="stable")[:n]]
    far = table.iloc[rows].assign(error=error[rows])
    section = Section(
        "",
        "The children furthest from their label, each with its usual "
        "prediction. Ask of each: does the image, the label, or an age that was "
        "rare in training explain it?",
        tables={"worst_readings": far},
    )
    if pictures is not None:
        figure = plots.worst_cases([pictures(name) for name in far["image_id"]], far)
        section.figures = [
            (
                "worst_readings",
                figure,
                "Radiographs with the largest errors, with "
                "sex, label, readers, the model's prediction and its interval above "
                "each.",
            )
        ]
    return section
