"""One model against another on the same children, against a constant, or on other ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from ..records import check_predictions
from .bootstrap import BLOCKS, DRAWS_BY_CHILD, resampled_intervals, resampled_means
from .checked_table import CheckedTable, child_errors, one_model
from .metrics import bias
from .strata import holm

#: Random swaps of the permutation test: enough that Holm can still find a difference in 200 pairs.
SWAPS = 4_999


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
    return _paired(_by_child(predictions_a), _by_child(predictions_b), n, seed)


def _by_child(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per child, by image_id: ``error`` (years, mean of its rows) and ``y_true``."""
    clean = one_model(predictions)
    first = np.unique(clean.children, return_index=True)[1]
    labels = clean["y_true"].to_numpy()[first]
    return child_errors(clean).set_index("image_id").assign(y_true=labels)


def _paired(a: pd.DataFrame, b: pd.DataFrame, n: int, seed: int) -> Comparison:
    if not a.index.equals(b.index):
        if len(a) != len(b) or not a.index.isin(b.index).all():
            shared = int(a.index.isin(b.index).sum())
            raise BadInput(f"The tables hold {len(a)} and {len(b)} children and share {shared}.",
                           "Compare two models on the same children.")
        b = b.loc[a.index]
    if not np.allclose(a["y_true"], b["y_true"], atol=1e-3):
        raise BadInput("The tables give different labels to the same child.",
                       "Measure both models against the same readings.")
    gain = (a["error"] - b["error"]).to_numpy()
    interval = resampled_intervals({"mean": bias}, np.zeros_like(gain), gain,
                                   np.arange(gain.size), n, seed)["mean"]
    return Comparison(len(a), float(a["error"].mean()), float(b["error"].mean()), *interval,
                      _sign_flip(gain, seed))


def _sign_flip(gain: np.ndarray, seed: int) -> float:
    """Return the two-sided permutation p value of a mean difference of zero."""
    rng = np.random.default_rng(seed)
    if gain.size * SWAPS > 4 * DRAWS_BY_CHILD:  # swapping whole blocks is an exact test too
        gain = np.bincount(rng.permutation(gain.size) % BLOCKS, gain)
    if not gain.any():
        return 1.0
    test = stats.permutation_test(
        (gain,), lambda x, axis: np.abs(x.mean(axis=axis)), permutation_type="samples",
        alternative="greater", n_resamples=SWAPS, batch=max(1, 1_000_000 // gain.size),
        vectorized=True, rng=rng)
    return float(test.pvalue)


def compare_all(
    tables: Mapping[str, pd.DataFrame], n: int = 1000, seed: int = 0, *, against: str | None = None
) -> pd.DataFrame:
    """Return pairs of models compared on the same children, p values corrected by Holm.

    ``against`` names one model with which each of the others is compared; None: every pair.

    >>> ages = np.linspace(2, 17, 80)
    >>> table = pd.DataFrame({"image_id": range(80), "sex": "F", "y_true": ages})
    >>> models = {"x": table.assign(y_pred=ages + 0.5), "y": table.assign(y_pred=ages - 0.8)}
    >>> compare_all(models)[["a", "b", "difference"]].round(2)
       a  b  difference
    0  x  y        -0.3
    """
    if len(tables) < 2:
        raise BadInput("There is only one model.", "Give at least two tables to compare.")
    children = {name: _by_child(table) for name, table in tables.items()}
    names = list(tables)
    pairs = ([(a, b) for i, a in enumerate(names) for b in names[i + 1:]] if against is None else
             [(against, b) for b in names if b != against])
    table = pd.DataFrame([{"a": a, "b": b, **vars(_paired(children[a], children[b], n, seed))}
                          for a, b in pairs])
    return table.assign(p_holm=holm(table["p"]))


def on_shared_children(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables cut to the children that all of them hold, which may be none.

    >>> table = pd.DataFrame({"image_id": ["a", "b"], "y_pred": [8.0, 9.0]})
    >>> on_shared_children({"x": table, "y": table.iloc[1:]})["x"]["image_id"].tolist()
    ['b']
    """
    shared = set.intersection(*(set(table["image_id"]) for table in tables.values()))
    return {name: table[table["image_id"].isin(shared)] for name, table in tables.items()}


def constant_predictor(train_table: pd.DataFrame, test_table: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of a method that never looks: the median age of the child's sex.

    It is the floor of every table. The median is the best constant for the absolute error.

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


def constant_out_of_fold(predictions: pd.DataFrame, folds: int = 5, seed: int = 0) -> CheckedTable:
    """Return the floor of a labelled table: each child's constant comes from *other* children.

    The table's own folds are used where it has several, else ``folds`` random parts. A sex with
    too few children borrows the median of all others; a lone child is given its own label's
    median, NaN being no prediction.

    Returns
    -------
    CheckedTable
        The table with ``y_pred`` the median label (years) of the child's sex outside its fold,
        without ``lower`` and ``upper``.

    >>> table = pd.DataFrame({"image_id": list("abcd"), "sex": "F", "y_pred": 9.0,
    ...                       "y_true": [8.0, 9.0, 10.0, 11.0], "fold": [0, 0, 1, 1]})
    >>> constant_out_of_fold(table)["y_pred"].tolist()
    [10.5, 10.5, 8.5, 8.5]
    """
    clean = one_model(predictions)
    first = np.unique(clean.children, return_index=True)[1]
    label, sex = clean["y_true"].to_numpy()[first], clean["sex"].to_numpy(dtype=object)[first]
    part = _parts(clean, first, folds, seed)
    constant = np.full(first.size, np.median(label))
    for k in np.unique(part):
        inside = part == k
        for value in ("F", "M"):
            others = ~inside & (sex == value)
            others = others if others.any() else ~inside
            if others.any():
                constant[inside & (sex == value)] = np.median(label[others])
    dropped = [name for name in ("lower", "upper") if name in clean]
    table = clean.drop(columns=dropped).assign(y_pred=constant[clean.children],
                                               model="constant (sex's median)")
    return one_model(table)


def _parts(clean: CheckedTable, first: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Return each child's fold: the table's own where each child is in one of several."""
    if "fold" in clean and clean["fold"].nunique() > 1 and clean["fold"].notna().all():
        own = pd.factorize(clean["fold"])[0]
        if (own == own[first][clean.children]).all():
            return own[first]
    rng = np.random.default_rng(seed)
    return rng.permutation(np.arange(first.size) % folds)


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
        Years per band.

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
    clean = _by_child(predictions)
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
    draws = np.stack([resampled_means(error[at], n, rng) for at in rows])  # (bands, n)
    lower, upper = np.quantile(share @ draws, [0.025, 0.975])
    return {"value": float((error * weight).sum() / weight.sum()), "lower": float(lower),
            "upper": float(upper),
            "effective_n": float(weight.sum() ** 2 / np.square(weight).sum())}
