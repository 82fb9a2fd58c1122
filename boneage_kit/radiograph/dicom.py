"""DICOM to grey values as a viewer would show them: decoded, rescaled, windowed, not inverted yet.

Of the header only :data:`KEPT_FIELDS` leave this module: how the picture was made, nothing about
whom it shows.
"""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing
from pydicom.uid import UID

from ..errors import BadInput
from .decoded import Decoded, check_size

#: DICOM keyword -> name in ``Radiograph.meta``. No other element of a header is kept.
KEPT_FIELDS = {
    "Modality": "modality",
    "PhotometricInterpretation": "photometric",
    "BitsAllocated": "bits_allocated",
    "BitsStored": "bits",
    "PixelRepresentation": "signed",
    "PresentationIntentType": "intent",
    "BodyPartExamined": "body_part",
    "ViewPosition": "view",
    "ImageLaterality": "laterality",
    "Laterality": "laterality",
}
#: JPEG markers that state a frame's size: SOF0 to SOF15 but DHT, JPG and DAC, and JPEG-LS's SOF55.
_FRAME_MARKERS = (set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_NO_IMAGE = "Export the image itself; reports, structures and waveforms hold no pixels."


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode a single-frame DICOM object to grey values and the range shown as black to white.

    The pipeline is that of PS3.3: modality LUT or rescale (C.11.1), VOI LUT or window (C.11.2;
    the first, where there are several), photometric interpretation (C.7.6.3.1.2). Without a
    window the range of the values is used, padding left aside.

    >>> from pydicom.data import get_testdata_file
    >>> path = get_testdata_file("CT_small.dcm")
    >>> decoded = decode(open(path, "rb").read(), "ct.dcm", None)
    >>> decoded.values.shape, decoded.meta["modality"], decoded.meta["signed"]
    ((128, 128), 'CT', True)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom comments on odd headers; the result decides
        header = pydicom.dcmread(io.BytesIO(data), force=True)
        notes = _complete(header, name)
        values = _grey_pixels(header, name, notes)
        meta = _facts(header)
        padding = _padding(header, values)
        values, rescaled = _rescaled(header, values)
        values, black, white, windowed = _windowed(header, values, padding)
    photometric = str(header.PhotometricInterpretation)
    if meta.get("intent") == "FOR PROCESSING":
        notes.append("raw detector data, not made for reading: ask for the image for presentation")
    if meta.get("laterality") == "R":
        notes.append("the header says right hand; bone age is read on the left")
    if str(header.get("BurnedInAnnotation") or "").upper() == "YES":
        notes.append("text is burnt into the pixels and may name the patient")
    meta |= {"rescaled": rescaled, "windowed": windowed, "notes": notes}
    inverted = {"MONOCHROME1": True, "MONOCHROME2": False}.get(photometric)
    if "PhotometricInterpretation missing" in " ".join(notes):
        inverted = None
    return Decoded(values, black, white, meta, stored_inverted=inverted)


def _complete(header: FileDataset, name: str) -> list[str]:
    """Refuse what is no single image; fill in what can be told from the rest."""
    if "PixelData" not in header:
        kind = header.get("SOPClassUID", "")
        kind = f" ({UID(kind).name})" if kind else ""
        raise BadInput(f"{name} is a DICOM object without an image{kind}.", _NO_IMAGE)
    frames = int(header.get("NumberOfFrames") or 1)
    if frames > 1:
        raise BadInput(f"{name} holds {frames} frames: a series or a film, not one radiograph.",
                       "Export the frame with the hand as an image of its own.")
    missing = [tag for tag in ("Rows", "Columns", "BitsAllocated") if header.get(tag) is None]
    if missing:
        raise BadInput(f"{name} lacks the tag(s) {', '.join(missing)}.",
                       "Export it again from the archive; without them it cannot be unpacked.")
    check_size(int(header.Rows), int(header.Columns), name)
    if header.BitsAllocated < 8:
        raise BadInput(f"{name} is a mask of {header.BitsAllocated} bit.", _NO_IMAGE)
    notes = []
    guesses: dict[str, Any] = {
        "SamplesPerPixel": 1, "BitsStored": header.BitsAllocated, "PixelRepresentation": 0,
        "PhotometricInterpretation": "MONOCHROME2",
    }
    for tag, value in guesses.items():
        if header.get(tag) in (None, ""):
            setattr(header, tag, value)
            notes.append(f"{tag} missing, taken as {value}")
    if header.get("HighBit") is None:
        header.HighBit = header.BitsStored - 1
    if not getattr(header, "file_meta", None):
        header.file_meta = pydicom.dataset.FileMetaDataset()
    if "TransferSyntaxUID" not in header.file_meta:
        implicit, little = header.original_encoding
        header.file_meta.TransferSyntaxUID = (
            pydicom.uid.ImplicitVRLittleEndian if implicit else
            pydicom.uid.ExplicitVRLittleEndian if little else pydicom.uid.ExplicitVRBigEndian)
        notes.append("TransferSyntaxUID missing, told from the encoding")
    return notes


def _grey_pixels(header: FileDataset, name: str, notes: list[str]) -> np.ndarray:
    photometric = str(header.PhotometricInterpretation)
    if header.file_meta.TransferSyntaxUID.is_encapsulated:
        coded = codestream_size(header.PixelData[:4096])
        if coded is not None:
            check_size(*coded, name)
    try:
        values = header.pixel_array
    except (NotImplementedError, RuntimeError) as error:
        syntax = header.file_meta.TransferSyntaxUID
        if "missing dependencies" in str(error) or "Unable to decompress" in str(error):
            raise BadInput(f"{name} is compressed as {UID(syntax).name} and cannot be decoded.",
                           "Export it uncompressed, or as JPEG, JPEG-LS, JPEG 2000 or RLE."
                           ) from error
        raise
    if photometric == "PALETTE COLOR":
        values = pydicom.pixels.apply_color_lut(values, header)
    if values.ndim == 3 and values.shape[-1] in (3, 4):
        # pydicom gives YBR back as RGB already
        values = values[..., :3] @ np.array([0.299, 0.587, 0.114])
        notes.append("colours reduced to grey (ITU-R 601 luma)")
    if values.ndim != 2:
        raise BadInput(f"{name} holds an array of shape {values.shape}.", "Give one grey image.")
    return values


def codestream_size(data: bytes) -> tuple[int, int] | None:
    """Return the height and width that a JPEG or JPEG 2000 stream itself states, if one is there.

    They may be far larger than the header's Rows and Columns, and the decoder believes them.
    (ISO 10918-1 B.2.2, ISO 14495-1 C.2.2, ISO 15444-1 A.5.1.)

    >>> codestream_size(bytes.fromhex("ff4fff51002900000000020000000100"))
    (256, 512)
    """
    start = data.find(b"\xff\x4f\xff\x51")
    if start >= 0 and len(data) >= start + 16:
        width, height = struct.unpack(">II", data[start + 8 : start + 16])
        return height, width
    at = data.find(b"\xff\xd8\xff") + 2
    while 2 <= at <= len(data) - 9 and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAME_MARKERS:
            return struct.unpack(">HH", data[at + 5 : at + 9])
        at += 2 + length
    return None


def _facts(header: FileDataset) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for keyword, name in KEPT_FIELDS.items():
        value = header.get(keyword)
        if value not in (None, ""):
            meta.setdefault(name, int(value) if isinstance(value, int) else str(value))
    meta["signed"] = bool(meta.get("signed"))
    meta["transfer_syntax"] = UID(header.file_meta.TransferSyntaxUID).name
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        try:
            spacing = tuple(float(side) for side in header.get(keyword) or ())
        except (TypeError, ValueError):
            continue
        if len(spacing) == 2 and min(spacing) > 0:
            meta["pixel_spacing_mm"] = spacing
            meta["pixel_spacing_from"] = keyword
            break
    return meta


def _padding(header: FileDataset, values: np.ndarray) -> np.ndarray | None:
    """Return where the pixels are padding (PS3.3 C.7.5.1.1.2), or None."""
    low = header.get("PixelPaddingValue")
    if low is None:
        return None
    high = header.get("PixelPaddingRangeLimit", low)
    mask = (values >= min(low, high)) & (values <= max(low, high))
    return mask if mask.any() and not mask.all() else None


def _rescaled(header: FileDataset, values: np.ndarray) -> tuple[np.ndarray, str | None]:
    if header.get("ModalityLUTSequence"):
        return apply_modality_lut(values, header), "modality LUT"
    slope, intercept = header.get("RescaleSlope"), header.get("RescaleIntercept")
    if slope is None or intercept is None or (float(slope), float(intercept)) == (1, 0):
        return values, None
    return apply_modality_lut(values, header), f"slope {float(slope):g}, intercept {intercept:g}"


def _windowed(
    header: FileDataset, values: np.ndarray, padding: np.ndarray | None
) -> tuple[np.ndarray, float, float, str | None]:
    """Return values, black, white and what was applied."""
    if header.get("VOILUTSequence"):
        shown = apply_voi(values, header)
        table = np.asarray(header.VOILUTSequence[0].get("LUTData"))
        bits = int(header.VOILUTSequence[0].LUTDescriptor[2])
        white = float(2**bits - 1) if bits in range(8, 17) else float(table.max())
        return shown, 0.0, white, "VOI LUT"
    centre, width = (_first(header.get(tag)) for tag in ("WindowCenter", "WindowWidth"))
    if centre is not None and width is not None and width >= 1:
        ends = apply_windowing(np.array([[-1e9, 1e9]]), header)
        function = str(header.get("VOILUTFunction") or "LINEAR")
        text = f"centre {centre:g}, width {width:g}, {function}"
        return _shown(header, values), float(ends.min()), float(ends.max()), text
    known = values if padding is None else values[~padding]
    return values, float(known.min()), float(known.max()), None


def _shown(header: FileDataset, values: np.ndarray) -> np.ndarray:
    """Return windowed values; whole numbers by a table of their levels, which is faster.

    pydicom works on each pixel in double precision; a film has fewer levels than pixels.
    """
    if values.dtype.kind not in "iu":
        return apply_windowing(values, header)
    low, high = min(0, int(values.min())), int(values.max())
    if high - low >= values.size:
        return apply_windowing(values, header)
    table = apply_windowing(np.arange(low, high + 1), header).astype(np.float32)
    return table[values.astype(np.int64) - low if low else values]


def _first(value: Any) -> float | None:
    try:
        return float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)
    except (TypeError, ValueError, IndexError):
        return None
