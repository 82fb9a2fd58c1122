"""The report's sections on the use of a reading: calibrated, with an interval, as a call."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ..evaluation import (
    call_table,
    changed_calls,
    conformal_out_of_fold,
    coverage,
    has_chronological_age,
    recalibrate,
)
from .page import Section


def calibration_section(table: pd.DataFrame) -> Section | None:
    """Return the line of the label on the prediction by sex; None for too few children."""
    if table.groupby("sex")["image_id"].nunique().min() < 10:
        return None
    from ..plots.errors import calibration

    lines = recalibrate(table).lines.reset_index()
    return Section("", "The line of the label on the prediction, by sex: intercept 0 and slope 1 "
                   "would need no correction. To use it, fit it on a validation fold and apply it "
                   "to other children.",
                   [("calibration", calibration(table).figure, "Mean label minus prediction over "
                     "the prediction for girls and boys with 95 % intervals.")],
                   {"recalibration": lines})


def intervals_section(table: pd.DataFrame, seed: int) -> Section | None:
    """Return how many labels the intervals hold, by age and sex; None for too few."""
    own = {"lower", "upper"} <= set(table) and table[["lower", "upper"]].notna().all(axis=None)
    if not own and table["image_id"].nunique() < 50:
        return None
    from ..plots.errors import coverage_by

    found = table if own else conformal_out_of_fold(table, 0.9, seed=seed)
    cells = coverage(found, "age_band", "sex")
    tables = {"coverage": coverage(found), "coverage_by_age_and_sex": cells}
    words = ("The table's own intervals." if own else
             "Conformal 90 % intervals by sex, each child's made from the errors of the others.")
    fig = coverage_by(cells, "age_band", "sex", nominal=0.9).figure
    return Section("", words + " An interval that holds 90 % overall can hold far fewer at one "
                   "age.", [("coverage", fig, "Share of labels inside the interval by age band "
                             "and sex, with the promised 90 %.")], tables)


def calls_section(table: pd.DataFrame, seed: int) -> Section:
    """Return how often the call of advanced or delayed changes."""
    if not has_chronological_age(table):
        return Section("", "The table has no chronological ages, so no call of advanced or "
                       "delayed can be made.")
    from ..plots.errors import changed_calls as draw

    found = changed_calls(table, seed=seed)
    return Section("", "Advanced or delayed: bone age over 2 SD (Brush Foundation) from "
                   "chronological age.",
                   [("changed_calls", draw(found).figure, "Share of children whose call changes: "
                     "by the model, between readers, and by label noise alone.")],
                   {"changed_calls": found, "call_table": call_table(table).reset_index()})


def worst_section(
    table: pd.DataFrame, pictures: Callable[[str], np.ndarray] | None, n: int = 8
) -> Section:
    """Return the children furthest from their label, with their pictures where known."""
    far = table.assign(error=table["y_pred"] - table["y_true"])
    typical = far["error"].abs().groupby(far["image_id"]).transform("median")
    nearest = (far["error"].abs() - typical).abs().groupby(far["image_id"]).idxmin()
    far = far.loc[nearest]  # one reading a child: where there are several seeds, the usual one
    far = far.loc[far["error"].abs().nlargest(n).index]
    section = Section("", "The children furthest from their label, each with its usual reading. "
                      "Ask of each: is it the picture, the label, or an age that training hardly "
                      "held?",
                      tables={"worst_readings": far})
    if pictures is not None:
        from ..plots.saliency import worst_cases

        fig = worst_cases([pictures(name) for name in far["image_id"]], far)
        section.figures = [("worst_readings", fig, "Radiographs of the worst readings with sex, "
                            "label, readers, the model's reading and its interval above each.")]
    return section
