"""Prediction intervals with a stated coverage: split-conformal prediction.

The coverage holds on average over children that are *exchangeable* with those who calibrated it:
children of the same kind, in the same mix, on the same kind of film. It says nothing about the
model, but it fails for children of other ages, another clinic or another disease.

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
from .checked_table import CheckedTable, one_model
from .metrics import wilson
from .strata import AGE_BANDS, SMALL_CELL, age_band, cells_of

#: Predicted ages in years at which a card says how wide its interval is; linear in between.
SCALE_AGES = np.arange(1.0, 19.0, 1.5)
_SCALE_SD, _SCALE_PRIOR = 1.5, 20


def conformal_quantile(scores: np.ndarray, coverage: float, children: int | None = None) -> float:
    """Return the half-width that covers a fresh child with at least ``coverage``.

    The k-th smallest score with k = ceil((n + 1) * coverage). ``children`` is n where a child has
    several scores (seeds), which then share its rank.

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
        raise BadInput(
            f"{n} children cannot carry an interval of {coverage:.0%}.",
            "Calibrate on more children, or ask for less coverage.",
        )
    return float(np.sort(scores)[int(np.ceil(rank * scores.size / n - 1e-9)) - 1])


def error_factors(
    predicted: np.ndarray, errors: np.ndarray, ages: np.ndarray = SCALE_AGES
) -> np.ndarray:
    """Return how large errors are at each predicted age, as factors of the mean error.

    A mean of the absolute errors with Gaussian weights around each age (SD 1.5 years), drawn
    towards the mean of all as if 20 more children with that error stood there. An interval that
    is wider and narrower by these factors holds children of all ages about equally often
    (normalised conformal prediction).

    Parameters
    ----------
    predicted
        Years, float [n]: the prediction, since a new child's label is not known.
    errors
        Absolute errors in years, float [n], of children not trained on.
    ages
        The predicted ages in years to answer for, float [k].

    Returns
    -------
    numpy.ndarray
        Float [k].

    Source: Papadopoulos et al. 2011, J Artif Intell Res 40:815-840 (normalised scores); weights
    and prior are ours.

    >>> predicted = np.repeat([5.0, 15.0], 200)
    >>> error_factors(predicted, np.where(predicted < 10, 0.5, 1.0), np.array([5.0, 15.0])).round(2)
    array([0.7, 1.3])
    """
    weights = np.exp(-0.5 * ((predicted[None] - ages[:, None]) / _SCALE_SD) ** 2)
    mean = errors.mean()
    local = (weights @ errors + _SCALE_PRIOR * mean) / (weights.sum(axis=1) + _SCALE_PRIOR)
    return local / mean


def normalised_scores(
    predicted: np.ndarray, errors: np.ndarray, *, folds: int = 5, seed: int = 0
) -> np.ndarray:
    """Return absolute errors divided by the factor at their predicted age, float [n].

    Each part of the children is divided by factors of the other parts, so that no child's own
    error makes its own score small.

    >>> predicted = np.repeat([5.0, 15.0], 200)
    >>> errors = np.where(predicted < 10, 0.5, 1.0)
    >>> scores = normalised_scores(predicted, errors)
    >>> bool(np.ptp(scores) < np.ptp(errors))
    True
    """
    part = np.random.default_rng(seed).permutation(np.arange(len(errors)) % folds)
    scores = np.empty(len(errors))
    for k in range(folds):
        rest, own = part != k, part == k
        factors = error_factors(predicted[rest], errors[rest])
        scores[own] = errors[own] / np.interp(predicted[own], SCALE_AGES, factors)
    return scores


