"""The kit's one rule for verdicts: what the evidence says about two errors.

Benchmark, paper, notebooks and README use it alike. A verdict is one of five:

* ``the first errs less``, ``the second errs less``: chance alone rarely gives such a difference.
* ``alike``: the two differ by less than :data:`MARGIN`, whichever is better.
* ``cannot be told``: the evidence allows both.
* ``one training: no verdict``: how much another training would change is not known.

A yes and a no come from the same two tests. A difference is claimed where p, corrected by Holm for
all questions asked together, is below 5 %. "Alike" is claimed where two one-sided tests at half of
that level both reject a difference of ``MARGIN`` (so that the 95 % interval lies within it), with
Holm's correction as well. Both tests count children *and* trainings (:mod:`.two_way`).
``studies/verdict_rule.py`` measures how often the rule errs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from ..errors import BadInput
from .cell_differences import holm
from .two_way import TwoWay, beside, chance_of, rows_of_trainings

FIRST_ERRS_LESS = "the first errs less"
SECOND_ERRS_LESS = "the second errs less"
ALIKE = "alike"
CANNOT_BE_TOLD = "cannot be told"
ONE_TRAINING = "one training: no verdict"
VERDICTS = (FIRST_ERRS_LESS, SECOND_ERRS_LESS, ALIKE, CANNOT_BE_TOLD, ONE_TRAINING)
#: The smallest difference in MAE that matters, in years: about five weeks. Two human readers of
#: one hand differ by about five times as much (``maturity.reader_studies``). The paper's methods
#: are remembered to lie within it of one another.
MARGIN = 0.1
#: How often a table of questions may claim a difference where there is none.
ALPHA = 0.05


@dataclass(frozen=True)
class Evidence:
    """A difference of two errors in years, the first minus the second, with all that limits it.

    ``lower, upper``: 95 % interval, not corrected for several questions. ``p``: of no difference.
    ``p_alike``: of a difference of at least ``MARGIN``, doubled, so that it too is held against
    5 %. With one training all of these but ``difference`` are NaN. ``trainings`` counts those of
    the method that was trained less often.
    """

    difference: float
    lower: float
    upper: float
    p: float
    p_alike: float
    children: int
    trainings: int
    folds: int


def paired_evidence(first: pd.DataFrame, second: pd.DataFrame) -> Evidence:
    """Return how the errors of two methods differ on the children that both predicted.

    A training is one fold and one seed. Trainings with the same fold and seed are set beside each
    other, child by child. Where one method was trained once on a fold (a median, or ridge on frozen
    features of all images: another seed gives the same again), its training stands beside each
    one of the other. A deterministic method has the chance of its training images all the same: it
    counts one training per fold, and the folds give the variance.

    Parameters
    ----------
    first, second
        Predictions tables (years), each of one method, with ``fold`` and ``seed`` where there are
        several.

    Raises
    ------
    BadInput
        If the tables share no training or fewer than two children, or label a child differently.

    >>> rng, ages = np.random.default_rng(0), np.tile(np.linspace(2, 17, 80), 4)
    >>> table = pd.DataFrame({"image_id": np.tile(np.arange(80), 4), "sex": "F", "y_true": ages,
    ...                       "fold": 0, "seed": np.repeat(range(4), 80)})
    >>> better, worse = (table.assign(y_pred=np.clip(ages + rng.normal(0, sd, 320), 0, 19))
    ...                  for sd in (0.5, 1.0))
    >>> found = paired_evidence(better, worse)
    >>> bool(found.upper < 0), found.children, found.trainings
    (True, 80, 4)
    """
    a, b = rows_of_trainings(first), rows_of_trainings(second)
    trainings = [int(x[["fold", "seed"]].drop_duplicates().shape[0]) for x in (a, b)]
    both = beside(a, b)
    if not np.allclose(both["y_true_a"], both["y_true_b"], atol=1e-3):
        raise BadInput(
            "The tables give different labels to the same child.",
            "Measure both methods against the same readings.",
        )
    gain = (both["error_a"] - both["error_b"]).to_numpy()
    found = chance_of(gain, both, min(trainings))
    value = float(both.assign(gain=gain).groupby("image_id")["gain"].mean().mean())
    return evidence_of(value, found, min(*trainings, found.trainings))


def gap_evidence(predictions: pd.DataFrame, column: str, first: str, second: str) -> Evidence:
    """Return how one method's error differs between two parts of the children.

    Parameters
    ----------
    predictions
        One method's predictions (years), with ``fold`` and ``seed`` where there are several.
    column, first, second
        ``"sex", "F", "M"`` for girls minus boys.

    >>> table = pd.DataFrame({"image_id": range(8), "sex": list("FM") * 4, "y_true": 8.0,
    ...                       "y_pred": [8.5, 9, 8.4, 9.1, 8.6, 8.9, 8.5, 9]})
    >>> gap_evidence(table.assign(fold=[0, 0, 0, 0, 1, 1, 1, 1]), "sex", "F", "M").difference
    -0.5
    """
    rows = rows_of_trainings(predictions, column)
    rows = rows[rows[column].isin([first, second])]
    inside = (rows[column] == first).to_numpy()
    if inside.all() or not inside.any():
        raise BadInput(
            f"The predictions hold no two parts {first} and {second} of {column}.",
            "Compare parts that both have children.",
        )
    by_child = rows.groupby(["image_id", column], observed=True)["error"].mean().reset_index()
    means = by_child.groupby(column, observed=True)["error"].agg(["mean", "size"])
    share = means["size"] / len(by_child)
    own = rows["error"].to_numpy() - rows[column].map(means["mean"]).to_numpy(dtype=float)
    sign = np.where(inside, 1, -1) / rows[column].map(share).to_numpy(dtype=float)
    found = chance_of(own * sign, rows, None)
    value = float(means.loc[first, "mean"] - means.loc[second, "mean"])
    return evidence_of(value, found, found.trainings)


def cells_evidence(cells: pd.DataFrame) -> Evidence:
    """Return the evidence where a study kept errors of trainings and no predictions.

    The mean of each fold is one value; folds hold other children and other training images, so the
    spread between folds includes both kinds of chance. One fold has no spread: no verdict.

    Parameters
    ----------
    cells
        ``fold``, ``difference`` (years, first minus second) and ``n_test`` (children).

    >>> cells = pd.DataFrame({"fold": [0, 1, 2], "difference": [-0.3, -0.2, -0.4], "n_test": 100})
    >>> found = cells_evidence(cells)
    >>> round(found.difference, 2), round(found.upper, 2), found.trainings
    (-0.3, -0.05, 3)
    """
    folds = cells.groupby("fold").agg({"difference": "mean", "n_test": "max"})
    values, children = folds["difference"].to_numpy(), int(folds["n_test"].sum())
    se = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else np.nan
    found = TwoWay(se, values.size - 1, children, values.size, values.size)
    return evidence_of(float(values.mean()), found, values.size)


def decide(questions: Mapping[str, Evidence]) -> pd.DataFrame:
    """Return the verdict on each of the questions that are asked together.

    Returns
    -------
    pandas.DataFrame
        One row per question, its name as index: ``difference, lower, upper`` (years), ``p`` and
        ``p_alike`` after Holm's correction over the questions with more than one training,
        ``children, trainings, folds``, ``verdict`` (one of :data:`VERDICTS`) and ``because`` (the
        reason, a clause without a full stop).

    >>> clear = Evidence(-0.5, -0.6, -0.4, 0.001, 1.0, 900, 10, 5)
    >>> unclear = Evidence(0.0, -0.2, 0.2, 0.9, 0.3, 900, 10, 5)
    >>> decide({"a": clear, "b": unclear})["verdict"].tolist()
    ['the first errs less', 'cannot be told']
    """
    if not questions:
        raise BadInput("There is no question.", "Give the evidence of at least one.")
    rows = corrected(list(questions.values()))
    asked = sum(not np.isnan(found.p) for found in rows)
    table = pd.DataFrame([vars(found) for found in rows], index=list(questions))
    table["verdict"] = [word(found) for found in rows]
    table["because"] = [_because(found, word(found), asked) for found in rows]
    return table


def corrected(questions: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence of questions asked together, both p values corrected by Holm.

    Questions with one training make no claim, and are not counted.

    >>> [found.p for found in corrected([Evidence(-0.5, -0.6, -0.4, 0.01, 1.0, 900, 10, 5)] * 2)]
    [0.02, 0.02]
    """
    asked = [k for k, found in enumerate(questions) if not np.isnan(found.p)]
    p, alike = (
        dict(zip(asked, holm([getattr(questions[k], name) for k in asked]), strict=True))
        for name in ("p", "p_alike")
    )
    return [
        replace(found, p=float(p[k]), p_alike=float(alike[k])) if k in p else found
        for k, found in enumerate(questions)
    ]


