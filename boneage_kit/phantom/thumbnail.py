"""A phantom as the small square picture that public sets of hands were reduced to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .rendering import PhantomRadiograph

#: Width over height of a film that a hand fills, as of most full-size RSNA films (by eye).
FILM_ASPECT = 0.78
#: Share of the frame's width that is left free on each side of the hand.
_MARGIN = 0.03
#: Noise of a thumbnail's pixel in the dark (share of the brightest) and in the bright (share of
#: its own grey); with it background and tissue are as rough as in 600 RSNA thumbnails.
_GRAIN_DARK, _GRAIN_BRIGHT = np.float32(0.003), np.float32(0.012)


def as_thumbnail(
    radiograph: PhantomRadiograph, side: int = 100, aspect: float | None = None, grain: float = 1.0
) -> np.ndarray:
    """Return a phantom reduced as the RSNA thumbnails were: squeezed to a square, aliased.

    Those films were cut to the hand, squeezed to 100 x 100 pixels whatever their proportions,
    and sampled by the nearest pixel without averaging. Draw at 400 to 600 pixels for it.

    Parameters
    ----------
    radiograph
        Of :func:`render`.
    side
        Height and width of the result in pixels.
    aspect
        Width over height of the film that is cut out around the hand and squeezed, such as
        :data:`FILM_ASPECT`; never narrower than the hand. None: the film's own
        (``film.stretch`` is its height over its width); the whole frame at difficulty 0.
    grain
        How much of a fine pixel's noise is added: sampling a film of 2,000 pixels keeps the grain
        that drawing 500 has averaged away. 1 is what the thumbnails show, more or less from film
        to film (drawn from the radiograph's seed); 0 adds none.

    Returns
    -------
    numpy.ndarray
        float32 [side, side] in 0..1, bone bright, not yet stretched in grey.

    >>> from boneage_kit.phantom import render
    >>> as_thumbnail(render("F", 9.0, seed=1, size=256), aspect=FILM_ASPECT).shape
    (100, 100)
    """
    height, width = radiograph.pixels.shape
    first, last = _own_film(radiograph) if aspect is None else _film(radiograph, aspect)
    rows = ((np.arange(side) + 0.5) * height / side).astype(np.intp)
    columns = (first + (np.arange(side) + 0.5) * (last - first) / side).astype(np.intp)
    pixels = radiograph.pixels[np.ix_(rows, np.clip(columns, 0, width - 1))]
    return _grainy(pixels, grain, radiograph.seed) if grain else pixels


def _grainy(pixels: np.ndarray, grain: float, seed: int) -> np.ndarray:
    rng = np.random.Generator(np.random.Philox([seed, 100]))
    share = np.float32(grain * np.exp(0.4 * rng.standard_normal()))
    noise = rng.standard_normal(pixels.shape, dtype=np.float32)
    top = np.float32(np.quantile(pixels, 0.99))  # dark films have as much of it, seen by eye
    return np.clip(pixels + share * noise * (_GRAIN_DARK * top + _GRAIN_BRIGHT * pixels), 0, 1)


def _own_film(radiograph: PhantomRadiograph) -> tuple[float, float]:
    """Return the first and last column of the film, which is narrower than the drawn frame."""
    width = float(radiograph.pixels.shape[1])
    spare = width * (1 - 1 / (radiograph.film.stretch if radiograph.film else 1.0)) / 2
    return spare, width - spare


def _film(radiograph: PhantomRadiograph, aspect: float) -> tuple[float, float]:
    """Return the first and last column of the film around the hand, bones and fingertips."""
    height, width = radiograph.pixels.shape
    columns = np.flatnonzero((radiograph.labels > 0).any(axis=0))
    flesh = 0.035 * height  # beside the outermost bone
    left, right = columns[0] - flesh, columns[-1] + flesh
    spare = max(aspect * height - (right - left), 2 * _MARGIN * width)
    first = max(left - spare / 2, 0.0)
    last = min(first + (right - left) + spare, float(width))
    return first, last
