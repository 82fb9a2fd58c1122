"""Exercises of unit 02: move one bone by one stage, and read boys as girls."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import maturity
from ...plots.stage_examples import plate
from . import Wrong, exercise

#: A boy in mid-puberty, for exercise 02.1.
BOY_STAGES = {
    "radius": "G", "ulna": "F", "metacarpal_1": "F", "metacarpal_3": "F", "metacarpal_5": "F",
    "proximal_phalanx_1": "F", "proximal_phalanx_3": "F", "proximal_phalanx_5": "F",
    "middle_phalanx_3": "F", "middle_phalanx_5": "F", "distal_phalanx_1": "F",
    "distal_phalanx_3": "G", "distal_phalanx_5": "G",
}  # fmt: skip


@exercise(
    "02.1",
    hint="Put H in the place of the question mark. Then turn both scores into ages: "
    'maturity.tw3_rus_bone_age(before, "M") and the same for after. Subtract the first age from '
    "the second.",
    solution="""
    before = maturity.tw3_rus_score(n02.BOY_STAGES, "M")
    after = maturity.tw3_rus_score(n02.BOY_STAGES | {"radius": "H"}, "M")
    older_by = maturity.tw3_rus_bone_age(after, "M") - maturity.tw3_rus_bone_age(before, "M")
    """,
    passes=(0.733, 0.7, 0.73),
    fails=(51, 8.8, 0.543, 0.5, 0.8, 0.2, 11.7, 12.4, -0.45, 1.6, -0.7),
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
        raise Wrong(f"{points} points is the rise of the score. Turn both scores into ages first.")
    if abs(rise - 12 * right) < 0.3:
        raise Wrong("That is the rise in months. The kit's ages are years: divide by 12.")
    if abs(rise - _rise("F")) < 0.05:
        raise Wrong('That is what the girls\' tables give. This child is a boy: use "M" each time.')
    if abs(rise + right) < 0.06:
        raise Wrong("The size is right, but the sign is not. A higher stage makes the hand older.")
    for stage in ("G", "H"):
        if abs(rise - maturity.tw3_rus_bone_age(_score("M", stage), "M")) < 0.06:
            raise Wrong(
                f"That is the bone age with the radius at {stage}. The question is how far the "
                "two ages are apart: subtract one from the other."
            )
    for stage in ("F", "I"):
        if abs(rise - _rise("M", stage)) < 0.06:
            raise Wrong(f"That is the change to stage {stage}. The second reader says stage H.")
    if abs(rise - right) > 0.06:  # one decimal is enough: a table shows no more
        raise Wrong(
            "Score all 13 bones twice, with the radius at G and at H. Then subtract the ages."
        )
    return (
        f"One stage of one bone moves the age by {right:.1f} years, because the radius has a fifth "
        "of all points. A reader who is unsure between G and H is unsure about that much."
    )


def _score(sex: str, radius: str) -> int:
    return maturity.tw3_rus_score(BOY_STAGES | {"radius": radius}, sex)


def _rise(sex: str, stage: str = "H") -> float:
    return maturity.tw3_rus_bone_age(_score(sex, stage), sex) - maturity.tw3_rus_bone_age(
        _score(sex, "G"), sex
    )


#: Ages (years, atlas) of the phantom boys of exercise 02.2.
AGES = (6, 8, 10, 12, 14)


def errors_of_wrong_sex(sex: str, other: str) -> list[float]:
    """Return TW3 age by the ``other`` sex's tables minus the right one (years), at five ages.

    >>> [round(error, 1) for error in errors_of_wrong_sex("F", "M")]
    [1.8, 1.7, 1.6, 1.8, 1.7]
    """
    errors = []
    for age in AGES:
        stages = plate(sex, float(age)).stages
        right, wrong = (
            maturity.tw3_rus_bone_age(maturity.tw3_rus_score(stages, tables), tables)
            for tables in (sex, other)
        )
        errors.append(wrong - right)
    return errors


_BOYS = tuple(round(error, 2) for error in errors_of_wrong_sex("M", "F"))


@exercise(
    "02.2",
    hint="Exchange F and M everywhere in the loop: the plates are those of boys, right is scored "
    "with M in both places, wrong with F in both places. Collect wrong - right in a list.",
    solution="""
    errors = []
    for age in [6, 8, 10, 12, 14]:
        stages = plots.plate("M", float(age)).stages
        right = maturity.tw3_rus_bone_age(maturity.tw3_rus_score(stages, "M"), "M")
        wrong = maturity.tw3_rus_bone_age(maturity.tw3_rus_score(stages, "F"), "F")
        errors.append(wrong - right)
    """,
    passes=(_BOYS, [round(error, 1) for error in _BOYS], np.array(_BOYS)),
    fails=(
        [-error for error in _BOYS],
        [12 * error for error in _BOYS],
        errors_of_wrong_sex("F", "M"),
        _BOYS[:4],
        -1.6,
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ),
)
def boys_read_as_girls(answer: Any) -> str:
    """Five errors in years with their sign; girls, months and the wrong sign are recognised."""
    try:
        given = np.asarray([float(value) for value in answer])
    except (TypeError, ValueError):
        raise Wrong("Give a list of five numbers, one error in years for each age.") from None
    right = np.asarray(errors_of_wrong_sex("M", "F"))
    if len(given) != len(right):
        raise Wrong(f"Give five errors, one for each age. Your list has {len(given)}.")

    def near(other: Any) -> bool:
        return bool(np.allclose(given, other, atol=0.06))

    if near(-right):
        raise Wrong("The sizes are right, but the sign is not. An error is wrong minus right.")
    if near(errors_of_wrong_sex("F", "M")):
        raise Wrong("These are girls read as boys. Draw boys: plots.plate with M.")
    if np.allclose(given, 12 * right, atol=0.7):
        raise Wrong("These are months. The kit's ages are years: divide by 12.")
    if not near(right):
        first = int(np.argmax(np.abs(given - right) > 0.06))
        raise Wrong(
            f"The error at {AGES[first]} years is not right. Use the boys' tables (M) twice for "
            "the right age, and the girls' tables (F) twice for the wrong age."
        )
    return (
        f"Every boy comes out too young, by {-right.max():.1f} to {-right.min():.1f} years. The "
        "error is about as large as for girls, and has the opposite sign."
    )
