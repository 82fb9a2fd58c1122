"""Features by hand, as before networks: find the hand, find its regions, describe them.

The paper's question is whether learned features beat these. The regions follow the EMROI/CROI
literature (epiphyseal-metaphyseal and carpal regions of interest), the descriptors are the usual
ones of the years before 2015. What the region finder is worth on real hands is measured by
``studies/handcrafted_regions.py``.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

from ...errors import BadInput
from ..feature_cache import by_image
from .descriptors import describe, names, region_of_feature
from .landmarks import Hand, find_hand
from .regions import Region, locate, regions_of

__all__ = [
    "Hand",
    "Region",
    "describe",
    "features",
    "find_hand",
    "locate",
    "names",
    "region_of_feature",
    "regions_of",
]

#: Part of the cache key: raise it when the features change.
VERSION = 1


def features(images: ArrayLike, progress: bool = True) -> np.ndarray:
    """Return the features by hand of many radiographs, float32 [n, d]; cached on disk.

    Parameters
    ----------
    images
        uint8 [n, s, s], bone bright, as :meth:`Dataset.images` gives them; 96 to 224 pixels.
    progress
        Show a progress bar to a person where it takes longer than two seconds.

    Raises
    ------
    BadInput
        If the images are not uint8 [n, s, s] with s of 32 or more.

    >>> features(np.zeros((2, 64, 64), np.uint8)).shape == (2, len(names()))
    True
    """
    array = np.asarray(images)
    if array.ndim != 3 or array.dtype != np.uint8 or array.shape[1] != array.shape[2]:
        raise BadInput(
            f"The images are {array.dtype} of shape {array.shape}.",
            "Give uint8 of shape [n, size, size], as Dataset.images(size) does.",
        )
    if array.shape[1] < 32:
        raise BadInput(
            f"At {array.shape[1]} pixels no finger can be told from another.",
            "Give images of 96 pixels or more.",
        )
    key = f"handcrafted-{VERSION}-{_table_key()}"

    def many(part: np.ndarray) -> np.ndarray:
        return np.stack([describe(image) for image in part])

    return by_image(key, array, many, len(names()), batch=16, progress=progress)


def _table_key() -> str:
    """Return a key of the table of regions: another table gives other features."""
    table = (files(__package__) / "hand_shape.csv").read_bytes()
    return hashlib.sha256(table).hexdigest()[:8]
