"""The error of ridge over its alpha, on training images and on images that were left out."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from .axes import axes_or_new
from .style import PALETTE

__all__ = ["error_by_alpha"]


def error_by_alpha(
    table: pd.DataFrame,
    alpha: float | None = None,
    floor: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw both errors over alpha, in years, and mark one alpha.

    Parameters
    ----------
    table
        As :func:`boneage_kit.features.error_by_alpha` returns it.
    alpha
        One of the table's values: it gets a vertical line and its two errors.
    floor
        The floor's error, years.

    >>> table = pd.DataFrame({"alpha": [1, 10], "training": [0.1, 0.5], "left_out": [3.0, 2.0]})
    >>> error_by_alpha(table, alpha=10).get_title()
    'alpha = 10: 0.5 years on training images, 2.0 years on left-out images'
    """
    ax = axes_or_new(ax, 9, 4.2)
    lines = (
        ("training", "training images", "reader", "s", "--"),
        ("left_out", "left-out images", "model", "o", "-"),
    )
    for name, label, colour, marker, line in lines:
        ax.plot(table["alpha"], table[name], line, marker=marker, color=PALETTE[colour])
        last = table.iloc[-1]
        above = 9 if name == "left_out" else -11
        ax.annotate(
            label,
            (last["alpha"], last[name]),
            (8, above),
            textcoords="offset points",
            va="center",
            color=PALETTE["ink"],
        )
    top = table[["training", "left_out"]].max().max()
    if floor is not None:
        top = max(top, floor)
        ax.axhline(floor, color=PALETTE["floor"], linestyle=":")
        ax.annotate("floor", (table["alpha"].min(), floor), (0, 4), textcoords="offset points")
    if alpha is not None:
        row = table[table["alpha"] == alpha].iloc[0]
        ax.axvline(alpha, color=PALETTE["ink"], linewidth=1)
        ax.set_title(
            f"alpha = {alpha:,g}: {row['training']:.1f} years on training images, "
            f"{row['left_out']:.1f} years on left-out images"
        )
    ax.set(xscale="log", xlabel="alpha", ylabel="mean absolute error (years)")
    ax.set_xlim(right=table["alpha"].max() * 30)  # room for the names of the lines
    ax.set_ylim(0, 1.15 * top)
    return ax
