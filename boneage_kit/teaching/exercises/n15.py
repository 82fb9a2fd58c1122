"""Exercises of unit 15: read intervals, pair what belongs together, weigh the ages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import evaluation, paper
from ...evaluation.verdict import ALIKE, CANNOT_BE_TOLD, FIRST_ERRS_LESS, SECOND_ERRS_LESS
from . import Unanswered, Wrong, exercise

#: Four results to judge: the claim's rule and the interval of the paired difference, in years.
CASES = (
    ("A errs less than B", "less", -0.21, -0.34, -0.08),
    ("A errs less than B", "less", -0.21, -0.55, 0.13),
    ("A is no worse than B by more than 0.1 years", "no_worse", 0.03, -0.02, 0.08),
    ("A errs less than B", "less", 0.30, 0.12, 0.48),
)
#: What the kit's verdict on an interval means in words.
_MEANS = {
    FIRST_ERRS_LESS: "all of it lies below zero and A errs less",
    SECOND_ERRS_LESS: "all of it lies above zero and B errs less",
    ALIKE: "all of it lies within 0.1 years of zero and both are alike",
    CANNOT_BE_TOLD: "it allows a difference and none",
}
#: Errors of an imagined model by age band, in years.
ERRORS = {"0-5 y": 0.60, "5-10 y": 0.90, "10-15 y": 0.70, "15+ y": 0.50}


@exercise(
    "15.1",
    hint="Look at the two limits only, not at the value: on which side of 0 (or of 0.1) do both "
    "lie? If they lie on two sides, nothing is settled.",
    solution='answer = ["seen here", "cannot be told", "seen here", "not seen here"]',
    passes=[
        ["seen here", "cannot be told", "seen here", "not seen here"],
        ("Seen here", "Cannot be told", "seen here ", "Not seen here"),
    ],
    fails=[
        ["seen here"] * 4,
        ["seen here", "not seen here", "seen here", "not seen here"],
        "seen here",
        ["yes", "no", "yes", "no"],
    ],
)
def read_intervals(answer: Any) -> str:
    """Four verdicts by the rules of :mod:`boneage_kit.paper.verdicts`."""
    verdicts = paper.CLAIM_VERDICTS
    if not isinstance(answer, (list, tuple)) or len(answer) != len(CASES):
        raise Wrong(f"Give a list of {len(CASES)} verdicts, one per case.")
    for number, (given, case) in enumerate(zip(answer, CASES, strict=True), 1):
        _, rule, value, lower, upper = case
        given = given.strip().lower() if isinstance(given, str) else given
        if given not in verdicts:
            raise Wrong(f"Case {number}: {given!r} is none of {', '.join(verdicts)}.")
        found = evaluation.read_interval(lower, upper)
        verdict = paper.judge(rule, found, f"the interval runs from {lower:+.2f} to {upper:+.2f}")
        if given != verdict.word:
            raise Wrong(f"Case {number} is not {given!r}: {verdict.because}, so {_MEANS[found]}.")
    return "An interval that allows both answers settles nothing, whatever its middle value is."


def _errors() -> tuple[np.ndarray, np.ndarray]:
    """Absolute errors of two models on the same 50 children, hard for both or easy for both."""
    rng = np.random.default_rng(6)
    hard = rng.gamma(2.0, 0.5, 50)
    return hard + rng.normal(0.0, 0.1, 50), hard + 0.1 + rng.normal(0.0, 0.1, 50)


def _paired(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    gain = np.asarray(a) - np.asarray(b)
    return float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))


def _unpaired(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    return float(np.mean(a) - np.mean(b)), float(
        np.hypot(np.std(a, ddof=1), np.std(b, ddof=1)) / np.sqrt(len(a))
    )


@exercise(
    "15.2",
    hint="Subtract child by child first; then take mean, standard deviation (ddof=1) and divide "
    "by the square root of the number of children.",
    solution="""
        def paired(errors_a, errors_b):
            gain = errors_a - errors_b
            return gain.mean(), gain.std(ddof=1) / np.sqrt(len(gain))
    """,
    passes=[_paired, lambda a, b: np.array([np.mean(a - b), np.std(a - b) / len(a) ** 0.5])],
    fails=[
        _unpaired,
        lambda a, b: tuple(-x for x in _paired(a, b)),
        lambda a, b: float(np.mean(a - b)),
        lambda a, b: (np.mean(a - b), np.std(a - b, ddof=1)),
        "text",
    ],
)
def pair_them(answer: Callable[[np.ndarray, np.ndarray], object]) -> str:
    """A function of two error arrays: mean difference and its standard error, paired."""
    if not callable(answer):
        raise Wrong('Give the function itself: lesson.check("15.2", paired).')
    a, b = _errors()
    try:
        given = answer(a.copy(), b.copy())
    except TypeError as blank:
        if "llipsis" in str(blank):
            raise Unanswered from blank
        raise
    if given is None or (isinstance(given, tuple) and any(part is ... for part in given)):
        raise Unanswered
    if not isinstance(given, (tuple, list, np.ndarray)) or len(given) != 2:
        raise Wrong("Return two numbers: the mean difference and its standard error.")
    difference, error = float(given[0]), float(given[1])
    right, right_error = _paired(a, b)
    if np.isclose(difference, -right):
        raise Wrong(
            "The sign is turned round: take errors_a minus errors_b, so that a negative "
            "number says that A errs less."
        )
    if not np.isclose(difference, right):
        raise Wrong(
            f"The mean difference of our two test arrays is {right:.3f}, and yours is "
            f"{difference:.3f}."
        )
    unpaired = _unpaired(a, b)[1]
    if np.isclose(error, unpaired, rtol=0.03):
        raise Wrong(
            f"A standard error of {error:.3f} adds the spread of both models, as if they "
            "had read different children. Subtract child by child first."
        )
    if np.isclose(error, right_error * np.sqrt(len(a)), rtol=0.03):
        raise Wrong(
            "That is the standard deviation of the differences; divide it by the square "
            "root of the number of children."
        )
    if not np.isclose(error, right_error, rtol=0.03):
        raise Wrong(
            f"The standard error should be {right_error:.3f}, and yours is {error:.3f}. Divide the "
            "standard deviation of the differences by the square root of their number."
        )
    return (
        f"Paired, the standard error is {right_error:.3f} years; unpaired it would be "
        f"{unpaired:.3f}, and the same difference could be chance."
    )


def _weighted() -> tuple[float, float]:
    shares = paper.age_shares().set_index("age_band")
    errors = np.array([ERRORS[band] for band in shares.index])
    return float(shares["dha"] @ errors), float(shares["rsna"] @ errors)


@exercise(
    "15.3",
    hint="A data set's MAE is the mean over its children: each band's error times the share of "
    "children in that band, summed. The shares are in paper.age_shares().",
    solution="""
        shares, errors = paper.age_shares(), np.array([0.60, 0.90, 0.70, 0.50])
        answer = (sum(shares["dha"] * errors), sum(shares["rsna"] * errors))
    """,
    passes=[_weighted(), np.round(_weighted(), 2)],
    fails=[tuple(reversed(_weighted())), (0.675, 0.675), (0.67,), (8.1, 8.5)],
)
def weigh_the_ages(answer: Any) -> str:
    """The MAE of one model on the ages of two data sets, to two decimals."""
    if not isinstance(answer, (list, tuple, np.ndarray)) or len(answer) != 2:
        raise Wrong("Give two numbers: the MAE on the ages of DHA, and on those of RSNA.")
    given = [float(value) for value in answer]
    right = _weighted()
    if min(given) > 3:
        raise Wrong("These look like months; the errors above are in years.")
    if np.allclose(given, np.mean(list(ERRORS.values())), atol=0.005):
        raise Wrong(
            "That is the plain mean of the four bands. The bands do not hold equally many children."
        )
    if np.allclose(given, right[::-1], atol=0.005):
        raise Wrong("The two are swapped: DHA first, then RSNA.")
    for value, true, name in zip(given, right, ("DHA", "RSNA"), strict=True):
        if abs(value - true) > 0.006:
            raise Wrong(
                f"The MAE on the ages of {name} is not {value:.2f}. Multiply each band's "
                "error with that data set's share of the band, and add up."
            )
    return (
        f"One model, two errors: {right[0]:.2f} and {right[1]:.2f} years. It predicted no "
        "hand better on the one than on the other; only the mixture of ages differs."
    )
