"""How far human readers are from each other, in this table and in published studies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..maturity import reader_studies
from .agreement import bland_altman
from .bootstrap import resampled_intervals
from .checked_table import CheckedTable, one_model
from .metrics import mae


def has_two_readers(predictions: pd.DataFrame) -> bool:
    """Return whether at least three children have both readings.

    >>> has_two_readers(pd.DataFrame({"y_true": [8.0]}))
    False
    """
    if not {"reader_1", "reader_2"} <= set(predictions.columns):
        return False
    both = predictions[["reader_1", "reader_2"]].notna().all(axis=1).to_numpy()
    if isinstance(predictions, CheckedTable):
        return pd.unique(predictions.children[both]).size >= 3
    if "image_id" in predictions:
        return predictions["image_id"][both].nunique() >= 3
    return int(both.sum()) >= 3


def label_noise_sd(predictions: pd.DataFrame) -> float:
    """Return the SD in years of the error of the label, the mean of two readers.

    Two independent readers of equal error SD s differ with SD s·√2, and their mean errs with s/√2:
    half the SD of their differences. What both get wrong alike is not in it.

    >>> table = pd.DataFrame({"reader_1": [8.0, 9.0, 10.0], "reader_2": [8.5, 8.5, 10.0]})
    >>> round(label_noise_sd(table), 2)
    0.25
    """
    if not has_two_readers(predictions):
        raise BadInput(
            "The table lacks two readings per child.",
            "Add reader_1 and reader_2, or give the noise of the label yourself.",
        )
    difference = (predictions["reader_1"] - predictions["reader_2"]).dropna()
    return float(difference.std(ddof=1) / 2)


def yardstick(predictions: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return the model's error beside that of the readers, on the children that both readers read.

    The fair comparison is *reader 2 against reader 1* with *model against reader 1*: one reading
    against one reading. A reader against the mean of two seems twice as close as he is, because
    half of that mean is his own reading.

    Returns
    -------
    pandas.DataFrame
        Columns ``who, value, lower, upper`` (mean absolute difference in years, bootstrap
        interval), ``n``, ``fair`` (False where the reader is part of what he is compared with).

    Raises
    ------
    BadInput
        Where no two readings are in the table.

    >>> table = pd.DataFrame({"image_id": range(3), "sex": "F", "y_pred": [8.0, 9.0, 10.0],
    ...                       "reader_1": [8.5, 9.5, 10.5], "reader_2": [8.0, 9.0, 10.0]})
    >>> table["y_true"] = (table["reader_1"] + table["reader_2"]) / 2
    >>> yardstick(table, 50).set_index("who")["value"].head(3).tolist()
    [0.5, 0.5, 0.0]
    """
    clean = one_model(predictions)
    if not has_two_readers(clean):
        raise BadInput(
            "The table lacks two readings per child.",
            "Add reader_1 and reader_2, or compare with maturity.reader_studies().",
        )
    both = clean[["reader_1", "reader_2"]].notna().all(axis=1).to_numpy()
    children = clean.children[both]
    ages = {
        name: clean[column].to_numpy()[both]
        for name, column in (
            ("model", "y_pred"),
            ("reader 1", "reader_1"),
            ("reader 2", "reader_2"),
        )
    }
    ages["the mean of both"] = (ages["reader 1"] + ages["reader 2"]) / 2
    pairs = [
        ("reader 2", "reader 1", True),
        ("model", "reader 1", True),
        ("model", "reader 2", True),
        ("model", "the mean of both", True),
        ("reader 1", "the mean of both", False),
    ]
    rows = []
    for who, against, fair in pairs:
        distance = resampled_intervals(
            {"mae": mae}, ages[against], ages[who], children, n_bootstrap, seed
        )["mae"]
        rows.append(
            {
                "who": f"{who} against {against}",
                **distance._asdict(),
                "n": np.unique(children).size,
                "fair": fair,
            }
        )
    return pd.DataFrame(rows)


def reader_line(predictions: pd.DataFrame | None = None) -> tuple[float, str]:
    """Return one mean absolute difference between two readers in years, and where it comes from.

    Taken from the table where it holds two readings per child, else from a published study.

    >>> reader_line(None)
    (0.51, 'two readers, G&P (Korea 2008)')
    """
    if predictions is not None and has_two_readers(predictions):
        difference = (predictions["reader_1"] - predictions["reader_2"]).dropna()
        return float(np.abs(difference).mean()), "reader 1 against reader 2, these children"
    table = reader_studies().query(
        "comparison == 'between' and method == 'G&P' and study == 'Korea 2008'"
    )
    row = table[table["measure"] == "mean_absolute_difference"].iloc[0]
    return float(row["value"]), f"two readers, {row['method']} ({row['study']})"


def reader_limits(predictions: pd.DataFrame | None = None) -> tuple[tuple[float, float], str]:
    """Return 95 % limits of agreement of human readers in years, and where they come from.

    From the two readings per child where the table holds them, else as published for one reader
    who read the same films twice (Bull 1999): two readers cannot agree better than that.

    >>> reader_limits(None)
    ((-2.46, 2.18), 'limits of one reader twice, G&P (Bull 1999)')
    """
    if predictions is not None and has_two_readers(predictions):
        both = predictions.dropna(subset=["reader_1", "reader_2"])
        agreement = bland_altman(both["reader_2"], both["reader_1"])
        return (agreement.lower, agreement.upper), "limits of the two readers"
    row = (
        reader_studies()
        .query("comparison == 'within' and method == 'G&P' and study == 'Bull 1999'")
        .iloc[0]
    )
    return (
        (float(row["lower"]), float(row["upper"])),
        f"limits of one reader twice, G&P ({row['study']})",
    )
