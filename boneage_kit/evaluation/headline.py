"""The headline figures of one model's predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import check_predictions
from .bootstrap import Metric, bootstrap_intervals
from .metrics import Interval, bias, concordance, mae, rmse, wilson, within


def one_model(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the checked table, refusing one that mixes models or gives a child two labels.

    >>> one_model(pd.DataFrame({"image_id": ["a", "a"], "sex": ["F", "F"], "y_true": [8, 8],
    ...                         "y_pred": [8, 9], "model": ["x", "y"]}))
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The table holds 2 models (x, y)...
    """
    clean = check_predictions(predictions)
    if "model" in clean and clean["model"].nunique() > 1:
        names = sorted(clean["model"].dropna().astype(str).unique())
        raise BadInput(f"The table holds {len(names)} models ({', '.join(names)}).",
                       'Choose one: predictions[predictions["model"] == NAME].')
    if not clean["image_id"].is_unique:
        ages = clean.groupby("image_id")["y_true"]
        labels = ages.max() - ages.min()
        if labels.max() > 1e-3:
            raise BadInput(f"Image {labels.idxmax()!r} has different labels (y_true) in its rows.",
                           "Give each child one label, the same for every seed.")
    return clean


def summary(predictions: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return the headline figures of one model's predictions with 95 % intervals.

    Returns
    -------
    pandas.DataFrame
        One row a metric (``MAE``, ``RMSE``, ``bias``, ``concordance``, ``within 6 months``,
        ``within 12 months``, ``within 24 months``); columns ``value, lower, upper, unit, n``.
        Errors in years, shares 0 to 1 (Wilson's interval), the others bootstrapped over children.

    >>> ages = np.linspace(2, 17, 60)
    >>> table = pd.DataFrame({"image_id": range(60), "sex": "F", "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75], 30)})
    >>> summary(table, n_bootstrap=200).round(2).loc["MAE", ["value", "lower", "upper"]].tolist()
    [0.62, 0.6, 0.66]
    """
    clean = one_model(predictions)
    children = clean["image_id"].nunique()
    metrics: dict[str, Metric] = {"MAE": mae, "RMSE": rmse, "bias": bias}
    if max(clean["y_true"].nunique(), clean["y_pred"].nunique()) > 1:
        metrics["concordance"] = concordance
    if children > 1:
        found = bootstrap_intervals(metrics, clean, n_bootstrap, seed)
    else:
        found = {name: Interval(fn(clean["y_true"], clean["y_pred"]), np.nan, np.nan)
                 for name, fn in metrics.items()}
    for months in (6, 12, 24):
        share = within(clean["y_true"], clean["y_pred"], months=months)
        found[f"within {months} months"] = wilson(share, children)
    units = {"concordance": "", "MAE": "years", "RMSE": "years", "bias": "years"}
    table = pd.DataFrame.from_dict(found, orient="index", columns=["value", "lower", "upper"])
    return table.assign(unit=[units.get(name, "share") for name in table.index],
                        n=children).rename_axis("metric")
