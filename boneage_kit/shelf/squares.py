"""Squares as a stored model wants them: padded, or squeezed as the films that it learned from."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..datasets import Dataset
from ..radiograph import to_square


def square(pixels: np.ndarray, size: int, *, squeezed: bool) -> np.ndarray:
    """Return a radiograph, float [H, W] in 0..1, as a square: uint8 [size, size].

    Parameters
    ----------
    pixels
        Bone bright.
    size
        Side in pixels.
    squeezed
        Stretch the shorter side first, instead of padding it.

    >>> film = np.tile(np.linspace(0, 1, 40), (80, 1))
    >>> padded, full = (square(film, 40, squeezed=how) for how in (False, True))
    >>> int((padded.std(axis=0) == 0).sum()), int((full.std(axis=0) == 0).sum())
    (40, 40)
    >>> int((padded[20] == 0).sum()) > int((full[20] == 0).sum())
    True
    """
    side = max(pixels.shape)
    if squeezed and min(pixels.shape) != side:
        whole = Image.fromarray(np.asarray(pixels, dtype=np.float32))
        pixels = np.asarray(whole.resize((side, side), Image.Resampling.BILINEAR))
    return np.rint(to_square(pixels, size) * 255).astype(np.uint8)


def squares(dataset: Dataset, size: int, *, squeezed: bool) -> np.ndarray:
    """Return a data set's images as squares, uint8 [n, size, size].

    They are squeezed where that is asked for and they still have their proportions.
    """
    if squeezed and not lost_proportions(dataset):
        return np.stack(
            [square(dataset.pixels(i), size, squeezed=True) for i in range(len(dataset))]
        )
    return dataset.images(size)


def lost_proportions(dataset: Dataset, sample: int = 8) -> bool:
    """Return whether the images are films squeezed into squares, as far as a sample shows.

    Films are higher than wide. Where every image of a sample of a real data set is exactly
    square, somebody has squeezed them (as the RSNA thumbnails are) or padded them.
    """
    if dataset.is_phantom or not len(dataset):
        return False
    rows = np.unique(np.linspace(0, len(dataset) - 1, sample).astype(int))
    return all(np.ptp(dataset.pixels(int(row)).shape) == 0 for row in rows)
