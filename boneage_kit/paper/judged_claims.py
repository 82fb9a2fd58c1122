"""The claims of the paper with their sources, and the verdict on each from a kept study.

The live run of the last notebook demonstrates the same code on small data, and gives no verdict.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd

from ..benchmark import kept, methods
from ..evaluation.metrics import Interval
from ..evaluation.verdict import CANNOT_BE_TOLD, FIRST_ERRS_LESS
from .kept_evidence import BONET, FLOOR, StudyEvidence, of_study
from .verdicts import NEEDS_CHILDREN, Verdict, judge, judge_error, judge_worst


def _table(name: str) -> pd.DataFrame:
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def claims() -> pd.DataFrame:
    """Return the paper's claims, one per row.

    Columns: ``claim`` (its short name), ``question``, ``statement``, ``where`` (abstract,
    highlights or memory), ``mark`` (read or recalled), ``rule`` (of :mod:`.verdicts`), ``a, b``
    (the methods of :func:`boneage_kit.benchmark.methods.methods` that the claim compares, or the
    sexes), ``command`` (that runs the study), ``if_not`` (why it cannot be told where a study holds
    no evidence), ``figure`` (what ``boneage-kit figure`` writes for it).

    >>> claims().set_index("claim").loc["error", "statement"]
    'The automatic reading is about 0.8 years from the manual one.'
    """
    return _table("claims").fillna("")


def published() -> pd.DataFrame:
    """Return published errors of systems, readers and constant answers, in years.

    Columns: ``who, kind, year, value_years, measure, data, n, mark, source, note``. Values of
    different data sets and measures are not one ranking.

    >>> published().query("kind == 'paper'")["value_years"].item()
    0.8
    """
    return _table("published")


def generalists() -> pd.DataFrame:
    """Return published errors of general models (chatbots) that were shown hand radiographs.

    Columns: ``study, year, who, help, value_years, value_printed`` (as the study prints it),
    ``data, n, ages, reference, mark, source``. Only the abstracts could be read.

    >>> generalists()["value_years"].round(2).tolist()[:2]
    [2.37, 2.95]
    """
    return _table("generalists")


def helped_readers() -> pd.DataFrame:
    """Return the published trial of radiologists who read with and without an algorithm's answer.

    Columns: ``study, year, reading, n`` (examinations), ``value_years, value_printed`` (as the
    study prints it), ``over_12_months, over_24_months`` (shares), ``median_seconds, p_value`` (of
    the error), ``readers, reference, mark, source``. Only the abstract could be read.

    >>> helped_readers()["median_seconds"].tolist()
    [142, 102]
    """
    return _table("helped_readers")


def unknown() -> pd.DataFrame:
    """Return what could not be read of the paper, and what this kit does instead.

    >>> "layers" in set(unknown()["topic"])
    True
    """
    return _table("unknown")


def age_shares() -> pd.DataFrame:
    """Return which share (0 to 1) of the Digital Hand Atlas and of RSNA 2017 is of which age.

    >>> age_shares()[["dha", "rsna"]].sum().round(2).tolist()
    [1.0, 1.0]
    """
    return _table("age_shares")


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
        None: the first kept study on real hands.

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
        Names of kept studies; None: the first one on real hands.

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
    real = (name for name in kept.studies() if not name.startswith("phantom"))
    return of_study(study or next(real))


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
        return _row(number, Verdict(CANNOT_BE_TOLD, f"{reason} without an image"))
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


def _row(number: str, verdict: Verdict) -> dict[str, str]:
    return {"number": number, "verdict": verdict.word, "because": verdict.because}


def _number(value: float, lower: float, upper: float, sign: str = "") -> str:
    if pd.isna(lower):
        return f"{value:{sign}.2f}"
    return f"{value:{sign}.2f} ({lower:{sign}.2f} to {upper:{sign}.2f})"
