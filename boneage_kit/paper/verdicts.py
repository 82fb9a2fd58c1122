"""From our number and its interval to a verdict, by one rule per claim.

A rule looks at nothing but a result row (value, lower, upper in years). Three verdicts exist:
``reproduced``, ``not reproduced`` and ``cannot be told``; each comes with its reason, and the last
is an honest answer, not a failure. Some rules were sharpened after our own first trial runs (a
method must beat the floor, a single seed must not decide), so our own table is exploratory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import BadInput

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
CANNOT_BE_TOLD = "cannot be told"

#: "About 0.8 years": what rounds to 0.8.
CLAIMED_ERROR = 0.8
ROUNDS_UP_TO = 0.85
#: Differences in MAE up to this many years count as "no worse": about five weeks.
MARGIN = 0.1
#: Four fifths of the Digital Hand Atlas, less a margin: what "few images" are in the paper.
FEW_IMAGES = 1000
#: Two trainings of BoNet that differ in the seed alone are up to this many years apart (95 %, 400
#: images; ``studies/seed_spread.py``). With ENOUGH_RUNS seeds averaged it is no longer asked.
LUCK = 0.25
ENOUGH_RUNS = 3


class Verdict(NamedTuple):
    """``word`` (one of three) and ``because`` (the reason, a clause without a full stop)."""

    word: str
    because: str


def _between(row: Mapping[str, Any]) -> str:
    return f"{row['value']:+.2f} years, 95 % interval {row['lower']:+.2f} to {row['upper']:+.2f}"


def less(row: Mapping[str, Any]) -> Verdict:
    """Judge "A errs less than B" by the interval of the paired difference A - B.

    >>> less({"value": -0.5, "lower": -0.7, "upper": -0.3}).word
    'reproduced'
    >>> less({"value": -0.1, "lower": -0.3, "upper": 0.1}).because
    'the difference is -0.10 years, 95 % interval -0.30 to +0.10: it could be nothing'
    """
    said = f"the difference is {_between(row)}"
    if row["upper"] < 0:
        return Verdict(REPRODUCED, said)
    if row["lower"] > 0:
        return Verdict(NOT_REPRODUCED, f"{said}: the other way round")
    return Verdict(CANNOT_BE_TOLD, f"{said}: it could be nothing")


def no_worse(row: Mapping[str, Any]) -> Verdict:
    """Judge "A errs at most ``MARGIN`` years more than B" by the interval of A - B.

    >>> no_worse({"value": 0.02, "lower": -0.05, "upper": 0.09}).word
    'reproduced'
    >>> no_worse({"value": 0.3, "lower": 0.2, "upper": 0.4}).word
    'not reproduced'
    """
    said = f"the difference is {_between(row)}"
    if row["upper"] <= MARGIN:
        return Verdict(REPRODUCED, f"{said}: no worse by more than {MARGIN:g}")
    if row["lower"] > MARGIN:
        return Verdict(NOT_REPRODUCED, f"{said}: worse by more than {MARGIN:g}")
    return Verdict(CANNOT_BE_TOLD, f"{said}: {MARGIN:g} lies inside")


def no_difference(row: Mapping[str, Any]) -> Verdict:
    """Judge "A and B err alike", within ``MARGIN`` years either way.

    >>> no_difference({"value": 0.02, "lower": -0.05, "upper": 0.09}).word
    'reproduced'
    >>> no_difference({"value": 0.02, "lower": -0.25, "upper": 0.29}).word
    'cannot be told'
    """
    said = f"the difference is {_between(row)}"
    if -MARGIN <= row["lower"] and row["upper"] <= MARGIN:
        return Verdict(REPRODUCED, f"{said}: within {MARGIN:g} either way")
    if row["lower"] > MARGIN or row["upper"] < -MARGIN:
        return Verdict(NOT_REPRODUCED, f"{said}: beyond {MARGIN:g}")
    return Verdict(CANNOT_BE_TOLD, f"{said}: {MARGIN:g} lies inside")


def allow_for_luck(verdict: Verdict, value: float, runs: int) -> Verdict:
    """Withhold a verdict on a difference that another seed alone could have made.

    The interval of a row includes the chance in which children were chosen. It does not include
    the chance in one training.

    >>> allow_for_luck(Verdict(REPRODUCED, "the difference is -0.1"), -0.1, runs=1).word
    'cannot be told'
    >>> allow_for_luck(Verdict(REPRODUCED, "the difference is -0.1"), -0.1, runs=5).word
    'reproduced'
    """
    if runs >= ENOUGH_RUNS or abs(value) >= LUCK or verdict.word == CANNOT_BE_TOLD:
        return verdict
    return Verdict(
        CANNOT_BE_TOLD,
        f"{verdict.because}; but two trainings that differ in the "
        f"seed alone can be {LUCK:g} years apart",
    )


def few(row: Mapping[str, Any]) -> Verdict:
    """Judge "trained on few images it beats the floor": the paper's few are about 1,100.

    Failing on fewer than that refutes nothing.

    >>> few({"value": 0.1, "lower": -0.1, "upper": 0.3, "n_train": 60}).word
    'cannot be told'
    >>> few({"value": 0.3, "lower": 0.1, "upper": 0.5, "n_train": 1100}).word
    'not reproduced'
    """
    verdict = less(row)
    if verdict.word == NOT_REPRODUCED and (row.get("n_train") or 0) < FEW_IMAGES:
        return Verdict(
            CANNOT_BE_TOLD,
            f"{verdict.because}; these are fewer images or passes than the claim is about",
        )
    return verdict


def about(row: Mapping[str, Any]) -> Verdict:
    """Judge "the error is about 0.8 years", on the paper's own atlas only.

    >>> about({"value": 0.7, "lower": 0.6, "upper": 0.8, "data": "dha"}).word
    'reproduced'
    >>> about({"value": 0.7, "lower": 0.6, "upper": 0.8, "data": "rsna"}).word
    'cannot be told'
    """
    said = (
        f"our error is {row['value']:.2f} years, 95 % interval {row['lower']:.2f} to "
        f"{row['upper']:.2f}"
    )
    if not str(row.get("data") or "").startswith("dha"):
        return Verdict(
            CANNOT_BE_TOLD,
            f"{said}, on other children, readers and ages than the paper's Digital Hand Atlas",
        )
    if row["upper"] <= ROUNDS_UP_TO:
        return Verdict(REPRODUCED, said)
    if row["lower"] > ROUNDS_UP_TO:
        return Verdict(NOT_REPRODUCED, said)
    return Verdict(CANNOT_BE_TOLD, f"{said}: {CLAIMED_ERROR:g} lies inside, and so does worse")


def every_stratum(row: Mapping[str, Any]) -> Verdict:
    """Judge "about 0.8 years holds everywhere" by the stratum with the largest error.

    One stratum that is surely worse refutes it on any real data; that none is shows it only on
    the paper's own atlas.

    >>> every_stratum({"value": 1.6, "lower": 1.2, "upper": 2.0, "data": "rsna"}).word
    'not reproduced'
    """
    where = f" ({row['note']})" if row.get("note") else ""
    said = (
        f"the worst stratum{where} errs {row['value']:.2f} years, 95 % interval "
        f"{row['lower']:.2f} to {row['upper']:.2f}"
    )
    if row["lower"] > ROUNDS_UP_TO:
        return Verdict(NOT_REPRODUCED, said)
    if row["upper"] <= ROUNDS_UP_TO and str(row.get("data") or "").startswith("dha"):
        return Verdict(REPRODUCED, said)
    return Verdict(CANNOT_BE_TOLD, said)


RULES: dict[str, Callable[[Mapping[str, Any]], Verdict]] = {
    "less": less,
    "few": few,
    "no_worse": no_worse,
    "within_readers": no_worse,
    "no_difference": no_difference,
    "about": about,
    "every_stratum": every_stratum,
}
#: Rules about an error's size say nothing on drawn hands, however small it is.
NEEDS_CHILDREN = ("about", "every_stratum", "no_difference", "within_readers")


def judge(rule: str, row: Mapping[str, Any] | None, if_not: str = "") -> Verdict:
    """Return the verdict of one rule on one result row; without a row, the reason there is none.

    Raises
    ------
    BadInput
        For an unknown rule, or a row without an interval.

    >>> judge("literature", None, "it was said of 2016").word
    'cannot be told'
    >>> judge("about", {"value": 0.2, "lower": 0.1, "upper": 0.3, "source": "phantom"}).because
    'our number on drawn hands, 0.20 years, says nothing about children'
    """
    if row is None:
        return Verdict(CANNOT_BE_TOLD, if_not or "it was not run on these data")
    if rule not in RULES:
        raise BadInput(f"There is no rule {rule!r}.", f"Use one of {', '.join(RULES)}.")
    if row["lower"] is None or row["upper"] is None:
        raise BadInput(
            f"The result {row.get('method')!r} has no interval.", "Judge no number without one."
        )
    if row.get("source") == "phantom" and rule in NEEDS_CHILDREN:
        return Verdict(
            CANNOT_BE_TOLD,
            f"our number on drawn hands, {row['value']:.2f} years, says nothing about children",
        )
    return RULES[rule](row)
