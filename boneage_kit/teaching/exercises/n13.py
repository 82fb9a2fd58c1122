"""Exercises of unit 13: correct a shift, let few labels harm, keep the promise of intervals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ...errors import BadInput
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

    The labelled children are in random order, so each half of them holds girls and boys.

    >>> [len(table) for table in local_and_others()]
    [100, 500]
    """
    local = _clinic().groupby("sex").sample(50, random_state=13).sample(frac=1, random_state=13)
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


_Intervals = Callable[[pd.DataFrame, pd.DataFrame], Any]

_SAME = (
    "The same children corrected the predictions and calibrated the intervals. The correction was "
    "made to fit them, so their errors are too small. Calibrate on the other children of local."
)
_ONE_SEX = (
    "You corrected with children of one sex only. The shift differs between girls and boys, so "
    "let each part of local hold both."
)


def _by_shift(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    fit, rest = local[:50], local[50:]
    return conformal(take_off_the_bias(fit, rest), take_off_the_bias(fit, others), 0.9)


def _two_halves(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    first = local.groupby("sex").sample(frac=0.5, random_state=0)
    line = recalibrate(first)
    return conformal(line.apply(local.drop(first.index)), line.apply(others), 0.9)


def _same_children(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return conformal(take_off_the_bias(local, local), take_off_the_bias(local, others), 0.9)


def _only_others(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return conformal(local[50:], take_off_the_bias(local[:50], others), 0.9)


def _from_home(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    home = next(iter(shipped_predictions().values()))
    return conformal(home.drop(_clinic().index), others, 0.9)


def _plus_minus(half: float) -> Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    def intervals(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
        return others.assign(lower=others["y_pred"] - half, upper=others["y_pred"] + half)

    return intervals


@exercise(
    "13.3",
    hint="Cut local into two parts. With the first, correct the second part and others, either "
    "with teaching.take_off_the_bias or with recalibrate. Give both corrected tables to "
    "evaluation.conformal.",
    solution="""
    def intervals(local, others):
        first = local.groupby("sex").sample(frac=0.5, random_state=0)
        rest = local.drop(first.index)
        line = evaluation.recalibrate(first)
        return evaluation.conformal(line.apply(rest), line.apply(others), 0.9)
    """,
    passes=(_two_halves, _by_shift),
    fails=(
        _from_home,
        _same_children,
        _only_others,
        _plus_minus(1.0),
        lambda local, others: conformal(local, others, 0.9),
        _plus_minus(9.0),
        lambda local, others: others,
        0.9,
    ),
)
def intervals_in_the_clinic(answer: Callable[..., Any]) -> str:
    """A function (local, others) to others with intervals that hold 90 % and are not too wide."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("13.3", intervals).')
    local, others = local_and_others()
    try:
        table = _seeded(answer, local, others)
    except BadInput as refused:
        if "used to fit" in str(refused):
            raise Wrong(_SAME) from None
        raise Wrong(_ONE_SEX if "No line was fitted" in str(refused) else str(refused)) from None
    if table is ... or table is None:
        raise Unanswered
    if not isinstance(table, pd.DataFrame) or not {"lower", "upper"} <= set(table):
        raise Wrong("Return the table others with the columns lower and upper (years).")
    if len(table) != len(others):
        raise Wrong(f"Give an interval to each of the {len(others)} other children.")
    held = coverage(table).iloc[0]
    share, width = float(held["covered"]), float(np.round(held["width"], 2))
    told = f"Your intervals hold {100 * share:.0f} % of the labels and are {width:.1f} years wide."
    if share < 0.8:
        raise Wrong(f"{told} That is too few. Correct others, and calibrate in this clinic.")
    if np.allclose(_middle(table), others["y_pred"], atol=0.05):
        raise Wrong(f"{told} They pay for the shift. Correct the predictions of others first.")
    if slip := _slip_of_the_split(answer, local, others):
        raise Wrong(slip)
    if width > 5.8:
        raise Wrong(
            f"{told} They are too wide: 5.8 is enough. Correct the children who calibrate, too."
        )
    return f"{told} The promise holds again, for children of this clinic."


def _seeded(answer: _Intervals, local: pd.DataFrame, others: pd.DataFrame) -> Any:
    """Ask for intervals; a split that draws without a seed is drawn alike each time."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(13)  # noqa: NPY002
    try:
        return answer(local.copy(), others.copy())
    finally:
        np.random.set_state(before)  # noqa: NPY002


def _middle(table: pd.DataFrame) -> Any:
    return ((table["lower"] + table["upper"]) / 2).to_numpy()


def _slip_of_the_split(answer: _Intervals, local: pd.DataFrame, others: pd.DataFrame) -> str:
    """Return what is wrong with the split of local, found by changing labels; empty if nothing.

    A child corrects if its label moves the middle of the intervals. Two changes that cancel in
    the correction move the width only if these children also calibrate.
    """
    few = others[:20]

    def asked(changes: dict[Any, float]) -> tuple[Any, Any]:
        moved = local["y_true"].add(pd.Series(changes, dtype=float), fill_value=0.0)
        table = _seeded(answer, local.assign(y_true=moved), few)
        return _middle(table), (table["upper"] - table["lower"]).to_numpy()

    middle, width = asked({})
    if not np.allclose(asked({})[0], middle):
        return ""  # drawn anew at each call: nothing can be compared
    older = local[local["y_true"] > 7]
    tried = older.groupby("sex").sample(6, random_state=13)
    corrects = [child for child in tried.index if not np.allclose(asked({child: 6.0})[0], middle)]
    if len(corrects) >= 3 and tried.loc[corrects, "sex"].nunique() == 1:
        return _ONE_SEX
    pairs = corrects[: len(corrects) // 2 * 2]
    new_middle, new_width = asked({child: 6.0 * (-1) ** i for i, child in enumerate(pairs)})
    same_middle = np.allclose(new_middle, middle)
    return _SAME if same_middle and not np.allclose(new_width, width) else ""
