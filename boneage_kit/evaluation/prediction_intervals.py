"""Prediction intervals that keep their promise: split-conformal prediction.

Written out here (it is the finite-sample quantile of the absolute errors on children not trained
on) rather than taken from MAPIE, because a predictions table has no estimator to wrap and because
intervals have to hold for girls and boys and for each predicted age; the tests check it against
MAPIE.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS
from .headline import one_model
from .metrics import wilson
from .strata import AGE_BANDS, SMALL_CELL, age_band


def conformal_quantile(
    scores: np.ndarray, coverage: float, children: int | None = None
) -> float:
    """Return the half-width that covers a fresh child with at least ``coverage``.

    The k-th smallest score with k = ceil((n + 1) * coverage). ``children`` is n where a child has
    several scores (seeds), which then share its place.

    Raises
    ------
    BadInput
        If there are too few scores for that coverage: a 90 % interval needs nine.

    Source: Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World; Lei et al.
    2018, J Am Stat Assoc 113:1094-1111.

    >>> conformal_quantile(np.arange(1.0, 20.0), 0.9)
    18.0
    """
    n = children or scores.size
    rank = int(np.ceil((n + 1) * coverage - 1e-9))
    if rank > n:
        raise BadInput(f"{n} children cannot carry an interval of {coverage:.0%}.",
                       "Calibrate on more children, or ask for less coverage.")
    return float(np.sort(scores)[int(np.ceil(rank * scores.size / n - 1e-9)) - 1])


def conformal(
    calibration: pd.DataFrame, predictions: pd.DataFrame, coverage: float = 0.9, *,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the predictions with ``lower`` and ``upper`` (years) at the stated coverage.

    Parameters
    ----------
    calibration
        Predictions of the same model on children it was not trained on, with labels.
    predictions
        The children to give intervals to; none of them may be in ``calibration``.
    coverage
        Share of fresh children whose label the interval is to hold, over 0, under 1.
    by
        ``"sex"`` and ``"age_band"`` make the promise within each of these cells (Mondrian). The
        band is that of the *prediction*, since a new child's label is not known. Cells with too
        few calibration children borrow from all.

    >>> rng = np.random.default_rng(0)
    >>> def readings(n, first):
    ...     ages = rng.uniform(2, 17, n)
    ...     return pd.DataFrame({"image_id": range(first, first + n), "sex": "F", "y_true": ages,
    ...                          "y_pred": ages + rng.normal(0, 0.5, n)})
    >>> covered = conformal(readings(500, 0), readings(500, 1000), 0.9)
    >>> float(covered["y_true"].between(covered["lower"], covered["upper"]).mean().round(2))
    0.88
    """
    known, fresh = one_model(calibration), one_model(predictions)
    if not 0 < coverage < 1:
        raise BadInput(f"A coverage of {coverage:g} is not between 0 and 1.", "Use 0.9 for 90 %.")
    shared = set(known["image_id"]) & set(fresh["image_id"])
    if shared:
        raise BadInput(f"{len(shared)} children are in both tables.",
                       "Calibrate on children other than those to be given intervals.")
    scores = (known["y_true"] - known["y_pred"]).abs().to_numpy()
    half = np.full(len(fresh), conformal_quantile(scores, coverage, known["image_id"].nunique()))
    if by:
        key_known, key_fresh = _cells(known, by), _cells(fresh, by)
        for cell in key_fresh.unique():
            rows = (key_known == cell).to_numpy()
            n = known.loc[rows, "image_id"].nunique()
            if n >= max(SMALL_CELL, np.ceil(1 / (1 - coverage))):
                half[(key_fresh == cell).to_numpy()] = conformal_quantile(scores[rows], coverage, n)
    upper = np.minimum(fresh["y_pred"] + half, OLDEST_PLAUSIBLE_YEARS)
    return fresh.assign(lower=fresh["y_pred"] - half, upper=upper)


def _cells(table: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    unknown = set(by) - {"sex", "age_band"}
    if unknown:
        raise BadInput(f"Intervals cannot be made by {', '.join(sorted(unknown))}.",
                       'Use by=("sex", "age_band").')
    parts = {"sex": table["sex"],
             "age_band": age_band(table["y_pred"].clip(lower=AGE_BANDS[0])).astype(str)}
    return pd.Series([" ".join(row) for row in zip(*(parts[name] for name in by), strict=True)],
                     index=table.index)


def conformal_out_of_fold(
    predictions: pd.DataFrame, coverage: float = 0.9, *, by: Sequence[str] = ("sex",),
    folds: int = 5, seed: int = 0,
) -> pd.DataFrame:
    """Return a labelled table with intervals, each child's from the errors of the others.

    Children are cut into ``folds`` parts at random (a child's rows stay together); each part is
    given intervals calibrated on the rest. Right for predictions on children not trained on.

    >>> ages = np.linspace(2, 17, 100)
    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.5], 50)})
    >>> found = conformal_out_of_fold(table)
    >>> float((found["upper"] - found["lower"]).round(6).max())
    1.0
    """
    clean = one_model(predictions)
    codes, children = pd.factorize(clean["image_id"])
    if children.size < 2 * folds:
        raise BadInput(f"{children.size} children are too few for {folds} parts.",
                       "Give more children.")
    part = np.random.default_rng(seed).permutation(np.arange(children.size) % folds)[codes]
    bare = clean.drop(columns=[name for name in ("lower", "upper") if name in clean])
    done = [conformal(bare[part != k], bare[part == k].assign(_row=np.flatnonzero(part == k)),
                      coverage, by=by) for k in range(folds)]
    table = pd.concat(done).sort_values("_row", kind="stable")
    return table.drop(columns="_row").reset_index(drop=True)


def coverage(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return how many labels the intervals hold, overall or in each cell, and how wide they are.

    Returns
    -------
    pandas.DataFrame
        The columns, then ``n, small, covered, covered_lower, covered_upper`` (share, Wilson) and
        ``width`` (mean years).

    Raises
    ------
    BadInput
        If the table has no intervals.

    >>> table = pd.DataFrame({"image_id": range(4), "sex": ["F", "M"] * 2, "y_true": 8.0,
    ...                       "y_pred": 8.5, "lower": [7.5, 8.2] * 2, "upper": 9.5})
    >>> coverage(table, "sex")[["sex", "covered", "width"]].round(2)
      sex  covered  width
    0   F      1.0    2.0
    1   M      0.0    1.3
    """
    clean = one_model(predictions)
    if not {"lower", "upper"} <= set(clean) or clean[["lower", "upper"]].isna().any(axis=None):
        raise BadInput("The predictions carry no intervals (lower, upper).",
                       "Make them with conformal_out_of_fold(predictions).")
    if "age_band" in columns and "age_band" not in clean:
        clean["age_band"] = age_band(clean["y_true"])
    clean["covered"] = clean["y_true"].between(clean["lower"], clean["upper"])
    groups = clean.groupby(list(columns), observed=True) if columns else [((), clean)]
    rows = []
    for key, cell in groups:
        n = cell["image_id"].nunique()
        share = wilson(cell["covered"].mean(), n)
        rows.append({**dict(zip(columns, key, strict=True)), "n": n,
                     "small": n < SMALL_CELL, "covered": share.value,
                     "covered_lower": share.lower, "covered_upper": share.upper,
                     "width": (cell["upper"] - cell["lower"]).mean()})
    return pd.DataFrame(rows)
