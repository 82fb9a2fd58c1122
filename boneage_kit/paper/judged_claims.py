"""The verdict on each claim of the paper from a kept study.

The live run of the last notebook demonstrates the same code on small data, and gives no verdict.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from ..benchmark import kept, methods
from ..evaluation.metrics import Interval
from ..evaluation.verdict import CANNOT_BE_TOLD, FIRST_ERRS_LESS
from .kept_evidence import BONET, FLOOR, StudyEvidence, of_study
from .printed import claims
from .verdicts import NEEDS_CHILDREN, Verdict, judge, judge_error, judge_worst


def judge_all(study: str | StudyEvidence | None = None) -> pd.DataFrame:
    """Return the verdict on every claim from a kept study.

    All questions of a study are asked together. A method that is not shown to err less than the
    floor proves nothing about a claim. *Features learnt from radiographs* are those of BoNet from
    scratch; *deep features* are those of a network of general imagery as they are; pre-trained
    networks are fine-tuned.

    Parameters
    ----------
    study
        The name of a kept study (:func:`boneage_kit.benchmark.kept.studies`), or its evidence;
        None: the first kept study on real hands that holds BoNet.

    Returns
    -------
    pandas.DataFrame
        ``claim, number, verdict, because``; ``number`` is text in years, empty without evidence.

    >>> judged = judge_all("rsna").set_index("claim")
    >>> judged.loc["deformation", "verdict"]
    'cannot be told'
    """
    evidence = study if isinstance(study, StudyEvidence) else _evidence(study)
    rows = [{"claim": claim["claim"], **_judged(claim, evidence)} for claim in _claim_rows()]
    return pd.DataFrame(rows)


def differences(study: str | None = None) -> list[dict[str, Any]]:
    """Return the paired differences behind the claims, as ``plots.difference_forest`` takes them.

    Each: ``claim``, ``method`` (in words), ``value, lower, upper`` (years), ``n_train``. Questions
    with one training have no interval, and are left out.

    >>> {row["n_train"] for row in differences("rsna")}
    {1112}
    """
    evidence, rows = _evidence(study), []
    for claim in _claim_rows():
        found = evidence.answer(claim["a"], claim["b"])
        if found is not None and pd.notna(found["lower"]):
            rows.append(
                {
                    "claim": claim["claim"],
                    "method": f"{found['a']} minus {found['b']}",
                    "value": float(found["difference_years"]),
                    "lower": float(found["lower"]),
                    "upper": float(found["upper"]),
                    "n_train": int(found["n_train"]),
                }
            )
    return rows


def side_by_side(real: str | None = None, phantom: str = "phantom") -> pd.DataFrame:
    """Return the claims with our numbers and verdicts, real and phantom in separate columns.

    Parameters
    ----------
    real, phantom
        Names of kept studies; None: the first one on real hands that holds BoNet.

    >>> side_by_side().columns.tolist()
    ['claim', 'real: years', 'real: verdict', 'phantom: years', 'phantom: verdict']
    """
    table = claims()[["claim", "statement"]].rename(columns={"statement": "text"})
    for name, study in (("real", real), ("phantom", phantom)):
        judged = judge_all(study).set_index("claim")
        table[f"{name}: years"] = table["claim"].map(judged["number"])
        table[f"{name}: verdict"] = table["claim"].map(judged["verdict"])
    table["claim"] = table.pop("text")
    table.index = range(1, len(table) + 1)
    return table


def _claim_rows() -> list[dict[Hashable, Any]]:
    return claims().to_dict("records")


@lru_cache(maxsize=4)
def _evidence(study: str | None) -> StudyEvidence:
    return of_study(study or real_study())


def real_study() -> str:
    """Return the kept study that judges the claims: the first on real hands that holds BoNet.

    >>> real_study() in kept.studies()
    True
    """
    real = (name for name in kept.studies() if not name.startswith("phantom"))
    return next(name for name in real if BONET in set(kept.table(name)["method"]))


def _judged(claim: Mapping[Hashable, Any], evidence: StudyEvidence) -> dict[str, str]:
    rule, missing = claim["rule"], claim["if_not"] or "it was not run in this study"
    if evidence.is_phantom and rule in NEEDS_CHILDREN:
        return _row("", Verdict(CANNOT_BE_TOLD, "errors on drawn hands say nothing about children"))
    if claim["a"] == BONET and not claim["b"]:
        return _size_of_error(rule, missing, evidence)
    found = evidence.answer(claim["a"], claim["b"])
    if found is None:
        return _row("", Verdict(CANNOT_BE_TOLD, missing))
    number = _number(found["difference_years"], found["lower"], found["upper"], "+")
    lost = [name for name in _methods_of(claim) if _not_below_the_floor(name, evidence)]
    if lost:
        reason = f"{methods.get(lost[0]).label} is not shown to err less than an answer"
        behind = _behind(lost[0], evidence)
        return _row(number, Verdict(CANNOT_BE_TOLD, f"{reason} without an image{behind}"))
    because = f"{found['because']} ({int(found['n_train']):,} training images)"
    return _row(number, judge(rule, found["verdict"], because))


def _size_of_error(rule: str, missing: str, evidence: StudyEvidence) -> dict[str, str]:
    """Return what the size of BoNet's error says: of all children, or of the worst age band."""
    error, worst = evidence.error(), evidence.worst_age()
    if error is None or worst is None:
        return _row("", Verdict(CANNOT_BE_TOLD, missing))
    if rule == "about":
        return _row(_number(*error), judge_error(error, evidence.on_the_atlas))
    told = Interval(worst.mae, worst.lower, worst.upper)
    return _row(
        _number(*told), judge_worst(told, worst.name, worst.compared, evidence.on_the_atlas)
    )


def _methods_of(claim: Mapping[Hashable, Any]) -> list[str]:
    """Return the methods that have to err less than the floor before a claim can be told."""
    pair = [claim["a"], claim["b"]]
    return [] if FLOOR in pair else [BONET] if "F" in pair else pair


def _not_below_the_floor(method: str, evidence: StudyEvidence) -> bool:
    """Return whether a method is not shown to err less than the floor.

    Two methods that learned nothing have equal errors. This says nothing about the claim.
    """
    found = evidence.answer(method, FLOOR)
    return found is None or found["verdict"] != FIRST_ERRS_LESS


def _behind(method: str, evidence: StudyEvidence) -> str:
    """Return the evidence for a method against the floor: difference, trainings and questions."""
    found = evidence.answer(method, FLOOR)
    if found is None:
        return ""
    number = _number(found["difference_years"], found["lower"], found["upper"], "+")
    if pd.isna(found["lower"]):
        return f": {number} years, but one training"
    asked = int(evidence.answers["lower"].notna().sum())
    return f": {number} years, with {int(found['cells'])} trainings and {asked} questions at once"


def _row(number: str, verdict: Verdict) -> dict[str, str]:
    return {"number": number, "verdict": verdict.word, "because": verdict.because}


def _number(value: float, lower: float, upper: float, sign: str = "") -> str:
    if pd.isna(lower):
        return f"{value:{sign}.2f}"
    return f"{value:{sign}.2f} ({lower:{sign}.2f} to {upper:{sign}.2f})"
