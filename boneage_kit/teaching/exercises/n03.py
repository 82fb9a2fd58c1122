"""Exercises of unit 03: limits of agreement with their sign, and the label of several readers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import evaluation
from . import Unanswered, Wrong, exercise


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


_READER_SD = 0.45  # years; two such readers differ by half a year on average


def _error_of_mean(readings: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(readings.mean(axis=0) - truth).mean())


def _read_by(readers: int, hands: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return readings [readers, hands] of independent readers and the truth [hands], in years."""
    random = np.random.default_rng(3)
    truth = random.uniform(2, 17, hands)
    return truth + random.normal(0, _READER_SD, (readers, hands)), truth


@exercise(
    "03.2",
    hint="readings.mean(axis=0) is the mean over the readers: one label per hand. Compute this "
    "label first. Its error is label - truth. Then take the mean of np.abs of this error.",
    solution="""
    def label_error(readings, truth):
        label = readings.mean(axis=0)  # one value per hand
        return np.abs(label - truth).mean()
    """,
    passes=(
        _error_of_mean,
        lambda readings, truth: np.mean(np.abs(truth - sum(readings) / len(readings))),
    ),
    fails=(
        lambda readings, truth: np.abs(readings - truth).mean(),
        lambda readings, truth: (readings.mean(axis=0) - truth).mean(),
        lambda readings, truth: np.abs(readings.mean() - truth).mean(),
        lambda readings, truth: np.abs(readings.mean(axis=1) - truth).mean(),
        lambda readings, truth: 12 * _error_of_mean(readings, truth),
        lambda readings, truth: np.abs(readings.mean(axis=0) - truth),
        0.25,
    ),
)
def the_error_of_a_mean(answer: Any) -> str:
    """Try the student's function on one, two, four and nine readers who err independently."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("03.2", label_error).')
    for readers in (2, 1, 4, 9):
        readings, truth = _read_by(readers)
        try:
            given = answer(readings.copy(), truth.copy())
        except ValueError:
            raise Wrong(
                "The label has to have one value per hand. readings has one row per reader, so "
                "take the mean over its rows: readings.mean(axis=0)."
            ) from None
        if given is None or given is ...:
            raise Unanswered
        _compare_errors(given, readings, truth)
    errors = [_error_of_mean(*_read_by(readers)) for readers in (1, 2, 4, 9)]
    return (
        f"With one reader the error is {errors[0]:.2f} years, with two {errors[1]:.2f}, with four "
        f"{errors[2]:.2f} and with nine {errors[3]:.2f} years. Four readers halve the error of "
        "one. These readers err independently. A habit that all readers share would stay in "
        "their mean."
    )


def _compare_errors(given: Any, readings: np.ndarray, truth: np.ndarray) -> None:
    """Raise what is wrong with the error (years) that a student gives for these readings."""
    if np.size(given) != 1:
        raise Wrong(f"It must return one number in years. Yours returns {np.size(given)} numbers.")
    error, right = float(np.asarray(given).item()), _error_of_mean(readings, truth)
    if np.isclose(error, right, rtol=0, atol=0.002):
        return
    of_single = float(np.abs(readings - truth).mean())
    label = readings.mean(axis=0)
    for other, says in (
        (of_single, "That is the mean error of the single readers. First take the mean of the "
         "readings, and then its error."),
        (abs((label - truth).mean()), "Errors above and below zero cancel here: this is the size "
         "of the bias. Take np.abs of each hand's error before the mean."),
        (np.abs(readings.mean() - truth).mean(), "readings.mean() is one number for all hands. "
         "The label needs one value per hand: readings.mean(axis=0)."),
        (12 * right, "That is the error in months. The kit's ages are years."),
    ):  # fmt: skip
        if np.isclose(abs(error), other, rtol=0, atol=0.002):
            raise Wrong(says)
    raise Wrong(
        f"With {len(readings)} reader(s) your error is {error:.2f} years, and the error of the "
        f"label is {right:.2f} years."
    )
