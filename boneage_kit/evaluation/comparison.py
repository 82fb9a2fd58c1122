"""One model against another on the same children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .bootstrap import resampled_intervals
from .cell_differences import holm
from .checked_table import child_errors, one_model
from .metrics import bias

#: Random swaps of the permutation test: enough that Holm can still find a difference in 200 pairs.
SWAPS = 4_999
#: Up to so many children each is swapped by itself; beyond, in as many random blocks.
MOST_SWAPPED = 1_000


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
    return _paired(errors_by_child(predictions_a), errors_by_child(predictions_b), n, seed)


def errors_by_child(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per child, by image_id: ``error`` (years, mean of its rows) and ``y_true``."""
    clean = one_model(predictions)
    first = np.unique(clean.children, return_index=True)[1]
    labels = clean["y_true"].to_numpy()[first]
    return child_errors(clean).set_index("image_id").assign(y_true=labels)


def _paired(a: pd.DataFrame, b: pd.DataFrame, n: int, seed: int) -> Comparison:
    if not a.index.equals(b.index):
        if len(a) != len(b) or not a.index.isin(b.index).all():
            shared = int(a.index.isin(b.index).sum())
            raise BadInput(
                f"The tables hold {len(a)} and {len(b)} children and share {shared}.",
                "Compare two models on the same children.",
            )
        b = b.loc[a.index]
    if not np.allclose(a["y_true"], b["y_true"], atol=1e-3):
        raise BadInput(
            "The tables give different labels to the same child.",
            "Measure both models against the same readings.",
        )
    gain = (a["error"] - b["error"]).to_numpy()
    interval = resampled_intervals(
        {"mean": bias}, np.zeros_like(gain), gain, np.arange(gain.size), n, seed
    )["mean"]
    return Comparison(
        len(a),
        float(a["error"].mean()),
        float(b["error"].mean()),
        *interval,
        _sign_flip(gain, seed),
    )


def _sign_flip(gain: np.ndarray, seed: int) -> float:
    """Return the two-sided permutation p value of a mean difference of zero."""
    rng = np.random.default_rng(seed)
    if gain.size > MOST_SWAPPED:  # swapping whole blocks of children is an exact test too
        gain = np.bincount(rng.permutation(gain.size) % MOST_SWAPPED, gain)
    if not gain.any():
        return 1.0
    test = stats.permutation_test(
        (gain,),
        lambda x, axis: np.abs(x.mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=SWAPS,
        batch=max(1, 500_000 // gain.size),
        vectorized=True,
        rng=rng,
    )
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
    children = {name: errors_by_child(table) for name, table in tables.items()}
    names = list(tables)
    pairs = (
        [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        if against is None
        else [(against, b) for b in names if b != against]
    )
    table = pd.DataFrame(
        [{"a": a, "b": b, **vars(_paired(children[a], children[b], n, seed))} for a, b in pairs]
    )
    return table.assign(p_holm=holm(table["p"]))


def on_shared_children(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables cut to the children that all of them hold, which may be none.

    >>> table = pd.DataFrame({"image_id": ["a", "b"], "y_pred": [8.0, 9.0]})
    >>> on_shared_children({"x": table, "y": table.iloc[1:]})["x"]["image_id"].tolist()
    ['b']
    """
    shared = set.intersection(*(set(table["image_id"]) for table in tables.values()))
    return {name: table[table["image_id"].isin(shared)] for name, table in tables.items()}
