"""The TW3 stage of each RUS bone, read from the geometry that was drawn.

The criteria in own words stand in ``maturity.stage_criteria()``; here they meet the widths,
gaps and outlines of :class:`~boneage_kit.phantom.epiphysis.Epiphysis`.
"""

from __future__ import annotations

from ..maturity import RUS_BONES
from .epiphysis import FACETS, HOLLOW, Epiphysis
from .hand import Hand


def of(hand: Hand) -> dict[str, str]:
    """Return the stage, ``"A"`` to ``"I"``, of the 13 RUS bones of a drawn hand."""
    return {bone: stage(bone, hand.epiphyses[bone]) for bone in RUS_BONES}


def stage(bone: str, e: Epiphysis) -> str:
    """Return the TW3 stage of one bone from its epiphysis as drawn.

    >>> from boneage_kit.phantom import epiphysis, growth
    >>> boy = growth.clock("radius", "M")
    >>> [stage("radius", epiphysis.at(boy, age, 20.0)) for age in (1.0, 2.0, 8.0, 15.0, 17.0)]
    ['A', 'C', 'F', 'H', 'I']
    """
    if not e.present:
        return "A"
    wide, begun, done = e.width >= 1.0, e.fused > 0, e.fused >= 1
    hollow, facets, caps = e.hollow >= HOLLOW, e.facets >= FACETS, e.cap >= 0.5
    if bone == "radius":
        tests = {"I": begun, "H": caps, "G": e.facets >= 1, "F": facets, "E": hollow}
    elif bone == "ulna":
        tests = {"H": begun, "G": wide, "F": facets, "E": hollow}
    elif bone in ("metacarpal_3", "metacarpal_5"):
        tests = {"I": done, "H": begun, "G": wide, "F": facets, "E": hollow}
    elif bone == "metacarpal_1" or bone.startswith("distal"):
        tests = {"I": done, "H": begun, "G": caps, "F": facets, "E": wide}
    else:
        tests = {"I": done, "H": begun, "G": caps, "F": wide, "E": hollow}
    tests |= {"D": e.width >= 0.5, "C": e.edge >= 1}
    return next((name for name, met in tests.items() if met), "B")
