"""What is inside a network: filters, maps, and what a deformation layer does to several hands."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.ndimage import map_coordinates

from ..errors import BadInput
from .axes import bare
from .style import PALETTE

__all__ = ["deformations", "filters", "maps_of_layers"]


def filters(groups: Sequence[tuple[str, np.ndarray]], columns: int = 6) -> np.ndarray:
    """Draw the filters of a layer as small pictures, one block per group, on one grey scale.

    Parameters
    ----------
    groups
        A title and float [n, k, k] each, such as before and after training. Grey is zero, bright
        above zero, dark below; each filter is divided by its own largest weight, so that shapes
        can be compared.

    Returns
    -------
    numpy.ndarray
        The axes, one per group.

    >>> one = np.eye(3)[None]
    >>> [ax.get_title() for ax in filters([("random", one), ("trained", -one)])]
    ['random', 'trained']
    """
    size = (4.8 * len(groups), 3.5)
    axes = plt.subplots(1, len(groups), figsize=size, squeeze=False, gridspec_kw={"wspace": 0.12})[
        1
    ][0]
    for ax, (title, weights) in zip(axes, groups, strict=True):
        side = weights.shape[-1]
        rows = -(-len(weights) // columns)
        sheet = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan)
        for number, one in enumerate(weights):
            top, left = ((side + 1) * place for place in divmod(number, columns))
            largest = max(np.abs(one).max(), 1e-12)
            sheet[top : top + side, left : left + side] = one / largest
        ax.imshow(sheet, vmin=-1, vmax=1)
        ax.set_title(title)
        bare(ax)
    return axes


def maps_of_layers(
    image: np.ndarray, layers: Sequence[tuple[str, np.ndarray]], columns: int = 5
) -> np.ndarray:
    """Draw an image and beside it the maps of some of a network's layers, one row per layer.

    Parameters
    ----------
    image
        [s, s], bone bright.
    layers
        Names and maps, float [channels, h, w]. The channels that vary most are shown, as how far
        each differs from its own value at the empty edge of the film: black is "as on empty film".
    columns
        Maps per layer.

    Returns
    -------
    numpy.ndarray
        The axes of the maps, [layers, columns].

    >>> maps_of_layers(np.zeros((8, 8)), [("layer 1", np.zeros((6, 4, 4)))], columns=3).shape
    (1, 3)
    """
    height = 1.75 * len(layers)
    figure = plt.figure(figsize=(9.6, height + 0.3))
    grid = figure.add_gridspec(len(layers), columns + 2)
    film = figure.add_subplot(grid[:, :2])
    film.imshow(image)
    film.set_title("the film")
    bare(film)
    axes = np.empty((len(layers), columns), dtype=object)
    for row, (name, maps) in enumerate(layers):
        for column, one in enumerate(_most_varied(maps, columns)):
            ax = axes[row, column] = figure.add_subplot(grid[row, column + 2])
            ax.imshow(one)
            bare(ax)
        size = f"{maps.shape[1]} x {maps.shape[2]}"
        axes[row, 0].set_title(" ", fontsize=12)  # keeps the height free
        name_of_row = axes[row, 0].text(
            0,
            1.05,
            f"{name}: {columns} of {len(maps)} maps, {size} numbers each",
            transform=axes[row, 0].transAxes,
            fontsize=12,
        )
        name_of_row.set_in_layout(False)  # it is wider than its map
    return axes


def _most_varied(maps: np.ndarray, n: int) -> list[np.ndarray]:
    """Return the n maps that vary most, as distances from the map's value at the empty edge."""
    spread = maps.reshape(len(maps), -1).std(axis=1)
    order = np.argsort(spread, kind="stable")[::-1][:n]
    if len(order) < n:
        raise BadInput(f"The layer has {len(maps)} maps.", f"Show at most so many, not {n}.")
    edge = np.ones(maps.shape[1:], bool)
    edge[1:-1, 1:-1] = False
    return [np.abs(maps[one] - np.median(maps[one][edge])) for one in order]


def deformations(
    images: np.ndarray, grids: np.ndarray, titles: Sequence[str] | None = None
) -> np.ndarray:
    """Draw several hands with the places that a deformation layer reads, and what it reads there.

    Parameters
    ----------
    images
        [n, s, s], one column each; six at most can be seen.
    grids
        [n, h, w, 2], where the layer reads, as (x, y) in -1..1 over the image.
    titles
        One per hand.

    Returns
    -------
    numpy.ndarray
        The axes, [2, n]. Above: the film, and the grid over it (its dot is the corner that becomes
        the upper left one). Below: the film, read at the places of the grid.

    >>> ticks = (np.arange(4) + 0.5) / 2 - 1
    >>> grid = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    >>> deformations(np.zeros((2, 16, 16)), np.stack([grid, grid])).shape
    (2, 2)
    """
    n = len(images)
    if n == 1:  # side by side
        axes = plt.subplots(1, 2, figsize=(8, 4.3), squeeze=False)[1].T
    else:
        width = min(9.6, 2.6 * n)
        axes = plt.subplots(2, n, figsize=(width, 2 * width / n + 0.5), squeeze=False)[1]
    for column, (image, grid) in enumerate(zip(images, grids, strict=True)):
        side = len(image)
        x, y = ((grid[..., k] + 1) * side / 2 - 0.5 for k in (0, 1))
        _hand_and_grid(axes[0, column], image, x, y)
        fine = [_spread(part, (np.arange(side) + 0.5) / side) for part in (y, x)]
        axes[1, column].imshow(map_coordinates(image.astype(float), fine, order=1, mode="nearest"))
        bare(axes[1, column])
        if titles is not None:
            axes[0, column].set_title(titles[column], fontsize=12)
    for row, text in enumerate(("film and grid", "read at the grid")):
        axes[row, 0].set_ylabel(text)
    return axes


def _hand_and_grid(ax: Axes, image: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    side = len(image)
    ax.imshow(image)
    bare(ax)
    x, y = (_spread(part, np.linspace(0, 1, 9)) for part in (x, y))
    for lines in (zip(x, y, strict=True), zip(x.T, y.T, strict=True)):
        for one, other in lines:
            ax.plot(one, other, color=PALETTE["reader"], linewidth=1)
    ax.plot(x[0, 0], y[0, 0], "o", color=PALETTE["accent"], markersize=7, clip_on=False)
    margin = 0.12 * side  # the grid may leave the film a little
    ax.set(xlim=(-margin, side + margin), ylim=(side + margin, -margin))
    ax.set_facecolor("black")


def _spread(part: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return a grid's coordinate at other places, given as fractions 0..1 of each side.

    A grid of n points has its outer ones half a step inside the edge: the step goes on to the edge.
    """
    wider = np.pad(part, 1, mode="reflect", reflect_type="odd")
    down, across = (at * n + 0.5 for n in part.shape)
    return map_coordinates(wider, np.meshgrid(down, across, indexing="ij"), order=1)
