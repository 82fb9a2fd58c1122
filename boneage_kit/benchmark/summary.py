"""Write down what a study found: tables, a leaderboard to read, a chart, and provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from .. import plots, provenance
from .._io import write_atomically, write_json
from ..training.schedule import merged
from . import leaderboard, methods, questions
from .study import Study

#: The paper's training size; where there is none, the largest below stands in for it.
PAPER_SIZE = 1112


def write(study: Study) -> pd.DataFrame:
    """Write the results of all cells that are there into the study's folder.

    The three tables of :func:`tables`, ``leaderboard.md``, ``learning_curves.png`` with its text,
    and ``provenance.json``.

    Returns
    -------
    pandas.DataFrame
        The leaderboard of the largest training size.
    """
    made = tables(leaderboard.predictions(study))
    for name, table in made.items():
        write_table(table, study.out / name)
    rows, boards = made["table.csv"], made["leaderboard.csv"]
    by_size = [board.reset_index(drop=True) for _, board in boards.groupby(merged_sizes(boards))]
    _text(_leaderboards(study, by_size), study.out / "leaderboard.md")
    _chart(study, rows)
    _provenance(study, rows)
    return by_size[-1]


def tables(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return a study's three tables by the name of their file, from its predictions alone.

    ``table.csv`` (one row per training), ``leaderboard.csv`` (each training size) and
    ``ablations.csv`` (the questions at the paper's size, or the largest size below it; only where
    both sides of a question were run).

    Parameters
    ----------
    predictions
        ``image_id, sex, y_true, y_pred`` (years), ``method, n_train, fold, seed``.
    """
    rows = leaderboard.tidy(predictions)
    sizes = list(dict.fromkeys(merged(rows["n_train"]).values()))
    boards = [leaderboard.leaderboard(predictions, size) for size in sizes]
    made = {"table.csv": rows, "leaderboard.csv": pd.concat(boards, ignore_index=True)}
    compared = size_of_questions(sizes)
    answers = questions.ablations(predictions, compared)
    if len(answers):
        made["ablations.csv"] = answers.assign(n_train=compared)
    return made


def size_of_questions(sizes: Iterable[int]) -> int:
    """Return the training size at which a study answers its questions.

    >>> size_of_questions([100, 1112, 8080]), size_of_questions([50, 781])
    (1112, 781)
    """
    sizes = sorted(sizes)
    below = [size for size in sizes if size <= 1.01 * PAPER_SIZE]
    return below[-1] if below else sizes[0]


def merged_sizes(table: pd.DataFrame) -> pd.Series:
    """Return the training size as which each row counts (folds are of unequal size).

    >>> merged_sizes(pd.DataFrame({"n_train": [100, 8081, 8080]})).tolist()
    [100, 8080, 8080]
    """
    return table["n_train"].map(merged(table["n_train"]))


def in_words(rows: pd.DataFrame) -> str:
    """Return the learning curves in a sentence, for a person who cannot see the chart."""
    months = 12 * rows.groupby(["method", "n_train"])["mae_years"].mean()
    parts = []
    for name in months.index.unique("method"):
        line = months.loc[name]
        part = f"{methods.get(name).label}: {line.iloc[0]:.1f} months at {line.index[0]:,} images"
        if len(line) > 1:
            part += f", {line.iloc[-1]:.1f} at {line.index[-1]:,}"
        parts.append(part)
    return "Mean absolute error over training images. " + "; ".join(parts) + "."


def _leaderboards(study: Study, boards: list[pd.DataFrame]) -> str:
    dataset = study.dataset()
    kind = "Phantoms: no clinical figures." if dataset.is_phantom else "Real radiographs."
    head = (
        f"# Leaderboard\n\n{kind} Data: {dataset.name}, {len(dataset):,} images, "
        f"{study.folds} folds by patient, stratified by sex and age band. MAE over all "
        "children predicted. Intervals include the chance of children and of trainings (of one "
        "training: of children alone). Verdicts: see docs/benchmark.md.\n"
    )
    return head + "".join(
        f"\n## {board['n_train'].max():,} training images\n\n{leaderboard.months_table(board)}"
        for board in reversed(boards)
    )


def _chart(study: Study, rows: pd.DataFrame) -> None:
    plots.use_style()
    sizes = rows.groupby("method")["n_train"].transform("nunique")
    ax = plots.learning_curves(rows[sizes > 1] if (sizes > 1).any() else rows, methods.labels())
    if study.dataset().is_phantom:
        ax.set_title("phantoms: no clinical figures")
    figure = ax.figure
    assert hasattr(figure, "savefig")  # a part of a figure has none
    write_atomically(
        study.out / "learning_curves.png",
        lambda path: figure.savefig(path, dpi=150, bbox_inches="tight"),
    )
    _text(in_words(rows) + "\n", study.out / "learning_curves.txt")


def _provenance(study: Study, rows: pd.DataFrame) -> None:
    facts = {
        **json.loads((study.out / "study.json").read_text(encoding="utf-8")),
        "terms": study.dataset().terms,
        "cells": len(rows),
        "made": provenance.now(),
        "kit": provenance.kit(),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }
    write_json(study.out / "provenance.json", facts)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, whole or not at all."""
    write_atomically(path, lambda file: table.to_csv(file, index=False))


def _text(text: str, path: Path) -> None:
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
