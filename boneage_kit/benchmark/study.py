"""A study: methods x training sizes x folds x seeds, each cell a task with a file of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .._io import read_json, write_atomically, write_json
from ..datasets import Dataset, folds, load, stratified_subset
from ..errors import BadInput
from . import methods
from .methods import Sizes

#: Training sizes of the issue of few images; 1,112 is the paper's: four fifths of 1,390 (0: all).
TRAINING_SIZES = (25, 50, 100, 250, 500, 1112, 2500, 0)
IDENTITY = "study.json"
_COLUMNS = ("image_id", "sex", "y_true", "y_pred", "model", "n_train", "fold", "seed")
_log = logging.getLogger(__name__)
_COST = {"constant": 0.1, "features": 5.0}  # in thousands of image passes, as a training counts


@dataclass(frozen=True, order=True)
class Cell:
    """One training: so many images, this fold left out, this seed, by this method."""

    n_train: int
    method: str
    fold: int
    seed: int

    @property
    def file(self) -> str:
        """Name of the file with its predictions."""
        return f"cells/{self.method}/{self.n_train or 'all'}-fold{self.fold}-seed{self.seed}.csv"


@dataclass(frozen=True)
class Study:
    """What all cells share; two studies that differ here are never mixed in a folder.

    Attributes
    ----------
    data, n
        A spec of :func:`boneage_kit.datasets.load`, and how many of its images (0: all).
    out
        Folder of the results.
    folds
        How many folds; each child is in exactly one. They are stratified by sex and age band, kept
        by patient where patients are named, and drawn with seed 0 whatever the cell's seed.
    test
        Children of the fold left out that are predicted, a stratified subset (0: all of them).
        Cells that learn from all other images predict all of them: those predictions are out of
        fold for each child.
    threads
        Threads a training uses: part of what its digits depend on.
    sizes
        See :class:`boneage_kit.benchmark.methods.Sizes`.
    """

    data: str
    out: Path
    n: int = 0
    folds: int = 5
    test: int = 500
    threads: int = 2
    sizes: Sizes = field(default_factory=Sizes)

    def dataset(self) -> Dataset:
        """Return the labelled part of the data, loaded once per process."""
        return _dataset(self.data, self.n)

    def cells(
        self,
        names: Sequence[str],
        training_sizes: Sequence[int],
        *,
        seeds: int = 1,
        only_folds: Sequence[int] | None = None,
    ) -> list[Cell]:
        """Return the cells of a comparison, the small ones first.

        A size beyond the images that a fold leaves is taken as all of them. A constant has no
        seed but that of its training images; with all images one seed is enough for it.

        >>> study = Study("phantom", Path("runs"), n=60, folds=3)
        >>> [cell.file for cell in study.cells(["constant"], [10, 500], only_folds=[0])]
        ['cells/constant/10-fold0-seed0.csv', 'cells/constant/all-fold0-seed0.csv']
        """
        chosen = range(self.folds) if only_folds is None else only_folds
        wrong = [fold for fold in chosen if not 0 <= fold < self.folds]
        if wrong:
            raise BadInput(
                f"There is no fold {wrong[0]} among {self.folds}.", f"Use 0 to {self.folds - 1}."
            )
        most = min(int((self.fold_numbers() != fold).sum()) for fold in chosen)
        cells = set()
        for name in names:
            method = methods.get(name)
            for size in training_sizes:
                n = 0 if size == 0 or size >= most else size
                alike = n == 0 and not method.trains
                cells |= {
                    Cell(n, name, fold, seed)
                    for fold in chosen
                    for seed in range(1 if alike else seeds)
                }
        return sorted(cells, key=lambda cell: (self.cost(cell), cell.n_train or most, cell))

    def fold_numbers(self) -> np.ndarray:
        """Return each child's fold, int [n]."""
        return _folds(self.data, self.n, self.folds)

    def cost(self, cell: Cell) -> float:
        """Return about how much work a cell is, in thousands of image passes."""
        method = methods.get(cell.method)
        n = cell.n_train or int(len(self.dataset()) * (1 - 1 / self.folds))
        if not method.trains:
            return _COST[method.kind]
        area = ((self.sizes.pixels or method.pixels) / 96) ** 2
        weight = 0.4 if method.source == "bonet" else 1.0
        return 0.5 + weight * area * n * methods.passes(method, n, self.sizes) / 1000

    def done(self, cell: Cell) -> bool:
        """Return whether the cell's predictions are there and whole; say it where they are not."""
        path = self.out / cell.file
        if not path.exists():
            return False
        try:
            children = len(_read_cell(path))
        except BadInput:
            children = -1
        whole = children == len(self._test_rows(self.fold_numbers(), cell))
        if not whole:
            _log.warning("%s is damaged: this training is done again.", cell.file)
        return whole

    def predict(self, cell: Cell) -> pd.DataFrame:
        """Train and return the cell's predictions table, with the cell's numbers as columns."""
        dataset, number = self.dataset(), self.fold_numbers()
        train, test = self._rows(number, cell)
        table = dataset.table.iloc[test]
        if self.threads and methods.get(cell.method).trains:
            import torch

            torch.set_num_threads(self.threads)
        years = methods.predict(
            methods.get(cell.method),
            dataset.subset(train),
            dataset.subset(test),
            seed=cell.seed,
            sizes=self.sizes,
            folder=self.out / "pretrained",
        )
        if not np.isfinite(years).all():
            missing = int((~np.isfinite(years)).sum())
            raise BadInput(
                f"{cell.method} predicted no age for {missing} hand(s).",
                "Leave this cell out, and report it.",
            )
        return pd.DataFrame(
            {
                "image_id": table["image_id"].to_numpy(),
                "sex": table["sex"].to_numpy(),
                "y_true": table["bone_age"].to_numpy().round(4),
                "y_pred": np.clip(years, 0, 20).round(4),
                "model": cell.method,
                "n_train": len(train),
                "fold": cell.fold,
                "seed": cell.seed,
            }
        )

    def _rows(self, number: np.ndarray, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
        train = np.flatnonzero(number != cell.fold)
        if cell.n_train:
            table = self.dataset().table.iloc[train]
            train = train[stratified_subset(table, cell.n_train, cell.seed)]
        return train, self._test_rows(number, cell)

    def _test_rows(self, number: np.ndarray, cell: Cell) -> np.ndarray:
        rows = np.flatnonzero(number == cell.fold)
        if not cell.n_train or not 0 < self.test < len(rows):
            return rows
        return rows[stratified_subset(self.dataset().table.iloc[rows], self.test, 0)]

    def write(self, cell: Cell, table: pd.DataFrame) -> None:
        """Write a cell's predictions: as a whole or not at all."""
        write_atomically(self.out / cell.file, lambda path: table.to_csv(path, index=False))

    def claim_folder(self) -> None:
        """Note in the folder what its cells have in common; refuse one of another study.

        Raises
        ------
        BadInput
            If the folder's cells come from other data or settings.
        """
        path, own = self.out / IDENTITY, self._identity()
        if path.exists():
            there = read_json(path)
            if not isinstance(there, dict) or not there.keys() & own.keys():
                raise BadInput(
                    f"{path} is damaged, so nobody knows which study {self.out} holds.",
                    "Name another folder, or delete that one.",
                )
            other = [key for key in own if there.get(key) != own[key]]
            if other:
                raise BadInput(
                    f"{self.out} holds a study with another {', '.join(other)}.",
                    "Name another folder, or delete that one.",
                )
            return
        write_json(path, own)

    def _identity(self) -> dict[str, Any]:
        dataset = self.dataset()
        return {
            "data": dataset.name,
            "checksum": dataset.checksum(),
            "images": len(dataset),
            "folds": self.folds,
            "test": self.test,
            "threads": self.threads,
            **asdict(self.sizes),
        }

    def kept(self) -> Iterator[pd.DataFrame]:
        """Yield the predictions of every cell that is there.

        A command that was killed while it wrote leaves a hidden file, which is no cell.
        """
        for path in sorted((self.out / "cells").glob("*/[!.]*.csv")):
            yield _read_cell(path)


def _read_cell(path: Path) -> pd.DataFrame:
    """Return a cell's predictions.

    Raises
    ------
    BadInput
        If a column, an age or a row is missing: the file was changed, or its disk is damaged.
    """
    try:
        if not path.is_file():  # a named pipe would wait for ever
            raise FileNotFoundError(path)
        table = pd.read_csv(path, dtype={"image_id": str}, keep_default_na=False, na_values=[""])
        whole = list(table) == list(_COLUMNS) and len(table) and not table.isna().any(axis=None)
        if whole and np.isfinite(table[["y_true", "y_pred"]].to_numpy(dtype=float)).all():
            return table
    except (OSError, ValueError, TypeError):
        pass
    raise BadInput(
        f"{path.name} of {path.parent.name} is damaged.",
        f"Delete {path}: the same command makes it again.",
    )


@lru_cache(maxsize=2)
def _dataset(spec: str, n: int) -> Dataset:
    # every image is decoded before: a damaged one shall not stop hours of trainings
    dataset = load(spec, n or None, 0, verify=True)
    labelled = dataset.table["bone_age"].notna().to_numpy()
    if labelled.sum() < 20:
        raise BadInput(
            f"The data set has {int(labelled.sum())} image(s) with a bone age.",
            "A comparison needs at least 20.",
        )
    return dataset if labelled.all() else dataset.subset(labelled)


@lru_cache(maxsize=2)
def _folds(spec: str, n: int, k: int) -> np.ndarray:
    return folds(_dataset(spec, n).table, k, seed=0)
