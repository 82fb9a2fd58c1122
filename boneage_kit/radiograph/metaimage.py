"""MetaImage (.mha, and .mhd with its raw file beside it), through SimpleITK."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np

from ..errors import BadInput
from .decoded import Decoded, check_size
from .plain import deep

_BYTES = {"CHAR": 1, "UCHAR": 1, "SHORT": 2, "USHORT": 2, "INT": 4, "UINT": 4, "FLOAT": 4,
          "LONG": 4, "ULONG": 4, "DOUBLE": 8, "LONG_LONG": 8, "ULONG_LONG": 8}


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode a two-dimensional MetaImage of one grey channel.

    The raw file of an ``.mhd`` must lie in the same folder: a header that points elsewhere is
    not followed.
    """
    header = _header(data, name)
    where = header.get("ElementDataFile", "LOCAL")
    if where.upper() == "LOCAL":
        start = data.find(b"\n", data.find(b"ElementDataFile")) + 1
        _check_length(header, len(data) - start, name)
        picture = _read_bytes(data, path)
    elif path is None:
        raise BadInput(f"{name} keeps its pixels in another file.", "Give the path of the .mhd.")
    elif Path(where).name != where or where.upper().startswith("LIST") or "%" in where:
        raise BadInput(f"{name} points to pixels elsewhere ({where}).",
                       "Put one raw file beside the .mhd and name it there without a folder.")
    elif not (path.parent / where).is_file():
        raise BadInput(f"{name} needs {where} beside it.", "Copy both files.")
    else:
        _check_length(header, (path.parent / where).stat().st_size, name)
        picture = _read(path)
    if picture.GetNumberOfComponentsPerPixel() != 1:
        raise BadInput(f"{name} has {picture.GetNumberOfComponentsPerPixel()} channels.",
                       "Give one grey image.")
    return _grey(picture, name)


def _header(data: bytes, name: str) -> dict[str, str]:
    header: dict[str, str] = {}
    for line in data[:65536].split(b"\n"):
        key, sign, value = line.decode("latin-1").partition("=")
        if not sign:
            continue
        header[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            break
    sides = [int(side) for side in header.get("DimSize", "").split() if side.lstrip("-").isdigit()]
    if len(sides) < 2 or any(side != 1 for side in sides[2:]):
        raise BadInput(f"{name} has the size {header.get('DimSize', 'unknown')}.",
                       "Give one two-dimensional image.")
    check_size(sides[1], sides[0], name)
    return header


def _check_length(header: dict[str, str], available: int, name: str) -> None:
    """Refuse a file that was cut: some versions of ITK fill up the rest and say nothing."""
    if header.get("CompressedData", "").lower() == "true":
        return  # zlib notices
    element = header.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
    needed = math.prod(int(side) for side in header["DimSize"].split()) * _BYTES.get(element, 1)
    if available < needed:
        raise BadInput(f"{name} cannot be decoded as MetaImage ({available} of {needed} bytes).",
                       "It is damaged or incomplete: copy, download or export it again.")


def _read_bytes(data: bytes, path: Path | None):  # noqa: ANN202 - a SimpleITK.Image
    if path is not None and path.suffix.lower() == ".mha":
        return _read(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "image.mha"
        copy.write_bytes(data)
        return _read(copy)


def _read(path: Path):  # noqa: ANN202
    import SimpleITK as sitk

    return sitk.ReadImage(str(path), imageIO="MetaImageIO")


def _grey(picture, name: str) -> Decoded:  # noqa: ANN001
    import SimpleITK as sitk

    values = np.squeeze(sitk.GetArrayFromImage(picture))
    if values.dtype == np.uint8:
        decoded = Decoded(values, 0.0, 255.0, {"bits": 8})
    else:
        decoded = deep(values, [])
    column, row = picture.GetSpacing()[:2]
    if (row, column) != (1.0, 1.0):  # MetaImage's default: not known
        decoded.meta["pixel_spacing_mm"] = (float(row), float(column))
    return decoded
