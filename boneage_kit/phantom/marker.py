"""Lead letters: the side marker and a technician's initials, as a 5 x 7 dot font."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

#: Rows of five dots, top first, each row a number of five bits.
_FONT = {
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 25, 21, 19, 17, 17, 17),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
}
_INITIALS = "ABCDEGHJKMNPRST"


@dataclass(frozen=True)
class Marker:
    """A marker: its text, place (row, column) and height in shares of the film, its turn."""

    text: str
    row: float
    column: float
    height: float
    turn: tuple[float, float]  # cos, sin
    plate: float  # how much darker or brighter its carrier is


def draw_marker(rng: np.random.Generator) -> Marker:
    """Return a side marker as it may lie on the film's ulnar or upper edge."""
    text = "L"
    if rng.random() < 0.75:
        text += "\n" + "".join(
            _INITIALS[i] for i in rng.integers(len(_INITIALS), size=(2 + int(rng.random() < 0.4)))
        )
    angle = np.deg2rad(rng.choice([0, 0, 0, 90, -90, 0]) + 12 * rng.standard_normal())
    left = rng.random() < 0.85
    return Marker(
        text=text,
        row=float(rng.uniform(0.06, 0.9)),
        column=float(rng.uniform(0.05, 0.2) if left else rng.uniform(0.85, 0.95)),
        height=float(rng.uniform(0.045, 0.10)),
        turn=(round(float(np.cos(angle)), 6), round(float(np.sin(angle)), 6)),
        plate=float(rng.choice([0.0, 0.0, 0.05, 0.12])),
    )


@cache
def _glyphs(text: str) -> np.ndarray:
    lines = text.split("\n")
    grid = np.zeros((9 * len(lines) + 1, 6 * max(map(len, lines)) + 3), np.float32)
    for i, line in enumerate(lines):
        for j, letter in enumerate(line):
            for k, bits in enumerate(_FONT[letter]):
                dots = [(bits >> (4 - n)) & 1 for n in range(5)]
                grid[9 * i + 1 + k, 6 * j + 2 : 6 * j + 7] = np.clip(
                    np.array(dots) + 0.55 * np.array([0, *dots[:-1]]), 0, 1
                )
    return grid


def stamp(pixels: np.ndarray, marker: Marker, stretch: float = 1.0) -> None:
    """Print a marker onto pixels [H, W] in 0..1, in place.

    ``stretch`` is the height of the film over its width; the film lies in the middle of the frame.
    """
    height, width = pixels.shape
    glyphs = _glyphs(marker.text)
    dot = marker.height * height / 8
    reach = dot * (glyphs.shape[0] + glyphs.shape[1]) / 2 + 2
    row, column = marker.row * height, (0.5 + (marker.column - 0.5) / stretch) * width
    r0, r1 = max(0, int(row - reach)), min(height, int(row + reach) + 1)
    c0, c1 = max(0, int(column - reach)), min(width, int(column + reach) + 1)
    if r1 <= r0 or c1 <= c0:
        return
    y = (np.arange(r0, r1, dtype=np.float32) - np.float32(row))[:, None]
    x = np.arange(c0, c1, dtype=np.float32) - np.float32(column)
    c, s = np.float32(marker.turn[0] / dot), np.float32(marker.turn[1] / dot)
    v = c * y - s * x + np.float32(glyphs.shape[0] / 2)
    u = s * y + c * x + np.float32(glyphs.shape[1] / 2)
    inside = (v >= 0) & (v < glyphs.shape[0]) & (u >= 0) & (u < glyphs.shape[1])
    at = (
        np.clip(v, 0, glyphs.shape[0] - 1).astype(np.intp),
        np.clip(u, 0, glyphs.shape[1] - 1).astype(np.intp),
    )
    part = pixels[r0:r1, c0:c1]
    part += inside * np.float32(marker.plate)
    np.maximum(part, inside * glyphs[at] * np.float32(0.97), out=part)
