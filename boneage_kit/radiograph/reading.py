"""``read_radiograph``: the one door for files, whatever their format or their ending."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import BadInput
from .decoded import MOST_BYTES, Decoded, check_size
from .polarity import UNSURE, polarity_score
from .recognition import recognise, wrong_ending


@dataclass(frozen=True)
class Radiograph:
    """A radiograph, and what was done to get it.

    Attributes
    ----------
    pixels
        float32 [H, W] in 0..1, bone bright.
    meta
        ``format``, ``height``, ``width``, ``bits`` (of the file), ``inverted`` and
        ``inverted_because``, ``windowed``, ``pixel_spacing_mm`` (row, column) or None, ``notes``;
        for DICOM also what :data:`boneage_kit.radiograph.dicom.KEPT_FIELDS` lists. Never a name,
        date, identifier or any other patient data.
    """

    pixels: np.ndarray
    meta: Mapping[str, Any]


def read_radiograph(
    source: str | os.PathLike | bytes | BinaryIO, *, invert: bool | None = None
) -> Radiograph:
    """Read any radiograph file to float32 in 0..1 with bone bright.

    PNG, JPEG, BMP and TIFF of 8 to 16 bits, DICOM of any usual transfer syntax (rescaled,
    windowed and inverted as its header says: PS3.3 C.7.6.3.1.2, C.11.1 and C.11.2), and
    MetaImage. What counts is the content, not the file's ending.

    Parameters
    ----------
    source
        A path, the bytes, or an open binary file.
    invert
        True or False: turn the grey levels over, or do not. None: do what the DICOM header says;
        other formats do not say, so the picture decides (a hand is brighter than the film around
        it), and ``meta["inverted_because"]`` tells which it was.

    Returns
    -------
    Radiograph
        ``pixels`` float32 [H, W] and ``meta``.

    Raises
    ------
    BadInput
        For anything that is not one whole grey radiograph: a missing, empty, truncated, animated,
        multi-frame, CMYK or gigantic file, or none of these formats.

    >>> from PIL import Image
    >>> import io, numpy as np
    >>> film = np.zeros((64, 48), "uint16"); film[16:, 16:32] = 4095     # 12 bits in a 16-bit PNG
    >>> file = io.BytesIO(); Image.fromarray(film).save(file, "PNG")
    >>> radiograph = read_radiograph(file.getvalue())
    >>> radiograph.pixels.shape, float(radiograph.pixels.max()), radiograph.meta["bits"]
    ((64, 48), 1.0, 12)
    """
    data, name, path = _bytes_of(source)
    format_, module = recognise(data, name)
    decoder = importlib.import_module(f".{module}", __package__)
    try:
        decoded = decoder.decode(data, name, path)
    except BadInput as error:
        raise BadInput(_one_line(error.problem), error.remedy) from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # decoders fail in any way; Rust's panics are no Exception
        reason = _one_line(str(error)).rstrip(".")[:200] or type(error).__name__
        raise BadInput(f"{name} cannot be decoded as {format_} ({reason}).",
                       "It is damaged or incomplete: copy, download or export it again.") from error
    return _finish(decoded, format_, name, path, invert)


def _one_line(text: str) -> str:
    """Return text from a damaged file without line breaks and control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _bytes_of(source: str | os.PathLike | bytes | BinaryIO) -> tuple[bytes, str, Path | None]:
    if isinstance(source, bytes | bytearray | memoryview):
        return _not_empty(bytes(source), "The image"), "The image", None
    if hasattr(source, "read"):
        data = source.read()
        if not isinstance(data, bytes):
            raise BadInput("The open file gives text.", 'Open it with open(path, "rb").')
        return _not_empty(data, "The image"), "The image", None
    path = Path(source).expanduser()
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise BadInput(f"{path} is a folder.",
                           'Give one file, or load the folder with datasets.load("folder:...").')
        if not stat.S_ISREG(state.st_mode):
            raise BadInput(f"{path} is not a regular file.", "Give an image file.")
        if state.st_size > MOST_BYTES:
            raise BadInput(f"{path} has {state.st_size / 1e9:.1f} GB.", "Give one radiograph.")
        return _not_empty(path.read_bytes(), str(path)), str(path), path
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path} cannot be opened ({reason}).",
                       "Check the path and the permissions.") from error


def _not_empty(data: bytes, name: str) -> bytes:
    if not data:
        raise BadInput(f"{name} is empty (0 bytes).", "Copy, download or export it again.")
    return data


def _finish(
    decoded: Decoded, format_: str, name: str, path: Path | None, invert: bool | None
) -> Radiograph:
    values = decoded.values
    if values.ndim != 2:
        raise BadInput(f"{name} holds an array of shape {values.shape}.", "Give one grey image.")
    check_size(*values.shape, name)
    black, white = decoded.black, decoded.white
    notes = list(decoded.meta.pop("notes", []))
    if not np.isfinite([black, white]).all():
        raise BadInput(f"{name} holds infinite or undefined grey levels.", "Export it again.")
    low, high = values.min(), values.max()
    if not white > black or low == high:
        raise BadInput(f"{name} has one grey level only.",
                       "It shows nothing: check the export, or the window in the viewer.")
    scale = np.float32(1 / (white - black))
    if black == 0:
        pixels = np.multiply(values, scale, dtype=np.float32)
    else:
        pixels = (values.astype(np.float32) - np.float32(black)) * scale
    if low < black or (np.float32(high) - np.float32(black)) * scale > 1:
        np.clip(pixels, 0, 1, out=pixels)
    inverted, because = _polarity(pixels, decoded, invert)
    if inverted:
        np.subtract(1, pixels, out=pixels)
    if path is not None and (note := wrong_ending(path, format_)):
        notes.append(note)
    meta = {
        "format": format_,
        "height": values.shape[0],
        "width": values.shape[1],
        "windowed": None,
        "pixel_spacing_mm": None,
        **decoded.meta,
        "inverted": inverted,
        "inverted_because": because,
        "notes": notes,
    }
    return Radiograph(pixels, meta)


def _polarity(pixels: np.ndarray, decoded: Decoded, invert: bool | None) -> tuple[bool, str]:
    """Decide whether to turn the grey levels over: the caller, then the file, then the picture."""
    if invert is not None:
        return invert, "you said so"
    if decoded.stored_inverted is not None:
        return decoded.stored_inverted, f"the header says {decoded.meta.get('photometric')}"
    score = polarity_score(pixels)
    if score < -UNSURE:
        return True, f"the middle of the picture is darker than its surroundings ({score:+.2f})"
    if score > UNSURE:
        return False, f"the middle of the picture is brighter than its surroundings ({score:+.2f})"
    return False, f"the picture does not tell ({score:+.2f}); pass invert=True if bone is dark"
