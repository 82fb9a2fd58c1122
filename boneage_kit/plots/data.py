"""Figures of data: films beside each other, their grey levels, ages, and what a leak does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .agreement import SEX_NAMES, axes_or_new
from .style import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ages_by_sex", "estimates", "film_grid", "grey_levels", "label_shares"]

_HATCHES = ("", "///", "...", "xxx")
_LINES = ("-", "--", ":", "-.")


def film_grid(
    films: Sequence[np.ndarray], titles: Sequence[str], columns: int = 4, width: float = 9.0,
    axes: np.ndarray | None = None,
) -> np.ndarray:
    """Show radiographs beside each other on one grey scale, black 0 to white 1 (or 255).

    Parameters
    ----------
    films
        Arrays [H, W], float in 0..1 or uint8.
    titles
        A line above each.
    columns, width
        Films in a row, and the figure's width in inches.
    axes
        As many axes as films, to draw into; None: a new figure.

    Returns
    -------
    numpy.ndarray
        The axes, one a film.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> film_grid([np.zeros((8, 8))] * 3, ["a", "b", "c"], columns=3).shape
    (3,)
    """
    import matplotlib.pyplot as plt

    if axes is None:
        rows = -(-len(films) // columns)
        side = width / columns
        tall = max(film.shape[0] / film.shape[1] for film in films)
        lines = max(title.count("\n") for title in titles) + 1
        _, grid = plt.subplots(rows, columns, squeeze=False,
                               figsize=(width, rows * (side * tall + 0.27 * lines + 0.05)))
        axes = grid.ravel()
    for ax in axes[len(films):]:
        ax.set_axis_off()
    for ax, film, title in zip(axes, films, titles, strict=False):
        ax.imshow(film, cmap="gray", vmin=0, vmax=255 if film.dtype == np.uint8 else 1)
        ax.set_title(title, fontsize=12)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color="#999999")
    return axes[:len(films)]


def grey_levels(films: Mapping[str, np.ndarray], ax: Axes | None = None) -> Axes:
    """Draw how the grey levels of films are distributed, black to white, on a logarithmic scale.

    Parameters
    ----------
    films
        {name: float array in 0..1}; a line each, told apart by colour and dashes.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> grey_levels({"film": np.zeros((8, 8))}).get_ylabel()
    'share of pixels'
    """
    ax = axes_or_new(ax, 7.0, 3.6)
    edges = np.linspace(0, 1, 65)
    for (name, film), line in zip(films.items(), _LINES, strict=False):
        counts = np.histogram(film, edges)[0] / film.size
        ax.stairs(np.where(counts > 0, counts, np.nan), edges, label=name, linewidth=2,
                  linestyle=line, baseline=None)
    ax.set(xlabel="grey level (0 black, 1 white)", ylabel="share of pixels", yscale="log")
    ax.legend(frameon=False)
    return ax


def ages_by_sex(table: pd.DataFrame, column: str = "bone_age", ax: Axes | None = None) -> Axes:
    """Draw how many girls and boys there are at each age, girls upwards and boys downwards.

    Parameters
    ----------
    table
        Records; ``column`` in years.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> ages_by_sex(pd.DataFrame({"sex": ["F", "M"], "bone_age": [8.0, 9.0]})).get_xlabel()
    'bone age (years)'
    """
    ax = axes_or_new(ax, 9.0, 4.0)
    edges = np.arange(0, 21)
    highest = 0
    for sex, sign in (("F", 1), ("M", -1)):
        counts = np.histogram(table.loc[table["sex"] == sex, column].dropna(), edges)[0]
        ax.bar(edges[:-1] + 0.5, sign * counts, 0.9, color=PALETTE[sex], edgecolor="white",
               hatch="" if sex == "F" else "///", linewidth=0.8)
        ax.annotate(f"{SEX_NAMES[sex]}: {counts.sum():,}", (0.01, 0.94 if sign > 0 else 0.06),
                    xycoords="axes fraction", va="top" if sign > 0 else "bottom", fontsize=13,
                    color=PALETTE[sex], weight="bold")
        highest = max(highest, counts.max())
    ax.axhline(0, color=PALETTE["ink"], linewidth=1)
    ax.set(xlabel=f"{column.replace('_', ' ')} (years)", ylabel="radiographs a year of age",
           xlim=(0, 20), ylim=(-1.15 * highest, 1.15 * highest))
    ax.set_xticks(range(0, 21, 2))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    return ax


def label_shares(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of each age band in several data sets beside each other.

    Parameters
    ----------
    shares
        Rows are bands, columns data sets, values 0 to 1.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> label_shares(pd.DataFrame({"here": [0.4, 0.6]}, index=["0-5 y", "5-10 y"])).get_ylabel()
    'share of radiographs (%)'
    """
    ax = axes_or_new(ax, 9.0, 4.0)
    colours = [PALETTE["phantom"], PALETTE["model"], PALETTE["reader"], PALETTE["real"]]
    width = 0.8 / shares.shape[1]
    for k, name in enumerate(shares):
        place = np.arange(len(shares)) + (k - (shares.shape[1] - 1) / 2) * width
        bars = ax.bar(place, 100 * shares[name], width * 0.92, label=name, color=colours[k],
                      hatch=_HATCHES[k], edgecolor="white")
        ax.bar_label(bars, fmt="%.0f", fontsize=11, padding=2)
    ax.set_xticks(range(len(shares)), shares.index)
    ax.set(xlabel="bone age", ylabel="share of radiographs (%)",
           ylim=(0, 115 * shares.to_numpy().max()))
    ax.legend(frameon=False, ncols=shares.shape[1], loc="lower center", bbox_to_anchor=(0.5, 1))
    ax.grid(axis="x", visible=False)
    return ax


def estimates(rows: pd.DataFrame, xlabel: str, ax: Axes | None = None) -> Axes:
    """Draw estimates with their intervals, one under the other, the first on top.

    Parameters
    ----------
    rows
        Index: what it is; columns ``value, lower, upper``.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> rows = pd.DataFrame({"value": [1.0], "lower": [0.8], "upper": [1.2]}, index=["net"])
    >>> estimates(rows, "MAE (years)").get_xlabel()
    'MAE (years)'
    """
    ax = axes_or_new(ax, 9.0, 0.9 + 0.62 * len(rows))
    places = np.arange(len(rows))[::-1]
    for (name, row), place, mark in zip(rows.iterrows(), places, "osD^vPX" * 3, strict=False):
        ax.plot([row["lower"], row["upper"]], [place, place], color=PALETTE["ink"], linewidth=2.5)
        ax.plot(row["value"], place, mark, color=PALETTE["model"], markersize=11,
                markeredgecolor="white", label=str(name))
        ax.annotate(f"{row['value']:.2f}", (row["value"], place), (0, 9), ha="center",
                    textcoords="offset points", fontsize=12)
    ax.set_yticks(places, [str(name) for name in rows.index], fontsize=12)
    ax.set(xlabel=xlabel, ylim=(-0.6, len(rows) - 0.35), xlim=(0, 1.08 * rows["upper"].max()))
    ax.grid(axis="y", visible=False)
    return ax
