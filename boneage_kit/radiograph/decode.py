"""``read_radiograph``: the one door for files, whatever their format or their ending."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadInput, cause_of
from .decoded import Decoded, check_size
from .formats import wrong_ending
from .polarity import UNSURE, film_in_page, polarity_score
from .quiet import QUIET
from .source import Source, read_source

#: Format -> the module that decodes it; the others are Pillow's.
_DECODERS = {
    "DICOM": "dicom",
    "TIFF": "tiff",
    "MetaImage": "metaimage",
    "JPEG 2000": "jpeg",
    "JPEG-LS": "jpeg",
}

#: A film on a page: more of its edges than this differs from the page, or it is smaller than this.
_EDGE_OF_FILM, _TOO_SMALL = 0.8, 0.08


@dataclass(frozen=True)
class Radiograph:
    """A radiograph, and what was done to get it.

    Attributes
    ----------
    pixels
        float32 [H, W] in 0..1, bone bright.
    meta
        ``format``, ``height``, ``width``, ``bits`` (of the file), ``inverted`` and
        ``inverted_because``, ``polarity_doubtful`` (True where the picture contradicts the header,
        or neither tells whether bone is bright), ``windowed``, ``pixel_spacing_mm`` (row, column)
        or None, ``sex`` ("F", "M" or None, as a header says), ``notes`` (list of str: what was
        guessed, put right or doubted); for DICOM also what
        :data:`boneage_kit.radiograph.dicom.KEPT_FIELDS` lists. Never a name, date, identifier or
        anything else that tells who the patient is.
    """

    pixels: np.ndarray
    meta: Mapping[str, Any]


def read_radiograph(source: Source, *, invert: bool | None = None) -> Radiograph:
    """Read any radiograph file to float32 in 0..1 with bone bright.

    DICOM of any usual transfer syntax (rescaled, windowed and inverted as its header says:
    PS3.3 C.7.6.3.1.2, C.11.1 and C.11.2), and the other formats of
    :data:`boneage_kit.radiograph.FORMATS`, of 8 to 16 bits or floats. What counts is the content,
    not the file's ending.

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
    data, format_, name, path = read_source(source)
    decoder = importlib.import_module(f".{_DECODERS.get(format_, 'plain')}", __package__)
    try:
        with QUIET:
            decoded = decoder.decode(data, name, path)
            return _finish(decoded, format_, name, path, invert)
    except BadInput as error:
        raise BadInput(_one_line(error.problem), error.remedy) from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # decoders fail in any way; Rust's panics are no Exception
        raise BadInput(
            f"{name} cannot be decoded as {format_}: {cause_of(error)}.",
            "Copy, download or export it again.",
        ) from error


def _one_line(text: str) -> str:
    """Return text from a damaged file without line breaks and control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _finish(
    decoded: Decoded, format_: str, name: str, path: Path | None, invert: bool | None
) -> Radiograph:
    values = decoded.values
    if values.ndim != 2:
        raise BadInput(f"{name} holds an array of shape {values.shape}.", "Give one grey image.")
    check_size(values.shape[0], values.shape[1], name)
    notes = list(decoded.meta.pop("notes", []))
    pixels = _scaled(values, decoded.black, decoded.white, name)
    if decoded.padding is not None:  # shown black, whatever its value: polarity is judged so
        pixels[decoded.padding] = 1 if decoded.stored_inverted else 0
    inverted, because, doubt = _polarity(pixels, decoded, invert)
    if inverted:
        np.subtract(1, pixels, out=pixels)
    if decoded.padding is not None:
        pixels[decoded.padding] = 0
    if inverted and invert is None and decoded.stored_inverted is None:
        notes.append(f"inverted: {because}")
    if doubt:
        notes.append(doubt)
    if share := _share_of_page(pixels):
        notes.append(share)
    if path is not None and (note := wrong_ending(path, format_)):
        notes.append(note)
    meta = {
        "format": format_,
        "height": values.shape[0],
        "width": values.shape[1],
        "windowed": None,
        "pixel_spacing_mm": None,
        "sex": None,
        **decoded.meta,
        "inverted": inverted,
        "inverted_because": because,
        "polarity_doubtful": bool(doubt),
        "notes": notes,
    }
    return Radiograph(pixels, meta)


def _share_of_page(pixels: np.ndarray) -> str:
    """Return a note where the film is a small part of the picture, else ""."""
    step = max(1, min(pixels.shape) // 256)
    sample = pixels[::step, ::step]
    top, bottom, left, right = film_in_page(sample)
    film = sample[top:bottom, left:right]
    share = film.size / sample.size
    edges = np.concatenate([film[0], film[-1], film[:, 0], film[:, -1]])
    is_page = (edges != sample[0, 0]).mean() > _EDGE_OF_FILM or share < _TOO_SMALL
    if share == 1 or not is_page:
        return ""
    return f"the film fills only {share:.0%} of the picture: cut it out of its page"


def _scaled(values: np.ndarray, black: float, white: float, name: str) -> np.ndarray:
    """Return float32 in 0..1 of grey values; ``white`` may be the smaller one."""
    low, high = values.min(), values.max()
    if not np.isfinite([black, white]).all() or not np.isfinite([low, high]).all():
        raise BadInput(f"{name} holds infinite or undefined grey levels.", "Export it again.")
    if black == white or low == high:
        raise BadInput(
            f"{name} has one grey level only.",
            "It shows nothing: check the export, or the window in the viewer.",
        )
    deep = values.dtype.itemsize > 2 and values.dtype != np.float32
    exact = np.dtype("float64" if deep else "float32").type
    scale = exact(1 / (white - black))
    if black == 0:
        pixels = np.multiply(values, scale, dtype=exact)
    else:
        pixels = (values.astype(exact) - exact(black)) * scale
    ends = [(exact(end) - exact(black)) * scale for end in (low, high)]
    if min(ends) < 0 or max(ends) > 1:
        np.clip(pixels, 0, 1, out=pixels)
    return pixels.astype(np.float32, copy=False)


def _polarity(pixels: np.ndarray, decoded: Decoded, invert: bool | None) -> tuple[bool, str, str]:
    """Decide whether to turn the grey levels over: the caller, then the file, then the picture.

    Returns whether, why, and a note where that is doubtful (else "").
    """
    if invert is not None:
        return invert, "you said so", ""
    score = polarity_score(pixels)
    if decoded.stored_inverted is not None:
        shown = -score if decoded.stored_inverted else score
        doubt = (
            (
                f"bone seems to be dark ({shown:+.2f}); {decoded.because}, which was followed: "
                "look at the film, and export it again if it is a negative"
            )
            if shown < -UNSURE
            else ""
        )
        return decoded.stored_inverted, decoded.because, doubt
    if score < -UNSURE:
        because = f"the middle of the picture is darker than its surroundings ({score:+.2f})"
        return True, because, ""
    if score > UNSURE:
        because = f"the middle of the picture is brighter than its surroundings ({score:+.2f})"
        return False, because, ""
    because = f"the picture does not tell ({score:+.2f}); pass invert=True if bone is dark"
    return (
        False,
        because,
        (
            "whether bone is bright cannot be told from the picture, which was "
            "left as it is: look at the film"
        ),
    )
