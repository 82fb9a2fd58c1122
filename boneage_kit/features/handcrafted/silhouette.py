"""The hand's outline on a film: several thresholds are tried, the outlines are returned.

No single threshold serves all films: the background may be black, grey or a bright frame. Each
candidate outline goes to :mod:`.landmarks`, which knows what a hand looks like and decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage import filters, measure, morphology

#: Side in pixels of the copy on which the hand is looked for.
SIDE = 112
_POINTS = 400  # points along the outline
_LARGEST, _SMALLEST = 0.62, 0.06  # of the image's area


@dataclass(frozen=True)
class Silhouette:
    """One candidate for the hand.

    Attributes
    ----------
    mask
        bool [SIDE, SIDE].
    outline
        float [400, 2], row and column, evenly spaced along the border.
    palm
        float [2], the point deepest inside.
    palm_radius
        Its distance to the border, in pixels of the copy.
    """

    mask: np.ndarray
    outline: np.ndarray
    palm: np.ndarray
    palm_radius: float


def candidates(image: np.ndarray) -> Iterator[Silhouette]:
    """Yield candidate outlines of the hand, those of low thresholds first.

    Parameters
    ----------
    image
        float [SIDE, SIDE] in 0..1, bone bright.

    >>> import numpy as np
    >>> disc = np.hypot(*(np.mgrid[:112, :112] - 56)) < 30
    >>> hand = next(candidates(disc.astype(float)))
    >>> hand.palm.round().tolist(), bool(abs(hand.palm_radius - 30) < 3)
    ([56.0, 56.0], True)
    """
    smooth = ndimage.gaussian_filter(image, 1.0)
    seen: list[np.ndarray] = []
    for threshold in _thresholds(smooth[4:-4, 4:-4]):
        mask = ndimage.binary_opening(smooth > threshold, morphology.disk(1))
        labels, n = ndimage.label(mask)
        sizes = np.bincount(labels.ravel(), minlength=n + 1)
        sizes[0] = 0
        for label in np.argsort(sizes, kind="stable")[::-1][:2]:
            if not _SMALLEST < sizes[label] / image.size < _LARGEST:
                continue
            whole = ndimage.binary_fill_holes(labels == label)
            if any((whole != other).sum() < 0.005 * image.size for other in seen):
                continue
            seen.append(whole)
            yield _silhouette(whole)


def _thresholds(inner: np.ndarray) -> list[float]:
    """Otsu's thresholds for two to four grey classes and two fixed ones, the lowest first.

    Low ones keep the tips of the fingers, which are fainter than the palm.
    """
    if np.ptp(inner) < 1e-3:
        return []
    thresholds = [0.08, 0.15, float(filters.threshold_otsu(inner))]
    thresholds.append(float(filters.threshold_triangle(inner)))
    for classes in (3, 4):
        try:
            thresholds += map(float, filters.threshold_multiotsu(inner, classes, nbins=64))
        except ValueError:  # fewer grey levels than classes
            break
    return sorted(thresholds)


def _silhouette(mask: np.ndarray) -> Silhouette:
    padded = np.pad(mask, 1)
    depth = ndimage.distance_transform_edt(padded)
    palm = np.array(np.unravel_index(depth.argmax(), depth.shape), dtype=float)
    border = max(
        measure.find_contours(ndimage.gaussian_filter(padded.astype(float), 0.8), 0.5), key=len
    )
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(border, axis=0).T))]
    along = np.linspace(0, length[-1], _POINTS, endpoint=False)
    outline = np.stack([np.interp(along, length, border[:, axis]) for axis in (0, 1)], axis=1)
    return Silhouette(mask, outline - 1, palm - 1, float(depth.max()))
