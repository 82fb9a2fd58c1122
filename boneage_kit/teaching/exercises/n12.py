"""Exercises of unit 12: when help harms, and a careful rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ..advice import error_with_help
from . import Unanswered, Wrong, exercise

_SHARES = tuple(range(0, 55, 5))


def practice(wrong: float = 0.3, n: int = 2000, seed: int = 3) -> pd.DataFrame:
    """Return simulated hands: ``y_true``, ``own`` reading and ``opinion``, in years.

    >>> practice().columns.tolist()
    ['y_true', 'own', 'opinion']
    """
    random = np.random.default_rng(seed)
    truth = random.uniform(4, 15, n)
    off = np.where(random.random(n) < wrong, np.where(random.random(n) < 0.5, 2.0, -2.0), 0.0)
    return pd.DataFrame(
        {
            "y_true": truth,
            "own": truth + random.normal(0, 0.63, n),
            "opinion": truth + random.normal(0, 0.5, n) + off,
        }
    )


def first_harm(weight: float) -> int:
    """Return the smallest share (in steps of 5 %) of wrong opinions with which help harms.

    >>> first_harm(1.0)
    10
    """
    for share in _SHARES:
        errors = error_with_help(share / 100, weight)
        if errors["with_help"] > errors["alone"]:
            return share
    return 100


def _share(weight: float) -> float:
    return first_harm(weight) / 100


@exercise(
    "12.1",
    hint="Run the cell with share = 0.20, 0.25, 0.30 and so on. Stop at the first share with "
    "which with_help is larger than alone.",
    solution="""
    for share in np.arange(0, 0.55, 0.05):
        errors = teaching.error_with_help(share, weight=0.5)
        if errors["with_help"] > errors["alone"]:
            break
    harms_from = float(share)
    """,
    passes=(lambda: _share(0.5), lambda: round(_share(0.5), 3)),
    fails=(lambda: _share(0.5) - 0.05, lambda: _share(1.0), lambda: 100 * _share(0.5), "many"),
)
def share_that_harms(answer: Any) -> str:
    """The smallest share of wrong opinions that harms a reader of weight 0.5."""
    value = answer() if callable(answer) else answer
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise Wrong("Give one number from 0 to 1, such as 0.15, in steps of 0.05.") from None
    right, follower = _share(0.5), _share(1.0)
    if value > 1:
        raise Wrong("Give a share from 0 to 1, not a percentage: 15 % is 0.15.")
    if abs(value - right) < 0.012:
        return (
            f"From {100 * right:.0f} % on, the wrong opinions cost more than the right ones bring. "
            f"A reader who repeats every opinion is harmed from {100 * follower:.0f} % on."
        )
    if abs(value - follower) < 0.012:
        raise Wrong("That is the share for weight = 1, a reader who repeats the opinion. Use 0.5.")
    errors = error_with_help(min(max(value, 0), 1), 0.5)
    side = "still less" if errors["with_help"] < errors["alone"] else "already more"
    raise Wrong(
        f"With a share of {value:g} the error with help is {errors['with_help']:.2f} years and "
        f"alone {errors['alone']:.2f}: {side}. Find the first share that harms, in steps of 0.05."
    )


def _careful(own: float, opinion: float) -> float:
    return own if abs(opinion - own) > 1.2 else own + 0.5 * (opinion - own)


def _other_words(own: float, opinion: float) -> float:
    return (own + opinion) / 2 if np.abs(own - opinion) < 1.5 else float(own)


@exercise(
    "12.2",
    hint="An opinion far from your own reading is more often a wrong one. Compare abs(opinion - "
    "own) with a limit between 1 and 1.5 years, and keep your own reading beyond it.",
    solution="""
    def careful(own, opinion):
        if abs(opinion - own) > 1.2:
            return own
        return (own + opinion) / 2
    """,
    passes=(_careful, _other_words),
    fails=(
        lambda own, opinion: opinion,
        lambda own, opinion: own,
        lambda own, opinion: (own + opinion) / 2,
        lambda own, opinion: own if abs(opinion - own) < 1.2 else opinion,
        lambda own, opinion: (own, opinion),
        9,
    ),
)
def careful_rule(answer: Callable[[float, float], Any]) -> str:
    """A rule (own, opinion) to an answer that gains from good opinions and survives wrong ones."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("12.2", careful).')
    errors = {}
    for wrong in (0.0, 0.3):
        hands = practice(wrong)
        said = [
            answer(float(a), float(b)) for a, b in zip(hands["own"], hands["opinion"], strict=True)
        ]
        if any(one is ... or one is None for one in said):
            raise Unanswered
        if any(np.ndim(one) for one in said):
            raise Wrong("Your function returns several numbers. Return one answer, in years.")
        errors[wrong] = float(np.abs(np.array(said, dtype=float) - hands["y_true"]).mean())
    alone = float((practice()["own"] - practice()["y_true"]).abs().mean())
    told = (
        f"Alone {alone:.2f} years. With your rule {errors[0.0]:.2f} years if no opinion is wrong "
        f"on purpose, and {errors[0.3]:.2f} years if 30 % are."
    )
    if errors[0.0] > alone - 0.05:
        raise Wrong(f"{told} Your rule hardly uses the good opinions. Move towards the near ones.")
    if errors[0.3] > alone:
        raise Wrong(f"{told} Wrong opinions harm. Do not follow an opinion that is far from yours.")
    return f"{told} It gains from good opinions and is not harmed by wrong ones."