def conformal(
    calibration: pd.DataFrame,
    predictions: pd.DataFrame,
    coverage: float = 0.9,
    *,
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
        Share of fresh children whose label the interval is to hold, over 0, under 1; it is kept
        where fresh and calibration children are exchangeable (see above).
    by
        ``"sex"`` and ``"age_band"`` state the coverage within each of these cells (Mondrian). The
        band is that of the *prediction*, since a new child's label is not known. Cells with too
        few calibration children borrow from all.

    >>> rng = np.random.default_rng(0)
    >>> def predictions(n, first):
    ...     ages = rng.uniform(2, 17, n)
    ...     return pd.DataFrame({"image_id": range(first, first + n), "sex": "F", "y_true": ages,
    ...                          "y_pred": ages + rng.normal(0, 0.5, n)})
    >>> covered = conformal(predictions(500, 0), predictions(500, 1000), 0.9)
    >>> float(covered["y_true"].between(covered["lower"], covered["upper"]).mean().round(2))
    0.88
    """
    calibrated, fresh = one_model(calibration), one_model(predictions)
    _refuse_coverage(coverage)
    shared = fresh["image_id"].isin(calibrated["image_id"])
    if shared.any():
        raise BadInput(
            f"{fresh['image_id'][shared].nunique()} children are in both tables.",
            "Calibrate on children other than those to be given intervals.",
        )
    half = _half_widths(
        _scores(calibrated),
        _cells(calibrated, by),
        calibrated.children,
        _cells(fresh, by),
        coverage,
    )
    return _with_intervals(fresh, half)


def _refuse_coverage(coverage: float) -> None:
    if not 0 < coverage < 1:
        raise BadInput(f"A coverage of {coverage:g} is not between 0 and 1.", "Use 0.9 for 90 %.")


def _scores(table: CheckedTable) -> np.ndarray:
    return (table["y_true"] - table["y_pred"]).abs().to_numpy()


def _with_intervals(table: pd.DataFrame, half: np.ndarray) -> pd.DataFrame:
    upper = (table["y_pred"] + half).clip(0, OLDEST_PLAUSIBLE_YEARS)
    return table.assign(lower=table["y_pred"] - half, upper=upper)


def _half_widths(
    scores: np.ndarray,
    cells: np.ndarray,
    children: np.ndarray,
    fresh_cells: np.ndarray,
    coverage: float,
) -> np.ndarray:
    """Return the half-width (years) of each fresh row from the scores of other children."""
    half = np.full(fresh_cells.size, conformal_quantile(scores, coverage, pd.unique(children).size))
    enough = max(SMALL_CELL, np.ceil(1 / (1 - coverage)))
    for cell in np.unique(fresh_cells):
        rows = cells == cell
        n = pd.unique(children[rows]).size
        if n >= enough:
            half[fresh_cells == cell] = conformal_quantile(scores[rows], coverage, n)
    return half


def _cells(table: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """Return the number of each row's cell, int64 (rows,); without ``by`` all are in one."""
    unknown = set(by) - {"sex", "age_band"}
    if unknown:
        raise BadInput(
            f"Intervals cannot be made by {', '.join(sorted(unknown))}.",
            'Use by=("sex", "age_band").',
        )
    cells = np.zeros(len(table), dtype=int)
    if "sex" in by:
        cells += (table["sex"] == "M").to_numpy()
    if "age_band" in by:
        cells += 2 * np.searchsorted(AGE_BANDS, table["y_pred"].clip(lower=AGE_BANDS[0]), "right")
    return cells


def conformal_out_of_fold(
    predictions: pd.DataFrame,
    coverage: float = 0.9,
    *,
    by: Sequence[str] = ("sex",),
    folds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Return a labelled table with intervals, each child's from the errors of the others.

    Children are cut into ``folds`` parts at random (a child's rows stay together); each part is
    given intervals calibrated on the rest. For predictions on children not trained on, which are
    exchangeable with one another.

    >>> ages = np.linspace(2, 17, 100)
    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.5], 50)})
    >>> intervals = conformal_out_of_fold(table)
    >>> float((intervals["upper"] - intervals["lower"]).round(6).max())
    1.0
    """
    clean = one_model(predictions)
    _refuse_coverage(coverage)
    if clean.n_children < 2 * folds:
        raise BadInput(
            f"{clean.n_children} children are too few for {folds} parts.", "Give more children."
        )
    rng = np.random.default_rng(seed)
    part = rng.permutation(np.arange(clean.n_children) % folds)[clean.children]
    scores, cells, half = _scores(clean), _cells(clean, by), np.empty(len(clean))
    for k in range(folds):
        rest = part != k
        half[~rest] = _half_widths(
            scores[rest], cells[rest], clean.children[rest], cells[~rest], coverage
        )
    return _with_intervals(clean, half)


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
    if not has_intervals(clean):
        raise BadInput(
            "The predictions carry no intervals (lower, upper), or not in every row.",
            "Make them with conformal_out_of_fold(predictions).",
        )
    true, lower, upper = (clean[name].to_numpy() for name in ("y_true", "lower", "upper"))
    held, width = (true >= lower) & (true <= upper), upper - lower
    cut = pd.DataFrame(
        {
            name: age_band(clean["y_true"])
            if name == "age_band" and name not in clean
            else clean[name]
            for name in columns
        }
    )
    rows = []
    for key, at in cells_of(cut, columns) if columns else [((), np.arange(len(clean)))]:
        n = pd.unique(clean.children[at]).size
        share = wilson(held[at].mean(), n)
        rows.append(
            {
                **dict(zip(columns, key, strict=True)),
                "n": n,
                "small": n < SMALL_CELL,
                "covered": share.value,
                "covered_lower": share.lower,
                "covered_upper": share.upper,
                "width": width[at].mean(),
            }
        )
    return pd.DataFrame(rows)


def has_intervals(predictions: pd.DataFrame) -> bool:
    """Return whether every row has an interval, ``lower`` and ``upper``.

    >>> has_intervals(pd.DataFrame({"lower": [7.0], "upper": [None]}))
    False
    """
    both = {"lower", "upper"} <= set(predictions)
    return both and bool(predictions[["lower", "upper"]].notna().all(axis=None))
