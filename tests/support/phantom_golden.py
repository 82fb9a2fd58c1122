"""A dozen phantoms whose pixels are kept, to notice a change of the drawing."""

from pathlib import Path

import numpy as np

import boneage_kit as bk

KEPT = Path(__file__).parents[1] / "unit" / "golden" / "phantoms.npz"
#: sex, bone age (years), seed, size, difficulty, variation
CASES = (
    ("F", 0.5, 0, 64, 0.0, 1.0),
    ("M", 0.8, 1, 64, 0.4, 1.0),
    ("F", 3.0, 2, 64, 0.4, 1.0),
    ("M", 5.5, 3, 64, 1.0, 1.0),
    ("F", 8.5, 0, 512, 0.0, 1.0),
    ("M", 8.5, 4, 64, 0.0, 0.0),
    ("F", 11.0, 5, 96, 0.7, 1.0),
    ("M", 12.5, 6, 64, 0.4, 2.0),
    ("F", 13.5, 7, 64, 1.0, 1.0),
    ("M", 15.0, 8, 600, 0.4, 1.0),
    ("F", 18.0, 9, 64, 0.2, 1.0),
    ("M", 19.0, 10, 64, 0.4, 1.0),
)


def drawn() -> np.ndarray:
    """The middle 64 x 64 pixels of every phantom, uint8 [n, 64, 64]."""
    return np.stack([_middle(case) for case in CASES])


def _middle(case) -> np.ndarray:
    sex, bone_age, seed, size, difficulty, variation = case
    pixels = bk.phantom.render(sex, bone_age, seed, size, difficulty, variation).pixels
    start = (size - 64) // 2
    return np.rint(pixels[start : start + 64, start : start + 64] * 255).astype(np.uint8)
