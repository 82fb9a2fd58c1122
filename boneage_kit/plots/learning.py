"""How a network learned: curves, augmented views, where it looks, how many images it needs."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from scipy.ndimage import map_coordinates, zoom

from .axes import axes_or_new
from .style import PALETTE

__all__ = ["augmented_views", "deformation_at_work", "error_by_size", "training_curves"]


def training_curves(
    history: pd.DataFrame, floor: float | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the error on the training images beside the one on validation images, by epoch.

    Parameters
    ----------
    history
        As :class:`boneage_kit.training.Fitted` has it: ``epoch``, ``train_mae``, ``valid_mae``.
    floor
        Error of the sex's median on the validation images, years.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"epoch": [1, 2], "train_mae": [3, 2], "valid_mae": [3, 2.5]})
    >>> training_curves(table, floor=3.0).get_ylabel()
    'mean absolute error (years)'
    """
    ax = axes_or_new(ax, 5, 4)
    curves = history.set_index("epoch")[["train_mae", "valid_mae"]]
    sns.lineplot(
        curves,
        palette=[PALETTE["reader"], PALETTE["model"]],
        dashes=[(4, 2), ""],
        legend=False,
        ax=ax,
    )
    last = history.iloc[-1]
    apart = 8 if last["train_mae"] > last["valid_mae"] else -8  # points: the labels must not meet
    labels = (("train_mae", "training", apart), ("valid_mae", "validation", -apart))
    for name, label, shift in labels:
        ax.annotate(
            f"{label} {last[name]:.1f} y",
            (last["epoch"], last[name]),
            (6, shift),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    if floor is not None:
        ax.axhline(floor, color=PALETTE["floor"], linestyle=":")
        ax.annotate(
            "floor: the sex's median",
            (1, floor),
            (-2, 3),
            va="bottom",
            ha="right",
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=11,
        )
        top = max(1.5 * floor, history[["train_mae", "valid_mae"]].iloc[0].max())
        ax.set_ylim(top=min(ax.get_ylim()[1], top))  # a wild first epoch must not hide the rest
    ax.set(xlabel="epoch", title=title, ylabel=_error_label(ax))
    ax.set_xlim(left=1, right=last["epoch"] * 1.5)
    ax.set_ylim(bottom=0)
    return ax


def augmented_views(image: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Draw an image and, beside it, changed versions of it.

    Parameters
    ----------
    image
        [s, s].
    views
        [n, s, s], float 0..1.

    Returns
    -------
    numpy.ndarray
        The n + 1 axes.

    >>> [ax.get_title() for ax in augmented_views(np.zeros((8, 8)), np.zeros((2, 8, 8)))]
    ['as it is', 'draw 1', 'draw 2']
    """
    axes = plt.subplots(1, len(views) + 1, figsize=(9, 9 / (len(views) + 1) + 0.4))[1]
    titles = ["as it is"] + [f"draw {k}" for k in range(1, len(views) + 1)]
    for ax, pixels, title in zip(axes, [image, *views], titles, strict=True):
        ax.imshow(pixels, vmin=0, vmax=255 if pixels.dtype == np.uint8 else 1)
        ax.set_title(title, fontsize=12)
        ax.axis("off")
    return axes


def deformation_at_work(image: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Draw where a deformation layer looks, and the image as the layers behind it see it.

    Parameters
    ----------
    image
        [s, s].
    grid
        [h, w, 2], where the layer samples the image, as (x, y) in -1..1 over it.

    Returns
    -------
    numpy.ndarray
        The two axes.

    >>> grid = np.stack(np.meshgrid(np.linspace(-1, 1, 4), np.linspace(-1, 1, 4)), axis=-1)
    >>> deformation_at_work(np.zeros((16, 16)), grid)[1].get_title()
    'what the next layer gets'
    """
    axes = plt.subplots(1, 2, figsize=(8, 4.4))[1]
    side = len(image)
    x, y = ((grid[..., k] + 1) * side / 2 - 0.5 for k in (0, 1))
    axes[0].imshow(image)
    for lines in (zip(x, y, strict=True), zip(x.T, y.T, strict=True)):
        for across, down in lines:
            axes[0].plot(across, down, color=PALETTE["reader"], linewidth=1.3)
    axes[0].plot(x[0, 0], y[0, 0], "o", color=PALETTE["accent"], markersize=8)
    axes[0].set(title="the grid it samples (dot: top left)")
    factor = side / len(x)
    fine = [zoom(part, factor, order=1) for part in (y, x)]
    seen = map_coordinates(image.astype(float), fine, order=1, mode="nearest")
    axes[1].imshow(seen)
    axes[1].set(title="what the next layer gets")
    for ax in axes:
        ax.axis("off")
    low, high = min(-1, x.min(), y.min()), max(side, x.max(), y.max())
    axes[0].set_xlim(low - 1, high + 1)
    axes[0].set_ylim(high + 1, low - 1)
    axes[0].set_facecolor("black")
    return axes


def error_by_size(
    table: pd.DataFrame,
    floor: float | None = None,
    title: str = "",
    label: str = "BoNet, augmented",
    colour: str = "model",
    marker: str = "o",
    ax: Axes | None = None,
) -> Axes:
    """Draw the error over the number of training images: the mean of the seeds, and their range.

    Parameters
    ----------
    table
        One row per training: ``n_train``, ``mae_years``; several seeds of one size make a band.
    floor
        Error of the sex's median, years.
    label, colour, marker
        Of this line; ``colour`` is a key of :data:`boneage_kit.plots.PALETTE`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"n_train": [50, 50, 100], "mae_years": [2.0, 2.2, 1.5]})
    >>> error_by_size(table).get_xscale()
    'log'
    """
    ax = axes_or_new(ax, 8, 4.5)
    sns.lineplot(
        table,
        x="n_train",
        y="mae_years",
        estimator="mean",
        errorbar=("pi", 100),
        marker=marker,
        markersize=7,
        markeredgewidth=0,
        color=PALETTE[colour],
        label=label,
        legend=False,
        ax=ax,
    )  # 100 % of the seeds: the range
    if floor is not None:
        ax.axhline(floor, color=PALETTE["floor"], linestyle=":", label="floor: the sex's median")
    ax.set(xscale="log", xlabel="training images", title=title, ylabel=_error_label(ax))
    ticks = sorted(table["n_train"].unique())
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    return ax


def _error_label(ax: Axes) -> str:
    """Return the label of the error's axis; panels beside the first share its label."""
    panel = ax.get_subplotspec()
    return "mean absolute error (years)" if panel is None or panel.is_first_col() else ""
