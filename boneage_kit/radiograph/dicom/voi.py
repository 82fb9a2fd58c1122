"""The values of interest, from black to white: a table or a window (PS3.3 C.11.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from .elements import datasets, first_item, numbers, text
from .lookup import LookupTable, note_if_short, read_table

_TINY = 1e-6


@dataclass(frozen=True)
class Window:
    """A window: ``centre`` and ``width`` in the modality's values, and its function's name."""

    centre: float
    width: float
    function: str = "LINEAR"

    @property
    def ends(self) -> tuple[float, float] | None:
        """The values shown black and white; None of a sigmoid, which reaches neither.

        LINEAR counts whole numbers (PS3.3 C.11.2.1.2.1), LINEAR_EXACT does not (C.11.2.1.3.2).
        """
        if self.function == "SIGMOID":
            return None
        if self.function == "LINEAR_EXACT":
            return self.centre - self.width / 2, self.centre + self.width / 2
        half = max(self.width - 1, _TINY) / 2
        return self.centre - 0.5 - half, self.centre - 0.5 + half

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Return what is shown of the modality's values, 0..1: a straight line or the sigmoid.

        (PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2.)

        >>> Window(centre=2048, width=4096)(np.array([-9.0, 0.0, 1023.75, 4095.0]))
        array([0.  , 0.  , 0.25, 1.  ])
        """
        if self.ends is not None:
            black, white = self.ends
            return np.clip((values - black) / (white - black), 0, 1)
        exponent = -4 * (values - self.centre) / self.width
        return 1 / (1 + np.exp(np.clip(exponent, -700, 700)))

    def __str__(self) -> str:
        return f"centre {self.centre:g}, width {self.width:g}, {self.function}"


def voi_of(
    header: FileDataset, low: float, high: float, notes: list[str]
) -> LookupTable | Window | None:
    """Return the first usable table of a header, else its first usable window, else None.

    Parameters
    ----------
    header
        Of one image; windows are sought in its functional groups first.
    low, high
        The range of the modality's values.
    notes
        Gets a sentence for a table or a window that cannot be used.
    """
    little = bool(header.original_encoding[1])
    item = first_item(header, "VOILUTSequence")
    if (table := read_table(item, low, high, little)) is not None:
        note_if_short(table, "VOI LUT", notes)
        return table
    if item is not None:
        notes.append("the VOI LUT is empty and was left aside")
    for where in datasets(header, "FrameVOILUTSequence"):
        if (window := _first_window(where, notes)) is not None:
            return window
    return None


def _first_window(where: Dataset, notes: list[str]) -> Window | None:
    centres, widths = numbers(where, "WindowCenter"), numbers(where, "WindowWidth")
    function = _function(where, notes)
    for centre, width in zip(centres, widths, strict=False):
        if math.isnan(centre) or math.isnan(width):
            continue
        if width >= 1 or (width > 0 and function != "LINEAR"):
            return Window(centre, width, function)
    if any(not math.isnan(width) for width in widths):
        notes.append(
            f"the window (centre {centres[:1]}, width {widths[:1]}) is none and was left aside"
        )
    return None


def _function(where: Dataset, notes: list[str]) -> str:
    written = text(where, "VOILUTFunction")
    function = written.upper().replace(" ", "_") or "LINEAR"
    if function not in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        notes.append(f"the window's function '{written}' is unknown, LINEAR was used")
        return "LINEAR"
    return function
