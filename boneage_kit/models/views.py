"""Views of an image for test-time augmentation: slightly rotated, smaller and larger.

They are matrices: a view's pixel is a weighted mean of four pixels of the image, the same for
every image of that size. Computing them needs no torch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import sparse

#: Rotation in degrees and scale; the first is the image as it is. No flip: a flipped left hand is
#: a right hand (see :mod:`boneage_kit.training.augment`).
VIEWS = ((0.0, 1.0), (-8.0, 1.0), (8.0, 1.0), (0.0, 0.93), (0.0, 1.07))


@lru_cache(maxsize=16)
def view_matrix(side: int, rotation: float, scale: float) -> sparse.csr_matrix:
    """Return the matrix [s * s, s * s] that turns an image's pixels into those of a view.

    Bilinear, zero outside the image, corners as in ``torch.nn.functional.grid_sample`` with
    ``align_corners=False``, from which it differs by rounding alone.

    >>> (view_matrix(3, 90.0, 1.0) @ np.arange(1.0, 10.0)).round(4).tolist()
    [3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0]
    """
    middle = (np.arange(side) + 0.5) * 2 / side - 1
    down, right = np.meshgrid(middle, middle, indexing="ij")
    cosine, sine = np.cos(np.radians(rotation)) / scale, np.sin(np.radians(rotation)) / scale
    column = ((cosine * right - sine * down + 1) * side - 1) / 2
    row = ((sine * right + cosine * down + 1) * side - 1) / 2
    top, left = np.floor(row.round(9)), np.floor(column.round(9))
    pixels, neighbours, weights = [], [], []
    for y, down_share in ((top, top + 1 - row), (top + 1, row - top)):
        for x, right_share in ((left, left + 1 - column), (left + 1, column - left)):
            inside = ((y >= 0) & (y < side) & (x >= 0) & (x < side)).ravel()
            pixels.append(np.flatnonzero(inside))
            neighbours.append((y * side + x).ravel()[inside].astype(int))
            weights.append((down_share * right_share).ravel()[inside])
    values = np.concatenate(weights).astype(np.float32)
    index = np.concatenate(pixels), np.concatenate(neighbours)
    return sparse.csr_matrix((values, index), shape=(side * side, side * side))


def all_views(images: np.ndarray) -> np.ndarray:
    """Return float32 [n * 5, 1, s, s]: the five views of each image, float32 [n, s, s].

    >>> all_views(np.ones((2, 8, 8), np.float32)).shape
    (10, 1, 8, 8)
    """
    n, side, _ = images.shape
    pixels = images.reshape(n, -1).T  # [s * s, n]
    views = [pixels if view == VIEWS[0] else view_matrix(side, *view) @ pixels for view in VIEWS]
    return np.stack(views).transpose(2, 0, 1).reshape(-1, 1, side, side).astype(np.float32)
