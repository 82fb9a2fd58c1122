"""One model against another on the same children, against a constant, or on other ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import check_predictions
from .bootstrap import bootstrap_interval
from .headline import one_model
from .runs import child_errors
from .strata import holm


@dataclass(frozen=True)
class Comparison:
    """Paired difference of two MAEs in years, ``a - b``: below zero, ``a`` is the better.

    ``p`` is the sign-flip permutation test: how often would swapping the two models at random,
    child by child, give a difference as large?
    """

    n: int
    mae_a: float
    mae_b: float
    difference: float
    lower: float
    upper: float
    p: float


def compare(
    predictions_a: pd.DataFrame, predictions_b: pd.DataFrame, n: int = 1000, seed: int = 0
) -> Comparison:
    """Compare two models on the same children, pairing each child with itself.

    Two separate intervals that overlap say little: the children that are hard for one model are
    mostly hard for the other, and pairing takes that out.

    Raises
    ------
    BadInput
        If the two tables do not hold the same children with the same labels.

    >>> ages = np.linspace(2, 17, 80)
    >>> table = pd.DataFrame({"image_id": range(80), "sex": "F", "y_true": ages})
    >>> better = compare(table.assign(y_pred=ages + 0.5), table.assign(y_pred=ages - 0.8))
    >>> round(better.difference, 2), better.p < 0.01
    (-0.3, True)
    """
    a, b = (_one_row_a_child(table) for table in (predictions_a, predictions_b))
    if set(a.index) != set(b.index):
        shared = len(set(a.index) & set(b.index))
        raise BadInput(f"The tables hold {len(a)} and {len(b)} children and share {shared}.",
                       "Compare two models on the same children.")
    b = b.loc[a.index]
    if not np.allclose(a["y_true"], b["y_true"], atol=1e-3):
        raise BadInput("The tables give different labels to the same child.",
                       "Measure both models against the same readings.")
    gain = (a["error"] - b["error"]).to_numpy()
    table = pd.DataFrame({"y_true": np.zeros_like(gain), "y_pred": gain})
    value, lower, upper = bootstrap_interval(lambda true, pred: float(pred.mean()), table, n, seed)
    return Comparison(len(a), float(a["error"].mean()), float(b["error"].mean()),
                      value, lower, upper, _sign_flip(gain, max(n, 1000), seed))


def _one_row_a_child(predictions: pd.DataFrame) -> pd.DataFrame:
    clean = one_model(predictions)
    table = child_errors(clean).set_index("image_id")
    return table.assign(y_true=clean.groupby("image_id")["y_true"].mean())


def _sign_flip(gain: np.ndarray, n: int, seed: int) -> float:
    """Return the two-sided permutation p value of a mean difference of zero."""
    rng = np.random.default_rng(seed)
    observed = abs(gain.mean())
    as_far = sum(
        abs((gain * rng.choice((-1.0, 1.0), gain.size)).mean()) >= observed - 1e-12
        for _ in range(n)
    )
    return float((as_far + 1) / (n + 1))


def compare_all(
    tables: Mapping[str, pd.DataFrame], n: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Return every pair of models compared on the same children, p values corrected by Holm.

    >>> ages = np.linspace(2, 17, 80)
    >>> table = pd.DataFrame({"image_id": range(80), "sex": "F", "y_true": ages})
    >>> models = {"x": table.assign(y_pred=ages + 0.5), "y": table.assign(y_pred=ages - 0.8)}
    >>> compare_all(models)[["a", "b", "difference"]].round(2)
       a  b  difference
    0  x  y        -0.3
    """
    names = list(tables)
    rows = [
        {"a": a, "b": b, **vars(compare(tables[a], tables[b], n, seed))}
        for i, a in enumerate(names) for b in names[i + 1:]
    ]
    if not rows:
        raise BadInput("There is only one model.", "Give at least two tables to compare.")
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table["p"]))


