"""Exercises of unit 02: move one bone by one stage."""

from __future__ import annotations

from typing import Any

from ... import maturity
from . import Wrong, exercise

#: A boy in mid-puberty, for exercise 01.2.
BOY_STAGES = {
    "radius": "G", "ulna": "F", "metacarpal_1": "F", "metacarpal_3": "F", "metacarpal_5": "F",
    "proximal_phalanx_1": "F", "proximal_phalanx_3": "F", "proximal_phalanx_5": "F",
    "middle_phalanx_3": "F", "middle_phalanx_5": "F", "distal_phalanx_1": "F",
    "distal_phalanx_3": "G", "distal_phalanx_5": "G",
}  # fmt: skip


@exercise(
    "02.1",
    hint="Score the 13 stages twice with maturity.tw3_rus_score, once with the radius at G and "
    'once at H: n02.BOY_STAGES | {"radius": "H"}. Turn both into ages and subtract.',
    solution="""
    before = maturity.tw3_rus_score(n02.BOY_STAGES, "M")
    after = maturity.tw3_rus_score(n02.BOY_STAGES | {"radius": "H"}, "M")
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
