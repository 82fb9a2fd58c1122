"""Figures of data: films beside each other, their grey levels, ages, and what a leak does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from .axes import axes_or_new
from .style import PALETTE, SEX_PLURAL

__all__ = ["ages_by_sex", "estimates", "film_grid", "grey_levels", "label_shares"]

_HATCHES = ("", "///", "...", "xxx")
_LINES = ("-", "--", ":", "-.")
_COLOURS = (PALETTE["model"], PALETTE["F"], PALETTE["phantom"], PALETTE["real"])


def film_grid(
    films: Sequence[np.ndarray],
    titles: Sequence[str],
    columns: int = 4,
    width: float = 9.0,
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
        The axes, one per film.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> film_grid([np.zeros((8, 8))] * 3, ["a", "b", "c"], columns=3).shape
    (3,)
    """
    if axes is None:
        rows = -(-len(films) // columns)
        side = width / columns
        tall = max(film.shape[0] / film.shape[1] for film in films)
        lines = max(title.count("\n") for title in titles) + 1
        _, grid = plt.subplots(
            rows,
            columns,
            squeeze=False,
            figsize=(width, rows * (side * tall + 0.27 * lines + 0.05)),
        )
        axes = grid.ravel()
    for ax in axes[len(films) :]:
        ax.set_axis_off()
    for ax, film, title in zip(axes, films, titles, strict=False):
        ax.imshow(film, cmap="gray", vmin=0, vmax=255 if film.dtype == np.uint8 else 1)
        ax.set_title(title, fontsize=12)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color="#999999")
    return axes[: len(films)]


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
    for (name, film), line, colour in zip(films.items(), _LINES, _COLOURS, strict=False):
        sns.histplot(
            x=film.ravel(),
            stat="proportion",
            bins=64,
            binrange=(0, 1),
            element="step",
            fill=False,
            color=colour,
            linestyle=line,
            linewidth=2,
            label=name,
            ax=ax,
        )
    ax.set(
        xlabel="grey level (0 black, 1 white)",
        ylabel="share of pixels",
        yscale="log",
        xlim=(-0.03, 1.03),
    )
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
    highest = 0.0
    for sex, sign in (("F", 1), ("M", -1)):
        ages = table.loc[table["sex"] == sex, column].dropna().to_numpy()
        sns.histplot(
            x=ages,
            weights=np.full(len(ages), sign),
            bins=list(range(21)),
            shrink=0.9,
            color=PALETTE[sex],
            alpha=1,
            edgecolor="white",
            linewidth=0.8,
            hatch="" if sex == "F" else "///",
            ax=ax,
        )
        counts = np.abs(np.asarray(_bars(ax)[-1].datavalues, dtype=float))
        ax.annotate(
            f"{SEX_PLURAL[sex]}: {counts.sum():,.0f}",
            (0.01, 0.94 if sign > 0 else 0.06),
            xycoords="axes fraction",
            va="top" if sign > 0 else "bottom",
            fontsize=13,
            color=PALETTE[sex],
            weight="bold",
        )
        highest = max(highest, counts.max(initial=1))
    ax.axhline(0, color=PALETTE["ink"], linewidth=1)
    ax.set(
        xlabel=f"{column.replace('_', ' ')} (years)",
        ylabel="radiographs per year of age",
        xlim=(0, 20),
        ylim=(-1.15 * highest, 1.15 * highest),
    )
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
    bars = (100 * shares).rename_axis(index="band", columns="data set").stack().rename("share")
    sns.barplot(
        bars.reset_index(),
        x="band",
        y="share",
        hue="data set",
        errorbar=None,
        ax=ax,
        palette=colours[: shares.shape[1]],
        saturation=1,
        gap=0.08,
        edgecolor="white",
    )
    for of_set, hatch in zip(_bars(ax), _HATCHES, strict=False):
        for bar in of_set:
            bar.set_hatch(hatch)
        ax.bar_label(of_set, fmt="%.0f", fontsize=11, padding=2)
    ax.set(
        xlabel="bone age",
        ylabel="share of radiographs (%)",
        ylim=(0, 115 * shares.to_numpy().max()),
    )
    ax.legend(
        _bars(ax),
        shares.columns,
        frameon=False,
        ncols=shares.shape[1],
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
    )
    ax.grid(axis="x", visible=False)
    return ax


def _bars(ax: Axes) -> list[BarContainer]:
    return [bars for bars in ax.containers if isinstance(bars, BarContainer)]


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
    y = np.arange(len(rows))
    ax.hlines(y, rows["lower"], rows["upper"], color=PALETTE["ink"], linewidth=2.5)
    sns.stripplot(
        x=rows["value"].to_numpy(),
        y=y,
        orient="y",
        native_scale=True,
        jitter=False,
        size=11,
        color=PALETTE["model"],
        edgecolor="white",
        linewidth=1,
        zorder=3,
        ax=ax,
    )
    for height, value in enumerate(rows["value"]):
        ax.annotate(
            f"{value:.2f}",
            (value, height),
            (0, 9),
            ha="center",
            textcoords="offset points",
            fontsize=12,
        )
    ax.set_yticks(y, [str(name) for name in rows.index], fontsize=12)
    ax.set(
        xlabel=xlabel,
        ylabel="",
        ylim=(len(rows) - 0.4, -0.65),
        xlim=(0, 1.08 * rows["upper"].max()),
    )
    ax.grid(axis="y", visible=False)
    return ax
