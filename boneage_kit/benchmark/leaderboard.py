"""What a study's predictions say: one row per training, and a leaderboard per training size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..evaluation.bootstrap import bootstrap_interval
from ..evaluation.metrics import Interval, mae
from ..evaluation.two_way import chance_of, rows_of_trainings
from ..evaluation.verdict import Evidence, paired_evidence
from ..training.schedule import near
from . import methods
from .study import Study

_CELL = ["method", "n_train", "fold", "seed"]


def predictions(study: Study) -> pd.DataFrame:
    """Return the predictions of all cells that are there, in one table.

    Raises
    ------
    BadInput
        If there are none.
    """
    tables = list(study.kept())
    if not tables:
        raise BadInput(f"{study.out} holds no predictions yet.", "Run the benchmark first.")
    return pd.concat(tables, ignore_index=True).rename(columns={"model": "method"})


def tidy(table: pd.DataFrame, n_bootstrap: int = 1000) -> pd.DataFrame:
    """Return one row per cell: its error over its test children with a 95 % bootstrap interval.

    Parameters
    ----------
    table
        As :func:`predictions` returns it.
    n_bootstrap
        Resamples of the children.

    >>> cell = pd.DataFrame({"image_id": list("abc"), "sex": "F", "y_true": [3.0, 9, 15],
    ...                      "y_pred": [4.0, 9, 13], "method": "bonet", "n_train": 25,
    ...                      "fold": 0, "seed": 0})
    >>> tidy(cell)[["n_test", "mae_years", "mae_months"]].values.tolist()
    [[3.0, 1.0, 12.0]]
    """
    rows = []
    for key, part in table.groupby(_CELL, sort=True):
        value, lower, upper = bootstrap_interval(mae, part, n_bootstrap)
        rows.append(
            {
                **dict(zip(_CELL, key, strict=True)),
                "n_test": len(part),
                "mae_years": value,
                "lower": lower,
                "upper": upper,
                "mae_months": 12 * value,
            }
        )
    return pd.DataFrame(rows).round(4)


def leaderboard(table: pd.DataFrame, n_train: int) -> pd.DataFrame:
    """Return the methods at one training size, best first, each against the best one.

    Parameters
    ----------
    table
        As :func:`predictions` returns it.
    n_train
        Training images; folds of unequal size (all images but the fold) count as one size.

    Returns
    -------
    pandas.DataFrame
        ``label, method, n_train, cells`` (trainings), ``children, mae_years, lower, upper,
        mae_months, within_12_months``; then how far the row is behind the first one, on the same
        children and trainings: ``behind_years, behind_lower, behind_upper`` (no interval where one
        of the two was trained once). Intervals include the chance of children and of trainings; of
        one training, of children alone. A leaderboard gives no verdict, because its first row was
        picked: :mod:`.questions` does.

    Raises
    ------
    BadInput
        If no cell has this size.
    """
    part = at_size(table, n_train)
    parts = dict(iter(part.groupby("method")))
    board = pd.DataFrame([_row(name, own) for name, own in parts.items()])
    board = board.sort_values("mae_years", kind="stable", ignore_index=True)
    return against_best(board, lambda name, best: paired_evidence(parts[name], parts[best]))


def _row(name: str, own: pd.DataFrame) -> dict[str, object]:
    error = error_of(own)
    return {
        "label": methods.get(name).label,
        "method": name,
        "n_train": int(own["n_train"].median()),
        "cells": len(own[["fold", "seed"]].drop_duplicates()),
        "children": own["image_id"].nunique(),
        "mae_years": error.value,
        "lower": error.lower,
        "upper": error.upper,
        "mae_months": 12 * error.value,
        "within_12_months": float(((own["y_pred"] - own["y_true"]).abs() <= 1).mean()),
    }


def error_of(own: pd.DataFrame) -> Interval:
    """Return one method's MAE (years) with the chance of children and of trainings.

    >>> own = pd.DataFrame({"image_id": ["a", "b"] * 2, "sex": "F", "y_true": 8.0, "fold": 0,
    ...                     "seed": [0, 0, 1, 1], "y_pred": [8.5, 8.5, 9.5, 9.5]})
    >>> [round(float(x), 2) for x in error_of(own)]
    [1.0, -5.35, 7.35]
    """
    rows = rows_of_trainings(own)
    value = float(rows.groupby("image_id")["error"].mean().mean())
    reach = chance_of(rows["error"].to_numpy(), rows).reach()
    return Interval(value, value - reach, value + reach)


def against_best(board: pd.DataFrame, evidence: Callable[[str, str], Evidence]) -> pd.DataFrame:
    """Return a board, best first, with each method's distance to the best.

    ``evidence(name, best)`` returns the evidence for a method against the best one.
    """
    best = board["method"].iloc[0]
    columns = ["behind_years", "behind_lower", "behind_upper"]
    board = board.assign(**dict.fromkeys(columns, np.nan))
    board.loc[0, columns] = 0.0
    for row, name in list(board["method"].items())[1:]:
        try:
            found = evidence(name, best)
        except BadInput:  # they share no fold: nothing can be compared
            continue
        board.loc[row, columns] = (found.difference, found.lower, found.upper)
    return board.round(4)


def at_size(table: pd.DataFrame, n_train: int) -> pd.DataFrame:
    """Return the predictions of one training size (within 1 %: folds are of unequal size)."""
    chosen = near(table["n_train"], n_train)
    if not chosen.any():
        sizes = ", ".join(map(str, sorted(table["n_train"].unique())))
        raise BadInput(f"No cell was trained on {n_train:,} images.", f"There are {sizes}.")
    return table[chosen]


def months_table(board: pd.DataFrame) -> str:
    """Return a leaderboard as a Markdown table in years and months."""
    lines = [
        "| method | training images | MAE, years (95 % interval) | months | within 12 months "
        "| behind the best, years (95 % interval) | children, trainings |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in board.itertuples():
        lines.append(
            f"| {row.label} | {row.n_train:,} | {row.mae_years:.2f} ({row.lower:.2f} to "
            f"{row.upper:.2f}) | {row.mae_months:.1f} | {row.within_12_months:.0%} | "
            f"{_behind(row)} | {row.children:,}, {row.cells} |"
        )
    return "\n".join(lines) + "\n"


def _behind(row: Any) -> str:
    if row.Index == 0:
        return "best"
    if pd.isna(row.behind_years):
        return ""
    if pd.isna(row.behind_lower):
        return f"{row.behind_years:.2f}"
    return f"{row.behind_years:.2f} ({row.behind_lower:.2f} to {row.behind_upper:.2f})"
