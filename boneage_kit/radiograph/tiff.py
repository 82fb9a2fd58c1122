"""TIFF of 8 and 16 bits, through tifffile."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import numpy as np
import tifffile

from ..errors import BadInput
from .decoded import MOST_BYTES, Decoded, check_size
from .plain import deep

# It logs an error for every odd tag of a damaged file; the reader says what matters in a sentence.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode a TIFF of one grey page; MINISWHITE tells that bone is stored dark.

    >>> import io; import numpy as np, tifffile
    >>> file = io.BytesIO(); tifffile.imwrite(file, np.eye(32, dtype="uint16"))
    >>> decode(file.getvalue(), "film.tif", None).meta["bits"]
    8
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        if len(file.pages) > 1:
            raise BadInput(f"{name} has {len(file.pages)} pages.",
                           "Save the page with the radiograph as a file of its own.")
        page = file.pages[0]
        check_size(page.imagelength, page.imagewidth, name)
        photometric = page.photometric.name
        if photometric in ("SEPARATED", "PALETTE", "CIELAB"):
            raise BadInput(f"{name} has {photometric.lower()} colours.", "Save it as a grey image.")
        if page.bitspersample == 1:
            raise BadInput(f"{name} is black and white only (1 bit).",
                           "Export it with grey levels.")
        if page.nbytes > MOST_BYTES:
            raise BadInput(f"{name} unpacks to {page.nbytes / 1e9:.1f} GB.", "Export it again.")
        values = page.asarray()
    return _grey(values, photometric, name)


def _grey(values: np.ndarray, photometric: str, name: str) -> Decoded:
    notes = []
    values = np.squeeze(values)
    if values.ndim == 3 and values.shape[-1] in (3, 4):
        values = values[..., :3] @ np.array([0.299, 0.587, 0.114])  # ITU-R 601 luma
        values = np.rint(values).astype(np.uint16)
        notes.append("colours reduced to grey (ITU-R 601 luma)")
    if values.ndim != 2:
        raise BadInput(f"{name} holds an array of shape {values.shape}.", "Give one grey image.")
    if values.dtype == np.uint8:
        decoded = Decoded(values, 0.0, 255.0, {"bits": 8, "notes": notes})
    else:
        decoded = deep(values, notes)
    decoded.meta["photometric"] = photometric
    decoded.stored_inverted = True if photometric == "MINISWHITE" else None
    return decoded