def word(found: Evidence) -> str:
    """Return the verdict on evidence whose p values are :func:`corrected`.

    >>> word(Evidence(0.01, -0.03, 0.05, 0.6, 0.001, 900, 10, 5))
    'alike'
    """
    if np.isnan(found.p):
        return ONE_TRAINING
    if found.p_alike < ALPHA:
        return ALIKE
    if found.p < ALPHA:
        return FIRST_ERRS_LESS if found.difference < 0 else SECOND_ERRS_LESS
    return CANNOT_BE_TOLD


def read_interval(lower: float, upper: float) -> str:
    """Return the verdict on one question from the 95 % interval of its difference (years).

    The same as :func:`decide` says of a question that is asked alone.

    >>> read_interval(-0.3, -0.15), read_interval(-0.3, 0.1), read_interval(-0.02, 0.08)
    ('the first errs less', 'cannot be told', 'alike')
    """
    if -MARGIN < lower and upper < MARGIN:
        return ALIKE
    if lower <= 0 <= upper:
        return CANNOT_BE_TOLD
    return FIRST_ERRS_LESS if upper < 0 else SECOND_ERRS_LESS


def _because(found: Evidence, verdict: str, asked: int) -> str:
    if verdict == ONE_TRAINING:
        return (
            f"the difference is {found.difference:+.2f} years, but one of the two was trained "
            "once, and another training could end otherwise"
        )
    text = (
        f"the difference is {found.difference:+.2f} years, 95 % interval {found.lower:+.2f} to "
        f"{found.upper:+.2f}, with {found.children:,} children and {found.trainings} trainings "
        "each"
    )
    if found.folds == 1:
        text += " on the same training images"
    if verdict == ALIKE:
        return f"{text}: within {MARGIN:g} either way"
    if verdict == CANNOT_BE_TOLD:
        outside = found.lower > 0 or found.upper < 0
        together = f" once {asked} questions are asked together" if outside else ""
        return f"{text}: neither a difference nor its absence is shown{together}"
    small = min(abs(found.lower), abs(found.upper)) < MARGIN
    return f"{text}: it may be smaller than the {MARGIN:g} that matters" if small else text


def evidence_of(value: float, found: TwoWay, trainings: int) -> Evidence:
    """Return a difference (years) with its interval and tests, from its standard error.

    >>> evidence_of(-0.4, TwoWay(0.1, 9, 500, 10, 5), 10).p < 0.01
    True
    """
    counts = (found.children, trainings, found.folds)
    if trainings < 2:
        return Evidence(value, np.nan, np.nan, np.nan, np.nan, *counts)
    reach = found.reach()
    if found.se == 0:  # equal in every child and training
        p, p_alike = float(value == 0), float(abs(value) >= MARGIN)
    else:
        p = float(2 * special.stdtr(found.freedom, -abs(value) / found.se))
        p_alike = float(min(1, 2 * special.stdtr(found.freedom, (abs(value) - MARGIN) / found.se)))
    return Evidence(value, value - reach, value + reach, p, p_alike, *counts)
