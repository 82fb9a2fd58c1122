"""What every decoder hands over, and the limits it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import BadInput

#: More pixels than this are refused; a hand radiograph has 2 to 20 million.
MOST_PIXELS = 100_000_000
#: More bytes than this are refused before they are read.
MOST_BYTES = 500_000_000
#: A shorter side shows no hand.
SHORTEST_SIDE = 8
#: No picture that shows anything packs more pixels than this into a byte.
MOST_PIXELS_PER_BYTE = 1000
#: Pictures of up to this many pixels are unpacked whatever the size of their file.
SMALL = 16_000_000
#: Grey levels beyond this are no measurement of light; their difference may overflow.
LARGEST_LEVEL = 1e30
#: The standard's weights of red, green and blue (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)
_OVER_BLACK = "transparency laid over black"
COLOURS_REDUCED = "colours reduced to grey (ITU-R 601 luma)"


@dataclass
class Decoded:
    """What a decoder hands over: grey values, the values shown black and white, and facts.

    ``white`` may be smaller than ``black``: the picture is then turned over, as a negative
    rescale slope does.
    """

    values: np.ndarray  # [H, W], any number type
    black: float
    white: float
    meta: dict[str, Any] = field(default_factory=dict)
    stored_inverted: bool | None = None  # what the file itself says; None: it does not say
    because: str = ""  # what in the file says so
    padding: np.ndarray | None = None  # bool [H, W]: not part of the picture, shown black


def check_size(height: int, width: int, name: str, bytes_: int | None = None) -> None:
    """Refuse pictures too large to be one radiograph, or too small to show a hand.

    Parameters
    ----------
    height, width
        As the file states them, before anything is unpacked.
    name
        The file's, for the message.
    bytes_
        How many bytes the file has, where that is a bound on what it can hold.

    >>> check_size(1, 1, "dot.png")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: dot.png has 1 x 1 pixels. A hand needs ...
    """
    if min(height, width) < SHORTEST_SIDE:
        raise BadInput(
            f"{name} has {width} x {height} pixels.",
            f"A hand needs at least {SHORTEST_SIDE} on each side, better 200.",
        )
    if height * width > MOST_PIXELS:
        raise BadInput(
            f"{name} has {width} x {height} pixels, {height * width / 1e6:.0f} million.",
            f"At most {MOST_PIXELS / 1e6:.0f} million are read; reduce it first.",
        )
    if bytes_ is not None and height * width > max(SMALL, MOST_PIXELS_PER_BYTE * bytes_):
        raise BadInput(
            f"{name} claims {height * width / 1e6:.0f} million pixels in {bytes_:,} bytes.",
            "It is damaged or shows nothing: export it again.",
        )


def by_range_used(values: np.ndarray, notes: list[str], name: str) -> Decoded:
    """Describe whole numbers by the bits they use, and floats by the range they use.

    A 12-bit film in a 16-bit file is not left nearly black.

    >>> import numpy as np
    >>> by_range_used(np.array([[0, 4095]]), [], "film.png").meta["bits"]
    12
    """
    if values.dtype.kind not in "iuf":
        raise BadInput(
            f"{name} holds {values.dtype.name} numbers.", "Save it as a grey image of 8 or 16 bits."
        )
    if values.dtype == np.uint8:
        return Decoded(values, 0.0, 255.0, {"bits": 8, "notes": notes})
    low, high = float(values.min()), float(values.max())
    if not max(abs(low), abs(high)) < LARGEST_LEVEL:  # also NaN
        raise BadInput(
            f"{name} holds infinite, undefined or gigantic grey levels.",
            "Export it again as a grey image of 8 or 16 bits.",
        )
    if values.dtype.kind == "f" or low < 0:
        notes.append(f"grey levels {low:g} to {high:g} spread over black to white")
        return Decoded(values, low, high, {"bits": values.dtype.itemsize * 8, "notes": notes})
    bits = max(8, int(high).bit_length())
    return Decoded(values, 0.0, float(2**bits - 1), {"bits": bits, "notes": notes})


def luma(colours: np.ndarray) -> np.ndarray:
    """Return the grey of red, green and blue as whole numbers of the same range.

    Parameters
    ----------
    colours
        [H, W, 3 or more], whole numbers or floats; what follows blue is left out.

    >>> luma(np.full((1, 1, 3), 65535, dtype="uint16"))
    array([[65535]], dtype=uint16)
    """
    grey = colours[..., :3] @ np.array(LUMA)
    return grey if colours.dtype.kind == "f" else np.rint(grey).astype(colours.dtype)


def grey_of_bands(bands: np.ndarray, notes: list[str]) -> np.ndarray:
    """Return [H, W] of grey, grey and alpha, RGB or RGBA bands [H, W, 1 to 4], of their own type.

    >>> grey_of_bands(np.array([[[200, 200, 200, 0]]], dtype="uint8"), [])
    array([[0]], dtype=uint8)
    """
    colours, alpha = (
        (bands[..., :-1], bands[..., -1]) if bands.shape[-1] in (2, 4) else (bands, None)
    )
    if colours.shape[-1] == 1 or all(
        np.array_equal(colours[..., 0], colours[..., band]) for band in (1, 2)
    ):
        values = colours[..., 0]
    else:
        values = luma(colours)
        notes.append(COLOURS_REDUCED)
    if alpha is None or alpha.dtype.kind == "f":
        return values
    opaque = np.iinfo(alpha.dtype).max
    if (alpha != opaque).any():
        values = np.rint(values * (alpha / opaque)).astype(bands.dtype)
        notes.append(_OVER_BLACK)
    return values
