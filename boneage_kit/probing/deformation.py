"""What a deformation layer does to many hands: turn, zoom and shift of its grids, in words too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from scipy import ndimage, stats

from ..errors import BadInput
from ..models.bonet import BoNet

__all__ = ["deformation_grids", "deformation_of", "straightening_in_words", "turned"]

_FOLLOWS, _FOLLOWS_A_LITTLE = 0.5, 0.1  # shares of a hand's turn
_SAME = 1.0  # per cent of the side: below it, the grids of all hands count as one


def deformation_grids(model: BoNet, images: ArrayLike) -> np.ndarray:
    """Return where a BoNet's deformation layer reads each image: float [n, h, w, 2], x and y.

    Parameters
    ----------
    model
        A BoNet with a deformation layer.
    images
        uint8 [n, s, s], bone bright.

    >>> from boneage_kit import models
    >>> grids = deformation_grids(models.create("bonet"), np.zeros((2, 64, 64), dtype="uint8"))
    >>> grids.shape[0], grids.shape[-1]
    (2, 2)
    """
    pixels = torch.from_numpy(np.asarray(images))[:, None].float() / 255
    with torch.inference_mode():
        return model.eval().deformation_grid(pixels).numpy()


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """Return a radiograph turned about its middle, counter-clockwise; its corners are black.

    >>> hand = np.zeros((9, 9), np.uint8); hand[0, 4] = 255  # a fingertip at the top
    >>> np.argwhere(turned(hand, 90)).tolist()  # it lies at the left now
    [[4, 0]]
    """
    return ndimage.rotate(image, degrees, reshape=False, order=1)


def deformation_of(grids: ArrayLike) -> pd.DataFrame:
    """Return what the layer does to each hand.

    Parameters
    ----------
    grids
        float [n, h, w, 2]: where it reads, as (x, y) in -1..1 over the image.

    Returns
    -------
    pandas.DataFrame
        ``turn`` (degrees, counter-clockwise: what a hand that lies so needs to be upright),
        ``zoom`` (above 1: it reads a smaller piece, so the hand looks larger), ``moved`` (mean
        displacement of the grid's points, per cent of the image's side) and ``own`` (the part of
        it that this hand does not share with the mean of all hands).

    >>> ticks = (np.arange(4) + 0.5) / 2 - 1
    >>> still = np.stack(np.meshgrid(ticks, ticks), -1)
    >>> deformation_of([still, 0.5 * still])["zoom"].round(1).tolist()
    [1.0, 2.0]
    """
    places = np.asarray(grids, dtype=float)
    height, width = places.shape[1:3]
    x, y = np.meshgrid(
        (np.arange(width) + 0.5) * 2 / width - 1, (np.arange(height) + 0.5) * 2 / height - 1
    )
    design = np.column_stack([x.ravel(), y.ravel(), np.ones(x.size)])
    moved = 50 * (places - np.stack([x, y], -1))  # -1..1 is the whole side
    own = np.linalg.norm(moved - moved.mean(axis=0), axis=-1).mean(axis=(1, 2))
    rows = []
    for grid in places:
        (a, c), (b, d), _ = np.linalg.lstsq(design, grid.reshape(-1, 2), rcond=None)[0]
        turn = np.degrees(np.arctan2(b - c, a + d))
        rows.append((turn, 1 / max(np.sqrt(abs(a * d - b * c)), 1e-6)))
    table = pd.DataFrame(rows, columns=["turn", "zoom"])
    return table.assign(moved=np.linalg.norm(moved, axis=-1).mean(axis=(1, 2)), own=own)


def straightening_in_words(hands: Sequence[float], grids: Sequence[float], own: float) -> str:
    """Say whether a layer's grids turn with the hands, and whether they differ at all.

    Parameters
    ----------
    hands
        By how many degrees each image was turned.
    grids
        ``turn`` of :func:`deformation_of` for these images, less that of the image as it was.
    own
        Mean of ``own``: how much the grids of different hands differ, per cent of the side.

    Raises
    ------
    BadInput
        If all hands were turned alike.

    >>> print(straightening_in_words([-20, 0, 20], [0.1, 0.0, -0.1], 0.0))
    The layer does not straighten these hands. If a hand is turned by 10 degrees, its grid turns by
    0.1 degrees the other way. The grids of two hands hardly differ: by 0.0 % of the image's side.
    """
    if len(set(hands)) < 2:
        raise BadInput("All hands were turned alike.", "Turn them by different angles.")
    line = stats.linregress(np.asarray(hands, float), np.asarray(grids, float))
    share = float(line.slope)
    steady = abs(float(line.rvalue)) if np.ptp(grids) > 0 else 0.0
    if share >= _FOLLOWS and steady >= 0.5:
        first = "The layer straightens these hands, for the most part."
    elif share >= _FOLLOWS_A_LITTLE and steady >= 0.5:
        first = "The layer straightens these hands only a little."
    else:
        first = "The layer does not straighten these hands."
    way = " the other way" if share <= -0.005 else ""  # 0.05 of 10 degrees: printed as 0.1
    second = (
        f"If a hand is turned by 10 degrees, its grid turns by {abs(10 * share):.1f} degrees{way}."
    )
    differ = "hardly differ" if own < _SAME else "differ"
    third = f"The grids of two hands {differ}: by {own:.1f} % of the image's side."
    return f"{first} {second} {third}"
