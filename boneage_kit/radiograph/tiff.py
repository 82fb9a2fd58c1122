"""TIFF of 8 and 16 bits: its structure by tifffile, its compressions by Pillow's libtiff."""

from __future__ import annotations

import io
import logging
import sys
import zlib
from pathlib import Path
from typing import cast

import numpy as np
import tifffile
from PIL import Image, TiffImagePlugin

from ..errors import BadInput
from .decoded import MOST_BYTES, Decoded, by_range_used, check_size, grey_of_bands
from .plain import turned
from .quiet import QUIET_LIBRARY

# It logs an error for every odd tag of a damaged file; the reader says what matters in a sentence.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

#: Compressions that tifffile decodes without further packages (TIFF 6.0; Adobe Photoshop notes).
_BY_TIFFFILE = {1, 8, 32946}
#: Bits per pixel that tifffile or Pillow decode without compression.
_WHOLE_BITS = (2, 4, 8, 12, 16, 32, 64, 128)
_MOST_PAGES = 64
_SPARE = 1_000_000  # bytes: a tile may reach beyond the picture
_UNASSOCIATED_ALPHA = 2  # TIFF 6.0, ExtraSamples: the colours are not multiplied by it yet


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode the largest page of a TIFF; MINISWHITE tells that bone is stored dark.

    >>> import io; import numpy as np, tifffile
    >>> file = io.BytesIO(); tifffile.imwrite(file, np.eye(32, dtype="uint16"))
    >>> decode(file.getvalue(), "film.tif", None).meta["bits"]
    8
    """
    notes: list[str] = []
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        pages = cast(list[tifffile.TiffPage], file.pages)
        index = _largest_page(pages, name, notes)
        page = pages[index]
        photometric = getattr(page.photometric, "name", f"photometric {page.photometric}")
        _check(page, photometric, name, len(data))
        tag = page.tags.get(274)
        orientation = int(tag.value) if tag is not None else 1
        if (
            page.compression in _BY_TIFFFILE
            and page.bitspersample in (8, 16, 32, 64)
            and (photometric != "YCBCR")
        ):
            if page.compression != 1:
                _refuse_bomb(data, page, name)
            values = turned(_grey(page, notes), orientation)
        else:
            with QUIET_LIBRARY:
                values = _by_libtiff(data, index, page, name, notes)
    if orientation in range(2, 9):
        notes.append("turned as its TIFF orientation says")
    decoded = by_range_used(values, notes, name)
    decoded.meta["photometric"] = photometric
    if photometric == "MINISWHITE":
        decoded.stored_inverted, decoded.because = True, "the header says MINISWHITE"
    return decoded


def _largest_page(pages: list[tifffile.TiffPage], name: str, notes: list[str]) -> int:
    """Return the index of the largest page: the others are its thumbnails or masks."""
    count = len(pages)
    if count > _MOST_PAGES:
        raise BadInput(
            f"{name} has {count} pages.", "Save the page with the radiograph as a file of its own."
        )
    sizes = [page.imagelength * page.imagewidth for page in pages]
    index = int(np.argmax(sizes))
    if sizes.count(sizes[index]) > 1:
        raise BadInput(
            f"{name} has {count} pages.", "Save the page with the radiograph as a file of its own."
        )
    if count > 1:
        notes.append(f"page {index + 1} of {count}, the largest")
    return index


def _check(page: tifffile.TiffPage, photometric: str, name: str, bytes_: int) -> None:
    check_size(page.imagelength, page.imagewidth, name, bytes_)
    if photometric in ("SEPARATED", "PALETTE", "CIELAB", "ICCLAB", "ITULAB"):
        raise BadInput(f"{name} has {photometric.lower()} colours.", "Save it as a grey image.")
    if page.bitspersample == 1:
        raise BadInput(f"{name} is black and white only (1 bit).", "Export it with grey levels.")
    if page.compression == 1 and page.bitspersample not in _WHOLE_BITS:
        raise BadInput(
            f"{name} packs {page.bitspersample} bits per pixel, which this kit cannot decode.",
            "Save it with 8 or 16 bits.",
        )
    if page.nbytes > MOST_BYTES:
        raise BadInput(f"{name} unpacks to {page.nbytes / 1e9:.1f} GB.", "Export it again.")


def _refuse_bomb(data: bytes, page: tifffile.TiffPage, name: str) -> None:
    """Refuse strips that unpack to more than the page has; tifffile unpacks them whole."""
    for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        unpacker = zlib.decompressobj()
        unpacker.decompress(data[start : start + count], page.nbytes + _SPARE)
        if unpacker.unconsumed_tail:
            raise BadInput(
                f"{name} unpacks to more pixels than it has.", "It is damaged: export it again."
            )


def _grey(page: tifffile.TiffPage, notes: list[str]) -> np.ndarray:
    """Return [H, W] of an uncompressed or deflated page, its colours by pixel or by plane."""
    values = page.asarray()
    if page.samplesperpixel == 1:
        return np.squeeze(values)
    if page.planarconfig == 2:  # (samples, H, W)
        values = np.moveaxis(values.reshape(page.samplesperpixel, *values.shape[-2:]), 0, -1)
    return _without_extra_samples(values, page, notes)


def _without_extra_samples(
    values: np.ndarray, page: tifffile.TiffPage, notes: list[str]
) -> np.ndarray:
    extra = tuple(page.extrasamples or ())
    colours = values.shape[-1] - len(extra)
    if extra[:1] == (_UNASSOCIATED_ALPHA,) and colours in (1, 3):
        return grey_of_bands(values[..., : colours + 1], notes)
    return grey_of_bands(values[..., : 3 if colours >= 3 else 1], notes)


def _by_libtiff(
    data: bytes, index: int, page: tifffile.TiffPage, name: str, notes: list[str]
) -> np.ndarray:
    """Return [H, W] of a compressed page; Pillow has turned it as its orientation says."""
    if page.compression not in TiffImagePlugin.COMPRESSION_INFO:
        kind = getattr(page.compression, "name", page.compression)
        raise BadInput(
            f"{name} is compressed as {kind}, which this kit cannot decode.",
            "Save it without compression.",
        )
    picture = Image.open(io.BytesIO(data))
    picture.seek(index)
    rawmode = cast(tuple, picture.tile[0].args)[0]
    if page.bitspersample == 16 and picture.mode in ("RGB", "RGBA", "RGBX", "LA"):
        return _without_extra_samples(_sixteen_bits(data, index), page, notes)
    values = np.asarray(picture)
    if rawmode in ("L;I", "L;IR"):  # Pillow has turned MINISWHITE over
        values = 255 - values
    return values if values.ndim == 2 else _without_extra_samples(values, page, notes)


def _sixteen_bits(data: bytes, index: int) -> np.ndarray:
    """Return uint16 [H, W, bands]: Pillow keeps one byte per number, so it is asked twice."""
    halves = []
    for order in "LB" if sys.byteorder == "little" else "BL":  # upper byte, lower byte
        picture = Image.open(io.BytesIO(data))
        picture.seek(index)
        args = cast(tuple, picture.tile[0].args)
        picture.tile = [
            tile._replace(args=(f"{picture.mode};16{order}", *args[1:])) for tile in picture.tile
        ]
        halves.append(np.asarray(picture).astype(np.uint16))
    return halves[0] << 8 | halves[1]