def on_shared_children(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables cut to the children that all of them hold, which may be none.

    >>> one = pd.DataFrame({"image_id": ["a", "b"], "y_pred": [8.0, 9.0]})
    >>> found = on_shared_children({"x": one, "y": one.iloc[1:]})
    >>> found["x"]["image_id"].tolist()
    ['b']
    """
    shared = set.intersection(*(set(one["image_id"]) for one in tables.values()))
    return {name: one[one["image_id"].isin(shared)] for name, one in tables.items()}


def constant_predictor(train_table: pd.DataFrame, test_table: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of one that never looks: the median age of the child's sex.

    It is the floor row of every table. The median is the best constant for the absolute error.

    Parameters
    ----------
    train_table, test_table
        Record tables (label in ``bone_age``) or predictions tables (label in ``y_true``), years.

    Returns
    -------
    pandas.DataFrame
        The predictions schema with ``model`` = ``"constant (sex's median)"``; group, readers and
        the like are carried over from the test table.

    Raises
    ------
    BadInput
        If a label is missing, or the training table lacks a sex that the test table holds.

    >>> train = pd.DataFrame({"sex": ["F", "F", "M"], "bone_age": [8.0, 10.0, 12.0]})
    >>> test = pd.DataFrame({"image_id": ["a", "b"], "sex": ["F", "M"], "bone_age": [7.0, 13.0]})
    >>> constant_predictor(train, test)["y_pred"].tolist()
    [9.0, 12.0]
    """
    medians = train_table.groupby("sex")[_label(train_table)].median().to_dict()
    missing = set(test_table["sex"]) - set(medians)
    if missing:
        raise BadInput(f"The training table holds no child of sex {', '.join(sorted(missing))}.",
                       "Take the constant from both sexes.")
    kept = ("image_id", "sex", "fold", "seed", "group", "chronological_age", "reader_1",
            "reader_2", "source")
    table = test_table[[name for name in kept if name in test_table]].copy()
    table.insert(2, "y_true", test_table[_label(test_table)].astype(float))
    table.insert(3, "y_pred", test_table["sex"].map(medians).astype(float))
    return check_predictions(table.assign(model="constant (sex's median)"))


def _label(table: pd.DataFrame) -> str:
    for name in ("y_true", "bone_age"):
        if name in table:
            return name
    raise BadInput("The table has neither bone_age nor y_true.", "Give the label in years.")


def reweighted_mae(
    predictions: pd.DataFrame, reference: pd.DataFrame | None = None, *, width: float = 2.0,
    n: int = 1000, seed: int = 0,
) -> pd.DataFrame:
    """Return the MAE as it would be on a common age distribution, beside the raw one.

    A data set with many children of an easy age has a low MAE for that reason alone. Here each
    band of ``width`` years gets the same weight (the Digital Hand Atlas is nearly flat in age,
    RSNA is not), or the weight it has in ``reference``.

    Parameters
    ----------
    predictions
        One model's predictions.
    reference
        A table with ``y_true`` or ``bone_age`` (years) whose ages to imitate; None: flat over the
        bands that hold at least one child.
    width
        Years a band.

    Returns
    -------
    pandas.DataFrame
        Rows ``raw`` and ``re-weighted``; columns ``value, lower, upper`` (years),
        ``effective_n`` (Kish: how many equally weighted children the weights are worth) and
        ``covered`` (share of the reference whose bands the predictions reach).

    >>> table = pd.DataFrame({"image_id": range(40), "sex": "F", "y_true": [3.0] * 10 + [9.0] * 30})
    >>> table["y_pred"] = table["y_true"] + np.repeat([2.0, 0.4], [10, 30])
    >>> reweighted_mae(table, n=50)["value"].round(2).to_dict()
    {'raw': 0.8, 're-weighted': 1.2}
    """
    clean = _one_row_a_child(predictions)
    bands = np.floor(clean["y_true"].to_numpy() / width).astype(int)
    here = pd.Series(bands).value_counts(normalize=True)
    if reference is None:
        wanted, covered = pd.Series(1 / here.size, index=here.index), 1.0
    else:
        ages = reference[_label(reference)].to_numpy(dtype=float)
        wanted = pd.Series(np.floor(ages / width).astype(int)).value_counts(normalize=True)
        covered = float(wanted[wanted.index.isin(here.index)].sum())
        if covered == 0:
            raise BadInput("The two tables share no age band.", "Compare tables of similar ages.")
    ratio = (wanted / here).reindex(here.index).fillna(0.0)
    weight = ratio.reindex(bands).to_numpy()
    error = clean["error"].to_numpy()
    return pd.DataFrame(
        {
            "raw": _weighted(error, np.ones_like(error), bands, n, seed) | {"covered": 1.0},
            "re-weighted": _weighted(error, weight, bands, n, seed) | {"covered": covered},
        }
    ).T


def _weighted(
    error: np.ndarray, weight: np.ndarray, bands: np.ndarray, n: int, seed: int
) -> dict[str, float]:
    """Return the weighted mean with a bootstrap interval that draws within each age band."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(bands == band) for band in np.unique(bands)]
    share = np.array([weight[at].sum() for at in rows]) / weight.sum()
    draws = np.stack([
        error[at][rng.integers(0, at.size, (n, at.size))].mean(axis=1) for at in rows
    ])  # (bands, n)
    lower, upper = np.quantile(share @ draws, [0.025, 0.975])
    return {"value": float((error * weight).sum() / weight.sum()), "lower": float(lower),
            "upper": float(upper),
            "effective_n": float(weight.sum() ** 2 / np.square(weight).sum())}
