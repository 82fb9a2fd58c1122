"""How many images each method needs: the benchmark's learning curves."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from ..training.schedule import merged
from .axes import axes_or_new, months_of, years_of
from .style import PALETTE

__all__ = ["learning_curves"]

#: Colour, mark and line of the methods that stand in most charts; the same in all of them.
_DRAWN = {
    "constant": (PALETTE["floor"], "", ":"),
    "by_hand_ridge": (PALETTE["reader"], "s", "-"),
    "frozen_lite0": (PALETTE["accent"], "^", "-"),
    "bonet": (PALETTE["F"], "v", "-"),
    "lite0_fine_tuned": (PALETTE["model"], "o", "-"),
    "lite0_phantom": (PALETTE["phantom"], "D", "--"),
    "lite0_imagenet_phantom": (PALETTE["real"], "P", "--"),
}
_OTHERS = ("X", "*", "h", "<", ">", "p", "d", "8")


def learning_curves(
    table: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    bands: bool = True,
) -> Axes:
    """Draw the error against the number of training images, one line and one band per method.

    Parameters
    ----------
    table
        ``method`` (a name of the benchmark's), ``n_train, mae_years, lower, upper``, one row per
        fold and seed: lines go through their mean; bands are the mean limits of the 95 %
        intervals over test children. A size within 1 % of another counts as the same.
    labels
        Method name to its name in the legend, in the order of the legend; None: the names as they
        are. :func:`boneage_kit.benchmark.methods.labels` has those of the benchmark.
    bands
        Draw the intervals. More than three overlap each other: then leave them to a table.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"method": "bonet", "n_train": [50, 100], "mae_years": [2.0, 1.5],
    ...                       "lower": [1.8, 1.4], "upper": [2.2, 1.6]})
    >>> learning_curves(table).get_xscale()
    'log'
    """
    ax = axes_or_new(ax, 9, 5.4)
    labels = labels or {name: name for name in table["method"].unique()}
    sizes = merged(table["n_train"])
    means = (
        table.assign(n_train=table["n_train"].map(sizes))
        .groupby(["method", "n_train"])[["mae_years", "lower", "upper"]]
        .mean()
        * 12
    )
    others = iter(_OTHERS * 4)
    for name in [name for name in labels if name in means.index]:
        colour, marker, line = _DRAWN.get(name) or (PALETTE["ink"], next(others), "-.")
        part = means.loc[name]
        alone = len(part) == 1
        sns.lineplot(
            x=part.index,
            y=part["mae_years"],
            color=colour,
            marker=marker or None,
            markersize=8,
            markeredgecolor=colour,
            label=labels[name],
            errorbar=None,
            linestyle="none" if alone and marker else line,
            ax=ax,
        )
        if alone:
            ax.vlines(part.index, part["lower"], part["upper"], color=colour, linewidth=2)
        elif bands and name != "constant":
            ax.fill_between(
                part.index, part["lower"], part["upper"], color=colour, alpha=0.15, linewidth=0
            )
    ticks = sorted(set(sizes.values()))
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{size:,}" for size in ticks])
    ax.minorticks_off()
    ax.set(xlabel="training images", ylabel="mean absolute error (months)")
    ax.set_ylim(0, 1.05 * ax.get_ylim()[1])  # room above the floor
    years = ax.secondary_yaxis("right", functions=(years_of, months_of))
    years.set_ylabel("years")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)
    return ax
