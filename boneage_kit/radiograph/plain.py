"""PNG, JPEG, BMP, GIF and WebP, through Pillow, without its silent loss of 16 bits."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from ..errors import BadInput
from . import jpeg
from .codestream import describe
from .decoded import Decoded, by_range_used, check_size, grey_of_bands

_ORIENTATION = 0x0112  # EXIF 2.3, tag 274


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode one still picture to grey values; its pixels are not yet scaled.

    >>> import io; from PIL import Image
    >>> file = io.BytesIO(); Image.new("L", (32, 32), 7).save(file, "PNG")
    >>> int(decode(file.getvalue(), "film.png", None).values.max())
    7
    """
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        check_size(height, width, name, len(data))
    stream = describe(data) if data.startswith(b"\xff\xd8") else None
    if stream is not None and (stream.bits != 8 or stream.kind == "lossless JPEG"):
        return jpeg.decode(data, name, path)
    try:
        picture = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise BadInput(
            f"{name} unpacks to far more pixels than a radiograph has.",
            "Do not open it; export the radiograph again.",
        ) from error
    check_size(picture.height, picture.width, name, len(data))
    frames = getattr(picture, "n_frames", 1)
    notes: list[str] = []
    if picture.format == "MPO":  # a phone's JPEG, with previews of itself behind it
        notes.append(f"picture 1 of {frames}")
    elif frames > 1:
        raise BadInput(
            f"{name} is animated: it holds {frames} pictures.", "Save the one radiograph as PNG."
        )
    decoded = _grey(picture, data, name, notes)
    turn = picture.getexif().get(_ORIENTATION, 1)
    if turn in range(2, 9):
        decoded.values = turned(decoded.values, turn)
        notes.append("turned as its EXIF orientation says")
    return decoded


def _grey(picture: Image.Image, data: bytes, name: str, notes: list[str]) -> Decoded:
    """Return the grey values of a Pillow picture and their range.

    8-bit values run from 0 to 255. Deeper ones are scaled by the bits they use.
    """
    if picture.mode in ("CMYK", "YCCK"):
        raise BadInput(f"{name} has CMYK printing colours.", "Save it as a grey PNG or JPEG.")
    if picture.mode == "1":
        raise BadInput(f"{name} is black and white only (1 bit).", "Export it with grey levels.")
    if picture.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return by_range_used(np.asarray(picture), notes, name)
    if (deep := _sixteen_bit_bands(picture, data)) is not None:
        return by_range_used(grey_of_bands(deep, notes), notes, name)
    if picture.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    values = np.asarray(picture)
    return by_range_used(values if values.ndim == 2 else grey_of_bands(values, notes), notes, name)


def _sixteen_bit_bands(picture: Image.Image, data: bytes) -> np.ndarray | None:
    """Return uint16 [H, W, bands] of a PNG with two or more 16-bit bands; None of others.

    Pillow keeps the upper byte of each number only. Its unpacker of the other byte order keeps
    the lower one, so two readings give both. Grey with alpha has the bytes of 8-bit RGBA.
    """
    if not isinstance(picture, ImageFile.ImageFile) or picture.format != "PNG" or not picture.tile:
        return None
    rawmode = str(picture.tile[0].args)
    if rawmode == "LA;16B":
        read = _unpacked(data, "RGBA", "RGBA").astype(np.uint16)
        return read[..., 0::2] << 8 | read[..., 1::2]
    if rawmode not in ("RGB;16B", "RGBA;16B"):
        return None
    mode = rawmode.split(";")[0]
    lower = _unpacked(data, mode, f"{mode};16L").astype(np.uint16)
    return _unpacked(data, mode, rawmode).astype(np.uint16) << 8 | lower


def _unpacked(data: bytes, mode: str, rawmode: str) -> np.ndarray:
    """Return a PNG's bytes, decoded with an unpacker of our choice, uint8 [H, W, bands]."""
    picture = Image.open(io.BytesIO(data))
    picture.tile = [picture.tile[0]._replace(args=rawmode)]
    picture._mode = mode
    picture.load()
    return np.asarray(picture)


def turned(values: np.ndarray, orientation: int) -> np.ndarray:
    """Return a picture as its orientation says (EXIF and TIFF tag 274): 1 is upright.

    >>> turned(np.array([[1, 2]]), 6)  # the camera lay on its side
    array([[1],
           [2]])
    """
    if orientation in (5, 7):
        values = values.T if orientation == 5 else values[::-1, ::-1].T
    quarter = {3: 2, 6: -1, 8: 1}.get(orientation, 0)
    values = np.rot90(values, quarter)
    if orientation in (2, 4):
        values = np.flip(values, axis=1 if orientation == 2 else 0)
    return np.ascontiguousarray(values)
