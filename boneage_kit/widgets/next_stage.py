"""What a bone shows now and what changes next, in words."""

from __future__ import annotations

from functools import cache

from .. import maturity
from ..phantom import PhantomRadiograph
from ..plots.hand_pictures import bone_name

__all__ = ["centre_of", "criterion_of", "describe_bone"]


@cache
def _criteria() -> dict[tuple[str, str], str]:
    table = maturity.stage_criteria()
    return {(row.bone, row.stage): row.criterion for row in table.itertuples()}


@cache
def _onsets(sex: str) -> dict[tuple[str, str], float]:
    table = maturity.rus_stage_onsets(sex)
    return {(row.bone, row.stage): row.onset_age for row in table.itertuples()}


@cache
def _centres(sex: str) -> dict[str, dict[str, float]]:
    return maturity.ossification_table(sex).set_index("centre").to_dict("index")


def criterion_of(bone: str, stage: str) -> str:
    """Return the criterion of one stage of an RUS bone.

    >>> criterion_of("ulna", "A")
    'No centre of ossification is seen yet.'
    """
    return _criteria()[bone, stage]


def describe_bone(drawn: PhantomRadiograph, bone: str) -> str:
    """Return what one bone shows on a phantom, and what changes next, in two or three sentences.

    For the 13 RUS bones that is the TW stage and the next stage's criterion with the rough age
    (Greulich and Pyle scale, an estimate) at which it is reached; for the others the timetable.
    """
    name = bone_name(bone)
    if bone not in maturity.RUS_BONES:
        return f"{name[0].upper()}{name[1:]}. {_timetable_text(bone, drawn.sex, drawn.bone_age)}"
    stage = drawn.stages[bone]
    scores = maturity.rus_stage_scores(bone, drawn.sex)
    now = (
        f"{name[0].upper()}{name[1:]}: stage {stage}, {scores[stage]} points. "
        f"{criterion_of(bone, stage)}"
    )
    later = [letter for letter in scores if letter > stage]
    if not later:
        return f"{now} This is its last stage."
    onset = _onsets(drawn.sex).get((bone, later[0]))
    about = f" (about {onset:.1f} years)" if onset is not None else ""
    return f"{now} Next, stage {later[0]}{about}: {criterion_of(bone, later[0])}"


def _timetable_text(bone: str, sex: str, age: float) -> str:
    row = _centres(sex).get(centre_of(bone))
    if row is None:
        return "It is there from birth."
    events = [
        ("its centre appears", row["appear_p50"]),
        ("the epiphysis caps the shaft, or is as wide as it", row["cap_age"]),
        ("fusion begins", row["fusion_start"]),
        ("fusion is complete", row["fusion_end"]),
    ]
    dated = [(what, when) for what, when in events if when == when]
    past = [f"{what} at {when:.1f}" for what, when in dated if when <= age]
    ahead = [f"{what} at {when:.1f}" for what, when in dated if when > age]
    passed = f"Passed: {'; '.join(past)}. " if past else ""
    return passed + (
        f"Next: {ahead[0]} years (median, timetable)."
        if ahead
        else "Nothing further is on the timetable."
    )


def centre_of(bone: str) -> str:
    """Return the name of the centre on the timetable for a label's name.

    >>> centre_of("ulna"), centre_of("middle_phalanx_3"), centre_of("lunate")
    ('ulna_distal_epi', 'MP3_epi', 'lunate')
    """
    stem = bone.removesuffix("_epiphysis")
    if stem in ("radius", "ulna"):
        return f"{stem}_distal_epi"
    head, _, ray = stem.rpartition("_")
    short = {
        "metacarpal": "MC",
        "proximal_phalanx": "PP",
        "middle_phalanx": "MP",
        "distal_phalanx": "DP",
    }.get(head)
    return f"{short}{ray}_epi" if short else stem
