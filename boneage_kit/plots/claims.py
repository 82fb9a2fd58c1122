"""The paper's claims as pictures: everybody's error on one scale, and paired differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .axes import axes_or_new, months_of, years_of
from .style import MARKERS, PALETTE

__all__ = ["difference_forest", "error_ruler"]

_KINDS = {
    "floor": ("Answers without an image", "floor", "v"),
    "paper": ("The paper", "ink", "*"),
    "system": ("Published systems", "model", "o"),
    "reader": ("Human readers", "reader", "P"),
    "real": ("Ours, real radiographs", "real", MARKERS["real"]),
    "phantom": ("Ours, phantom (drawn, not clinical)", "phantom", MARKERS["phantom"]),
}


def error_ruler(table: pd.DataFrame, claimed: float = 0.8, ax: Axes | None = None) -> Axes:
    """Draw everybody's mean absolute error on one scale, grouped by who they are.

    Parameters
    ----------
    table
        ``who``, ``kind`` (``floor, paper, system, reader, real, phantom``), ``value_years``;
        where known ``lower``, ``upper``, ``data`` and ``mark`` (a value only recalled is hollow).
    claimed
        The line to compare with, in years.
    ax
        Axes to draw on; None makes a figure high enough for the rows.

    >>> import pandas as pd
    >>> ax = error_ruler(pd.DataFrame({"who": ["BoNet"], "kind": ["paper"], "value_years": [0.8]}))
    >>> ax.get_xlabel()
    'mean absolute error (years)'
    """
    order = [kind for kind in _KINDS if (table["kind"] == kind).any()]
    ax = axes_or_new(ax, 9, 1.1 + 0.2 * (len(table) + 1.4 * len(order)))
    ax.axvline(claimed, color=PALETTE["ink"], linestyle="--", linewidth=1.2, zorder=1)
    y, ticks, names = 0.0, [], []
    for kind in order:
        heading, colour, marker = _KINDS[kind]
        ax.text(
            0.0,
            y,
            heading,
            transform=ax.get_yaxis_transform(),
            fontsize=11.5,
            fontweight="bold",
            color=PALETTE["ink"],
            va="center",
            ha="left",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
        y += 1
        ordered = table[table["kind"] == kind].sort_values("value_years", kind="stable")
        for row in ordered.to_dict("records"):
            _draw_error(ax, y, row, PALETTE[colour], marker)
            ticks.append(y)
            names.append(_label(row))
            y += 1
        y += 0.4
    ax.set_yticks(ticks, names)
    ax.set_ylim(y - 0.6, -0.8)
    _scale_in_both_units(ax, table["value_years"])
    ax.set_xlabel("mean absolute error (years)")
    ax.grid(axis="y", visible=False)
    return ax


def _scale_in_both_units(ax: Axes, values: pd.Series) -> None:
    """Set a scale from zero, in years below and months above."""
    highest = float(np.ceil(values.max() + 0.3))
    ax.set_xlim(0, highest)
    ax.set_xticks(np.arange(0, highest + 0.1, 0.5 if highest < 4 else 1))
    months = ax.secondary_xaxis("top", functions=(months_of, years_of))
    months.set_xticks(12 * ax.get_xticks())
    months.set_xlabel("months")


def _label(row: Mapping[str, Any]) -> str:
    data = row.get("data")
    return row["who"] if not isinstance(data, str) or not data else f"{row['who']} · {data}"


def _draw_error(ax: Axes, y: float, row: Mapping[str, Any], colour: str, marker: str) -> None:
    value = row["value_years"]
    lower, upper = row.get("lower"), row.get("upper")
    end = value
    if lower is not None and upper is not None and np.isfinite([lower, upper]).all():
        ax.plot([lower, upper], [y, y], color=colour, linewidth=2.5, zorder=2)
        end = upper
    recalled = row.get("mark") == "recalled"
    ax.plot(
        value,
        y,
        marker=marker,
        markersize=12 if marker == "*" else 8,
        color=colour,
        markerfacecolor="white" if recalled else colour,
        markeredgewidth=1.6,
        linestyle="none",
        zorder=3,
    )
    ax.annotate(
        f"{value:.2f}",
        (end, y),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=11,
        color=PALETTE["ink"],
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )


def difference_forest(rows: Mapping[str, list[Mapping[str, Any]]], margin: float = 0.1) -> Figure:
    """Draw paired differences in MAE with their intervals: one panel per kind of data.

    Parameters
    ----------
    rows
        ``{"real": [...], "phantom": [...]}``: result rows with ``method`` ("A minus B"),
        ``value``, ``lower``, ``upper`` in years.
    margin
        Half width of the band that counts as "no worse", in years.

    >>> figure = difference_forest({"phantom": [
    ...     {"method": "A minus B", "value": -0.2, "lower": -0.3, "upper": -0.1}]})
    >>> figure.axes[0].get_title()
    'phantom (drawn, not clinical)'
    """
    methods = list(dict.fromkeys(row["method"] for part in rows.values() for row in part))
    panels = [name for name, part in rows.items() if part]
    figure, axes = plt.subplots(
        1, len(panels), figsize=(9, 1.6 + 0.62 * len(methods)), sharey=True, squeeze=False
    )
    reach = (
        max(max(abs(row["lower"]), abs(row["upper"])) for part in rows.values() for row in part)
        * 1.15
    )
    for ax, name in zip(axes[0], panels, strict=True):
        ax.axvspan(-margin, margin, color="#E8E8E8", zorder=0)
        ax.axvline(0, color=PALETTE["ink"], linewidth=1.2, zorder=1)
        for row in rows[name]:
            y = methods.index(row["method"])
            ax.plot([row["lower"], row["upper"]], [y, y], color=PALETTE[name], linewidth=3)
            ax.plot(row["value"], y, MARKERS[name], color=PALETTE[name], markersize=9)
            ax.annotate(
                f"{row['value']:+.2f}",
                (row["value"], y),
                xytext=(0, 9),
                textcoords="offset points",
                ha="center",
                fontsize=11,
            )
        ax.set_title("real radiographs" if name == "real" else "phantom (drawn, not clinical)")
        ax.set_xlim(-reach, reach)
        ax.locator_params(axis="x", nbins=5)
        ax.grid(axis="y", visible=False)
    figure.supxlabel(
        "difference in MAE (years): left of 0 the first errs less, right of it the second",
        fontsize=12,
    )
    axes[0, 0].set_yticks(range(len(methods)), [_two_lines(method) for method in methods])
    axes[0, 0].set_ylim(len(methods) - 0.5, -0.7)
    return figure


def _two_lines(method: str) -> str:
    return method.replace(" minus ", "\nminus ")
