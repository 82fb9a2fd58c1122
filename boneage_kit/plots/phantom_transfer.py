"""What a network that learned one kind of hand, drawn or real, reads in the other."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from .style import MARKERS, PALETTE, SEX_PLURAL, SEX_WORD

__all__ = ["both_directions", "worst_readings"]


def both_directions(to_real: pd.DataFrame, to_phantom: pd.DataFrame) -> np.ndarray:
    """Draw two scatter panels: phantom to real on the left, real to phantom on the right.

    Parameters
    ----------
    to_real, to_phantom
        Predictions tables (``sex``, ``y_true``, ``y_pred`` in years).

    Returns
    -------
    numpy.ndarray
        The two axes.

    >>> table = pd.DataFrame({"sex": ["F", "M", "F"], "y_true": [5.0, 9.0, 13.0],
    ...                       "y_pred": [6.0, 9.5, 12.0]})
    >>> both_directions(table, table)[0].get_xlabel()
    'bone age of the RSNA readers (years)'
    """
    _, axes = plt.subplots(1, 2, figsize=(11, 5.8), layout=ConstrainedLayoutEngine(wspace=0.06))
    _panel(
        axes[0],
        to_real,
        "real",
        "Learned phantoms, reads real hands",
        "bone age of the RSNA readers (years)",
    )
    _panel(
        axes[1],
        to_phantom,
        "phantom",
        "Learned real hands, reads phantoms",
        "bone age drawn (years)",
    )
    return axes


def _panel(ax: Axes, table: pd.DataFrame, colour: str, title: str, across: str) -> None:
    true, pred = table["y_true"].to_numpy(), table["y_pred"].to_numpy()
    few = len(table) < 1000
    for (sex, plural), shade in zip(SEX_PLURAL.items(), (PALETTE[colour], "black"), strict=True):
        part = table[table["sex"] == sex]
        ax.plot(
            part["y_true"],
            part["y_pred"],
            MARKERS[sex],
            color=shade,
            label=plural,
            markersize=5 if few else 3,
            alpha=0.7 if few else 0.3,
            markeredgewidth=0,
            rasterized=True,
        )
    ends = np.array([0.0, 19.5])
    slope, intercept = np.polyfit(true, pred, 1)
    ax.plot(ends, ends, "--", color="black", linewidth=1.5, label="identity")
    low, high = true.min(), true.max()
    ax.plot(
        [low, high],
        [slope * low + intercept, slope * high + intercept],
        "-",
        color=PALETTE["accent"],
        linewidth=2.5,
        label="fitted line",
    )
    r = np.corrcoef(true, pred)[0, 1]
    mae = 12 * np.abs(pred - true).mean()
    ax.text(
        0.97,
        0.03,
        f"n = {len(table):,}\nr = {r:.2f}\nMAE = {mae:.1f} months\nslope = {slope:.2f}",
        transform=ax.transAxes,
        ha="right",
        va="bottom",
        fontsize=12,
        bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none"},
    )
    legend = ax.legend(loc="upper left", fontsize=11)
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D):
            handle.set(alpha=1, markersize=7)
    ax.set(xlim=ends, ylim=ends, aspect="equal")
    ax.set_title(title, fontsize=13)
    ax.set_xlabel(across, fontsize=12)
    ax.set_ylabel("bone age read (years)", fontsize=12)


def worst_readings(images: np.ndarray, table: pd.DataFrame, columns: int = 6) -> Figure:
    """Draw hands with what is true and what was read below each.

    Parameters
    ----------
    images
        uint8 [n, s, s].
    table
        One row per image: ``sex``, ``y_true``, ``y_pred`` (years).
    columns
        Hands per row.

    >>> table = pd.DataFrame({"sex": ["F"], "y_true": [5.0], "y_pred": [9.0]})
    >>> worst_readings(np.zeros((1, 8, 8), np.uint8), table).axes[0].get_title()
    'girl, 5.0 y\\nread 9.0'
    """
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.9 * columns, 2.45 * rows), squeeze=False, layout="constrained"
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, row in zip(axes.flat, images, table.itertuples(), strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        ax.set_title(f"{SEX_WORD[row.sex]}, {row.y_true:.1f} y\nread {row.y_pred:.1f}", fontsize=12)
    return figure
