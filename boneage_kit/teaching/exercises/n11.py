"""Exercises of unit 11: a conformal half-width, and how to break its promise."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ...evaluation import conformal, shipped_predictions
from . import Unanswered, Wrong, exercise


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
    "11.1",
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
    "11.2",
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
