"""One standard error for two kinds of chance: which children were read, and how a training ended.

Predictions stand in a layout of children x trainings: a training is one fold and one seed, and it
predicts every child of its fold. Another sample of children would give another mean, and so would
other trainings. Counting the predictions as if each stood alone forgets both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ..errors import BadInput
from .checked_table import one_model


class TwoWay(NamedTuple):
    """A standard error (``se``, unit of the values), its degrees of freedom, and what was counted.

    ``children``, ``trainings`` and ``folds`` say how many of each stand behind it. With one
    training, ``se`` includes the chance of the children alone.
    """

    se: float
    freedom: int
    children: int
    trainings: int
    folds: int

    def reach(self, level: float = 0.95) -> float:
        """Return half the width of the two-sided t interval."""
        return float(special.stdtrit(self.freedom, (1 + level) / 2) * self.se)


def two_way(
    values: np.ndarray,
    child: np.ndarray,
    fold: np.ndarray,
    seed: np.ndarray,
    *,
    fewest: int | None = None,
) -> TwoWay:
    """Return the standard error of a mean over children, each child's rows averaged first.

    Three sums of squares are formed: over children, over trainings, and over single predictions.
    The variance is the first two less the third, as in an analysis of variance of a two-way layout;
    it is never taken below either of the first two. Trainings on one fold share their training
    images and their test children. So the variance between the means of folds is formed too, and
    the larger of the two variances is used.

    Parameters
    ----------
    values
        Float (rows,): what is averaged, one row per child and training. For an estimate that is no
        plain mean, its influence values (their mean is zero).
    child, fold, seed
        (rows,): whose the row is, and the two numbers of the training.
    fewest
        Trainings of the method that was trained less often; None: as many as there are.

    Returns
    -------
    TwoWay
        Degrees of freedom: one less than the trainings, or than the folds where these decide.

    Raises
    ------
    BadInput
        With fewer than two children.

    Source: Cameron, Gelbach and Miller 2011, J Bus Econ Stat 29:238-249 (two-way clusters);
    Searle, Casella and McCulloch 1992, Variance Components, chapter 4.

    >>> child, seed = np.tile(np.arange(100), 3), np.repeat([0, 1, 2], 100)
    >>> by_training = two_way(seed - 1.0, child, np.zeros(300), seed)  # means -1, 0 and 1
    >>> round(by_training.se, 3), by_training.freedom
    (0.577, 2)
    """
    child, fold = _numbers(child), _numbers(fold)
    training = _numbers(fold * (int(_numbers(seed).max(initial=0)) + 1) + _numbers(seed))
    children, trainings, folds = (int(x.max(initial=-1)) + 1 for x in (child, training, fold))
    if children < 2:
        raise BadInput(
            "A standard error needs at least two children.", "Report the error itself alone."
        )
    weight = 1 / (children * np.bincount(child)[child])
    part = weight * (values - (weight * values).sum())
    of_children = _between(part, child, children)
    if trainings == 1:
        return TwoWay(float(np.sqrt(of_children)), children - 1, children, 1, 1)
    of_trainings = _between(part, training, trainings)
    both = max(of_children + of_trainings - np.square(part).sum(), of_children, of_trainings)
    of_folds = _between(part, fold, folds) if folds > 1 else 0.0
    units = folds if of_folds > both else min(trainings, fewest or trainings)
    freedom = max(1, min(units, children) - 1)
    se = float(np.sqrt(max(both, of_folds)))
    return TwoWay(se, freedom, children, trainings, folds)


def _between(part: np.ndarray, unit: np.ndarray, units: int) -> float:
    """Return the variance of the estimate that comes from between the units."""
    return float(np.square(np.bincount(unit, part)).sum() * units / (units - 1))


def _numbers(values: np.ndarray) -> np.ndarray:
    return pd.factorize(np.asarray(values))[0]


def rows_of_trainings(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return one row per prediction: ``image_id, y_true, fold, seed, error`` and the columns.

    ``error`` is absolute, in years. A table without ``fold`` or ``seed`` is one training.

    >>> table = pd.DataFrame({"image_id": ["a"], "sex": "F", "y_true": 8.0, "y_pred": 7.5})
    >>> rows_of_trainings(table)[["fold", "seed", "error"]].values.tolist()
    [[0.0, 0.0, 0.5]]
    """
    clean = one_model(predictions)
    rows = pd.DataFrame(clean[["image_id", "y_true", *columns]])
    for name in ("fold", "seed"):
        rows[name] = clean[name] if name in clean and clean[name].notna().all() else 0
    return rows.assign(error=(clean["y_pred"] - clean["y_true"]).abs())


def beside(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of two methods beside each other, by child, fold and seed.

    Where one method was trained once on a fold, its training stands beside each of the other's.

    Raises
    ------
    BadInput
        If they share fewer than two children.

    >>> one = pd.DataFrame({"image_id": ["a", "b"], "fold": 0, "seed": 0, "error": 0.5})
    >>> two = pd.concat([one, one.assign(seed=1)])
    >>> len(beside(one, two)), len(beside(two, two))
    (4, 4)
    """
    parts = []
    for fold in sorted(set(a["fold"]) & set(b["fold"])):
        own, other = a[a["fold"] == fold], b[b["fold"] == fold]
        seeds = [table["seed"].nunique() for table in (own, other)]
        on = ["image_id", "fold"] if 1 in seeds else ["image_id", "fold", "seed"]
        both = own.merge(other, on=on, suffixes=("_a", "_b"))
        if "seed" not in both:
            both["seed"] = both["seed_a"] if seeds[1] == 1 else both["seed_b"]
        parts.append(both)
    both = pd.concat(parts, ignore_index=True) if parts else a.iloc[:0]
    if both["image_id"].nunique() < 2:
        raise BadInput(
            f"The two methods share {both['image_id'].nunique()} test children of the same fold "
            "and seed.",
            "Train and test both on the same folds.",
        )
    return both


def chance_of(values: np.ndarray, rows: pd.DataFrame, fewest: int | None = None) -> TwoWay:
    """Return :func:`two_way` of values whose child, fold and seed stand in a table's rows.

    >>> rows = pd.DataFrame({"image_id": ["a", "b", "c"], "fold": 0, "seed": 0})
    >>> chance_of(np.array([1.0, 2.0, 3.0]), rows).children
    3
    """
    child, fold, seed = (rows[name].to_numpy() for name in ("image_id", "fold", "seed"))
    return two_way(values, child, fold, seed, fewest=fewest)
