"""Exercises of unit 13: correct a shift, let few labels harm, keep the promise of intervals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ...evaluation import conformal, coverage, mae, recalibrate, shipped_predictions
from ..clinic_shift import local_labels, new_clinic, take_off_the_bias
from . import Unanswered, Wrong, exercise

#: Carpal bones whose drawn age unit 13 shows.
CARPALS = ["capitate", "hamate", "triquetral", "lunate", "scaphoid", "trapezium", "trapezoid"]


@cache
def _clinic() -> pd.DataFrame:
    return new_clinic(next(iter(shipped_predictions().values())), seed=13)


def local_and_others() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 100 labelled children of a simulated clinic, half of them girls, and 500 others.

    >>> [len(table) for table in local_and_others()]
    [100, 500]
    """
    local = _clinic().groupby("sex").sample(50, random_state=13)
    return local.copy(), _clinic().drop(local.index)


@cache
def _errors() -> dict[str, float]:
    local, others = local_and_others()
    error = (local["y_pred"] - local["y_true"]).mean()
    return {
        "right": mae(others["y_true"], others["y_pred"] - error),
        "before": mae(others["y_true"], others["y_pred"]),
        "wrong way": mae(others["y_true"], others["y_pred"] + error),
        "shift": float(error),
    }


@exercise(
    "13.1",
    hint="The shift is the mean of y_pred minus y_true of the local children. Take it off the "
    "predictions of the others.",
    solution="""
    shift = (local["y_pred"] - local["y_true"]).mean()
    corrected = others["y_pred"] - shift
    error_after = evaluation.mae(others["y_true"], corrected)
    """,
    passes=(lambda: _errors()["right"], lambda: round(_errors()["right"], 2)),
    fails=(
        lambda: _errors()["before"],
        lambda: _errors()["wrong way"],
        lambda: 12 * _errors()["right"],
        lambda: _errors()["shift"],
        "small",
    ),
)
def correct_a_shift(answer: Any) -> str:
    """The MAE of the other children after the local mean error was taken off."""
    value = answer() if callable(answer) else answer
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise Wrong("Give one number in years, such as 1.2.") from None
    errors = _errors()
    if abs(value - errors["right"]) < 0.006:
        return f"One number took the error from {errors['before']:.2f} to {value:.2f} years."
    if abs(value - errors["before"]) < 0.011:
        raise Wrong("That is the error before the correction. Take the shift off first.")
    if abs(value - errors["wrong way"]) < 0.011:
        raise Wrong("You added the shift. The clinic's children are read too old: subtract it.")
    if abs(value - 12 * errors["right"]) < 0.15:
        raise Wrong("That is in months. Give years.")
    if abs(value - errors["shift"]) < 0.006:
        raise Wrong("That is the shift. Subtract it in others, and give the error that is left.")
    raise Wrong(
        f"The error after the correction is not {value:.2f} years. Take one shift for all, the "
        "mean of y_pred minus y_true of local. Subtract it in others, and give their MAE."
    )


@cache
def _harmed(shift: float) -> float:
    home = next(iter(shipped_predictions().values()))
    return float(local_labels(new_clinic(home, shift), 4).loc["one shift for all", "harmed"])


@exercise(
    "13.2",
    hint="Correct where there is nothing to correct: make the shift small and look at the column "
    "harmed.",
    solution="""
    my_shift = 0.0
    """,
    passes=(0.0, -0.05),
    fails=(1.0, 0.6, -3.0, "none"),
)
def few_labels_harm(answer: Any) -> str:
    """A shift for which four local labels make the error larger in more than half of the draws."""
    try:
        shift = float(answer)
    except (TypeError, ValueError):
        raise Wrong("Give one number in years, such as 0.5.") from None
    if not -2 <= shift <= 2:
        raise Wrong("Give a shift between -2 and 2 years: larger ones are noticed at once.")
    harmed = _harmed(round(shift, 3))
    told = (
        f"With a shift of {shift:g} years, four labels harm in {100 * harmed:.0f} % of the draws."
    )
    if harmed <= 0.5:
        raise Wrong(f"{told} More than 50 % are asked for. Where is there less to correct?")
    return f"{told} The mean of four errors is itself an error where there is nothing to correct."


def _shifted(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return conformal(take_off_the_bias(local, local), take_off_the_bias(local, others), 0.9)


def _two_halves(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    first = local.groupby("sex").sample(frac=0.5, random_state=0)
    line = recalibrate(first)
    return conformal(line.apply(local.drop(first.index)), line.apply(others), 0.9)


def _from_home(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    home = next(iter(shipped_predictions().values()))
    return conformal(home.drop(_clinic().index), others, 0.9)


def _plus_minus(half: float) -> Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    def intervals(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
        return others.assign(lower=others["y_pred"] - half, upper=others["y_pred"] + half)

    return intervals


@exercise(
    "13.3",
    hint="First correct both tables with take_off_the_bias(local, ...), then give the corrected "
    "tables to evaluation.conformal. With recalibrate, fit on one half of local and calibrate on "
    "the other half.",
    solution="""
    def intervals(local, others):
        first = local.groupby("sex").sample(frac=0.5, random_state=0)
        rest = local.drop(first.index)
        line = evaluation.recalibrate(first)
        return evaluation.conformal(line.apply(rest), line.apply(others), 0.9)
    """,
    passes=(_two_halves, _shifted),
    fails=(_from_home, lambda local, others: conformal(local, others, 0.9), _plus_minus(1.0),
           _plus_minus(9.0), lambda local, others: others, 0.9),
)  # fmt: skip
def intervals_in_the_clinic(answer: Callable[..., Any]) -> str:
    """A function (local, others) to others with intervals that hold 90 % and are not too wide."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("13.3", intervals).')
    local, others = local_and_others()
    table = answer(local, others.copy())
    if table is ... or table is None:
        raise Unanswered
    if not isinstance(table, pd.DataFrame) or not {"lower", "upper"} <= set(table):
        raise Wrong("Return the table others with the columns lower and upper (years).")
    if len(table) != len(others):
        raise Wrong(f"Give an interval to each of the {len(others)} other children.")
    held = coverage(table).iloc[0]
    share, width = float(held["covered"]), float(np.round(held["width"], 2))
    told = f"Your intervals hold {100 * share:.0f} % of the labels and are {width:.1f} years wide."
    if share < 0.86:
        raise Wrong(f"{told} That is too few. Calibrate on children of this clinic.")
    if width > 4.6:
        raise Wrong(f"{told} They pay for the shift. Correct the predictions first: 4.6 is enough.")
    return f"{told} The promise holds again, for children of this clinic."
