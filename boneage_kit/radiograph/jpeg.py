"""JPEG of other kinds than Pillow's: lossless, of more than 8 bits, JPEG-LS and JPEG 2000."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import BadInput
from .codestream import describe
from .decoded import Decoded, by_range_used, check_size, grey_of_bands


def decode(data: bytes, name: str, path: Path | None) -> Decoded:
    """Decode one picture to grey values; ``meta["compression"]`` names its kind.

    JPEG 2000 may be a bare codestream (.j2k) or in a file of boxes (.jp2).

    Raises
    ------
    BadInput
        If the stream is of a kind that this kit cannot decode; it is named.
    """
    stream = describe(data)
    if stream is None:
        raise BadInput(
            f"{name} cannot be decoded: it states no size.",
            "It is damaged or incomplete: copy, download or export it again.",
        )
    check_size(stream.height, stream.width, name, len(data))
    if stream.kind.startswith(("hierarchical", "arithmetic")):
        raise BadInput(
            f"{name} is {stream.kind}, which this kit cannot decode.", "Export it as PNG."
        )
    if stream.kind == "JPEG 2000":
        import openjpeg

        values = np.asarray(openjpeg.decode(data))
    else:
        import libjpeg

        values = np.asarray(libjpeg.decode(data))
    notes: list[str] = []
    if values.ndim == 3 and values.shape[-1] in (2, 3, 4):
        values = grey_of_bands(values, notes)
    decoded = by_range_used(values, notes, name)
    decoded.meta["compression"] = stream.kind
    return decoded
