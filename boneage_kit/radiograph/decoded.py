"""What every decoder hands over, and the limits it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import BadInput

#: More pixels than this are refused; a hand radiograph has 2 to 20 million.
MOST_PIXELS = 100_000_000
#: More bytes than this are refused before they are read.
MOST_BYTES = 1_000_000_000
#: A shorter side shows no hand.
SHORTEST_SIDE = 8


@dataclass
class Decoded:
    """What a decoder hands over: grey values, the range that is black to white, and facts."""

    values: np.ndarray  # [H, W], any number type
    black: float
    white: float
    meta: dict[str, Any] = field(default_factory=dict)
    stored_inverted: bool | None = None  # what the file itself says; None: it does not say


def check_size(height: int, width: int, name: str) -> None:
    """Refuse pictures too large to be one radiograph, or too small to show a hand.

    >>> check_size(1, 1, "dot.png")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: dot.png has 1 x 1 pixels. A hand needs ...
    """
    if min(height, width) < SHORTEST_SIDE:
        raise BadInput(f"{name} has {width} x {height} pixels.",
                       f"A hand needs at least {SHORTEST_SIDE} on each side, better 200.")
    if height * width > MOST_PIXELS:
        raise BadInput(f"{name} has {width} x {height} pixels, {height * width / 1e6:.0f} million.",
                       f"At most {MOST_PIXELS / 1e6:.0f} million are read; reduce it first.")
