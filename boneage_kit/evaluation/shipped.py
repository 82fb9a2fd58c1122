"""Predictions on real radiographs that ship with the kit, for analysis without the pictures."""

from __future__ import annotations

from importlib.resources import as_file, files

import pandas as pd

from .predictions_file import read_predictions


def shipped_predictions() -> dict[str, pd.DataFrame]:
    """Return the package's out-of-fold predictions on RSNA 2017 thumbnails, by model name.

    Files ``boneage_kit/data/rsna_oof*.csv``; the name is the rest of the file's name. Empty where
    none are shipped.

    >>> all("y_pred" in table for table in shipped_predictions().values())
    True
    """
    found = {}
    for place in sorted((files("boneage_kit") / "data").iterdir(), key=lambda one: one.name):
        if place.name.startswith("rsna_oof") and place.name.endswith(".csv"):
            with as_file(place) as path:
                name = place.name.removeprefix("rsna_oof").removesuffix(".csv").strip("_")
                found[name or "model"] = read_predictions(path)
    return found
