"""Results of a lesson: numbers and predictions, shown as a row and kept in a run.

A run's folder gets ``records/<notebook>.json`` (the rows of
:data:`boneage_kit.results.RESULT_COLUMNS`) and ``predictions/<notebook>/<method>.csv``.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from .. import evaluation, presets, results
from .._io import write_atomically
from .lesson_data import LessonData


class LessonResults(LessonData):
    """The results of one notebook: ``lesson.record(...)``, ``lesson.results()``."""

    def __init__(self, notebook: str, preset: presets.Preset, data: str | None, seed: int) -> None:
        super().__init__(notebook, preset, data, seed)
        self._rows: list[dict[str, Any]] = []

    def record(
        self,
        *,
        result: str,
        method: str,
        value: float,
        lower: float | None = None,
        upper: float | None = None,
        unit: str = "years",
        n_train: int | None = None,
        n_test: int | None = None,
        floor: bool = False,
        folds: int | None = None,
        seeds: int = 1,
        pixels: int | None = None,
        note: str = "",
    ) -> pd.DataFrame:
        """Keep one number of this run, and return it as a row to show.

        The same result of the same method and training size, recorded again, replaces the
        earlier one, so a cell can be run twice.

        Parameters
        ----------
        result
            What was measured: ``"MAE"``, ``"bias"``, ``"limits of agreement"``.
        method
            What it was measured on: ``"BoNet from scratch"``, ``"sex's median"``.
        value, lower, upper
            The number and its 95 % interval, in ``unit`` (``"years"`` unless said).
        n_train, n_test
            Images trained and tested on.
        floor
            Whether the method never looks at an image: the error that every model must beat.
        folds, seeds
            Folds of a cross-validation (None: one split) and trainings that were averaged.
        pixels
            Side of the images in pixels; the preset's unless given.
        note
            What a reader of the table must know besides.

        >>> from boneage_kit import teaching
        >>> lesson = teaching.begin("03_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> _ = lesson.record(result="MAE", method="sex's median", value=2.5, floor=True)
        >>> lesson.rows[0]["floor"], lesson.rows[0]["pixels"]
        (True, 64)
        """
        row = results.row(
            notebook=self.notebook,
            result=result,
            method=method,
            value=value,
            lower=lower,
            upper=upper,
            unit=unit,
            n_train=n_train,
            n_test=n_test,
            folds=folds,
            seed=self.seed,
            seeds=seeds,
            pixels=pixels or self.preset.pixels,
            source=self.source,
            data=self._data_name(),
            preset=self.preset.name,
            floor=floor,
            note=note,
        )
        results.add(self._rows, row)
        if self.out is not None:
            results.write(self._rows, self.out / "records" / f"{self.notebook}.json")
        return results.for_display([row])

    def record_predictions(
        self,
        method: str,
        predictions: pd.DataFrame,
        *,
        n_train: int | None = None,
        floor: bool = False,
        folds: int | None = None,
        seeds: int = 1,
        pixels: int | None = None,
        note: str = "",
    ) -> pd.DataFrame:
        """Record a predictions table's MAE with its bootstrap interval, and keep the table.

        Parameters
        ----------
        method
            Whose predictions they are.
        predictions
            ``image_id, sex, y_true, y_pred`` in years, and what else is known.
        n_train
            Images it was trained on.
        floor, folds, seeds, pixels, note
            As of :meth:`record`.
        """
        value, lower, upper = evaluation.bootstrap_interval(
            evaluation.mae, predictions, n=self.preset.bootstrap, seed=self.seed
        )
        if self.out is not None:
            size = "" if n_train is None else f"_n{n_train}"
            name = re.sub(r"\W+", "_", method.lower()).strip("_") + size
            write_atomically(
                self.out / "predictions" / self.notebook / f"{name}.csv",
                lambda path: predictions.to_csv(path, index=False),
            )
        return self.record(
            result="MAE",
            method=method,
            value=value,
            lower=lower,
            upper=upper,
            n_train=n_train,
            n_test=predictions["image_id"].nunique(),
            floor=floor,
            folds=folds,
            seeds=seeds,
            pixels=pixels,
            note=note,
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What was recorded so far, unrounded: dicts with the keys of ``RESULT_COLUMNS``."""
        return [dict(row) for row in self._rows]

    def results(self) -> pd.DataFrame:
        """Return what was recorded so far, rounded, in years and months."""
        return results.for_display(self._rows)
