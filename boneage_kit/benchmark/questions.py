"""The questions of the paper, and ours, asked of a study: each a paired difference and a verdict.

``ablations.csv`` names the two methods of each question, what is expected of them, and who says so.
*Learned features* are those of BoNet from scratch. A *fine-tuned network* and *ImageNet features as
they are* (frozen) are named as such.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from ..evaluation.verdict import Evidence, cells_evidence, decide, gap_evidence, paired_evidence
from . import methods
from .leaderboard import at_size

BONET = "bonet"
#: The one question about two parts of the children; it needs predictions.
_SEXES = {
    "question": "girls against boys, BoNet from scratch",
    "a": "F",
    "b": "M",
    "expectation": "",
    "source": "Spampinato et al. 2017: tested on both sexes, the table could not be read",
}


def ablations(table: pd.DataFrame, n_train: int) -> pd.DataFrame:
    """Return the questions at one training size, each with its verdict; all are asked together.

    This table is the only place where a study's questions get their verdicts. A question of which
    one side was not run at this size, or not on the same folds, is left out.

    Parameters
    ----------
    table
        Predictions, as :func:`boneage_kit.benchmark.leaderboard.predictions` returns them.
    n_train
        Training images.

    Returns
    -------
    pandas.DataFrame
        ``question, a, b, method_a, method_b, children, cells`` (trainings of the method that was
        trained less often), ``folds, difference_years, lower, upper, difference_months`` (below
        zero ``a`` errs less), ``p, p_alike`` (Holm), ``expected`` (which one was expected to err
        less), ``verdict, because`` (:mod:`boneage_kit.evaluation.verdict`) and ``source``.
    """
    parts = dict(iter(at_size(table, n_train).groupby("method")))
    pairs = _pairs(parts)
    found = [paired_evidence(parts[a], parts[b]) for a, b in _names(pairs)]
    if BONET in parts and parts[BONET]["sex"].nunique() == 2:
        pairs = pd.concat([pairs, pd.DataFrame([_SEXES])], ignore_index=True)
        found.append(gap_evidence(parts[BONET], "sex", "F", "M"))
    return _answers(pairs, found)


def ablations_of_cells(cells: pd.DataFrame, n_train: int) -> pd.DataFrame:
    """Return the same from a study's errors per training, where no predictions were kept.

    The folds give the chance (:func:`boneage_kit.evaluation.cells_evidence`).

    Parameters
    ----------
    cells
        ``table.csv`` of a study: ``method, n_train, fold, seed, n_test, mae_years``.
    """
    parts = dict(iter(at_size(cells, n_train).groupby("method")))
    pairs = _pairs(parts)
    return _answers(pairs, [evidence_of_cells(parts[a], parts[b]) for a, b in _names(pairs)])


def evidence_of_cells(a: pd.DataFrame, b: pd.DataFrame) -> Evidence:
    """Return the evidence for two methods' rows of a study's ``table.csv``, fold by fold.

    >>> a = pd.DataFrame({"fold": [0, 1], "seed": 0, "n_test": 90, "mae_years": [1.0, 1.1]})
    >>> round(evidence_of_cells(a, a.assign(mae_years=[1.2, 1.4])).difference, 2)
    -0.25
    """
    of_a, of_b = (x.groupby("fold", as_index=False)[["mae_years", "n_test"]].mean() for x in (a, b))
    both = of_a.merge(of_b[["fold", "mae_years"]], on="fold", suffixes=("", "_b"))
    return cells_evidence(both.assign(difference=both["mae_years"] - both["mae_years_b"]))


def _pairs(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the questions of which both sides were run on a common fold."""
    with (files(__package__) / "ablations.csv").open(encoding="utf-8") as file:
        pairs = pd.read_csv(file, keep_default_na=False)
    folds = {name: set(part["fold"]) for name, part in parts.items()}
    there = [bool(folds.get(a, set()) & folds.get(b, set())) for a, b in _names(pairs)]
    return pairs[there].reset_index(drop=True)


def _answers(pairs: pd.DataFrame, found: list[Evidence]) -> pd.DataFrame:
    if pairs.empty:
        return pd.DataFrame()
    told = decide(dict(zip(pairs["question"], found, strict=True))).reset_index(drop=True)
    labels = methods.labels() | {"F": "girls", "M": "boys"}
    return pd.DataFrame(
        {
            "question": pairs["question"],
            "a": pairs["a"].map(labels),
            "b": pairs["b"].map(labels),
            "method_a": pairs["a"],
            "method_b": pairs["b"],
            "children": told["children"],
            "cells": told["trainings"],
            "folds": told["folds"],
            "difference_years": told["difference"],
            "lower": told["lower"],
            "upper": told["upper"],
            "difference_months": 12 * told["difference"],
            "p": told["p"],
            "p_alike": told["p_alike"],
            "expected": pairs["expectation"],
            "verdict": told["verdict"],
            "because": told["because"],
            "source": pairs["source"],
        }
    ).round(4)


def _names(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["a"], pairs["b"], strict=True))
