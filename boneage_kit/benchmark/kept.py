"""The benchmark's results that are kept in the kit: one study on real hands, one on phantoms.

``boneage_kit/data/results/benchmark/<data>/`` holds what ``boneage-kit benchmark`` left:
``table.csv``, ``leaderboard.csv``, ``ablations.csv`` and ``provenance.json``. They hold errors
only: no image, no label of a child.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import BadInput

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: ``rsna``: the RSNA 2017 thumbnails (100 px, real hands); ``phantom``: the kit's full cohort.
STUDIES = ("rsna", "phantom")
FILES = ("table.csv", "leaderboard.csv", "ablations.csv", "provenance.json")


def table(study: str = "rsna") -> pd.DataFrame:
    """Return one row per training: method, n_train, fold, seed, n_test, MAE and its interval.

    >>> set(table("rsna")["method"]) >= {"constant", "frozen_lite0", "lite0_fine_tuned"}
    True
    """
    return _csv(study, "table.csv")


def leaderboard(study: str = "rsna") -> pd.DataFrame:
    """Return the methods at each training size, paired with the best of that size.

    >>> "behind_years" in leaderboard("rsna")
    True
    """
    return _csv(study, "leaderboard.csv")


def ablations(study: str = "rsna") -> pd.DataFrame:
    """Return paired differences of methods each with its verdict, at one training size.

    >>> set(ablations("rsna")["verdict"]) <= {"confirmed", "not confirmed", "cannot be told",
    ...     "the first is better", "the second is better"}
    True
    """
    return _csv(study, "ablations.csv")


def provenance(study: str = "rsna") -> dict[str, Any]:
    """Return data, checksum, folds, versions and machine of a kept study.

    >>> provenance("rsna")["folds"]
    5
    """
    return json.loads(_file(study, "provenance.json").read_text(encoding="utf-8"))


def _csv(study: str, name: str) -> pd.DataFrame:
    with _file(study, name).open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False, na_values=[""])


def _file(study: str, name: str) -> Traversable:
    if study not in STUDIES:
        raise BadInput(f"There is no kept study {study!r}.", f"Use {' or '.join(STUDIES)}.")
    return files("boneage_kit") / "data" / "results" / "benchmark" / study / name
