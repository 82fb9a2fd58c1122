"""A class's readings together: how far its readers agree, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

from .. import evaluation
from ..errors import BadInput
from .readings import predictions_of, repeats_of
from .readings_file import load_readings
from .readings_names import meant_ids, plain_name

__all__ = ["ClassAgreement", "class_agreement", "load_class"]


@dataclass(frozen=True)
class ClassAgreement:
    """What a class's readings show together.

    ``readers``: one row per reader with hands read, bias and mean absolute error against the truth,
    and the SD of the differences between two readings of one hand, in years. ``icc``: intraclass
    correlation (two-way random, absolute agreement, single reading) with its 95 % interval over
    the ``hands`` that everybody read. ``mean_difference``: mean absolute difference in years
    between two readers, over all pairs. ``limits``: 95 of 100 differences between two readers of
    one hand lie within plus and minus this many years. Each pair has two orders, so their mean is
    0 and a reader's bias widens the limits.
    """

    readers: pd.DataFrame
    icc: evaluation.Interval
    mean_difference: float
    limits: float
    hands: int


def load_class(folder: str | Path) -> pd.DataFrame:
    """Return all readings of a folder of CSV files, one file or more per reader.

    Raises
    ------
    BadInput
        If the folder holds no CSV file of readings.

    >>> import tempfile
    >>> from boneage_kit.widgets.readings_file import append_reading
    >>> folder = Path(tempfile.mkdtemp())
    >>> for reader in ("Ann", "Bob"):
    ...     append_reading(folder / f"{reader}.csv", reader, "0001", 1, 8.5)
    >>> load_class(folder)["reader"].tolist()
    ['Ann', 'Bob']
    """
    files = sorted(Path(folder).glob("*.csv"))
    tables = [load_readings(file) for file in files]
    tables = [table for table in tables if len(table)]
    if not tables:
        raise BadInput(
            f"There are no readings in {Path(folder).name!r}.",
            "Put the class's CSV files, as the reading room writes them, there.",
        )
    everybody = pd.concat(tables, ignore_index=True)
    return everybody.assign(reader=everybody["reader"].map(plain_name))


def class_agreement(readings: pd.DataFrame, records: pd.DataFrame) -> ClassAgreement:
    """Return how far the readers of a class agree with each other and with the truth.

    Parameters
    ----------
    readings
        Of :func:`load_class`: columns ``reader, image_id, occasion, bone_age`` (years).
    records
        The hands, with their truth, as the reading room had them.

    Raises
    ------
    BadInput
        With fewer than two readers, or fewer than three hands that all of them read.

    >>> from boneage_kit import phantom
    >>> from boneage_kit.widgets.readings import simulate_readings, worklist
    >>> records = phantom.cohort(12, seed=1)
    >>> order = worklist(records["image_id"].tolist(), repeats=3, seed=0)
    >>> readings = pd.concat([simulate_readings(records, order, seed, reader=name)
    ...                       for seed, name in enumerate(("Ann", "Bob"))])
    >>> class_agreement(readings, records).hands
    12
    """
    meant = meant_ids(readings["image_id"], records["image_id"].astype(str).tolist())
    readings = readings.assign(
        image_id=readings["image_id"].map(lambda name: meant.get(name, name))
    )
    first = readings[readings["occasion"] == 1]
    wide = first.pivot_table(index="image_id", columns="reader", values="bone_age", aggfunc="last")
    common = wide.dropna()
    if wide.shape[1] < 2 or len(common) < 3:
        raise BadInput(
            f"{wide.shape[1]} reader(s) share {len(common)} hand(s).",
            "At least two readers must have read the same three hands.",
        )
    apart = pd.concat([common[a] - common[b] for a, b in combinations(common.columns, 2)])
    return ClassAgreement(
        _by_reader(readings, records),
        evaluation.icc(*(common[name] for name in common.columns)),
        float(apart.abs().mean()),
        1.96 * float((apart**2).mean() ** 0.5),
        len(common),
    )


def _by_reader(readings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    predictions, twice = predictions_of(readings, records), repeats_of(readings)
    rows = []
    for name, part in predictions.groupby("model"):
        error = part["y_pred"] - part["y_true"]
        mine = twice[twice["reader"] == name.removeprefix("reader ")]
        rows.append(
            {
                "reader": name.removeprefix("reader "),
                "hands": len(part),
                "bias": error.mean(),
                "MAE": error.abs().mean(),
                "read twice": len(mine),
                "SD of repeats": (mine["second"] - mine["first"]).std(),
            }
        )
    return pd.DataFrame(rows).set_index("reader")
