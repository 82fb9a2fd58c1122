"""Figures of groups: small cells by chance, and training on one mix of groups."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..errors import BadInput
from ..evaluation import dealt_out
from .axes import axes_or_new
from .style import PALETTE, SEX_PLURAL

__all__ = ["dealt_cells", "group_mix"]

_MIXES = {
    "one group": (PALETTE["F"], "o"),
    "90 in 100": (PALETTE["reader"], "s"),
    "all alike": (PALETTE["M"], "D"),
}


def dealt_cells(
    errors: np.ndarray, cells: int, ax: Axes | None = None, *, draws: int = 200, seed: int = 0
) -> Axes:
    """Draw the MAE of cells to which the children were dealt at random, and the worst of each deal.

    No cell differs from another in truth, so every difference in the figure is chance.

    Parameters
    ----------
    errors
        One absolute error (years) per child.
    cells
        How many cells of (nearly) equal size; at most half as many as there are children.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> dealt_cells(np.arange(40.0), 4, draws=5).get_xlabel()
    'MAE of a cell (years)'
    """
    if not 1 < cells <= len(errors) / 2:
        raise BadInput(
            f"{len(errors)} children cannot be dealt out to {cells} cells.",
            "Take at least two cells, and at least two children per cell.",
        )
    ax = axes_or_new(ax, 8.4, 4.4)
    sizes = [len(part) for part in np.array_split(errors, cells)]
    rng = np.random.default_rng(seed)
    one_deal = [part.mean() for part in np.split(rng.permutation(errors), np.cumsum(sizes)[:-1])]
    worst = dealt_out(errors, sizes, draws, seed)
    bins = np.linspace(min(one_deal), max(worst.max(), *one_deal), 31).tolist()
    ax.hist(worst, bins=bins, color=PALETTE["reader"], alpha=0.75,
            label=f"worst cell of each of {draws} deals: "
                  f"{worst.mean():.2f} years on average")  # fmt: skip
    ax.plot(one_deal, np.full(cells, -0.06 * draws), "o", color=PALETTE["model"], alpha=0.7,
            label=f"the {cells} cells of one deal, "
                  f"about {np.mean(sizes):.0f} children each")  # fmt: skip
    ax.axvline(np.mean(errors), color=PALETTE["ink"], linestyle="--", linewidth=1.4,
               label=f"all children: {np.mean(errors):.2f} years")  # fmt: skip
    ax.set(xlabel="MAE of a cell (years)", ylabel="number of deals", ylim=(-0.12 * draws, None))
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= ax.get_ylim()[1]])
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    return ax


def group_mix(table: pd.DataFrame, model: str = "BoNet") -> Figure:
    """Draw each group's bias by training mix, for a model asked for bone age and for age.

    Parameters
    ----------
    table
        From ``studies/group_mix.py`` (:func:`boneage_kit.evaluation.shipped.kept_result`).
    model
        ``"BoNet"`` or ``"frozen"``.

    Filled marks: the scenario with published group averages, mean of the seeds, with the range of
    the seeds; hollow marks: the same training in the scenario without any.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> rows = [{"model": "frozen", "scenario": "published", "label": label, "mix": "one group",
    ...          "seed": 0, "group": "BLK", "sex": sex, "bias": 0.5, "n": 300,
    ...          "trained_on": "CAU"}
    ...         for label in ("bone age", "chronological age") for sex in "FM"]
    >>> fig = group_mix(pd.DataFrame(rows), "frozen")
    >>> [ax.get_title() for ax in fig.axes]
    ['asked for bone age', 'asked for chronological age']
    """
    table = table[table["model"] == model]
    cells = [(group, sex) for group in sorted(table["group"].unique()) for sex in "FM"]
    fig, axes = plt.subplots(1, 2, figsize=(11, 0.5 * len(cells) + 1.9), sharey=True, sharex=True)
    for ax, label in zip(axes, ("bone age", "chronological age"), strict=True):
        _panel(ax, table[table["label"] == label], cells)
        ax.set(title=f"asked for {label}", xlabel=f"prediction minus {label} (years)")
    seen = table.groupby(["group", "sex"])["n"].first()
    axes[0].set_yticks(
        range(len(cells)),
        [f"{group}, {SEX_PLURAL[sex]} (n = {seen[group, sex]})" for group, sex in cells],
    )
    axes[0].set_ylim(len(cells) - 0.4, -0.6)
    _legend(fig, table)
    return fig


def _panel(ax: Axes, table: pd.DataFrame, cells: list[tuple[str, str]]) -> None:
    mixes = [mix for mix in _MIXES if mix in set(table["mix"])]
    for row, (group, sex) in enumerate(cells):
        here = table[(table["group"] == group) & (table["sex"] == sex)]
        for number, mix in enumerate(mixes):
            y = row + 0.26 * (number - (len(mixes) - 1) / 2)
            colour, marker = _MIXES[mix]
            for scenario, filled in (("none", False), ("published", True)):
                bias = here[(here["mix"] == mix) & (here["scenario"] == scenario)]["bias"]
                if bias.empty:
                    continue
                ax.plot([bias.min(), bias.max()], [y, y], color=colour, linewidth=2.5, alpha=0.5)
                ax.plot(
                    bias.mean(),
                    y,
                    marker=marker,
                    color=colour,
                    markersize=8,
                    markeredgewidth=1.6,
                    markerfacecolor=colour if filled else "white",
                )
        if row % 4 < 2:
            ax.axhspan(row - 0.5, row + 0.5, color="#F4F4F4", zorder=0, linewidth=0)
    ax.axvline(0, color=PALETTE["ink"], linewidth=1, linestyle=":")
    ax.grid(axis="y", visible=False)


def _legend(fig: Figure, table: pd.DataFrame) -> None:
    majority = table["trained_on"].iloc[0]
    labels = {
        "one group": f"trained on {majority} only",
        "90 in 100": f"90 of 100 are {majority}",
        "all alike": "every group alike",
    }
    present = [mix for mix in _MIXES if mix in set(table["mix"])]
    handles = [
        Line2D(
            [], [], color=_MIXES[mix][0], marker=_MIXES[mix][1], linewidth=2.5, label=labels[mix]
        )
        for mix in present
    ]
    if "none" in set(table["scenario"]):
        handles.append(
            Line2D(
                [],
                [],
                color=PALETTE["ink"],
                marker="o",
                linestyle="",
                markerfacecolor="white",
                label="hollow: without group effects",
            )
        )
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
