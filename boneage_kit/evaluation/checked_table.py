"""A predictions table of one model, checked once, with the number of each row's child.

A child that several trainings (seeds) predicted is one child, not several. Everywhere in this room
errors are averaged over all predictions of a child, which is the error to expect of one training,
and every interval counts the child once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import CheckedPredictions, check_predictions


class CheckedTable(CheckedPredictions):
    """Checked predictions of one model, with the number of each row's child.

    What is derived from it (a selection, :meth:`assign`, a copy) is an ordinary DataFrame, which
    is checked again.
    """

    _internal_names = [*pd.DataFrame._internal_names, "_children"]
    _internal_names_set = set(_internal_names)
    _children: np.ndarray

    @property
    def children(self) -> np.ndarray:
        """The number of each row's child, int64 (rows,), from 0 in order of first appearance."""
        return self._children

    @property
    def n_children(self) -> int:
        """How many children the table holds."""
        return int(self._children.max()) + 1


def one_model(predictions: pd.DataFrame) -> CheckedTable:
    """Return the checked table, refusing one that mixes models or gives a child two labels.

    >>> one_model(pd.DataFrame({"image_id": ["a", "a"], "sex": ["F", "F"], "y_true": [8, 8],
    ...                         "y_pred": [8, 9], "model": ["x", "y"]}))
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The table holds 2 models (x, y)...
    """
    if isinstance(predictions, CheckedTable):
        return predictions
    clean = check_predictions(predictions)
    if "model" in clean and clean["model"].nunique() > 1:
        names = sorted(clean["model"].dropna().astype(str).unique())
        raise BadInput(
            f"The table holds {len(names)} models ({shortened(names)}).",
            'Choose one: predictions[predictions["model"] == NAME].',
        )
    children, names = pd.factorize(clean["image_id"])
    if len(names) < len(clean):
        _refuse_two_labels(clean["y_true"].to_numpy(), children, names)
    return _checked(clean, children)


def _refuse_two_labels(labels: np.ndarray, children: np.ndarray, names: pd.Index) -> None:
    first = np.full(len(names), np.nan)
    first[children[::-1]] = labels[::-1]
    apart = np.abs(labels - first[children]) > 1e-3
    if apart.any():
        name = names[children[np.argmax(apart)]]
        raise BadInput(
            f"Image {name!r} has different labels (y_true) in its rows.",
            "Give each child one label, the same for every seed.",
        )


def shortened(names: list[str], most: int = 10) -> str:
    """Return names for a sentence, the rest of a long list as a count.

    >>> shortened(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def child_errors(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return one row per child: ``image_id``, the columns, and the mean absolute error in years.

    Children for whom one of the columns is missing are left out.

    >>> table = pd.DataFrame({"image_id": ["a", "a", "b"], "sex": "F", "seed": [0, 1, 0],
    ...                       "y_true": 8.0, "y_pred": [8.5, 9.5, 8.0]})
    >>> child_errors(table, "sex")["error"].tolist()
    [1.0, 0.0]
    """
    error = (predictions["y_pred"] - predictions["y_true"]).abs()
    children, names = (
        (predictions.children, None)
        if isinstance(predictions, CheckedTable)
        else pd.factorize(predictions["image_id"])
    )
    if children.size == 0 or int(children.max()) + 1 == children.size:
        rows = predictions[["image_id", *columns]].assign(error=error)
        return pd.DataFrame(rows.dropna(subset=list(columns)).reset_index(drop=True))
    if names is None:
        names = pd.Index(predictions["image_id"].unique())
    groups = error.groupby(
        [
            pd.Series(children, index=error.index, name="image_id"),
            *(predictions[name] for name in columns),
        ],
        observed=True,
        sort=False,
    )
    table = groups.mean().rename("error").reset_index()
    return table.assign(image_id=names[table["image_id"].to_numpy()])


def selected(table: CheckedTable, rows: np.ndarray) -> CheckedTable:
    """Return some rows of a checked table, which need no second check.

    ``rows``: bool (rows,), at least one of them true.

    >>> table = one_model(pd.DataFrame({"image_id": ["a", "b"], "sex": ["F", "M"],
    ...                                 "y_true": [8.0, 9.0], "y_pred": [8.0, 9.0]}))
    >>> selected(table, np.array([False, True])).n_children
    1
    """
    return _checked(table[rows].reset_index(drop=True), table.children[rows])


def _checked(table: pd.DataFrame, children: np.ndarray | pd.Series) -> CheckedTable:
    checked = CheckedTable(table)
    object.__setattr__(checked, "_children", pd.factorize(children)[0])
    return checked
