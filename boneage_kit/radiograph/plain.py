"""PNG, JPEG, BMP and their like, through Pillow, without its silent clipping of 16 bits."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ..errors import BadInput
from .decoded import Decoded, check_size

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
        check_size(height, width, name)
    try:
        picture = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise BadInput(f"{name} unpacks to far more pixels than a radiograph has.",
                       "Do not open it; export the radiograph again.") from error
    check_size(picture.height, picture.width, name)
    if getattr(picture, "n_frames", 1) > 1:
        raise BadInput(f"{name} is animated: it holds {picture.n_frames} pictures.",
                       "Save the one radiograph as PNG.")
    return grey(picture, name)


def grey(picture: Image.Image, name: str) -> Decoded:
    """Return the grey values of a Pillow picture and their range.

    8-bit values run from 0 to 255. Deeper ones are scaled by the bits they use: a 12-bit
    film in a 16-bit file is not left nearly black.
    """
    notes = []
    if picture.getexif().get(_ORIENTATION, 1) != 1:
        picture = ImageOps.exif_transpose(picture)
        notes.append("turned as its EXIF orientation says")
    if picture.mode in ("CMYK", "YCCK"):
        raise BadInput(f"{name} has CMYK printing colours.", "Save it as a grey PNG or JPEG.")
    if picture.mode == "1":
        raise BadInput(f"{name} is black and white only (1 bit).", "Export it with grey levels.")
    if picture.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return deep(np.asarray(picture), notes)
    if picture.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(ground, picture).convert("RGB")
        notes.append("transparency laid over black")
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    if picture.mode == "RGB":
        bands = [np.asarray(band) for band in picture.split()]
        if not (np.array_equal(bands[0], bands[1]) and np.array_equal(bands[0], bands[2])):
            notes.append("colours reduced to grey (ITU-R 601 luma)")
        picture = picture.convert("L")
    return Decoded(np.asarray(picture), 0.0, 255.0, {"bits": 8, "notes": notes})


def deep(values: np.ndarray, notes: list[str]) -> Decoded:
    """Describe values of more than 8 bits, or floats, by the range they use.

    >>> import numpy as np
    >>> deep(np.array([[0, 4095]]), []).meta["bits"]
    12
    """
    if values.dtype.kind == "f" or values.min() < 0:
        low, high = float(values.min()), float(values.max())
        notes.append(f"grey levels {low:g} to {high:g} spread over black to white")
        return Decoded(values, low, high, {"bits": values.dtype.itemsize * 8, "notes": notes})
    bits = max(8, int(values.max()).bit_length())
    return Decoded(values, 0.0, float(2**bits - 1), {"bits": bits, "notes": notes})
