"""The film of the reading room as a widget: window and level, zoom, pan, invert, ruler.

The work is done in the page (``film_viewer.js``), so that moving a window needs no kernel.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import numpy as np
import traitlets
from PIL import Image

__all__ = ["FilmViewer"]

_TOP = 4095  # grey levels as a DICOM file has them
_LARGEST = 1024  # pixels on the longer side that are sent to the page


class FilmViewer(anywidget.AnyWidget):
    """A radiograph that a reader can window, zoom, move, invert and measure, and the answer.

    ``show`` puts a film there. Messages come back: ``{"plate": -1}`` or ``{"plate": 1}`` for the
    keys of the atlas plate before or next, and ``{"years": 8, "months": 6, "place": 3}`` for an
    answer, with the place on the worklist it is meant for, so that no answer is kept twice.
    """

    _esm = Path(__file__).with_name("film_viewer.js")
    _css = Path(__file__).with_name("film_viewer.css")
    film = traitlets.Dict().tag(sync=True)

    def show(
        self,
        pixels: np.ndarray,
        spacing: tuple[float, float] | None,
        label: str,
        place: int = 0,
        note: str = "",
    ) -> None:
        """Show a film.

        Parameters
        ----------
        pixels
            float [H, W] in 0..1; reduced where it is larger than the page needs.
        spacing
            Height and width of a pixel in mm, or None where nobody knows.
        label
            What it is, for a screen reader.
        place
            Where it stands on the worklist.
        note
            What the reader must be told before this film; it stays until the next answer.
        """
        small, factor = _reduced(pixels)
        low, high = np.percentile(small, [1, 99.7])
        grey = np.rint(np.clip(small, 0, 1) * _TOP).astype("<u2")
        self.film = {
            "data": grey.tobytes(),
            "height": grey.shape[0],
            "width": grey.shape[1],
            "spacing": None if spacing is None else [float(side) * factor for side in spacing],
            "low": float(low),
            "high": float(max(high, low + 0.02)),
            "label": label,
            "place": place,
            "note": note,
        }

    def fill(self, years: int, months: int) -> None:
        """Put an answer into the fields, for the reader to change or save."""
        self.send({"take": [years, months]})

    def refuse(self, reason: str) -> None:
        """Say why an answer was not kept; it stays in the fields and can be sent again."""
        self.send({"refused": reason})


def _reduced(pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """Return pixels of at most 1,024 on a side, and how many old pixels a new one is wide."""
    factor = max(pixels.shape) / _LARGEST
    if factor <= 1:
        return pixels, 1.0
    height, width = (max(round(side / factor), 1) for side in pixels.shape)
    whole = Image.fromarray(np.asarray(pixels, dtype=np.float32))
    return np.asarray(whole.resize((width, height), Image.Resampling.BOX)), factor
