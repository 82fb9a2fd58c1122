"""What every figure here needs of its axes: new ones, ticks of ages, points by sex, legends."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike

from .style import MARKERS, PALETTE, SEX_PLURAL

__all__ = [
    "age_ticks",
    "axes_or_new",
    "bare",
    "months_of",
    "scatter_by_sex",
    "show_legend",
    "too_old_and_too_young",
    "years_of",
]


#: Of a larger table every second, third, ... child is drawn: more points only cover each other.
MOST_POINTS = 20_000


def axes_or_new(ax: Axes | None, width: float = 6.4, height: float = 4.6) -> Axes:
    """Return ``ax``, or the axes of a new figure of the given size in inches."""
    return ax or plt.subplots(figsize=(width, height), layout="constrained")[1]


def bare(ax: Axes) -> Axes:
    """Take ticks, grid and frame away: what is shown is a picture."""
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax


def months_of(years: ArrayLike) -> np.ndarray:
    """Return years as months, for a second axis.

    >>> float(months_of(0.5))
    6.0
    """
    return np.asarray(years, dtype=float) * 12


def years_of(months: ArrayLike) -> np.ndarray:
    """Return months as years, for a second axis."""
    return np.asarray(months, dtype=float) / 12


def scatter_by_sex(
    ax: Axes, x: np.ndarray, y: np.ndarray, sexes: pd.Series, children: pd.Series | None = None
) -> None:
    """Draw points with the colour and mark of each child's sex.

    The more points there are, the smaller and paler they are. ``children`` names each point's
    child, so that the legend counts children and not readings.
    """
    n = max(len(x), 1)
    names = np.arange(len(x)) if children is None else np.asarray(children)
    size, alpha = float(np.clip(9000 / n, 5, 26)), float(np.clip(600 / n, 0.25, 0.65))
    for sex, plural in SEX_PLURAL.items():
        rows = (sexes == sex).to_numpy()
        if rows.any():
            n_children = pd.unique(names[rows]).size
            drawn = np.flatnonzero(rows)[:: 1 + rows.sum() // MOST_POINTS]
            ax.scatter(
                x[drawn],
                y[drawn],
                s=size,
                alpha=alpha,
                color=PALETTE[sex],
                marker=MARKERS[sex],
                linewidths=0,
                label=f"{plural} (n = {n_children})",
                rasterized=True,
            )


def show_legend(ax: Axes, **options: Any) -> None:
    """Add a legend whose marks are solid and large even where the points are pale."""
    legend = ax.legend(framealpha=0.9, **options)
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_alpha(1)
            handle.set_sizes([36])


def age_ticks(*axes: Axis) -> None:
    """Put ticks at every third year: 0, 3, 6, ... 18."""
    for axis in axes:
        axis.set_major_locator(MultipleLocator(3))


def too_old_and_too_young(ax: Axes) -> None:
    """Write into an axis of prediction minus label what above and below zero mean."""
    for words, y, side in (
        ("predicted too old", 0.98, "top"),
        ("predicted too young", 0.02, "bottom"),
    ):
        ax.annotate(
            words,
            (0.985, y),
            xycoords="axes fraction",
            ha="right",
            va=side,
            fontsize=11,
            style="italic",
            color=PALETTE["ink"],
        )
