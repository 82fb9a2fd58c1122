"""MetaImage: lines of ``key = value``, then the numbers, or their file's name (.mha, .mhd).

The format is ITK's: https://itk.org/Wiki/ITK/MetaIO/Documentation
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np

from ..errors import BadInput
from .decoded import MOST_BYTES, Decoded, by_range_used, check_size

_TYPES = {
    "CHAR": "i1",
    "UCHAR": "u1",
    "SHORT": "i2",
    "USHORT": "u2",
    "INT": "i4",
    "UINT": "u4",
    "LONG": "i4",
    "ULONG": "u4",
    "LONG_LONG": "i8",
    "ULONG_LONG": "u8",
    "FLOAT": "f4",
    "DOUBLE": "f8",
}
_LONGEST_HEADER = 65536


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode a two-dimensional MetaImage of one grey channel, plain or compressed with zlib.

    The raw file of an ``.mhd`` must lie in the same folder: a header that points elsewhere is
    not followed.

    >>> header = b"NDims = 2\\nDimSize = 9 8\\nElementType = MET_UCHAR\\nElementDataFile = LOCAL\\n"
    >>> decode(header + bytes(range(72)), "film.mha", None).values[-1, -1]
    np.uint8(71)
    """
    header, end = _header(data)
    height, width = _size(header, name)
    dtype = _dtype(header, name)
    needed = height * width * dtype.itemsize
    if needed > MOST_BYTES:
        raise BadInput(f"{name} unpacks to {needed / 1e9:.1f} GB.", "Save it as MET_USHORT.")
    raw = _numbers(header, data[end:], name, path, height, width, needed)
    if len(raw) < needed:
        raise BadInput(
            f"{name} cannot be decoded as MetaImage ({len(raw)} of {needed} bytes).",
            "It is damaged or incomplete: copy, download or export it again.",
        )
    values = np.frombuffer(raw, dtype, height * width).reshape(height, width)
    decoded = by_range_used(values.astype(dtype.newbyteorder("=")), [], name)
    spacing = _spacing(header)
    if spacing not in (None, (1.0, 1.0)):  # MetaImage's default: not known
        decoded.meta["pixel_spacing_mm"] = spacing
    return decoded


def _header(data: bytes) -> tuple[dict[str, str], int]:
    """Return the header, and where the numbers begin: after the line ElementDataFile."""
    header: dict[str, str] = {}
    at = 0
    while at < min(len(data), _LONGEST_HEADER):
        stop = data.find(b"\n", at)
        stop = len(data) if stop < 0 else stop
        key, _, value = data[at:stop].decode("latin-1").partition("=")
        header[key.strip()] = value.strip()
        at = stop + 1
        if key.strip() == "ElementDataFile":
            break
    return header, at


def _size(header: dict[str, str], name: str) -> tuple[int, int]:
    sides = [int(side) for side in header.get("DimSize", "").split() if side.isdigit()]
    if len(sides) < 2 or any(side != 1 for side in sides[2:]):
        raise BadInput(
            f"{name} has the size {header.get('DimSize', 'unknown')}.",
            "Give one two-dimensional image.",
        )
    check_size(sides[1], sides[0], name)
    channels = header.get("ElementNumberOfChannels", "1")
    if channels != "1" or header.get("ElementType", "").endswith("_ARRAY"):
        raise BadInput(f"{name} has {channels} channels.", "Give one grey image.")
    return sides[1], sides[0]


def _dtype(header: dict[str, str], name: str) -> np.dtype:
    element = header.get("ElementType", "")
    kind = _TYPES.get(element.removeprefix("MET_"))
    if kind is None or _is_true(header, "BinaryData", "True") is False:
        what = f"elements of type {element}" if kind is None else "its numbers as text"
        raise BadInput(
            f"{name} holds {what}, which this kit cannot decode.",
            "Save it as MET_UCHAR or MET_USHORT, in binary.",
        )
    big = _is_true(header, "BinaryDataByteOrderMSB") or _is_true(header, "ElementByteOrderMSB")
    return np.dtype((">" if big else "<") + kind)


def _numbers(
    header: dict[str, str],
    local: bytes,
    name: str,
    path: Path | None,
    height: int,
    width: int,
    needed: int,
) -> bytes:
    """Return the numbers' bytes, of this file or of the one beside it, unpacked."""
    where = header.get("ElementDataFile", "LOCAL")
    compressed = _is_true(header, "CompressedData")
    if where.upper() != "LOCAL":
        local = _beside(header, where, name, path, None if compressed else needed)
    if not compressed:
        return local
    check_size(height, width, name, len(local))
    return zlib.decompressobj(wbits=47).decompress(local, needed)  # 47: with zlib's or gzip's head


def _beside(
    header: dict[str, str], where: str, name: str, path: Path | None, needed: int | None
) -> bytes:
    if path is None:
        raise BadInput(f"{name} keeps its pixels in another file.", "Give the path of the .mhd.")
    if Path(where).name != where or where.upper().startswith("LIST") or "%" in where:
        raise BadInput(
            f"{name} points to pixels elsewhere ({where}).",
            "Put one raw file beside the .mhd and name it there without a folder.",
        )
    raw = path.parent / where
    if not raw.is_file():
        raise BadInput(f"{name} needs {where} beside it.", "Copy both files.")
    size = raw.stat().st_size
    skip = int(header.get("HeaderSize", "0"))  # -1: the numbers are the last bytes of the file
    most = needed if needed is not None else size
    with open(raw, "rb") as file:
        file.seek(max(0, size - most) if skip < 0 else skip)
        return file.read(most)


def _spacing(header: dict[str, str]) -> tuple[float, float] | None:
    """Return the height and width of a pixel in mm; MetaImage gives x first."""
    try:
        column, row = (
            float(part)
            for part in (header.get("ElementSpacing") or header.get("ElementSize", "")).split()[:2]
        )
    except ValueError:
        return None
    return (row, column) if math.isfinite(row * column) and min(row, column) > 0 else None


def _is_true(header: dict[str, str], key: str, default: str = "False") -> bool:
    return header.get(key, default).strip().lower() in ("true", "1", "yes")
