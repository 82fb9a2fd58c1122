"""Figures of where a model looks, and of the children it reads worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .axes import bare
from .style import PALETTE, SEX_WORD

__all__ = ["saliency_maps", "worst_cases"]

#: The last plate of Greulich and Pyle's atlas, in years.
LAST_PLATE_YEARS = 19


def saliency_maps(
    images: Sequence[np.ndarray],
    maps: Sequence[dict[str, np.ndarray]],
    plates: Sequence[np.ndarray],
    titles: Sequence[str],
) -> Figure:
    """Draw radiographs, one per row, with their growth plates and one column per map.

    Parameters
    ----------
    images
        ``uint8 [h, w]`` each.
    maps
        One dictionary per image: method to float [h, w].
    plates
        Masks bool [h, w] of the growth plates; outlined on every picture.
    titles
        A title per image.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> film = np.zeros((16, 16))
    >>> fig = saliency_maps([film], [{"occlusion": film}], [film > 0], ["girl, 9 years"])
    >>> len(fig.axes)
    2
    """
    methods = list(maps[0])
    fig, grid = plt.subplots(
        len(images),
        1 + len(methods),
        squeeze=False,
        figsize=(2.4 * (1 + len(methods)), 2.7 * len(images)),
        layout="constrained",
    )
    for row, image, by_method, mask, title in zip(grid, images, maps, plates, titles, strict=True):
        for ax, name in zip(row, ["growth plates", *methods], strict=True):
            ax.imshow(image, cmap="gray", vmin=0, vmax=255)
            if name in by_method:
                top = max(float(np.quantile(by_method[name], 0.995)), 1e-12)
                ax.imshow(by_method[name], cmap="inferno", alpha=0.6, vmin=0, vmax=top)
            if mask.any():
                ax.contour(mask, levels=[0.5], colors=PALETTE["accent"], linewidths=1)
            bare(ax)
        row[0].set_ylabel(title)
    for ax, name in zip(grid[0], ["growth plates outlined", *methods], strict=True):
        ax.set_title(name)
    return fig


def worst_cases(
    images: Sequence[np.ndarray],
    predictions: pd.DataFrame,
    maps: Sequence[np.ndarray] | None = None,
    columns: int = 4,
) -> Figure:
    """Draw radiographs with sex, label, readers, the model's reading and interval under each.

    Parameters
    ----------
    images
        ``uint8 [h, w]``, one per row of ``predictions``.
    predictions
        Predictions (years); ``reader_1``, ``reader_2``, ``lower`` and ``upper`` where known.
    maps
        One heat map per image, laid over it.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"image_id": ["7"], "sex": ["F"], "y_true": [8.0], "y_pred": [11.5]})
    >>> worst_cases([np.zeros((8, 8))], table).axes[0].get_title("left").splitlines()[0]
    '7: girl, label 8.0 y'
    """
    columns = min(columns, len(images))
    rows = int(np.ceil(len(images) / columns))
    fig, grid = plt.subplots(rows, columns, figsize=(3.0 * columns, 3.8 * rows), squeeze=False)
    for ax in grid.flat[len(images) :]:
        ax.set_axis_off()
    shown = zip(grid.flat, images, predictions.itertuples(), strict=False)
    for number, (ax, image, row) in enumerate(shown):
        bare(ax).imshow(image, cmap="gray", vmin=0, vmax=255)
        if maps is not None:
            top = max(float(np.quantile(maps[number], 0.995)), 1e-12)
            ax.imshow(maps[number], cmap="inferno", alpha=0.45, vmin=0, vmax=top)
        ax.set_title(_title(row), fontsize=11, loc="left")
    return fig


def _title(row: Any) -> str:
    lines = [f"{row.image_id}: {SEX_WORD[row.sex]}, label {row.y_true:.1f} y"]
    readers = [getattr(row, name, np.nan) for name in ("reader_1", "reader_2")]
    if all(pd.notna(age) for age in readers):
        lines.append(f"readers {readers[0]:.1f} and {readers[1]:.1f}")
    text = f"model {row.y_pred:.1f}"
    if pd.notna(getattr(row, "lower", np.nan)):
        text += f" ({max(row.lower, 0):.1f} to {_upper_end(row.upper)})"
    return "\n".join([*lines, text])


def _upper_end(years: float) -> str:
    """Return the upper end of an interval; the atlas names no bone age above the last plate."""
    return f"over {LAST_PLATE_YEARS}" if years > LAST_PLATE_YEARS else f"{years:.1f}"
