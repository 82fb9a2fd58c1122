"""A worklist of hands, and the tables made from what its readers answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..phantom.children import read_plates

__all__ = ["predictions_of", "repeats_of", "simulate_readings", "worklist"]


def worklist(image_ids: list[str], repeats: int, seed: int) -> list[tuple[str, int]]:
    """Return the order of reading as (image_id, occasion): some hands come twice, unmarked.

    The second occasion of a hand stands in the second half and never right after its first.

    >>> order = worklist(list("abcdefgh"), repeats=2, seed=0)
    >>> len(order), sum(occasion == 2 for _, occasion in order)
    (10, 2)
    """
    rng = np.random.default_rng([seed, 7])
    first = [image_ids[i] for i in rng.permutation(len(image_ids))]
    order = [(name, 1) for name in first]
    again = [first[i] for i in rng.permutation(max(len(first) // 2, 1))[:repeats]]
    for name in again:
        low = max(order.index((name, 1)) + 2, len(first) // 2)
        order.insert(int(rng.integers(min(low, len(order)), len(order) + 1)), (name, 2))
    return order


def predictions_of(readings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return first readings as a predictions table (years), one row per hand and reader.

    ``y_true`` is ``true_bone_age`` where the records have it (phantoms), else ``bone_age``.

    >>> from boneage_kit import phantom
    >>> records = phantom.cohort(4, seed=1)
    >>> readings = simulate_readings(records, worklist(records["image_id"].tolist(), 1, 0), seed=0)
    >>> len(readings), len(predictions_of(readings, records))
    (5, 4)
    """
    first = readings[readings["occasion"] == 1]
    records = records.assign(image_id=records["image_id"].astype(str))
    truth = "true_bone_age" if "true_bone_age" in records else "bone_age"
    keep = [
        name
        for name in ("group", "chronological_age", "reader_1", "reader_2", "source")
        if name in records
    ]
    joined = first.merge(
        records[["image_id", "sex", truth, *keep]].rename(columns={truth: "y_true"}),
        on="image_id",
        how="inner",
        validate="many_to_one",
    )
    joined = joined.rename(columns={"bone_age": "y_pred"})
    joined["model"] = "reader " + joined["reader"]
    return joined[["image_id", "sex", "y_true", "y_pred", "model", *keep]]


def repeats_of(readings: pd.DataFrame) -> pd.DataFrame:
    """Return hands that were read twice: ``reader``, ``image_id``, ``first``, ``second``.

    >>> answers = pd.DataFrame({"reader": "Ann", "image_id": ["a", "b", "a"],
    ...                         "occasion": [1, 1, 2], "bone_age": [8.0, 9.0, 8.5]})
    >>> repeats_of(answers).to_numpy().tolist()
    [['Ann', 'a', 8.0, 8.5]]
    """
    wide = readings.pivot_table(
        index=["reader", "image_id"], columns="occasion", values="bone_age", aggfunc="last"
    )
    wide = wide.reindex(columns=[1, 2]).dropna()
    return wide.rename(columns={1: "first", 2: "second"}).rename_axis(columns=None).reset_index()


def simulate_readings(
    records: pd.DataFrame, order: list[tuple[str, int]], seed: int, reader: str = "simulated"
) -> pd.DataFrame:
    """Return readings of a simulated reader: what the notebook shows before you have read.

    The reader is the second one of the phantom cohort's reader model (bias, scatter, plates).

    >>> from boneage_kit import phantom
    >>> simulate_readings(phantom.cohort(2), [("0001", 1), ("0002", 1)], seed=0).shape
    (2, 6)
    """
    by_id = records.assign(image_id=records["image_id"].astype(str)).set_index("image_id")
    rows = by_id.loc[[name for name, _ in order]]
    truth = rows["true_bone_age" if "true_bone_age" in rows else "bone_age"].to_numpy(float)
    ages = read_plates(truth, rows["sex"].to_numpy(), np.random.default_rng([seed, 11]), reader=2)
    return pd.DataFrame(
        {
            "reader": reader,
            "image_id": [name for name, _ in order],
            "occasion": [occasion for _, occasion in order],
            "bone_age": ages,
            "seconds": np.nan,
            "answered_at": "",
        }
    )
