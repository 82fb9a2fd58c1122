"""The error as it would be on children of other ages."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from .bootstrap import resampled_means
from .comparison import errors_by_child
from .floor import label_column


def reweighted_mae(
    predictions: pd.DataFrame,
    reference: pd.DataFrame | None = None,
    *,
    width: float = 2.0,
    n: int = 1000,
    seed: int = 0,
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
    clean = errors_by_child(predictions)
    bands = np.floor(clean["y_true"].to_numpy() / width).astype(int)
    here = pd.Series(bands).value_counts(normalize=True)
    if reference is None:
        wanted, covered = pd.Series(1 / here.size, index=here.index), 1.0
    else:
        ages = reference[label_column(reference)].to_numpy(dtype=float)
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
    return {
        "value": float((error * weight).sum() / weight.sum()),
        "lower": float(lower),
        "upper": float(upper),
        "effective_n": float(weight.sum() ** 2 / np.square(weight).sum()),
    }
