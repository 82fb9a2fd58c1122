"""The headline figures of one model's predictions, and how far its trainings lie apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .bootstrap import Metric, bootstrap_intervals
from .checked_table import one_model
from .metrics import Interval, bias, concordance, mae, rmse, wilson, within


def summary(predictions: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return the headline figures of one model's predictions with 95 % intervals.

    Returns
    -------
    pandas.DataFrame
        One row per metric (``MAE``, ``RMSE``, ``bias``, ``concordance``, ``within 6 months``,
        ``within 12 months``, ``within 24 months``); columns ``value, lower, upper, unit, n``.
        Errors in years, shares 0 to 1 (Wilson's interval), the others bootstrapped over children.

    >>> ages = np.linspace(2, 17, 60)
    >>> table = pd.DataFrame({"image_id": range(60), "sex": "F", "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75], 30)})
    >>> summary(table, n_bootstrap=200).round(2).loc["MAE", ["value", "lower", "upper"]].tolist()
    [0.62, 0.6, 0.66]
    """
    clean = one_model(predictions)
    metrics: dict[str, Metric] = {"MAE": mae, "RMSE": rmse, "bias": bias}
    if max(clean["y_true"].nunique(), clean["y_pred"].nunique()) > 1:
        metrics["concordance"] = concordance
    true, pred = clean["y_true"].to_numpy(), clean["y_pred"].to_numpy()
    if clean.n_children > 1:
        figures = bootstrap_intervals(metrics, clean, n_bootstrap, seed)
    else:
        figures = {name: Interval(fn(true, pred), np.nan, np.nan) for name, fn in metrics.items()}
    for months in (6, 12, 24):
        share = within(true, pred, months=months)
        figures[f"within {months} months"] = wilson(share, clean.n_children)
    units = {"concordance": "", "MAE": "years", "RMSE": "years", "bias": "years"}
    table = pd.DataFrame.from_dict(figures, orient="index", columns=["value", "lower", "upper"])
    return table.assign(
        unit=[units.get(name, "share") for name in table.index], n=clean.n_children
    ).rename_axis("metric")


def by_run(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the error of each seed and each fold, and of the mean prediction of all seeds.

    Seeds are other trainings on the same children; folds are other children. What averaging the
    seeds' predictions gains is the part of the error that belongs to the chance in training.

    Returns
    -------
    pandas.DataFrame
        Columns ``run`` ("seed 0", "fold 2", "mean prediction of 3 seeds"), ``n`` (children),
        ``mae, rmse, bias`` (years); empty where the table names neither seeds nor folds.

    >>> table = pd.DataFrame({"image_id": ["a", "a"], "sex": "F", "seed": [0, 1], "y_true": 8.0,
    ...                       "y_pred": [8.5, 7.5]})
    >>> by_run(table)[["run", "mae"]].values.tolist()
    [['seed 0', 0.5], ['seed 1', 0.5], ['mean prediction of 2 seeds', 0.0]]
    """
    clean = one_model(predictions)
    rows = []
    for name in ("seed", "fold"):
        if name in clean and clean[name].nunique() > 1:
            numbered = clean[["y_true", "y_pred"]].assign(child=clean.children)
            rows += [
                {"run": f"{name} {_without_point(value)}", **_measured(part)}
                for value, part in numbered.groupby(clean[name])
            ]
            if name == "seed":
                whose = f"mean prediction of {clean['seed'].nunique()} seeds"
                rows.append(
                    {"run": whose, **_measured(numbered.groupby("child", as_index=False).mean())}
                )
    return pd.DataFrame(rows, columns=["run", "n", "mae", "rmse", "bias"])


def _without_point(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _measured(part: pd.DataFrame) -> dict[str, float]:
    true, pred = part["y_true"], part["y_pred"]
    return {
        "n": part["child"].nunique(),
        "mae": mae(true, pred),
        "rmse": rmse(true, pred),
        "bias": bias(true, pred),
    }


def pooled_in_words(predictions: pd.DataFrame) -> str:
    """Return a sentence or two on what the figures of this table pool; "" for a plain table.

    >>> table = pd.DataFrame({"image_id": ["a", "b"] * 2, "sex": "F", "seed": [0, 0, 1, 1],
    ...                       "y_true": 8.0, "y_pred": [8.5, 8.2, 7.5, 8.6]})
    >>> pooled_in_words(table)
    'The table holds 2 seeds, 4 predictions for 2 children: every figure pools them all, as the
    error to expect of one training run, and every interval counts a child once. The MAE runs from
    0.35 to 0.55 years over the seeds.'
    """
    clean, table = one_model(predictions), by_run(predictions)
    sentences: list[str] = []
    for name, plural in (("seed", "seeds"), ("fold", "folds")):
        runs = table[table["run"].str.startswith(f"{name} ")]
        if runs.empty:
            continue
        if name == "seed" or (not sentences and len(clean) > clean.n_children):
            sentences.append(
                f"The table holds {len(runs)} {plural}, {len(clean)} predictions for "
                f"{clean.n_children} children: every figure pools them all, as the error to "
                "expect of one training run, and every interval counts a child once."
            )
        elif not sentences:
            sentences.append(
                f"The table pools {len(runs)} folds, each predicted by a model that "
                "was trained without it."
            )
        sentences.append(
            f"The MAE runs from {runs['mae'].min():.2f} to {runs['mae'].max():.2f} "
            f"years over the {plural}."
        )
    return " ".join(sentences)
