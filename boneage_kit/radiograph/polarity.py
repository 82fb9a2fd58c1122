"""Is bone bright? For files that do not say so: the hand lies in the middle and stands out.

Measured on the 10,101 RSNA thumbnails, none of which is inverted, and on their negatives: see
``tests/unit/test_radiograph_polarity.py``.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

#: Scores nearer to zero than this are called unsure (measured: a framed or a two-handed film).
UNSURE = 0.2
#: A picture this many times as wide as high shows two hands: each half is looked at by itself.
TWO_HANDS = 1.3
#: A film that fills less than this share of the picture lies on a page.
FILM_IN_PAGE = 0.3
_SIDE = 32
_SMALLEST_FILM = 16  # rows and columns of the sample


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
    top, bottom, left, right = film_in_page(sample)
    return _score(sample[top:bottom, left:right])


def film_in_page(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """Return the top, bottom, left and right of the film in a screenshot or on a page.

    The page is one grey level, that of a corner. Without such a page all of the picture is the
    film. A hand whose background was removed may be cut out too: that does not change its score.

    >>> page = np.ones((100, 100), "float32"); page[10:60, 10:50] = 0; page[20:60, 20:40] = 0.5
    >>> film_in_page(page)
    (10, 60, 10, 50)
    """
    height, width = pixels.shape
    differs = pixels != pixels[0, 0]
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if rows.size < _SMALLEST_FILM or columns.size < _SMALLEST_FILM:
        return 0, height, 0, width
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    film = pixels[top:bottom, left:right]
    if film.size >= FILM_IN_PAGE * pixels.size or abs(_score(film)) < UNSURE:
        return 0, height, 0, width  # large, or a shape on a plain ground rather than a film
    return int(top), int(bottom), int(left), int(right)


def _score(sample: np.ndarray) -> float:
    """Return the score of one hand, or the mean of two beside each other."""
    height, width = sample.shape
    if width < TWO_HANDS * height:
        return _score_of_one_hand(sample)
    return (
        _score_of_one_hand(sample[:, : width // 2]) + _score_of_one_hand(sample[:, width // 2 :])
    ) / 2


def _score_of_one_hand(sample: np.ndarray) -> float:
    picture = Image.fromarray(np.ascontiguousarray(sample))
    small = np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=float)
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


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks in -0.5..0.5; equal values share their middle rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return (middle / (values.size - 1) - 0.5)[inverse].reshape(values.shape)
