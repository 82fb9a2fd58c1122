"""Write down what a study found: tables, a leaderboard to read, a chart, and provenance."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from .. import plots, provenance
from .._io import write_atomically, write_json
from ..training.schedule import merged
from . import leaderboard, methods
from .study import Study

#: The paper's training size; where there is none, the largest stands in for it.
PAPER_SIZE = 1112


def write(study: Study) -> pd.DataFrame:
    """Write the results of all cells that are there into the study's folder.

    ``table.csv`` (one row per cell), ``leaderboard.md`` and ``leaderboard.csv`` (each training
    size), ``ablations.csv`` (at 1,112 images, or else the largest size), ``learning_curves.png``
    with its text, and ``provenance.json``.

    Returns
    -------
    pandas.DataFrame
        The leaderboard of the largest training size.
    """
    table = leaderboard.predictions(study)
    rows = leaderboard.tidy(table)
    _csv(rows, study.out / "table.csv")
    sizes = list(dict.fromkeys(merged(rows["n_train"]).values()))
    boards = [leaderboard.leaderboard(table, size) for size in sizes]
    _csv(pd.concat(boards, ignore_index=True), study.out / "leaderboard.csv")
    _text(_leaderboards(study, boards), study.out / "leaderboard.md")
    compared = PAPER_SIZE if PAPER_SIZE in sizes else sizes[-1]
    pairs = leaderboard.ablations(table, compared)
    if len(pairs):
        _csv(pairs.assign(n_train=compared), study.out / "ablations.csv")
    _chart(study, rows)
    _provenance(study, rows)
    return boards[-1]


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
        "children predicted; intervals by bootstrap over children; differences are paired.\n"
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


def _csv(table: pd.DataFrame, path: Path) -> None:
    write_atomically(path, lambda file: table.to_csv(file, index=False))


def _text(text: str, path: Path) -> None:
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
