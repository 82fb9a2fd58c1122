"""What the regions look like, in numbers: HOG, local binary patterns, texture and lengths.

Histograms of oriented gradients (Dalal and Triggs 2005, CVPR, 886-893) follow the edges of
epiphyses and plates; local binary patterns (Ojala et al. 2002, IEEE TPAMI 24:971-987) and grey
level co-occurrences (Haralick et al. 1973, IEEE Trans SMC 3:610-621) the texture of trabeculae
and carpals; ratios of lengths the shape of the hand. The regions are turned upright first, so
that a rotated hand has the same features. All of it is scikit-image's.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
from scipy import ndimage
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

from .landmarks import Hand
from .regions import Region, locate
from .silhouette import SIDE

#: Pixels of the upright patch of each kind of region, and its HOG cells.
PATCHES = {
    "MCP": (24, 8),
    "PIP": (24, 8),
    "DIP": (24, 8),
    "Wrist": (48, 8),
    "Radius": (32, 8),
    "Ulna": (24, 8),
    "Hand": (96, 12),
}
_ORIENTATIONS = 8
_TEXTURES = ("contrast", "homogeneity", "energy", "correlation")
_LBP_BINS = 10  # uniform patterns of 8 neighbours


def describe(image: np.ndarray) -> np.ndarray:
    """Return the features of one radiograph, float32 [d].

    Parameters
    ----------
    image
        uint8 or float in 0..1, square, bone bright.

    >>> describe(np.zeros((64, 64), np.uint8)).shape == (len(names()),)
    True
    """
    pixels = np.asarray(image, dtype=np.float32) / (255.0 if image.dtype == np.uint8 else 1.0)
    hand, regions = locate(image)
    parts = [lengths(hand)]
    for region in regions:
        kind = region.name.split()[0]
        size, cell = PATCHES[kind]
        patch = _stretched(region.patch(pixels, size))
        parts.append(_gradients(patch, cell))
        parts.append(_patterns(patch))
        if kind in ("Wrist", "Radius", "Ulna"):
            parts.append(_texture(patch))
    return np.nan_to_num(np.concatenate(parts)).astype(np.float32)


@lru_cache
def names() -> tuple[str, ...]:
    """Return the name of each feature, in order: region and kind.

    >>> names()[0], names()[-1]
    ('length thumb', 'Hand LBP 9')
    """
    hand, regions = locate(np.zeros((SIDE, SIDE)))
    feature_names = list(_LENGTHS)
    for region in regions:
        kind = region.name.split()[0]
        size, cell = PATCHES[kind]
        n_hog = len(_gradients(np.zeros((size, size)), cell))
        feature_names += [f"{region.name} HOG {k}" for k in range(n_hog)]
        feature_names += [f"{region.name} LBP {k}" for k in range(_LBP_BINS)]
        if kind in ("Wrist", "Radius", "Ulna"):
            feature_names += [f"{region.name} {kind}" for kind in (*_TEXTURES, "mean", "spread")]
    return tuple(feature_names)


_LENGTHS = (
    "length thumb",
    "length index",
    "length middle",
    "length ring",
    "length little",
    "span of the fingers",
    "palm's width",
    "hand's size in the image",
    "area of the hand",
    "solidity",
    "found",
    "doubt",
)


def lengths(hand: Hand) -> np.ndarray:
    """Return lengths in units of the palm-to-fingertip distance, and how sure the finder was."""
    reach = np.hypot(*(hand.tips - hand.palm).T) / hand.scale
    span = np.hypot(*(hand.tips[1] - hand.tips[4])) / hand.scale
    width = area = solid = 0.0
    if hand.mask is not None:
        depth = ndimage.distance_transform_edt(np.pad(hand.mask, 1))
        width = 2 * depth.max() / SIDE / hand.scale
        area = hand.mask.mean() / hand.scale**2
        rows, columns = (np.ptp(axis) + 1 for axis in np.nonzero(hand.mask))
        solid = hand.mask.sum() / (rows * columns)
    return np.array([*reach, span, width, hand.scale, area, solid, hand.found, hand.doubt])


def _stretched(patch: np.ndarray) -> np.ndarray:
    """Stretch the grey levels of a patch, because exposure is no sign of maturity."""
    low, high = np.percentile(patch, (2, 98))
    return np.clip((patch - low) / max(high - low, 1e-3), 0, 1)


def _gradients(patch: np.ndarray, cell: int) -> np.ndarray:
    return hog(
        patch,
        orientations=_ORIENTATIONS,
        pixels_per_cell=(cell, cell),
        cells_per_block=(2, 2),
        block_norm="L2-Hys",
    )


def _patterns(patch: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Applying `local_binary_pattern`")
        codes = local_binary_pattern((patch * 255).astype(np.uint8), 8, 1, method="uniform")
    return np.bincount(codes.astype(int).ravel(), minlength=_LBP_BINS) / codes.size


def _texture(patch: np.ndarray) -> np.ndarray:
    levels = (patch * 15.999).astype(np.uint8)
    table = graycomatrix(levels, [1, 2], [0, np.pi / 2], levels=16, symmetric=True, normed=True)
    values = [graycoprops(table, texture).mean() for texture in _TEXTURES]
    return np.array([*values, patch.mean(), patch.std()])


def region_of_feature(name: str) -> str:
    """Return the region that a feature's name begins with (``"Lengths"`` for ratios).

    >>> region_of_feature("DIP 3 HOG 12"), region_of_feature("solidity")
    ('DIP 3', 'Lengths')
    """
    if name in _LENGTHS:
        return "Lengths"
    region, number, *_ = name.split()
    return f"{region} {number}" if number.isdigit() else region


def outline(region: Region) -> np.ndarray:
    """Return the closed outline of a region, float [5, 2], for drawing."""
    corners = region.corners()
    return np.vstack([corners, corners[:1]])
