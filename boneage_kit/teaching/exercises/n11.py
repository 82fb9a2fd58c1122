"""Exercises of unit 11: recalibrate, a conformal half-width, break its promise."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ...evaluation import conformal, mae, recalibrate, shipped_predictions
from . import Unanswered, Wrong, exercise


def another_clinic(n: int = 300, seed: int = 11) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return simulated predictions (years), for validation and for test; boys come out too old.

    >>> validation, test = another_clinic()
    >>> len(validation), len(test)
    (150, 150)
    """
    rng = np.random.default_rng(seed)
    sex, label = rng.choice(["F", "M"], n), rng.uniform(3, 16, n)
    pred = label + np.where(sex == "M", 1.4, 0.0) + rng.normal(0, 0.6, n)
    table = pd.DataFrame(
        {"image_id": [f"c{i:03d}" for i in range(n)], "sex": sex, "y_true": label, "y_pred": pred}
    )
    return table.iloc[: n // 2].copy(), table.iloc[n // 2 :].reset_index(drop=True)


def errors_of_39(seed: int = 5) -> np.ndarray:
    """Return the absolute errors (years) of 39 simulated calibration children, sorted.

    >>> errors_of_39().shape
    (39,)
    """
    return np.sort(np.abs(np.random.default_rng(seed).normal(0, 1.0, 39)).round(2))


@cache
def _with_intervals() -> pd.DataFrame:
    """Return kept predictions for real children, half of them with a 90 % interval of one width."""
    table = next(iter(shipped_predictions().values()))
    half = np.random.default_rng(0).permutation(len(table)) % 2 == 0
    return conformal(table[half], table[~half], 0.9)


def arriving_children() -> pd.DataFrame:
    """Return the children to choose from: ``image_id, sex, bone_age`` (years), and no prediction.

    >>> list(arriving_children())
    ['image_id', 'sex', 'bone_age']
    """
    table = _with_intervals()[["image_id", "sex", "y_true"]]
    return pd.DataFrame(table).rename(columns={"y_true": "bone_age"})


def _number(answer: Any, what: str) -> float:
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise Wrong(f"Give one number, {what}.") from None


def _clinic_errors() -> dict[str, float]:
    validation, test = another_clinic()
    shift = (validation["y_pred"] - validation["y_true"]).mean()
    after = recalibrate(validation).apply(test)
    return {
        "before": mae(test["y_true"], test["y_pred"]),
        "one shift": mae(test["y_true"], test["y_pred"] - shift),
        "right": mae(after["y_true"], after["y_pred"]),
    }


@exercise(
    "11.1",
    hint="evaluation.recalibrate(...) takes the validation children; line.apply(...) the others.",
    solution="validation, test = n11.another_clinic()\n"
    "line = evaluation.recalibrate(validation)\n"
    "after = line.apply(test)\n"
    'answer = evaluation.mae(after["y_true"], after["y_pred"])',
    passes=(_clinic_errors()["right"], round(_clinic_errors()["right"], 1)),
    fails=(
        _clinic_errors()["before"],
        _clinic_errors()["one shift"],
        12 * _clinic_errors()["right"],
        "small",
    ),
)
def recalibrated_error(answer: Any) -> str:
    """The MAE of the test children after one line per sex from the validation children."""
    value, errors = _number(answer, "the MAE in years after recalibration"), _clinic_errors()
    if abs(value - errors["before"]) < 0.03:
        raise Wrong("That is the MAE before the correction. Apply the line to the test children.")
    if abs(value - errors["one shift"]) < 0.03:
        raise Wrong(
            "That is one correction for all children. Girls need none and boys need one: fit a "
            "line per sex, as evaluation.recalibrate does."
        )
    if abs(value - 12 * errors["right"]) < 0.4:
        raise Wrong("That is in months. Give years.")
    if abs(value - errors["right"]) > 0.06:
        raise Wrong(
            "That is not the MAE of the test children after the correction. Fit on the "
            "validation children, apply to the test children, and compare with their labels."
        )
    return (
        f"The MAE falls from {errors['before']:.2f} to {errors['right']:.2f} years. Here the "
        "fault was a straight one, the same for all boys, so a straight line takes it away."
    )


def _rank_errors() -> dict[str, float]:
    errors = errors_of_39()
    return {
        "right": float(errors[35]),
        "one low": float(errors[34]),
        "quantile": float(np.quantile(errors, 0.9)),
        "largest": float(errors[-1]),
        "one high": float(errors[36]),
    }


@exercise(
    "11.2",
    hint="90 % of 39 + 1 is 36. The errors are sorted, and Python counts from 0.",
    solution="errors = n11.errors_of_39()\n"
    "rank = int(np.ceil((len(errors) + 1) * 0.9))  # 36\n"
    "answer = errors[rank - 1]",
    passes=(_rank_errors()["right"], _rank_errors()["right"] + 0.004),
    fails=(*(_rank_errors()[k] for k in ("one low", "one high", "largest")), "36"),
)
def half_width(answer: Any) -> str:
    """The conformal half-width at 90 % from 39 errors: the 36th smallest."""
    value, found = _number(answer, "the half-width in years"), _rank_errors()
    if value == 36:
        raise Wrong("36 is the rank. The half-width is the error at that rank, in years.")
    if abs(value - found["right"]) < 0.006:
        return (
            f"The interval is the prediction plus and minus {found['right']:.2f} years. Of 40 "
            "children drawn together, the new one is equally likely to have any rank. So its "
            "error is among the 36 smallest in 36 of 40 cases, which is 90 %."
        )
    if abs(value - found["largest"]) < 0.006:
        raise Wrong("That is the largest error. It promises more than 90 %: take the 36th.")
    if abs(value - found["one low"]) < 0.006:
        raise Wrong(
            "That is the 35th smallest error, which is 90 % of 39. Count the new child too."
        )
    if abs(value - found["one high"]) < 0.006:
        raise Wrong("That is the 37th smallest error: Python counts from 0, so rank 36 is [35].")
    raise Wrong(
        "That is not one of the ranked errors that was asked for. No interpolation: take the "
        "error at rank 36 of the sorted list."
    )


def _mask_of(chosen: Any, children: pd.DataFrame) -> np.ndarray:
    if isinstance(chosen, pd.DataFrame) and "image_id" in chosen:
        return children["image_id"].isin(chosen["image_id"]).to_numpy()
    mask = np.asarray(chosen)
    if mask.dtype == bool and mask.shape == (len(children),):
        return mask
    raise Wrong("The function must return some rows of the table, or a True or False per row.")


@exercise(
    "11.3",
    hint="Look at the coverage by age above. At which ages did the intervals hold the fewest?",
    solution='\ndef visitors(children):\n    return children[children["bone_age"] >= 15]',
    passes=(
        lambda children: children[children["bone_age"] >= 15],
        lambda children: children["bone_age"] > 15.5,
    ),
    fails=(
        lambda children: children,
        lambda children: children[children["bone_age"].between(10, 15)],
        lambda children: children.head(20),
        lambda children: 15,
        "15+",
    ),
)
def break_the_promise(answer: Any) -> str:
    """A choice of children, by sex and age alone, whose labels the intervals hold too seldom."""
    if not callable(answer):
        raise Wrong("Give the function itself: def visitors(children): return ...")
    children = arriving_children()
    chosen = answer(children.copy())
    if chosen is None or chosen is ...:
        raise Unanswered
    mask = _mask_of(chosen, children)
    if mask.sum() < 100:
        raise Wrong(f"You chose {mask.sum()} children. With so few, chance decides: take 100.")
    rows = _with_intervals()[mask]
    held = float(rows["y_true"].between(rows["lower"], rows["upper"]).mean())
    if held > 0.83:
        raise Wrong(
            f"Of your {mask.sum()} children the intervals hold {100 * held:.0f} %. That is too "
            "close to the promise, or above it. Choose other ages."
        )
    return (
        f"Of your {mask.sum()} children the intervals hold {100 * held:.0f} %, and 90 % was "
        "promised. You changed no image and no model. You changed which children come, so they "
        "are no longer exchangeable with the calibration children."
    )
