"""Figures of group fairness: what a model trained on one mix of groups does on the others."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .style import PALETTE, SEX_PLURAL

__all__ = ["group_mix"]

_MIXES = {
    "one group": (PALETTE["F"], "o"),
    "90 in 100": (PALETTE["reader"], "s"),
    "all alike": (PALETTE["M"], "D"),
}


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
