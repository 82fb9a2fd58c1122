"""From the kit's verdict on a question to what it says about a claim of the paper.

The verdict itself is that of :mod:`boneage_kit.evaluation.verdict`, computed from a kept study. For
a claim there are three words:

* ``seen here``: our study, with its own networks, sizes and children, shows what the paper claims.
* ``not seen here``: our study shows the opposite. Our networks and image sizes are not the paper's,
  so this does not refute the paper.
* ``cannot be told``: our study shows neither.

A yes and a no come from the same verdict. Errors of drawn hands say nothing about children.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import BadInput
from ..evaluation.metrics import Interval
from ..evaluation.verdict import ALIKE, CANNOT_BE_TOLD, FIRST_ERRS_LESS, SECOND_ERRS_LESS, VERDICTS

SEEN_HERE = "seen here"
NOT_SEEN_HERE = "not seen here"
CLAIM_VERDICTS = (SEEN_HERE, NOT_SEEN_HERE, CANNOT_BE_TOLD)

#: "About 0.8 years": what rounds to 0.8.
ROUNDS_UP_TO = 0.85
#: Which verdicts on "a against b" are a yes to a rule, and which a no.
_YES = {
    "less": (FIRST_ERRS_LESS,),
    "no_worse": (FIRST_ERRS_LESS, ALIKE),
    "alike": (ALIKE,),
}
_NO = {
    "less": (SECOND_ERRS_LESS, ALIKE),
    "no_worse": (SECOND_ERRS_LESS,),
    "alike": (FIRST_ERRS_LESS, SECOND_ERRS_LESS),
}
#: Rules about two methods or two parts of the children, and rules about the size of one error.
RULES = (*_YES, "about", "every_stratum")
#: What these rules ask cannot be answered by drawn hands.
NEEDS_CHILDREN = ("about", "every_stratum", "alike")


class Verdict(NamedTuple):
    """``word`` (one of ``CLAIM_VERDICTS``) and ``because`` (a clause without a full stop)."""

    word: str
    because: str


def judge(rule: str, verdict: str, because: str = "") -> Verdict:
    """Return what a verdict on two errors says about a claim.

    Parameters
    ----------
    rule
        ``less``: the first errs less. ``no_worse``: it errs less, or alike. ``alike``: both err
        alike.
    verdict
        One of :data:`boneage_kit.evaluation.VERDICTS`.
    because
        Carried over.

    Raises
    ------
    BadInput
        For another rule or verdict.

    >>> judge("less", "the first errs less").word, judge("less", "alike").word
    ('seen here', 'not seen here')
    >>> judge("no_worse", "alike").word, judge("alike", "one training: no verdict").word
    ('seen here', 'cannot be told')
    """
    if rule not in _YES:
        raise BadInput(f"There is no rule {rule!r}.", f"Use one of {', '.join(_YES)}.")
    if verdict not in VERDICTS:
        raise BadInput(f"There is no verdict {verdict!r}.", f"Use one of {', '.join(VERDICTS)}.")
    if verdict in _YES[rule]:
        return Verdict(SEEN_HERE, because)
    if verdict in _NO[rule]:
        return Verdict(NOT_SEEN_HERE, because)
    return Verdict(CANNOT_BE_TOLD, because)


def judge_error(error: Interval, on_the_atlas: bool) -> Verdict:
    """Judge "the error is about 0.8 years", which only the paper's own atlas can tell.

    ``error`` in years, with the chance of children and of trainings.

    >>> judge_error(Interval(0.7, 0.6, 0.8), on_the_atlas=True).word
    'seen here'
    >>> judge_error(Interval(0.7, 0.6, 0.8), on_the_atlas=False).word
    'cannot be told'
    """
    said = (
        f"our error is {error.value:.2f} years, 95 % interval {error.lower:.2f} to "
        f"{error.upper:.2f}"
    )
    if not on_the_atlas:
        return Verdict(
            CANNOT_BE_TOLD,
            f"{said}, on other children, readers and ages than the paper's Digital Hand Atlas",
        )
    return _at_most(error, said)


def judge_worst(worst: Interval, name: str, compared: int, on_the_atlas: bool) -> Verdict:
    """Judge "about 0.8 years holds everywhere" by the stratum with the largest error.

    ``worst``: its error in years, with an interval that holds for all strata together. One stratum
    that is surely worse is a no on any children; a yes needs the paper's own atlas.

    >>> judge_worst(Interval(1.6, 1.2, 2.0), "15+ y", 4, on_the_atlas=False).word
    'not seen here'
    """
    said = (
        f"the worst of {compared} parts ({name}) errs {worst.value:.2f} years, {worst.lower:.2f} "
        f"to {worst.upper:.2f} where the intervals of all parts hold together"
    )
    told = _at_most(worst, said)
    if told.word == SEEN_HERE and not on_the_atlas:
        return Verdict(CANNOT_BE_TOLD, f"{said}, on other children than the paper's")
    return told


def _at_most(error: Interval, said: str) -> Verdict:
    if error.upper <= ROUNDS_UP_TO:
        return Verdict(SEEN_HERE, said)
    if error.lower > ROUNDS_UP_TO:
        return Verdict(NOT_SEEN_HERE, said)
    return Verdict(CANNOT_BE_TOLD, f"{said}: {ROUNDS_UP_TO:g} lies inside")
