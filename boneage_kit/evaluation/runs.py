"""Several training runs in one table: what is pooled, and how far the runs lie apart.

A child read by three seeds is one child, not three. Everywhere in this room errors are averaged
over all its readings, which is the error to expect of one training run, and every interval counts
the child once.
"""

from __future__ import annotations

import pandas as pd

from .headline import one_model
from .metrics import bias, mae, rmse


def child_errors(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return one row a child: ``image_id``, the columns, and the mean absolute error in years.

    Children for whom one of the columns is not known are left out.

    >>> table = pd.DataFrame({"image_id": ["a", "a", "b"], "sex": "F", "seed": [0, 1, 0],
    ...                       "y_true": 8.0, "y_pred": [8.5, 9.5, 8.0]})
    >>> child_errors(table, "sex")["error"].tolist()
    [1.0, 0.0]
    """
    error = (predictions["y_pred"] - predictions["y_true"]).abs()
    if predictions["image_id"].is_unique:
        known = predictions[["image_id", *columns]].assign(error=error)
        return known.dropna(subset=list(columns)).reset_index(drop=True)
    groups = predictions.assign(error=error).groupby(["image_id", *columns], observed=True,
                                                     sort=False)
    return groups["error"].mean().reset_index()


def by_run(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the error of each seed and each fold, and of the mean reading of all seeds.

    Seeds are other trainings on the same children; folds are other children. What averaging the
    seeds' readings gains is the part of the error that belongs to the training's luck.

    Returns
    -------
    pandas.DataFrame
        Columns ``run`` ("seed 0", "fold 2", "mean reading of 3 seeds"), ``n`` (children), ``mae,
        rmse, bias`` (years); empty where the table names neither seeds nor folds.

    >>> table = pd.DataFrame({"image_id": ["a", "a"], "sex": "F", "seed": [0, 1], "y_true": 8.0,
    ...                       "y_pred": [8.5, 7.5]})
    >>> by_run(table)[["run", "mae"]].values.tolist()
    [['seed 0', 0.5], ['seed 1', 0.5], ['mean reading of 2 seeds', 0.0]]
    """
    clean = one_model(predictions)
    rows = []
    for name in ("seed", "fold"):
        if name in clean and clean[name].nunique() > 1:
            rows += [{"run": f"{name} {_plain(value)}", **_measured(part)}
                     for value, part in clean.groupby(name)]
            if name == "seed":
                mean = clean.groupby(["image_id", "sex"])[["y_true", "y_pred"]].mean()
                whose = f"mean reading of {clean['seed'].nunique()} seeds"
                rows.append({"run": whose, **_measured(mean.reset_index())})
    return pd.DataFrame(rows, columns=["run", "n", "mae", "rmse", "bias"])


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _measured(part: pd.DataFrame) -> dict[str, float]:
    true, pred = part["y_true"], part["y_pred"]
    return {"n": part["image_id"].nunique(), "mae": mae(true, pred), "rmse": rmse(true, pred),
            "bias": bias(true, pred)}


def pooled_in_words(predictions: pd.DataFrame) -> str:
    """Return a sentence or two on what the figures of this table pool; "" for a plain table.

    >>> table = pd.DataFrame({"image_id": ["a", "b"] * 2, "sex": "F", "seed": [0, 0, 1, 1],
    ...                       "y_true": 8.0, "y_pred": [8.5, 8.2, 7.5, 8.6]})
    >>> pooled_in_words(table)
    'The table holds 2 seeds, 4 readings of 2 children: every figure pools them all, as the error
    to expect of one training run, and every interval counts a child once. The MAE runs from 0.35
    to 0.55 years over the seeds.'
    """
    clean, table = one_model(predictions), by_run(predictions)
    texts = []
    for name, one in (("seed", "seeds"), ("fold", "folds")):
        runs = table[table["run"].str.startswith(f"{name} ")]
        if runs.empty:
            continue
        if name == "seed" or texts == [] and not clean["image_id"].is_unique:
            texts.append(f"The table holds {len(runs)} {one}, {len(clean)} readings of "
                         f"{clean['image_id'].nunique()} children: every figure pools them all, "
                         "as the error to expect of one training run, and every interval counts a "
                         "child once.")
        elif not texts:
            texts.append(f"The table pools {len(runs)} folds, each read by a model that was "
                         "trained without it.")
        texts.append(f"The MAE runs from {runs['mae'].min():.2f} to {runs['mae'].max():.2f} years "
                     f"over the {one}.")
    return " ".join(texts)
