"""From a radiograph of any shape and exposure to the square image that a network sees."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..errors import BadInput

#: The grey levels that become black and white, as percentiles of the middle of the film.
STRETCH_PERCENTILES = (2.0, 99.0)
#: White lies this much beyond the upper percentile: the densest bone, at the wrist, often lies
#: outside the middle of the film and must not be clipped (0.7 % of pixels are; without it 2 %).
HEADROOM = 1.25
#: Margin on each side, as a share of the film, that does not count: frames, markers, collimation.
MARGIN = 0.15
_SAMPLE = 200_000


def stretch(
    pixels: np.ndarray, percentiles: tuple[float, float] = STRETCH_PERCENTILES
) -> np.ndarray:
    """Spread the grey levels between two percentiles over 0..0.8, and clip the rest at 0 and 1.

    The percentiles are those of the middle of the film: a white frame or a lead marker at the
    edge would otherwise leave the hand of an underexposed film nearly black.

    Parameters
    ----------
    pixels
        float32 [H, W]; any range.
    percentiles
        The lower and the upper one, in percent.

    Returns
    -------
    numpy.ndarray
        float32 [H, W] in 0..1. An image of one grey level comes back black, never as NaN.

    >>> import numpy as np
    >>> dark = np.linspace(0.1, 0.2, 100, dtype="float32").reshape(10, 10)
    >>> print(np.round([stretch(dark).min(), stretch(dark).max()], 1))
    [0.  0.9]
    """
    top, left = (int(side * MARGIN) for side in pixels.shape)
    middle = pixels[top : pixels.shape[0] - top, left : pixels.shape[1] - left]
    step = max(1, int(np.sqrt(middle.size / _SAMPLE)))
    low, high = np.percentile(middle[::step, ::step], percentiles)
    high = low + HEADROOM * (high - low)
    if not high > low:
        low, high = float(pixels.min()), float(pixels.max())
    if not high > low:
        return np.zeros(pixels.shape, dtype=np.float32)
    scaled = (pixels - np.float32(low)) * np.float32(1 / (high - low))
    return np.clip(scaled, 0, 1, out=scaled)


def to_square(pixels: np.ndarray, size: int, *, stretched: bool = True) -> np.ndarray:
    """Pad an image to a square with black and resize it, keeping its proportions.

    A finger stays as slender as it was: squeezing a 2000 x 1500 film into a square would
    broaden every bone. Reducing averages areas (no aliasing); enlarging interpolates linearly.

    Parameters
    ----------
    pixels
        float32 [H, W] in 0..1, bone bright.
    size
        Side of the result in pixels.
    stretched
        Spread the grey levels by :func:`stretch` first; many clinical films are very dark.

    Returns
    -------
    numpy.ndarray
        float32 [size, size] in 0..1.

    Raises
    ------
    BadInput
        If ``pixels`` is not a picture of at least 2 x 2 pixels, or ``size`` is not positive.

    >>> import numpy as np
    >>> tall = np.full((100, 50), 0.5, dtype="float32")
    >>> to_square(tall, 4, stretched=False)[0]
    array([0. , 0.5, 0.5, 0. ], dtype=float32)
    """
    pixels = np.asarray(pixels, dtype=np.float32)
    if pixels.ndim != 2 or min(pixels.shape) < 2:
        raise BadInput(
            f"An array of shape {pixels.shape} is no radiograph.",
            "Give one grey image [height, width] of at least 2 x 2 pixels.",
        )
    if size < 1:
        raise BadInput(f"The size {size} is not positive.", "Give the side in pixels, such as 128.")
    if stretched:
        pixels = stretch(pixels)
    height, width = pixels.shape
    scale = size / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    filter_ = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BILINEAR
    small = np.asarray(Image.fromarray(pixels).resize(inner, filter_))  # (h, w)
    square = np.zeros((size, size), dtype=np.float32)
    top, left = (size - inner[1]) // 2, (size - inner[0]) // 2
    square[top : top + inner[1], left : left + inner[0]] = np.clip(small, 0, 1)
    return square
