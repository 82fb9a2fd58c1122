"""Exercise of unit 03: limits of agreement with their sign."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import evaluation
from . import Wrong, exercise


def _limits(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    agreement = evaluation.bland_altman(second, first)
    return agreement.lower, agreement.upper


def _of_absolutes(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    difference = np.abs(np.asarray(second) - np.asarray(first))
    return (
        float(difference.mean() - 1.96 * difference.std(ddof=1)),
        float(difference.mean() + 1.96 * difference.std(ddof=1)),
    )


@exercise(
    "03.1",
    hint="Try it on a reader who is exactly one year too old on one hand and one year too young "
    "on the next. What is the bias of that reader, and what does the function say?",
    solution="""
    def my_limits(first, second):
        difference = second - first  # with its sign
        spread = 1.96 * difference.std(ddof=1)
        return difference.mean() - spread, difference.mean() + spread
    """,
    passes=(
        _limits,
        lambda a, b: np.array([(b - a).mean() + k * (b - a).std(ddof=1) for k in (-1.96, 1.96)]),
        lambda old, new: [np.mean(new - old) + k * np.std(new - old) for k in (-1.96, 1.96)],
    ),
    fails=(
        _of_absolutes,
        lambda first, second: _limits(second, first),
        lambda first, second: tuple(12 * np.array(_limits(first, second))),
        lambda first, second: 1.96 * (second - first).std(ddof=1),
        lambda first, second: None,
        3,
    ),
)
def limits_with_their_sign(answer: Any) -> str:
    """Try the student's limits on a reader without bias, and on one who is a year too old."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("03.1", my_limits).')
    first = np.array([4.0, 7.0, 9.0, 12.0, 14.0, 6.0])
    for shift, scatter, who in (
        (0.0, 1.0, "a year too old and a year too young in turn"),
        (1.0, 0.2, "about a year too old on every hand"),
    ):
        second = first + shift + scatter * np.array([1, -1, 1, -1, 1, -1])
        given = answer(first.copy(), second.copy())
        try:
            low, high = (float(value) for value in given)
        except (TypeError, ValueError):
            raise Wrong("It must return two numbers, (lower, upper), in years.") from None
        right = _limits(first, second)
        by_n = (np.array(right) - shift) * np.sqrt(5 / 6) + shift  # the SD of NumPy, ddof=0
        if any(np.allclose((low, high), limits, atol=0.02) for limits in (right, by_n)):
            continue
        if np.allclose((low, high), _of_absolutes(first, second), atol=0.02):
            raise Wrong(
                f"A second reading that is {who} gets the limits {low:+.2f} to {high:+.2f}. "
                f"Their middle should be {shift:+.0f}, and it is {(low + high) / 2:+.2f}: the "
                "differences have lost their sign."
            )
        if np.allclose((-high, -low), right, atol=0.02):
            raise Wrong("Take second minus first: positive when the second reading is older.")
        raise Wrong(
            f"A second reading that is {who} gets {low:+.2f} to {high:+.2f}. The right limits "
            f"are {right[0]:+.2f} and {right[1]:+.2f} years."
        )
    return (
        "A bias is a mean of errors with their signs. Errors above and below zero cancel in it, "
        "and the limits show how large they are."
    )
