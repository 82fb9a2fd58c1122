"""Is bone bright? For files that do not say so: the hand lies in the middle and stands out.

Measured on the 10,101 RSNA thumbnails, none of which is inverted, and on their negatives: see
``tests/test_radiograph_polarity.py``.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

#: Scores nearer to zero than this are called unsure (measured: a framed or a two-handed film).
UNSURE = 0.2
_SIDE = 32


def polarity_score(pixels: np.ndarray) -> float:
    """Return how clearly the middle of the film is brighter than its surroundings, about -1..1.

    Two opinions are added: the mean rank of the grey levels in the middle less that of the
    surroundings, and the mean direction of the edges (towards the middle: brighter inside).
    Ranks and directions do not depend on exposure; the outermost pixels, often a white frame,
    do not count. Positive: bone bright. The negative image has the negative score.

    Parameters
    ----------
    pixels
        float32 [H, W], any range.

    >>> import numpy as np
    >>> film = np.zeros((64, 64), "float32"); film[20:60, 24:40] = 1
    >>> polarity_score(film) > UNSURE, polarity_score(1 - film) < -UNSURE
    (True, True)
    """
    step = max(1, min(np.shape(pixels)) // 256)
    sample = np.ascontiguousarray(pixels[::step, ::step], dtype=np.float32)
    small = Image.fromarray(sample).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    small = np.asarray(small, dtype=float)
    rows, columns = np.mgrid[:_SIDE, :_SIDE] - (_SIDE - 1) / 2
    radius = np.hypot(rows, columns)
    inner = slice(4, _SIDE - 4)
    ranks = _ranks(small[inner, inner])
    distance = radius[inner, inner]
    brighter = ranks[distance < 6].mean() - ranks[distance >= 10].mean()
    down, right = np.gradient(small)
    inward = -(down * rows + right * columns) / radius
    steepness = np.hypot(down, right)
    middle = radius < 10
    total = steepness[middle].sum()
    return float(brighter + (inward[middle].sum() / total if total > 0 else 0.0))


def bone_is_bright(pixels: np.ndarray) -> bool | None:
    """Return whether bone is bright on a hand radiograph; None where that is unsure.

    >>> import numpy as np
    >>> bone_is_bright(np.full((40, 40), 0.5, "float32")) is None
    True
    """
    score = polarity_score(pixels)
    return None if abs(score) < UNSURE else score > 0


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks in -0.5..0.5; equal values share their middle rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return (middle / (values.size - 1) - 0.5)[inverse].reshape(values.shape)
