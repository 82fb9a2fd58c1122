"""The floor: the error of a method that never looks at the image."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records import check_predictions
from .checked_table import CheckedTable, one_model


def constant_predictor(train_table: pd.DataFrame, test_table: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of a method that never looks: the median age of the child's sex.

    It is the floor of every table. The median is the best constant for the absolute error.

    Parameters
    ----------
    train_table, test_table
        Record tables (label in ``bone_age``) or predictions tables (label in ``y_true``), years.

    Returns
    -------
    pandas.DataFrame
        The predictions schema with ``model`` = ``"constant (sex's median)"``; group, readers and
        the like are carried over from the test table.

    Raises
    ------
    BadInput
        If a label is missing, the training table lacks a sex that the test table holds, or a child
        stands in both tables: a floor that has seen its children is too low.

    >>> train = pd.DataFrame({"sex": ["F", "F", "M"], "bone_age": [8.0, 10.0, 12.0]})
    >>> test = pd.DataFrame({"image_id": ["a", "b"], "sex": ["F", "M"], "bone_age": [7.0, 13.0]})
    >>> constant_predictor(train, test)["y_pred"].tolist()
    [9.0, 12.0]
    """
    _refuse_shared_children(train_table, test_table)
    medians = train_table.groupby("sex")[label_column(train_table)].median().to_dict()
    missing = set(test_table["sex"]) - set(medians)
    if missing:
        raise BadInput(
            f"The training table holds no child of sex {', '.join(sorted(missing))}.",
            "Take the constant from both sexes.",
        )
    kept = (
        "image_id",
        "sex",
        "fold",
        "seed",
        "group",
        "chronological_age",
        "reader_1",
        "reader_2",
        "source",
    )
    table = test_table[[name for name in kept if name in test_table]].copy()
    table.insert(2, "y_true", test_table[label_column(test_table)].astype(float))
    table.insert(3, "y_pred", test_table["sex"].map(medians).astype(float))
    return check_predictions(table.assign(model="constant (sex's median)"))


def _refuse_shared_children(train: pd.DataFrame, test: pd.DataFrame) -> None:
    if "image_id" not in train or "image_id" not in test:
        return
    children = [
        set(zip(table["image_id"], table["sex"], table[label_column(table)], strict=True))
        for table in (train, test)
    ]
    shared = children[0] & children[1]
    if shared:
        raise BadInput(
            f"{len(shared)} of {len(children[1])} test children are in the training table too, "
            f"such as {min(str(child[0]) for child in shared)!r}.",
            "Take the medians from other children, or use constant_out_of_fold.",
        )


def constant_out_of_fold(predictions: pd.DataFrame, folds: int = 5, seed: int = 0) -> CheckedTable:
    """Return the floor of a labelled table: each child's constant comes from *other* children.

    The table's own folds are used where it has several, else ``folds`` random parts. A sex with
    too few children borrows the median of all others; a lone child is given its own label's
    median, NaN being no prediction.

    Returns
    -------
    CheckedTable
        The table with ``y_pred`` the median label (years) of the child's sex outside its fold,
        without ``lower`` and ``upper``.

    >>> table = pd.DataFrame({"image_id": list("abcd"), "sex": "F", "y_pred": 9.0,
    ...                       "y_true": [8.0, 9.0, 10.0, 11.0], "fold": [0, 0, 1, 1]})
    >>> constant_out_of_fold(table)["y_pred"].tolist()
    [10.5, 10.5, 8.5, 8.5]
    """
    clean = one_model(predictions)
    first = np.unique(clean.children, return_index=True)[1]
    label, sex = clean["y_true"].to_numpy()[first], clean["sex"].to_numpy(dtype=object)[first]
    part = _parts(clean, first, folds, seed)
    constant = np.full(first.size, np.median(label))
    for k in np.unique(part):
        inside = part == k
        for value in ("F", "M"):
            others = ~inside & (sex == value)
            others = others if others.any() else ~inside
            if others.any():
                constant[inside & (sex == value)] = np.median(label[others])
    dropped = [name for name in ("lower", "upper") if name in clean]
    table = clean.drop(columns=dropped).assign(
        y_pred=constant[clean.children], model="constant (sex's median)"
    )
    return one_model(table)


def _parts(clean: CheckedTable, first: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Return each child's fold: the table's own where each child is in one of several."""
    if "fold" in clean and clean["fold"].nunique() > 1 and clean["fold"].notna().all():
        own = pd.factorize(clean["fold"])[0]
        if (own == own[first][clean.children]).all():
            return own[first]
    rng = np.random.default_rng(seed)
    return rng.permutation(np.arange(first.size) % folds)


def label_column(table: pd.DataFrame) -> str:
    """Return the column that holds the label: ``y_true`` or ``bone_age`` (years)."""
    for name in ("y_true", "bone_age"):
        if name in table:
            return name
    raise BadInput("The table has neither bone_age nor y_true.", "Give the label in years.")
