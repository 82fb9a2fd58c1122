"""The benchmark's results that are kept in the kit: studies on real hands and on phantoms.

``boneage_kit/data/results/benchmark/<study>/`` holds what ``tools/keep_benchmark.py`` took from a
folder of ``boneage-kit benchmark``: the tables ``table.csv``, ``leaderboard.csv`` and
``ablations.csv``, ``provenance.json``, and for newer studies ``predictions.csv.xz``, from which the
tables are computed. The two older studies (``rsna``, ``phantom``) kept errors per training only, so
their questions rest on the spread between folds. No file holds an image.
"""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import BadInput
from . import leaderboard as boards
from . import questions, summary

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: ``rsna_512``: 976 real hands of true proportions, 224 px; ``rsna_512_features``: the part of it
#: without networks, kept until the whole is; ``rsna``: the RSNA 2017 thumbnails (real hands,
#: 100 px); ``phantom``: the kit's full cohort.
STUDIES = ("rsna_512", "rsna_512_features", "rsna", "phantom")
PREDICTIONS = "predictions.csv.xz"
#: The columns of the kept predictions; ages in years.
COLUMNS = ("image_id", "sex", "method", "n_train", "fold", "seed", "y_true", "y_pred")


def studies() -> list[str]:
    """Return the names of the studies that are kept, the most telling one on real hands first.

    >>> set(studies()) >= {"rsna", "phantom"}
    True
    """
    there = [name for name in STUDIES if _folder(name).joinpath("table.csv").is_file()]
    return [name for name in there if not (name == "rsna_512_features" and "rsna_512" in there)]


def has_predictions(study: str) -> bool:
    """Return whether a study kept its predictions, or errors of trainings alone.

    >>> has_predictions("rsna")
    False
    """
    return _folder(study).joinpath(PREDICTIONS).is_file()


def predictions(study: str) -> pd.DataFrame:
    """Return every kept prediction of a study: one row per child and training, ages in years.

    Columns: :data:`COLUMNS`. :func:`boneage_kit.benchmark.summary.tables` computes the study's
    tables from them.

    Raises
    ------
    BadInput
        If the study kept none.

    >>> predictions("rsna")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The study 'rsna' kept errors of trainings and no predictions...
    """
    if not has_predictions(study):
        raise BadInput(
            f"The study {study!r} kept errors of trainings and no predictions.",
            "Use kept.table, or run the study again.",
        )
    with as_file(_folder(study) / PREDICTIONS) as path:
        return pd.read_csv(path, dtype={"image_id": str})


def rebuilt(study: str) -> dict[str, pd.DataFrame]:
    """Return a study's tables computed again from what is kept, by the name of their file.

    From predictions where they are kept. Otherwise verdicts and distances are computed from the
    errors of trainings, and the other columns of the leaderboard stay.

    >>> sorted(rebuilt("rsna"))
    ['ablations.csv', 'leaderboard.csv', 'table.csv']
    """
    if has_predictions(study):
        return summary.tables(predictions(study))
    cells, board = table(study), leaderboard(study)
    parts = [
        _behind_again(rows, boards.at_size(cells, int(n)))
        for n, rows in board.groupby(summary.merged_sizes(board), sort=False)
    ]
    compared = summary.size_of_questions(summary.merged_sizes(cells))
    return {
        "table.csv": cells,
        "leaderboard.csv": pd.concat(parts, ignore_index=True),
        "ablations.csv": questions.ablations_of_cells(cells, compared).assign(n_train=compared),
    }


def _behind_again(board: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return one size of a leaderboard with its distances from the errors of trainings."""
    parts = dict(iter(cells.groupby("method")))
    return boards.against_best(
        board.reset_index(drop=True),
        lambda name, best: questions.evidence_of_cells(parts[name], parts[best]),
    )


def table(study: str = "rsna") -> pd.DataFrame:
    """Return one row per training: method, n_train, fold, seed, n_test, MAE and its interval.

    >>> set(table("rsna")["method"]) >= {"constant", "frozen_lite0", "lite0_fine_tuned"}
    True
    """
    return _csv(study, "table.csv")


def leaderboard(study: str = "rsna") -> pd.DataFrame:
    """Return the methods at each training size, each paired with the best of that size.

    The columns are those of :func:`boneage_kit.benchmark.leaderboard.leaderboard`. ``lower`` and
    ``upper`` of the studies without predictions include the chance of children alone.

    >>> "behind_years" in leaderboard("rsna")
    True
    """
    return _csv(study, "leaderboard.csv")


def ablations(study: str = "rsna") -> pd.DataFrame:
    """Return the questions of a study, each with its verdict, at one training size.

    The columns are those of :func:`boneage_kit.benchmark.questions.ablations`.

    >>> from boneage_kit.evaluation import VERDICTS
    >>> set(ablations("rsna")["verdict"]) <= set(VERDICTS)
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
        read = pd.read_csv(file, keep_default_na=False, na_values=[""])
    return read.fillna({"expected": ""}) if "expected" in read else read


def _file(study: str, name: str) -> Traversable:
    path = _folder(study) / name
    if not path.is_file():
        raise BadInput(f"No study {study!r} is kept.", f"Use {' or '.join(studies())}.")
    return path


def _folder(study: str) -> Traversable:
    if study not in STUDIES:
        raise BadInput(f"There is no kept study {study!r}.", f"Use {' or '.join(studies())}.")
    return files("boneage_kit") / "data" / "results" / "benchmark" / study
