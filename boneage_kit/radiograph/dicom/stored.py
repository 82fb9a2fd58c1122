"""Pixel data to stored values, and which of them are padding (PS3.5 8.1, PS3.3 C.7.6.3)."""

from __future__ import annotations

import math
import struct

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, pixel_array
from pydicom.uid import UID, RLELossless
from rle.utils import decode_segment

from ...errors import BadInput
from ..codestream import Codestream, describe
from ..decoded import COLOURS_REDUCED, SMALL, luma
from .elements import number
from .header import first_frame

_SHORTEST_SHARE = 0.25  # of the pixels that must be there, where a picture is large


def stored_values(
    header: FileDataset, name: str, notes: list[str]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the stored values of the picture, and where they are padding.

    Returns
    -------
    values
        Whole numbers [H, W]; colours come back as grey.
    padding
        bool [H, W], or None where nothing or everything is padding.

    Raises
    ------
    BadInput
        If the pixels are missing, or compressed in a way that this kit cannot decode.
    """
    if header.SamplesPerPixel > 1 or header.PhotometricInterpretation == "PALETTE COLOR":
        return _colours(header, name, notes), None
    if header.file_meta.TransferSyntaxUID == RLELossless:
        values = _run_lengths(first_frame(header), header)
    elif header.file_meta.TransferSyntaxUID.is_encapsulated:
        values = _decompressed(header, name)
        if values.ndim != 2:
            raise BadInput(
                f"{name} holds an array of shape {values.shape}.", "Give one grey image."
            )
    else:
        values = _native(header, name, notes)
    return _used_bits(values, header, notes), _padding(values, header)


def _native(header: FileDataset, name: str, notes: list[str]) -> np.ndarray:
    rows, columns, bits = header.Rows, header.Columns, header.BitsAllocated
    data = header.PixelData
    if bits == 12:
        needed = -(-rows * columns * 3 // 2)
        return _twelve_bits(_whole(data, needed, name, notes), rows * columns).reshape(
            rows, columns
        )
    if bits not in (8, 16, 32, 64):
        raise BadInput(
            f"{name} cannot be decoded as DICOM ({bits} bits allocated to a pixel).",
            "Export it again with 8 or 16.",
        )
    order = "<" if _is_little_endian(header) else ">"
    kind = "i" if header.PixelRepresentation else "u"
    dtype = np.dtype(f"{order}{kind}{bits // 8}")
    data = _whole(data, rows * columns * dtype.itemsize, name, notes)
    if bits == 8 and order == ">" and header["PixelData"].VR == "OW":
        pairs = np.frombuffer(data[: len(data) // 2 * 2], np.uint8).reshape(-1, 2)[:, ::-1]
        data = pairs.tobytes() + data[len(data) // 2 * 2 :]
    values = np.frombuffer(data, dtype, rows * columns).reshape(rows, columns)
    return values if order == "<" else values.astype(dtype.newbyteorder("="))


def _twelve_bits(data: bytes, count: int) -> np.ndarray:
    """Unpack two pixels from each three bytes (PS3.5 annex D)."""
    packed = np.frombuffer(data, np.uint8)
    triples = np.pad(packed, (0, -packed.size % 3)).reshape(-1, 3).astype(np.uint16)
    first = triples[:, 0] | (triples[:, 1] & 15) << 8
    second = triples[:, 1] >> 4 | triples[:, 2] << 4
    return np.stack([first, second], axis=1).ravel()[:count]


def _whole(data: bytes, needed: int, name: str, notes: list[str]) -> bytes:
    """Fill short pixel data with zeros, as DCMTK does."""
    missing = needed - len(data)
    if missing <= 0:
        return data
    share = len(data) / needed
    if len(data) < 2 or needed > SMALL and share < _SHORTEST_SHARE:
        raise BadInput(
            f"{name} cannot be decoded as DICOM ({len(data):,} of {needed:,} bytes of "
            "its pixels are there).",
            "It is damaged or incomplete: copy, download or export it again.",
        )
    per_cent = math.floor(1000 * share) / 10  # never 100: some are missing
    notes.append(f"only {per_cent}% of the pixels are there, the rest is filled with zeros")
    return bytes(data) + bytes(missing)


def _run_lengths(frame: bytes, header: FileDataset) -> np.ndarray:
    """Return a grey RLE frame: a segment per byte, the upper one first (PS3.5 annex G).

    Segment by segment, since the decoder of a whole frame panics, with a trace on the terminal,
    where a damaged segment is too long.
    """
    count, *offsets = struct.unpack("<16I", frame[:64])
    pixels, kind = header.Rows * header.Columns, "i" if header.PixelRepresentation else "u"
    ends = [*offsets[1:count], len(frame)]
    whole = all(start < end for start, end in zip(offsets, ends, strict=False))  # none is empty
    if count != header.BitsAllocated // 8 or not whole or ends[-1] > len(frame):
        raise ValueError(f"{count} segments for {header.BitsAllocated} bits")
    values, most = np.zeros(pixels, f"u{count}"), 2 * pixels + 64  # no code is worse than plain
    for start, end in zip(offsets, ends, strict=False):
        values <<= values.dtype.type(8 if count > 1 else 0)
        segment = decode_segment(frame[start : min(end, start + most)])
        values |= np.frombuffer(segment, np.uint8, pixels)
    return values.view(f"{kind}{count}").reshape(header.Rows, header.Columns)


def _is_little_endian(header: FileDataset) -> bool:
    syntax = header.file_meta.TransferSyntaxUID
    return bool(syntax.is_little_endian)


def _decompressed(header: FileDataset, name: str) -> np.ndarray:
    """Return what pydicom decodes, with the bits above BitsStored; name what it cannot."""
    stream = None
    if header.file_meta.TransferSyntaxUID.is_encapsulated:
        frame = first_frame(header)
        stream = describe(frame)
        if stream is not None and (whole := _with_whole_spectrum(frame, stream)) != frame:
            header.PixelData = encapsulate([whole])
    # pydicom's own decoder of run lengths: the other panics, with a trace on the terminal
    plugin = "pydicom" if header.file_meta.TransferSyntaxUID == RLELossless else ""
    try:
        return pixel_array(header, correct_unused_bits=False, decoding_plugin=plugin)
    except BaseException as error:  # Rust's panics are no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        syntax = UID(header.file_meta.TransferSyntaxUID)
        if isinstance(error, NotImplementedError) or _is_beyond_decoders(str(error), stream):
            kind = f" ({stream.bits}-bit {stream.kind})" if stream else ""
            raise BadInput(
                f"{name} is compressed as {syntax.name}{kind}, which this kit cannot decode.",
                "Export it uncompressed.",
            ) from error
        raise


def _is_beyond_decoders(message: str, stream: Codestream | None) -> bool:
    if "missing dependencies" in message or "No suitable" in message or "not supported" in message:
        return True
    odd = stream is not None and stream.kind.startswith(("hierarchical", "arithmetic", "extended"))
    return bool(odd)


def _with_whole_spectrum(data: bytes, stream: Codestream) -> bytes:
    """Say in a sequential JPEG's scan that it holds all 64 coefficients, as it does.

    Old encoders wrote 0 where ISO 10918-1 table B.3 asks for 63 (NEMA's 12-bit test set is one);
    libjpeg then refuses the scan.
    """
    at = stream.scan or 0
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    if stream.kind not in ("baseline JPEG", "extended JPEG") or data[end - 3 : end] != bytes(3):
        return data
    return data[: end - 2] + b"\x3f" + data[end - 1 :]


def _used_bits(values: np.ndarray, header: FileDataset, notes: list[str]) -> np.ndarray:
    """Return the BitsStored bits that end at HighBit, and say where others are set.

    What lies above may be an overlay, the sign, or values that BitsStored is too small for.
    """
    allocated, stored, high = values.dtype.itemsize * 8, header.BitsStored, header.HighBit
    signed = values.dtype.kind == "i"
    if stored >= allocated or high >= allocated:
        return values
    raw = values.view(f"u{values.dtype.itemsize}")
    if not signed and raw.max() < 2**stored and high + 1 == stored:
        return values
    moved = raw << raw.dtype.type(allocated - 1 - high)
    used = moved.view(values.dtype) >> values.dtype.type(allocated - stored)
    plain = used.view(raw.dtype) & raw.dtype.type(2**stored - 1)
    if high + 1 == stored and not ((raw == plain) | (values == used)).all():
        notes.append(
            f"bits above BitsStored ({stored}) are set: an overlay, or BitsStored is "
            "too small; they were left out"
        )
    return used


def _padding(values: np.ndarray, header: FileDataset) -> np.ndarray | None:
    """Return where pixels are padding (PS3.3 C.7.5.1.1.2), before any bit is left out.

    The value and the pixels are compared modulo 2^16: its VR is often not that of the pixels.
    """
    low = number(header, "PixelPaddingValue")
    if low is None or values.dtype.itemsize > 2:
        return None
    high = number(header, "PixelPaddingRangeLimit")
    ends = [_modulo(end, values) for end in (low, low if high is None else high)]
    mask = (
        (values >= min(ends)) & (values <= max(ends)) if ends[0] != ends[1] else (values == ends[0])
    )
    return mask if mask.any() and not mask.all() else None


def _modulo(value: float, values: np.ndarray) -> int:
    whole = int(value) % 2**16
    return whole - 2**16 if values.dtype.kind == "i" and whole >= 2**15 else whole


def _colours(header: FileDataset, name: str, notes: list[str]) -> np.ndarray:
    """Return colours as grey; pydicom gives YBR back as RGB already."""
    if header.SamplesPerPixel not in (1, 3):
        raise BadInput(
            f"{name} has {header.SamplesPerPixel} samples per pixel.",
            "Export it again as grey: 1 sample per pixel.",
        )
    if not header.file_meta.TransferSyntaxUID.is_encapsulated:
        samples = header.Rows * header.Columns * header.SamplesPerPixel
        if header.PhotometricInterpretation == "YBR_FULL_422":
            samples = samples // 3 * 2
        header.PixelData = _whole(
            header.PixelData, samples * header.BitsAllocated // 8, name, notes
        )
    values = _decompressed(header, name)
    if header.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, header)
    if values.ndim != 3 or values.shape[-1] not in (3, 4):
        raise BadInput(f"{name} holds an array of shape {values.shape}.", "Give one grey image.")
    notes.append(COLOURS_REDUCED)
    return luma(values)
