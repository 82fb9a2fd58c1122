"""Stored values to what the modality measured: a table or a straight line (PS3.3 C.11.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset

from .elements import datasets, first_item, number, numbers, text
from .lookup import LookupTable, note_if_short, read_table


@dataclass(frozen=True)
class Modality:
    """What to do with stored values: look them up, or ``slope`` times them plus ``intercept``."""

    table: LookupTable | None = None
    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, stored: np.ndarray) -> np.ndarray:
        """Return the modality's values of stored ones, float64."""
        if self.table is not None:
            return self.table(stored)
        return stored * self.slope + self.intercept

    def stored(self, value: float) -> float:
        """Return the stored value behind a modality's value; only of a straight line."""
        return (value - self.intercept) / self.slope

    def __str__(self) -> str:
        return (
            "modality LUT"
            if self.table is not None
            else (f"slope {self.slope:g}, intercept {self.intercept:g}")
        )


def modality_of(header: FileDataset, low: float, high: float, notes: list[str]) -> Modality:
    """Return the modality transformation of a header; the identity where it has none.

    A slope of 0, or a slope or intercept without the other, is left aside, as DCMTK does.
    """
    little = bool(header.original_encoding[1])
    item = first_item(header, "ModalityLUTSequence")
    if (table := read_table(item, low, high, little)) is not None:
        note_if_short(table, "modality LUT", notes)
        return Modality(table)
    if item is not None:
        notes.append("the modality LUT is empty and was left aside")
    for where in datasets(header, "PixelValueTransformationSequence"):
        slope, intercept = number(where, "RescaleSlope"), number(where, "RescaleIntercept")
        if slope is None or intercept is None:
            if text(where, "RescaleSlope").strip() and slope is None:
                notes.append(f"the rescale slope {text(where, 'RescaleSlope')[:16]!r} is no number")
            continue
        if slope == 0:
            notes.append("a rescale slope of 0 was left aside")
            continue
        if max(len(numbers(where, tag)) for tag in ("RescaleSlope", "RescaleIntercept")) > 1:
            notes.append("the first of several rescale slopes was used")
        return Modality(None, slope, intercept)
    return Modality()
