"""Exercises of unit 03: state how far two readers agree, repair limits of agreement."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import evaluation
from ...phantom.children import cohort, read_plates
from . import Wrong, exercise


def two_readers(n: int = 40, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the bone ages (years) that two simulated readers gave the same ``n`` phantoms.

    >>> reader_1, reader_2 = two_readers()
    >>> reader_1.shape == reader_2.shape == (40,)
    True
    """
    table = cohort(n, seed)
    true, sex = table["true_bone_age"].to_numpy(), table["sex"].to_numpy(dtype=object)
    rng = np.random.default_rng([seed, 3])
    return read_plates(true, sex, rng, 1), read_plates(true, sex, rng, 2)


def _limits(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    agreement = evaluation.bland_altman(second, first)
    return agreement.lower, agreement.upper


@exercise(
    "03.1",
    hint="difference = reader_2 - reader_1. The limits are its mean minus and plus 1.96 times its "
    "standard deviation: difference.std(ddof=1).",
    solution="""
    difference = reader_2 - reader_1
    spread = 1.96 * difference.std(ddof=1)
    limits = (difference.mean() - spread, difference.mean() + spread)
    """,
    passes=(_limits(*two_readers()),),
    fails=((-0.1, 0.1), (-3.0, 3.0), 1.0, (1.0, -1.0)),
)
def limits_of_agreement(answer: Any) -> str:
    """Both limits in years; the usual slips are recognised."""
    try:
        low, high = (float(value) for value in answer)
    except (TypeError, ValueError):
        raise Wrong("Give two numbers, (lower, upper), in years.") from None
    reader_1, reader_2 = two_readers()
    lower, upper = _limits(reader_1, reader_2)
    difference = reader_2 - reader_1
    if low >= high:
        raise Wrong("The lower limit comes first and is the smaller one.")
    if abs(low - lower) < 0.04 and abs(high - upper) < 0.04:
        return (
            f"Reader 2 lies within {lower:+.2f} to {upper:+.2f} years of reader 1, 95 times "
            "in 100. That is the ruler to hold against any model's error."
        )
    sd, n = difference.std(ddof=1), len(difference)
    width = (high - low) / 2
    for wrong, name in (
        (sd, "one standard deviation; 95 % of differences need 1.96 of them"),
        (
            1.96 * sd / np.sqrt(n),
            "the standard error of the mean difference: it "
            "says how well the bias is known, not how far single readings lie apart",
        ),
        (
            1.96 * sd / np.sqrt(2),
            "the scatter of one reading; the difference of "
            "two scatters by the square root of 2 more",
        ),
    ):
        if abs(width - wrong) < 0.03:
            raise Wrong(f"The half width of your interval is {name}.")
    if abs(width - 1.96 * sd) < 0.04:
        raise Wrong(
            "The width is right; centre it on the mean difference (the bias), not on 0, "
            "and subtract in the order reader_2 minus reader_1."
        )
    raise Wrong(
        "Take the differences reader_2 minus reader_1, then their mean and their standard "
        "deviation."
    )


def _of_absolutes(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    difference = np.abs(np.asarray(second) - np.asarray(first))
    return (
        float(difference.mean() - 1.96 * difference.std(ddof=1)),
        float(difference.mean() + 1.96 * difference.std(ddof=1)),
    )


@exercise(
    "03.2",
    hint="Try it on a reader who is exactly one year too old on one hand and one year too young "
    "on the next. What is his bias, and what does the function take for it?",
    solution="""
    def my_limits(first, second):
        difference = second - first  # with its sign
        spread = 1.96 * difference.std(ddof=1)
        return difference.mean() - spread, difference.mean() + spread
    """,
    passes=(_limits,),
    fails=(
        _of_absolutes,
        lambda first, second: _limits(second, first),
        lambda first, second: tuple(12 * np.array(_limits(first, second))),
        lambda first, second: None,
        3,
    ),
)
def limits_with_their_sign(answer: Any) -> str:
    """Try the student's limits on a reader without bias, and on one who is a year too old."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("03.2", my_limits).')
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
        if np.allclose((low, high), right, atol=0.02):
            continue
        if np.allclose((low, high), _of_absolutes(first, second), atol=0.02):
            raise Wrong(
                f"A second reading that is {who} gets the limits {low:+.2f} to {high:+.2f}"
                f": without their sign, {shift:+.0f} on average became "
                f"{(low + high) / 2:+.2f}."
            )
        if np.allclose((-high, -low), right, atol=0.02):
            raise Wrong("Take second minus first: positive when the second reading is older.")
        raise Wrong(
            f"A second reading that is {who} gets {low:+.2f} to {high:+.2f}; the limits "
            f"are {right[0]:+.2f} and {right[1]:+.2f} years."
        )
    return (
        "A bias is an average with its sign: errors of both kinds cancel in it, and the "
        "spread shows them."
    )
