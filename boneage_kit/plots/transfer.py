"""What features by hand see: regions, and the gradients in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from skimage.feature import hog

from ..features.handcrafted import locate
from ..features.handcrafted.descriptors import outline
from .axes import axes_or_new, bare
from .style import PALETTE

__all__ = ["regions_by_hand", "what_hog_sees"]


def regions_by_hand(
    image: np.ndarray,
    ax: Axes | None = None,
    truth: Mapping[str, tuple[float, float]] | None = None,
) -> Axes:
    """Draw what the region finder locates: outline, fingertips 1 to 5, palm and 17 regions.

    Parameters
    ----------
    image
        uint8 or float 0..1, [s, s], bone bright.
    truth
        Where the joints are, (row, column) as fractions of the side, drawn as dots. A phantom
        knows: :func:`boneage_kit.probing.true_places`.

    >>> regions_by_hand(np.zeros((96, 96))).get_title()
    'hand not recognised: average places'
    """
    ax = axes_or_new(ax, 5, 5)
    hand, regions = locate(image)
    side = len(image)
    ax.imshow(image, cmap="gray", extent=(0, side, side, 0))
    if hand.mask is not None:
        ax.contour(
            np.linspace(0, side, len(hand.mask)),
            np.linspace(0, side, len(hand.mask)),
            hand.mask,
            levels=[0.5],
            colors="white",
            linewidths=1,
            linestyles=":",
        )
    for region in regions[:-1]:
        carpal = not region.name[-1].isdigit()
        rows, columns = side * outline(region).T
        ax.plot(
            columns,
            rows,
            color=PALETTE["accent"] if carpal else PALETTE["reader"],
            linewidth=2.2 if carpal else 1.5,
            linestyle="--" if carpal else "-",
        )
        if carpal:
            _name_box(ax, region.name.lower(), rows, columns)
    for number, (row, column) in enumerate(side * hand.tips, start=1):
        ax.text(
            column,
            row,
            str(number),
            color="black",
            fontsize=11,
            ha="center",
            va="center",
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "linewidth": 0},
        )
    row, column = side * hand.palm
    ax.plot(column, row, "+", color="white", markersize=12, markeredgewidth=2)
    if truth:
        down, right = side * np.array(list(truth.values())).T
        ax.scatter(right, down, s=22, color=PALETTE["phantom"], edgecolors="white", zorder=3)
    if not hand.found:
        ax.set_title("hand not recognised: average places")
    return bare(ax)


def _name_box(ax: Axes, name: str, rows: np.ndarray, columns: np.ndarray) -> None:
    """Write a box's name where no other box's name stands."""
    middle = float(rows.mean())
    column, row, side = {
        "ulna": (columns.min() - 1, middle, "right"),
        "radius": (columns.max() + 1, middle, "left"),
    }.get(name, (columns.max() + 1, rows.min() + 0.3 * np.ptp(rows), "left"))
    ax.text(column, row, name, color=PALETTE["accent"], fontsize=11, ha=side, va="center")


def what_hog_sees(patch: np.ndarray, cell: int = 8, ax: Axes | None = None) -> Axes:
    """Draw the histograms of oriented gradients of a patch over the patch itself.

    Parameters
    ----------
    patch
        float [p, p] in 0..1.
    cell
        Pixels of a cell; each becomes a star whose rays are long where edges run that way.

    >>> len(what_hog_sees(np.eye(16)).lines)
    32
    """
    ax = axes_or_new(ax, 4, 4)
    n, cells = len(patch), len(patch) // cell
    low, high = np.percentile(patch, (2, 98))
    patch = np.clip((patch - low) / max(high - low, 1e-3), 0, 1)
    values = hog(
        patch,
        orientations=8,
        pixels_per_cell=(cell, cell),
        feature_vector=False,
        cells_per_block=(cells, cells),
    )[0, 0]  # (rows, columns, 8), one scale for all
    ax.imshow(patch, cmap="gray", alpha=0.55, extent=(0, n, n, 0), vmin=0, vmax=1)
    angles = np.pi * (np.arange(8) + 0.5) / 8
    for i, j in np.ndindex(values.shape[:2]):
        centre = cell * np.array([j + 0.5, i + 0.5])
        for angle, length in zip(angles, values[i, j] / max(values.max(), 1e-6), strict=True):
            # an edge runs at right angles to its gradient
            ray = 0.48 * cell * length * np.array([np.sin(angle), np.cos(angle)])
            (x0, y0), (x1, y1) = centre - ray, centre + ray
            ax.plot([x0, x1], [y0, y1], color=PALETTE["reader"], linewidth=2)
    return bare(ax)
