"""Small cells: what few children can tell, and what they cannot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ..errors import BadInput
from .headline import one_model
from .runs import child_errors


def precision_of_cells(
    predictions: pd.DataFrame, sizes: Sequence[int] = (5, 10, 20, 50, 100, 200, 500),
    measure: str = "mae",
) -> pd.DataFrame:
    """Return how exactly a cell of so many children can tell its error, given this model's errors.

    Parameters
    ----------
    measure
        ``"mae"``, or ``"bias"``: signed errors spread wider than absolute ones, so a bias needs
        more children.

    Returns
    -------
    pandas.DataFrame
        Columns ``n`` (children a cell), ``half_width`` (years: of the 95 % interval of the MAE or
        bias) and ``detectable`` (years: true difference of two such cells that a test at 5 %
        finds in 80 % of studies, two-sided, before any correction for looking at many cells).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> precision_of_cells(table, sizes=(10, 100)).round(2).values.tolist()
    [[10.0, 0.36, 0.63], [100.0, 0.1, 0.2]]
    """
    clean = one_model(predictions)
    if measure not in ("mae", "bias"):
        raise BadInput(f"There is no precision of {measure!r}.", 'Use "mae" or "bias".')
    signed = (clean["y_pred"] - clean["y_true"]).groupby(clean["image_id"]).mean()
    sd = (signed if measure == "bias" else child_errors(clean)["error"]).std(ddof=1)
    n = np.asarray(sizes)
    return pd.DataFrame({
        "n": n, "half_width": stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n),
        "detectable": detectable_difference(sd, n),
    })


def detectable_difference(sd: float, n: ArrayLike, cells: int = 2) -> np.ndarray:
    """Return the true difference of two cells' means (years) found in 80 % of studies.

    Parameters
    ----------
    sd
        SD of one child's error (years), signed or absolute.
    n
        Children a cell.
    cells
        Looked for among all pairs of so many cells (Bonferroni).

    >>> float(detectable_difference(1.0, 100).round(2))
    0.4
    """
    reach = stats.norm.ppf(1 - 0.025 / (cells * (cells - 1) // 2)) + stats.norm.ppf(0.8)
    return reach * sd * np.sqrt(2 / np.asarray(n, dtype=float))


def children_needed(predictions: pd.DataFrame, difference: float, cells: int = 2) -> int:
    """Return the children a cell needs to show a true difference of MAE (years).

    ``cells`` > 2 asks for it among all pairs of that many cells (Bonferroni).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> children_needed(table, 0.2)
    100
    """
    if difference <= 0:
        raise BadInput(f"A difference of {difference:g} years cannot be looked for.",
                       "Give the smallest difference that would matter, in years.")
    sd = child_errors(one_model(predictions))["error"].std(ddof=1)
    return int(np.ceil((detectable_difference(sd, 1, cells) / difference) ** 2))


def pooled_cells(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return each cell's MAE drawn towards the common one, as far as chance explains the spread.

    The best cell of twenty is best by luck too. Cells are weighed by their own standard error
    against the true spread between cells (DerSimonian and Laird); with no true spread all of them
    get the common MAE.

    Returns
    -------
    pandas.DataFrame
        The columns, then ``n, mae, pooled`` (years); ``.attrs["between_sd"]`` is the estimated
        true SD between cells (years) and ``.attrs["p"]`` the chance of such a spread without any.

    Source: DerSimonian and Laird 1986, Control Clin Trials 7:177-188.

    >>> table = pd.DataFrame({"image_id": range(80), "sex": ["F", "M"] * 40, "y_true": 8.0})
    >>> table["y_pred"] = 8 + np.repeat([0.2, 0.4, 0.6, 0.8], 20)
    >>> pooled_cells(table, "sex").round(2)[["sex", "mae", "pooled"]].values.tolist()
    [['F', 0.5, 0.5], ['M', 0.5, 0.5]]
    """
    clean = child_errors(one_model(predictions), *columns)
    found = clean.groupby(list(columns), observed=True)["error"].agg(["size", "mean", "var"])
    found = found[found["size"] > 1]
    spread = np.maximum(found["var"], clean["error"].var() * 1e-6) / found["size"]
    weight = 1 / spread
    common = (weight * found["mean"]).sum() / weight.sum()
    q = (weight * (found["mean"] - common) ** 2).sum()
    free = len(found) - 1
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, (q - free) / scale) if free > 0 and scale > 0 else 0.0
    weight = 1 / (spread + between)
    common = (weight * found["mean"]).sum() / weight.sum()
    keep = between / (between + spread)
    table = found.assign(pooled=common + keep * (found["mean"] - common)).reset_index()
    table = table.rename(columns={"size": "n", "mean": "mae"}).drop(columns="var")
    table.attrs = {"between_sd": float(np.sqrt(between)),
                   "p": float(stats.chi2.sf(q, free)) if free > 0 else 1.0}
    return table
