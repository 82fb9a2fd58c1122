"""Exercises of unit 03: limits of agreement with their sign, and how many readers a label needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import evaluation
from ...phantom.children import cohort, read_plates
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


#: Mean absolute error (years) that the label of exercise 03.2 must stay below.
GOOD_LABEL = 0.17


def panel(readers: int, n: int = 400, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return bone ages (years) by simulated readers, shape [readers, n], and the truth, [n].

    >>> readings, truth = panel(3)
    >>> readings.shape, truth.shape
    ((3, 400), (400,))
    """
    table = cohort(n, seed)
    truth, sex = table["true_bone_age"].to_numpy(), table["sex"].to_numpy(dtype=object)
    readings = [
        read_plates(truth, sex, np.random.default_rng([seed, reader]), 1 + reader % 2)
        for reader in range(readers)
    ]
    return np.stack(readings), truth


def label_error(readers: int) -> float:
    """Return the mean absolute error (years) of the mean of so many simulated readers.

    >>> label_error(4) < GOOD_LABEL < label_error(3)
    True
    """
    readings, truth = panel(readers)
    return float(np.abs(readings.mean(axis=0) - truth).mean())


@exercise(
    "03.2",
    hint="The label is the mean over the readers: panel.mean(axis=0), shape [400]. Its error is "
    "np.abs(panel.mean(axis=0) - truth_of_panel).mean(). Compute it for 1, 2, 3, ... readers.",
    solution="""
    errors = []
    for k in range(1, 9):
        panel, truth_of_panel = n03.panel(k)
        errors.append(np.abs(panel.mean(axis=0) - truth_of_panel).mean())
    readers_needed = 1 + sum(error >= 0.17 for error in errors)
    """,
    passes=(4, 4.0, "4"),
    fails=(1, 2, 3, 5, 0.16, "four", 0),
)
def readers_for_a_label(answer: Any) -> str:
    """The smallest number of readers; too few and too many are told what their label errs by."""
    try:
        number = float(answer)
    except (TypeError, ValueError):
        raise Wrong("Give the number of readers as a whole number.") from None
    if number != int(number) or not 1 <= number <= 100:
        raise Wrong(f"{answer} is not a number of readers. Give a whole number from 1 on.")
    error = label_error(int(number))
    if error >= GOOD_LABEL:
        readers = "one reader" if number == 1 else f"{number:.0f} readers"
        raise Wrong(
            f"With {readers} the label still errs by {error:.2f} years on average. Try more "
            "readers. If your own number is smaller, average over the readers first (axis 0)."
        )
    if label_error(int(number) - 1) < GOOD_LABEL:
        raise Wrong(
            f"With {number:.0f} readers the error is {error:.2f} years, which is below "
            f"{GOOD_LABEL}. But fewer readers are enough: try {number - 1:.0f}."
        )
    return (
        f"{number:.0f} readers give an error of {error:.2f} years, and {number - 1:.0f} readers "
        f"{label_error(int(number) - 1):.2f}. Each further reader helps less. That holds only "
        "because these readers err independently: what all of them get wrong alike stays."
    )
