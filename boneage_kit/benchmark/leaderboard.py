"""What a study's predictions say: a tidy table, a leaderboard, paired differences, ablations."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from ..errors import BadInput
from ..evaluation.bootstrap import bootstrap_interval
from ..evaluation.comparison import compare
from ..evaluation.metrics import mae
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


def leaderboard(table: pd.DataFrame, n_train: int, n_bootstrap: int = 1000) -> pd.DataFrame:
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
        ``label, method, n_train, cells, children, mae_years, lower, upper, mae_months,
        within_12_months`` and the paired difference to the first row with its interval
        (``behind_years, behind_lower, behind_upper``): over the children that both
        predicted, several seeds of a child averaged.

    Raises
    ------
    BadInput
        If no cell has this size.
    """
    part = at_size(table, n_train)
    parts = dict(iter(part.groupby("method")))
    rows = []
    for name, own in parts.items():
        value, lower, upper = bootstrap_interval(mae, own, n_bootstrap)
        error = (own["y_pred"] - own["y_true"]).abs()
        rows.append(
            {
                "label": methods.get(name).label,
                "method": name,
                "n_train": int(own["n_train"].median()),
                "cells": _n_cells(own),
                "children": own["image_id"].nunique(),
                "mae_years": value,
                "lower": lower,
                "upper": upper,
                "mae_months": 12 * value,
                "within_12_months": float((error <= 1).mean()),
            }
        )
    board = pd.DataFrame(rows).sort_values("mae_years", kind="stable", ignore_index=True)
    best = board["method"].iloc[0]
    behind = [
        (0.0, 0.0, 0.0) if name == best else difference(part, name, best, n_bootstrap)
        for name in board["method"]
    ]
    board[["behind_years", "behind_lower", "behind_upper"]] = behind
    return board.round(4)


def _n_cells(table: pd.DataFrame) -> int:
    return len(table[["fold", "seed"]].drop_duplicates())


def at_size(table: pd.DataFrame, n_train: int) -> pd.DataFrame:
    """Return the predictions of one training size (within 1 %: folds are of unequal size)."""
    chosen = near(table["n_train"], n_train)
    if not chosen.any():
        sizes = ", ".join(map(str, sorted(table["n_train"].unique())))
        raise BadInput(f"No cell was trained on {n_train:,} images.", f"There are {sizes}.")
    return table[chosen]


def difference(
    part: pd.DataFrame, a: str, b: str, n_bootstrap: int = 1000
) -> tuple[float, float, float]:
    """Return MAE(a) - MAE(b) in years with its interval, over the children both have predicted."""
    tables = [part[part["method"] == name] for name in (a, b)]
    both = set(tables[0]["image_id"]) & set(tables[1]["image_id"])
    if len(both) < 2:
        raise BadInput(
            f"{a} and {b} share {len(both)} test children.", "Run both on the same folds."
        )
    of_a, of_b = (table[table["image_id"].isin(both)] for table in tables)
    paired = compare(of_a, of_b, n=n_bootstrap)
    return paired.difference, paired.lower, paired.upper


def ablations(table: pd.DataFrame, n_train: int, n_bootstrap: int = 1000) -> pd.DataFrame:
    """Return the paper's ablations, and ours, as paired differences, each with its verdict.

    ``ablations.csv`` names the pairs and what is expected of them, with its source. A pair of
    which one side was not run at this size is left out.

    Returns
    -------
    pandas.DataFrame
        ``question, a, b, children, cells, difference_years, lower, upper, difference_months,
        expected, verdict, source``; below zero ``a`` is the better. The verdict is *confirmed*
        or *not confirmed* where the interval lies on one side of zero, else *cannot be told*.
    """
    part = at_size(table, n_train)
    compared = set(part["method"])
    rows = []
    with (files(__package__) / "ablations.csv").open(encoding="utf-8") as file:
        pairs = pd.read_csv(file, keep_default_na=False)
    for pair in pairs[pairs["a"].isin(compared) & pairs["b"].isin(compared)].itertuples():
        value, lower, upper = difference(part, pair.a, pair.b, n_bootstrap)
        own = part[part["method"] == pair.a]
        other = part[part["method"] == pair.b]
        rows.append(
            {
                "question": pair.question,
                "a": methods.get(pair.a).label,
                "b": methods.get(pair.b).label,
                "children": len(set(own["image_id"]) & set(other["image_id"])),
                "cells": min(_n_cells(own), _n_cells(other)),
                "difference_years": value,
                "lower": lower,
                "upper": upper,
                "difference_months": 12 * value,
                "expected": pair.expectation,
                "verdict": verdict(lower, upper, pair.expectation),
                "source": pair.source,
            }
        )
    return pd.DataFrame(rows).round(4)


def verdict(lower: float, upper: float, expected: str) -> str:
    """Return the verdict on an interval of MAE(a) - MAE(b), given which one was expected better.

    >>> verdict(-0.3, -0.1, "a"), verdict(-0.3, -0.1, "b"), verdict(-0.1, 0.1, "a")
    ('confirmed', 'not confirmed', 'cannot be told')
    >>> verdict(0.1, 0.2, "")
    'the second is better'
    """
    if lower <= 0 <= upper:
        return "cannot be told"
    better = "a" if upper < 0 else "b"
    if not expected:
        return "the first is better" if better == "a" else "the second is better"
    return "confirmed" if better == expected else "not confirmed"


def months_table(board: pd.DataFrame) -> str:
    """Return a leaderboard as a Markdown table in years and months."""
    lines = [
        "| method | training images | MAE, years (95 % interval) | months | within 12 months "
        "| behind the best, years (95 % interval) | children, cells |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in board.itertuples():
        behind = (
            "best"
            if row.Index == 0
            else (f"{row.behind_years:.2f} ({row.behind_lower:.2f} to {row.behind_upper:.2f})")
        )
        lines.append(
            f"| {row.label} | {row.n_train:,} | {row.mae_years:.2f} ({row.lower:.2f} to "
            f"{row.upper:.2f}) | {row.mae_months:.1f} | {row.within_12_months:.0%} | {behind} | "
            f"{row.children:,}, {row.cells} |"
        )
    return "\n".join(lines) + "\n"
