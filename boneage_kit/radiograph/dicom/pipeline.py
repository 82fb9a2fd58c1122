"""The whole way of a DICOM object, in the standard's order."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileDataset

from ..decoded import Decoded
from .facts import doubts, facts
from .header import complete, photometric_of, refuse_bomb
from .lookup import LookupTable
from .modality import Modality, modality_of
from .polarity import inverted_by_header
from .stored import stored_values
from .voi import Window, voi_of

#: A window that leaves fewer of the pixels that are not black as grey may be another picture's.
_FEWEST_GREY = 0.5


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode a single-frame DICOM object to grey values and the values shown black and white.

    The first VOI LUT, else the first window, decides what is shown; without either the range of
    the values is used, padding left aside.

    >>> from pydicom.data import get_testdata_file
    >>> path = get_testdata_file("CT_small.dcm")
    >>> decoded = decode(open(path, "rb").read(), "ct.dcm", None)
    >>> decoded.values.shape, decoded.meta["modality"], decoded.meta["signed"]
    ((128, 128), 'CT', True)
    """
    refuse_bomb(data, name)
    data = data.removeprefix(b"DICM")  # some exports leave the 128 bytes before it away
    header = pydicom.dcmread(io.BytesIO(data), force=True)
    stated = photometric_of(header) is not None
    notes = complete(header, name)
    meta = facts(header)
    values, padding = stored_values(header, name, notes)
    if meta["photometric"] not in ("MONOCHROME1", "MONOCHROME2"):
        bits = values.dtype.itemsize * 8  # a palette's entries fill their words (C.7.6.3.1.6)
        if meta["photometric"] != "PALETTE COLOR":
            bits = min(bits, meta["bits"])
        decoded = Decoded(values, 0.0, float(2**bits - 1), {"rescaled": None, "windowed": None})
    else:
        decoded = _shown(header, values, padding, notes)
    decoded.stored_inverted, decoded.because = inverted_by_header(header, stated, notes)
    decoded.meta |= meta | {"notes": notes + doubts(header, meta)}
    return decoded


def _shown(
    header: FileDataset, values: np.ndarray, padding: np.ndarray | None, notes: list[str]
) -> Decoded:
    """Return the values with the two that are shown black and white.

    A straight line and a straight window are two stored values: nothing is calculated per pixel
    here. Tables and sigmoids are calculated once per level.
    """
    measured = values if padding is None else values[~padding]
    low, high = measured.min().item(), measured.max().item()
    modality = modality_of(header, low, high, notes)
    ends = (
        modality(np.array([low, high], float))
        if modality.table is None
        else (modality.table.entries)
    )
    voi = voi_of(header, float(ends.min()), float(ends.max()), notes)
    meta = {
        "rescaled": None if modality == Modality() else str(modality),
        "windowed": "VOI LUT" if isinstance(voi, LookupTable) else str(voi) if voi else None,
    }
    window = voi.ends if isinstance(voi, Window) else None
    if modality.table is None and (voi is None or window is not None):
        black, white = (modality.stored(end) for end in window) if window else (low, high)
        if voi is not None and not _shows_something(measured, black, white, notes):
            voi, black, white, meta["windowed"] = None, low, high, None
        if voi is None and modality.slope < 0:
            black, white = white, black
        return Decoded(values, float(black), float(white), meta, padding=padding)
    shown, black, white = _by_level(values, modality, voi, measured)
    return Decoded(shown, black, white, meta, padding=padding)


def _by_level(
    values: np.ndarray, modality: Modality, voi: LookupTable | Window | None, measured: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """Return what tables and sigmoids show, float32, calculated once per level.

    A film has fewer levels than pixels.
    """

    def show(levels: np.ndarray) -> np.ndarray:
        result = modality(levels)
        return result if voi is None else voi(result)

    low, high = int(values.min()), int(values.max())
    if high - low < max(values.size, 2**16):
        table = show(np.arange(low, high + 1, dtype=float)).astype(np.float32)
        shown = table[values.astype(np.int64) - low]
    else:
        shown = show(values.astype(float)).astype(np.float32)
    if isinstance(voi, Window):
        return shown, 0.0, 1.0
    if isinstance(voi, LookupTable):
        return shown, 0.0, voi.white
    ends = show(np.unique(measured).astype(float))
    return shown, float(ends.min()), float(ends.max())


def _shows_something(measured: np.ndarray, black: float, white: float, notes: list[str]) -> bool:
    """Return False for a window that shows one grey level; note one that shows hardly any grey."""
    sample = measured.ravel()[:: max(1, measured.size // 50_000)]
    shown = np.clip((sample - black) / (white - black), 0, 1)
    if shown.min() == shown.max():
        notes.append("the window of the header shows nothing and was left aside")
        return False
    grey = ((shown > 0) & (shown < 1)).sum() / (shown > 0).sum()
    if grey < _FEWEST_GREY:
        notes.append(
            f"the window of the header leaves {1 - grey:.0%} of what is not black plain "
            "white; it may belong to another picture"
        )
    return True
