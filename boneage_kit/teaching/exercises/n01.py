"""Exercises of notebook 01: find the plate, move one stage, state agreement, repair its limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import evaluation, maturity
from ...phantom.children import cohort, read_plates
from . import Wrong, exercise

#: The hand of exercise 01.1, as keywords of :func:`boneage_kit.phantom.render`.
MYSTERY: dict[str, Any] = {"sex": "M", "bone_age": 9.2, "seed": 21, "variation": 0.4}
#: A boy in mid-puberty, for exercise 01.2.
BOY_STAGES = {
    "radius": "G", "ulna": "F", "metacarpal_1": "F", "metacarpal_3": "F", "metacarpal_5": "F",
    "proximal_phalanx_1": "F", "proximal_phalanx_3": "F", "proximal_phalanx_5": "F",
    "middle_phalanx_3": "F", "middle_phalanx_5": "F", "distal_phalanx_1": "F",
    "distal_phalanx_3": "G", "distal_phalanx_5": "G",
}  # fmt: skip


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


@exercise(
    "01.1",
    hint="Count carpals first (how many of eight?). Then look for the epiphysis of the ulna and, "
    "by the Gilsanz table, at the width of the epiphyses of the distal phalanges.",
    solution="my_reading = 9.0  # or the plates on either side, 8.0 and 10.0",
    passes=(9.0, 8.5, 9.5),
    fails=(6.0, 13.0, 110, "nine"),
)
def find_the_plate(answer: Any) -> str:
    """Within a year of the drawn age; otherwise name a centre that speaks against the answer."""
    try:
        age = float(answer)
    except (TypeError, ValueError):
        raise Wrong("Give your bone age as a number of years, 8.5 for 8 years 6 months.") from None
    if not 0 <= age <= 20:
        raise Wrong(f"{age:g} is not an age in years; if you meant months, divide by 12.")
    truth = MYSTERY["bone_age"]
    if abs(age - truth) > 1.05:
        raise Wrong(_speaks_against(age, truth))
    return (
        f"It was drawn at {truth:.1f} years; the nearest plate is "
        f"{maturity.age_in_words(maturity.nearest_gp_plate(truth, 'M'))}. Two readers differ "
        "by about half a year on average, and sometimes by more than a plate."
    )


def _speaks_against(age: float, truth: float) -> str:
    table = maturity.ossification_table("M")
    if age < truth:
        rows = table[(table["appear_p50"] > age) & (table["appear_p50"] <= truth - 0.5)]
        sign, column = "is there on this hand, and usually appears at", "appear_p50"
    else:
        rows = table[(table["appear_p50"] > truth + 0.5) & (table["appear_p50"] <= age)]
        sign, column = "is not there yet, and is usually seen from", "appear_p50"
    if rows.empty:
        rows = table[(table["cap_age"] > truth) & (table["cap_age"] <= age)]
        sign, column = "does not cap its shaft yet, as it would from", "cap_age"
    word = "young" if age < truth else "old"
    if rows.empty:
        return (
            f"That is too {word}. Compare the widths of the epiphyses of the distal and middle "
            "phalanges with the plates on either side."
        )
    row = rows.sort_values(column, kind="stable").iloc[-1 if age < truth else 0]
    return f"That is too {word}: the {row['name']} {sign} {row[column]:.1f} years."


@exercise(
    "01.2",
    hint="Score the 13 stages twice with maturity.tw3_rus_score, once with the radius at G and "
    'once at H: n01.BOY_STAGES | {"radius": "H"}. Turn both into ages and subtract.',
    solution="""
    before = maturity.tw3_rus_score(n01.BOY_STAGES, "M")
    after = maturity.tw3_rus_score(n01.BOY_STAGES | {"radius": "H"}, "M")
    older_by = maturity.tw3_rus_bone_age(after, "M") - maturity.tw3_rus_bone_age(before, "M")
    """,
    passes=(0.733, 0.7),
    fails=(51, 8.8, 0.543, 0.5, 0.8, 0.2),
)
def one_stage_of_the_radius(answer: Any) -> str:
    """The rise in years; points, months and the girls' table are recognised."""
    try:
        rise = float(answer)
    except (TypeError, ValueError):
        raise Wrong("Give one number: years of TW3 bone age.") from None
    right = _rise("M")
    points = _score("M", "H") - _score("M", "G")
    if abs(rise - points) < 0.5:
        raise Wrong(f"{points} is the rise of the score; turn both scores into ages and subtract.")
    if abs(rise - 12 * right) < 0.3:
        raise Wrong("That is the rise in months; the kit's ages are years.")
    if abs(rise - _rise("F")) < 0.05:
        raise Wrong("That is what the girls' tables give; the child is a boy.")
    if abs(rise + right) < 0.02:
        raise Wrong("The size is right, the sign is not: a higher stage makes the hand older.")
    if abs(rise - right) > 0.06:  # one decimal is enough: a table shows no more
        raise Wrong("Score all 13 bones twice, with the radius at G and at H; only then subtract.")
    return (
        f"One stage of one bone moves the age by {right:.1f} years: the radius carries a fifth "
        "of all points, so that a reader unsure between G and H is unsure about that much."
    )


def _score(sex: str, radius: str) -> int:
    return maturity.tw3_rus_score(BOY_STAGES | {"radius": radius}, sex)


def _rise(sex: str) -> float:
    return maturity.tw3_rus_bone_age(_score(sex, "H"), sex) - maturity.tw3_rus_bone_age(
        _score(sex, "G"), sex
    )


def _limits(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    agreement = evaluation.bland_altman(second, first)
    return agreement.lower, agreement.upper


@exercise(
    "01.3",
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
    "01.4",
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
        raise Wrong('Hand over the function itself: lesson.check("01.4", my_limits).')
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
