"""What ships with the kit for analysis without pictures: predictions, and kept results."""

from __future__ import annotations

from importlib.resources import as_file, files

import pandas as pd

from .predictions_file import read_predictions

#: The best first: what is asked of one model is asked of the first that is there.
_ORDER = ("rsna_oof_lite0", "rsna_oof_frozen_lite0")
RESULTS = ("group_mix", "input_checks", "robustness", "saliency")


def shipped_predictions() -> dict[str, pd.DataFrame]:
    """Return the package's out-of-fold predictions on RSNA 2017 thumbnails, by model name.

    Files ``boneage_kit/data/rsna_oof*.csv``; the name is the file's column ``model``. A
    fine-tuned network, where one is shipped, comes before frozen features. Empty where none are.

    >>> all("y_pred" in table for table in shipped_predictions().values())
    True
    """
    folder = files("boneage_kit") / "data"
    files_by_name = {
        file.name.removesuffix(".csv"): file
        for file in folder.iterdir()
        if file.name.startswith("rsna_oof") and file.name.endswith(".csv")
    }
    tables: dict[str, pd.DataFrame] = {}
    for name in sorted(files_by_name, key=_rank):
        with as_file(files_by_name[name]) as path:
            table = read_predictions(path)
        model = str(table["model"].iloc[0]) if "model" in table else name.removeprefix("rsna_oof_")
        tables[model if model not in tables else name] = table
    return tables


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def phantom_predictions() -> pd.DataFrame:
    """Return kept predictions for phantoms by a model not trained on them; no clinical figure.

    Made by ``studies/conformal_phantoms.py``. Column ``part`` says which children calibrate
    prediction intervals and which are fresh.

    >>> sorted(phantom_predictions()["part"].unique())
    ['calibration', 'fresh']
    """
    with as_file(files("boneage_kit") / "data" / "phantom_readings.csv") as path:
        return read_predictions(path)


def kept_result(name: str) -> pd.DataFrame:
    """Return one kept table of :data:`RESULTS`, as the study of that name left it.

    ``boneage_kit/data/results/NAME.json`` beside it says what it was made with.

    >>> kept_result("group_mix")["scenario"].unique().tolist()
    ['none', 'published']
    """
    with (files("boneage_kit") / "data" / "results" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
