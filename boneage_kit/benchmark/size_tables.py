"""The errors of a study by training size, as a table that a person reads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..training.schedule import merged
from . import methods

NOT_RUN = "not run"


def size_table(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the mean absolute error in months, one row per training size, one column per method.

    Parameters
    ----------
    rows
        A study's ``table.csv``: ``method, n_train, mae_years``, one row per training.
    names
        Methods in the order of the columns; their labels become the headers. Sizes that differ by
        less than 1 % (folds of unequal size) are one row.

    Returns
    -------
    pandas.DataFrame
        Text: one decimal, or ``"not run"``.

    >>> rows = pd.DataFrame({"method": ["constant", "bonet", "bonet"], "n_train": [100, 8080, 8081],
    ...                      "mae_years": [2.5, 1.0, 1.2]})
    >>> size_table(rows, ["constant", "bonet"]).loc[8080].tolist()
    ['not run', '13.2']
    """
    part = rows[rows["method"].isin(list(names))]
    part = part.assign(n_train=part["n_train"].map(merged(part["n_train"])))
    months = 12 * part.pivot_table(index="n_train", columns="method", values="mae_years")
    text = months.reindex(columns=list(names)).map(
        lambda value: NOT_RUN if pd.isna(value) else f"{value:.1f}"
    )
    labels = methods.labels()
    text.columns = [labels.get(name, name) for name in names]
    return text.rename_axis("training images")
