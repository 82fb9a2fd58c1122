"""What a predictions table may not say: two sexes, two units, two labels, an age off its interval.

Each contradiction is refused with the row, or with what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..datasets.column_names import plain
from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS, sexes
from ..records.predictions import refuse_rows
from .age_limits import possible_ages

AGES = ("y_true", "y_pred", "lower", "upper", "chronological_age", "reader_1", "reader_2")
#: Names of columns of the sex, the likeliest first.
SEX_NAMES = ("sex", "gender", "male", "female")


def refuse_other_sexes(cells: pd.DataFrame, read: pd.Series, theirs: str) -> None:
    """Refuse a further column of the sex that contradicts the one that is used."""
    for other in cells:
        if other == theirs or plain(other) not in SEX_NAMES:
            continue
        try:
            others = sexes(cells[other], other)
        except BadInput:
            continue  # codes that do not say who is female contradict nothing
        contradicts = ((read != "") & (others != "") & (read != others)).to_numpy()
        if contradicts.any():
            raise BadInput(
                f"Columns {theirs} and {other} contradict in {contradicts.sum()} row(s), "
                f"row {contradicts.argmax() + 1} for one.",
                f"Correct them, or say which holds: --columns {plain(theirs)}={theirs}.",
            )


def refuse_two_units(table: pd.DataFrame) -> None:
    """Refuse a column in months beside another in years."""
    ages = {ours: pd.to_numeric(table[ours], errors="coerce") for ours in AGES if ours in table}
    for name in list(ages)[1:]:
        base = "y_pred" if name in ("lower", "upper") else "y_true"
        # the two ages of a child and the ends of an interval differ more than label and prediction
        most = 0.2 if name == "y_pred" else 0.4
        error = (ages[name] - ages[base]).abs().mean()
        for factor, first, second in ((12, base, name), (1 / 12, name, base)):
            rest = (ages[name] * factor - ages[base]).abs().mean()
            if ages[name].notna().sum() > 3 and rest < most * error * min(factor, 1):
                raise BadInput(
                    f"Column {first} is about 12 times {second}: one is in months, the other in "
                    "years.",
                    "Give both in years, or leave --unit and --months away and name the columns "
                    f"with their units: {first}_months, {second}_years.",
                )


def refuse_years(table: pd.DataFrame, named: Mapping[str, str]) -> None:
    """Refuse labels and predictions that are taken for months and nowhere exceed 25."""
    if any("month" in named[name].casefold() for name in ("y_true", "y_pred")):
        return
    ages = table[["y_true", "y_pred"]].apply(pd.to_numeric, errors="coerce")
    highest = 12 * float(ages.max().max())
    if highest <= OLDEST_PLAUSIBLE_YEARS:
        raise BadInput(
            f"The ages are taken for months and nowhere exceed {highest:g}: these are years, or "
            "all are infants.",
            "Leave --months away; or, for infants, call the columns y_true_months and "
            "y_pred_months as well.",
        )


def refuse_two_facts(table: pd.DataFrame) -> None:
    """Refuse an image whose rows, of several models or seeds, give it two sexes or labels."""
    images = table.groupby("image_id", sort=False)
    first = images[["sex", "y_true"]].transform("first")
    remedy = "Give each image one sex and one label, the same for every model and seed."
    other_sex = (table["sex"] != first["sex"]).to_numpy()
    other_label = ((table["y_true"] - first["y_true"]).abs() > 1e-2).to_numpy()
    refuse_rows(table, other_sex, lambda row: "has another sex than a row above", remedy)
    refuse_rows(table, other_label,
                lambda row: "has different labels (y_true) here and above", remedy)  # fmt: skip


def refuse_outside_interval(table: pd.DataFrame) -> None:
    """Refuse a prediction outside its own interval, but for rounding and ends cut at birth."""
    if not {"lower", "upper"} <= set(table):
        return
    lower, upper = table["lower"].to_numpy(), table["upper"].to_numpy()
    predicted = possible_ages(table["y_pred"].to_numpy())
    refuse_rows(
        table,
        (predicted < lower - 0.05) | (predicted > upper + 0.05),
        lambda row: f"has y_pred {predicted[row]:g} outside {lower[row]:g} to {upper[row]:g}",
        "Correct the row, or remove lower and upper.",
    )
