"""Exercises of unit 09: between methods and between seeds, and a training of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import Unanswered, Wrong, exercise

#: Two pairs of methods; in the second pair the second method has the larger spread.
_CASES = (([2.0, 2.6, 2.3], [3.1, 3.0, 3.5]), ([1.5, 1.6], [1.2, 2.0]))


def _spread(errors: Sequence[float]) -> float:
    return float(max(errors) - min(errors))


def _right(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(first) - np.mean(second)), max(_spread(first), _spread(second))


@exercise(
    "09.1",
    hint="The mean of the second method is np.mean(second). Its largest distance is the largest "
    "minus the smallest error of this method.",
    solution="""
    def compared(first, second):
        difference = np.mean(first) - np.mean(second)
        apart = max(max(first) - min(first), max(second) - min(second))
        return difference, apart
    """,
    passes=(
        _right,
        lambda a, b: [round(sum(a) / len(a) - sum(b) / len(b), 2), max(np.ptp(a), np.ptp(b))],
    ),
    fails=(
        lambda first, second: (-_right(first, second)[0], _right(first, second)[1]),
        lambda first, second: (_right(first, second)[0], _spread(first)),
        lambda first, second: (_right(first, second)[0], _spread([*first, *second])),
        lambda first, second: _right(first, second)[0],
        lambda first, second: (_right(first, second)[0], float(np.std(first))),
        0.3,
    ),
)
def between_methods_and_seeds(answer: Callable[[list, list], Sequence[float]]) -> str:
    """A function of two lists of errors to the difference of means and the largest spread."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("09.1", compared).')
    for first, second in _CASES:
        try:
            given = answer(list(first), list(second))
        except TypeError as error:
            if "llipsis" in str(error):
                raise Unanswered from error
            raise
        if np.size(given) != 2:
            raise Wrong("Return two numbers: the difference of the means, and the distance.")
        _judge(first, second, float(given[0]), float(given[1]))
    return (
        "Compare the two numbers: if the seeds lie as far apart as the methods, train more often."
    )


def _judge(first: list[float], second: list[float], difference: float, apart: float) -> None:
    right, spread = _right(first, second)
    if abs(difference + right) < 0.02 and abs(right) > 0.03:
        raise Wrong("The sign of the difference is turned round: the first mean minus the second.")
    if abs(difference - right) > 0.02:
        raise Wrong(
            f"For {first} and {second} your difference is {difference:.2f}, and the difference of "
            f"the means is {right:.2f}."
        )
    if abs(apart - spread) < 0.02:
        return
    if abs(apart - _spread([*first, *second])) < 0.02:
        raise Wrong(
            "You measured over both methods together. Then the difference of the methods counts as "
            "if it were a difference of seeds."
        )
    if abs(apart - _spread(first)) < 0.02:
        raise Wrong("You forgot the seeds of the second method: they may lie farther apart.")
    raise Wrong(
        f"For {first} and {second} your distance is {apart:.2f}. The largest distance between two "
        f"trainings of the same method is {spread:.2f}: the largest minus the smallest error."
    )


def _training(**change: Any) -> dict[str, Any]:
    usual = {"n": 100, "epochs": 8, "seed": 0}
    return {**usual, "mae": 2.41, "usual": usual, **change}


@exercise(
    "09.2",
    hint="Put one change between the brackets: try_tuning(epochs=2) or try_tuning(seed=5).",
    solution="""
    my_training = try_tuning(n=len(few) // 2)
    """,
    passes=(_training(epochs=1), _training(n=50), _training(seed=7, mae=2)),
    fails=(
        _training(),
        _training(epochs=2, n=50),
        _training(epochs=2, mae=40.0),
        2.41,
        {"epochs": 2},
    ),
)
def own_training(answer: dict[str, Any]) -> str:
    """What ``try_tuning`` returned for exactly one change."""
    if not isinstance(answer, dict) or not {"n", "epochs", "seed", "mae", "usual"} <= set(answer):
        raise Wrong("Give what try_tuning(...) returned, not the error or the settings alone.")
    usual = answer["usual"]
    changed = [name for name in ("n", "epochs", "seed") if answer[name] != usual[name]]
    if not changed:
        raise Wrong("Nothing was changed: this is the training of the unit again.")
    if len(changed) > 1:
        raise Wrong(
            f"You changed {' and '.join(changed)}. If the error is another one now, nobody knows "
            "which change did it. Change one thing."
        )
    if not 0 <= answer["mae"] <= 20:
        raise Wrong(
            f"An error of {answer['mae']:.1f} years cannot be: ages go from 0 to 20. Is it in "
            "months?"
        )
    name = changed[0]
    word = {"n": "images", "epochs": "passes", "seed": "seed"}[name]
    return (
        f"One change: {word} {answer[name]} instead of {usual[name]}. The error is "
        f"{answer['mae']:.2f} years after one training. Another seed could end otherwise."
    )
