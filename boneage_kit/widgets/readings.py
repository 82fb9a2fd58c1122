"""What a reader answered: an append-only file, and the tables made from it.

A reading is on disk before the next hand is shown, so neither a closed laptop nor a restarted
kernel loses one. The file is plain CSV: one line an answer, never rewritten.
"""

from __future__ import annotations

import csv
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "append_reading", "load_readings", "predictions_of", "repeats_of",
           "simulate_readings", "worklist"]

COLUMNS = ("reader", "image_id", "occasion", "bone_age", "seconds", "answered_at")


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


def append_reading(path: str | Path, reader: str, image_id: str, occasion: int, bone_age: float,
                   seconds: float = float("nan")) -> None:
    """Add one answer (bone age in years) to the file; on disk when this returns.

    Raises
    ------
    BadInput
        If the age is no number of years from 0 to 20.
    """
    if not 0 <= bone_age <= 20:  # also refuses NaN
        raise BadInput(f"{bone_age!r} is not a bone age in years.", "Answer between 0 and 20.")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")
    with path.open("a", newline="", encoding="utf-8") as file:
        if not whole:  # a line cut off by a crash must not take this one with it
            file.write("\n")
        writer = csv.writer(file, lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(COLUMNS)
        took = f"{seconds:.1f}" if seconds == seconds else ""
        writer.writerow([reader, image_id, occasion, f"{bone_age:.4f}", took, now])
        file.flush()
        os.fsync(file.fileno())


def load_readings(path: str | Path, reader: str | None = None) -> pd.DataFrame:
    """Return the answers of a file, the last one where a hand was answered again.

    A line cut off by a crash is left out. A file that is not there is an empty table.

    Raises
    ------
    BadInput
        If the file is not one of readings.
    """
    import pandas as pd

    path = Path(path)
    if not path.exists() or path.stat().st_size == 0:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.read_csv(path, dtype={"reader": str, "image_id": str}, on_bad_lines="skip",
                        encoding_errors="replace")
    if list(table.columns) != list(COLUMNS):
        raise BadInput(f"{path.name} is not a file of readings.",
                       f"Its first line must be {','.join(COLUMNS)}.")
    table = table.dropna(subset=["image_id", "occasion", "bone_age"])
    # a line is whole where its time is: "12.5" that was cut off reads as 1 year, not as nothing
    table = table[table["answered_at"].astype(str).str.endswith("Z")]
    if reader is not None:
        table = table[table["reader"] == reader]
    table = table.drop_duplicates(["reader", "image_id", "occasion"], keep="last")
    return table.astype({"occasion": int, "bone_age": float}).reset_index(drop=True)


def predictions_of(readings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return first readings as a predictions table (years), one row a hand and reader.

    ``y_true`` is ``true_bone_age`` where the records have it (phantoms), else ``bone_age``.
    """
    first = readings[readings["occasion"] == 1]
    records = records.assign(image_id=records["image_id"].astype(str))
    truth = "true_bone_age" if "true_bone_age" in records else "bone_age"
    keep = [name for name in ("group", "chronological_age", "reader_1", "reader_2", "source")
            if name in records]
    joined = first.merge(records[["image_id", "sex", truth, *keep]].rename(
        columns={truth: "y_true"}), on="image_id", how="inner", validate="many_to_one")
    joined = joined.rename(columns={"bone_age": "y_pred"})
    joined["model"] = "reader " + joined["reader"]
    return joined[["image_id", "sex", "y_true", "y_pred", "model", *keep]]


def repeats_of(readings: pd.DataFrame) -> pd.DataFrame:
    """Return hands that were read twice: ``reader``, ``image_id``, ``first``, ``second``."""
    wide = readings.pivot_table(index=["reader", "image_id"], columns="occasion",
                                values="bone_age", aggfunc="last")
    wide = wide.reindex(columns=[1, 2]).dropna()
    return wide.rename(columns={1: "first", 2: "second"}).rename_axis(
        columns=None).reset_index()


def simulate_readings(records: pd.DataFrame, order: list[tuple[str, int]], seed: int,
                      reader: str = "simulated") -> pd.DataFrame:
    """Return readings of a simulated reader: what the notebook shows before you have read.

    The reader is the second one of the phantom cohort's reader model (bias, scatter, plates).
    """
    import pandas as pd

    from ..phantom.children import read_plates

    known = records.assign(image_id=records["image_id"].astype(str)).set_index("image_id")
    rows = known.loc[[name for name, _ in order]]
    truth = rows["true_bone_age" if "true_bone_age" in rows else "bone_age"].to_numpy(float)
    read = read_plates(truth, rows["sex"].to_numpy(), np.random.default_rng([seed, 11]), reader=2)
    return pd.DataFrame({"reader": reader, "image_id": [name for name, _ in order],
                         "occasion": [occasion for _, occasion in order], "bone_age": read,
                         "seconds": np.nan, "answered_at": ""})
