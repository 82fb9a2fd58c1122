"""How old the children of the published data sets are: shares of four bands of bone age."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

BANDS = ("0-5 y", "5-10 y", "10-15 y", "15+ y")


def published_label_shares() -> pd.DataFrame:
    """Return the share (0 to 1) of each bone age band in RSNA 2017 and the Digital Hand Atlas.

    Rows are bands, columns data sets; ``label_shares.csv`` names the source of each number.

    >>> published_label_shares().sum().round(2).tolist()
    [1.0, 1.0]
    """
    rows = pd.read_csv(str(files(__package__) / "label_shares.csv"))
    shares = rows.pivot(index="band", columns="data_set", values="share").loc[list(BANDS)]
    return shares[["RSNA 2017 training", "Digital Hand Atlas"]].rename_axis(columns=None)


def label_shares(table: pd.DataFrame) -> pd.Series:
    """Return the share of each bone age band in a table of records.

    >>> label_shares(pd.DataFrame({"bone_age": [3.0, 12, 13, 16]})).tolist()
    [0.25, 0.0, 0.5, 0.25]
    """
    bands = pd.cut(table["bone_age"], [0, 5, 10, 15, float("inf")], right=False, labels=BANDS)
    return bands.value_counts(normalize=True).reindex(list(BANDS)).rename_axis("band")
