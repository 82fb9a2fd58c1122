"""A reader's answers beside a network's opinions, and how much wrong advice a reader can afford."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .axes import axes_or_new
from .style import PALETTE

__all__ = ["answers_beside_opinions", "harm_by_share"]


def answers_beside_opinions(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the error of each opinion and of the answer that was given beside it.

    Parameters
    ----------
    table
        One row for each hand: ``image_id, y_true, y_pred, opinion`` (years) and ``wrong``.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"image_id": ["a"], "y_true": [8.0], "y_pred": [9.0],
    ...                       "opinion": [10.0], "wrong": [True]})
    >>> answers_beside_opinions(table).get_xlabel()
    'error: opinion or answer minus truth (years)'
    """
    ax = axes_or_new(ax, 9.0, 1.3 + 0.34 * len(table))
    rows = table.sort_values(["wrong", "image_id"], ascending=[True, False]).reset_index(drop=True)
    opinion, answer = rows["opinion"] - rows["y_true"], rows["y_pred"] - rows["y_true"]
    y = np.arange(len(rows))
    ax.axvline(0, color=PALETTE["ink"], linewidth=1)
    ax.hlines(y, opinion, answer, color=PALETTE["floor"], linewidth=1.5, zorder=1)
    ax.scatter(
        opinion, y, s=90, marker="D", facecolor="white", edgecolor=PALETTE["model"], linewidth=2,
        label="opinion", zorder=2,
    )  # fmt: skip
    ax.scatter(
        answer, y, s=90, color=PALETTE["reader"], edgecolor="black", label="answer", zorder=3
    )
    names = [
        f"{name}{' (wrong on purpose)' if wrong else ''}"
        for name, wrong in zip(rows["image_id"], rows["wrong"], strict=True)
    ]
    ax.set_yticks(y, names)
    reach = max(2.6, 1.1 * float(np.abs([opinion, answer]).max()))
    ax.set(xlabel="error: opinion or answer minus truth (years)", xlim=(-reach, reach))
    ax.set_ylabel("hand")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    return ax


def harm_by_share(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the error alone and with help over the share of wrong opinions.

    Parameters
    ----------
    table
        Index: share of wrong opinions, 0 to 1; columns ``alone, with_help`` (years).

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"alone": [0.5, 0.5], "with_help": [0.3, 0.7]}, index=[0.0, 0.5])
    >>> harm_by_share(table).get_ylabel()
    'mean absolute error (years)'
    """
    ax = axes_or_new(ax, 9.0, 4.0)
    percent = 100 * table.index.to_numpy()
    ax.plot(percent, table["alone"], color=PALETTE["ink"], linestyle="--", label="alone")
    ax.plot(percent, table["with_help"], color=PALETTE["reader"], marker="o", label="with opinion")
    harmed = (table["with_help"] > table["alone"]).to_numpy()
    ax.fill_between(
        percent, table["alone"], table["with_help"], where=harmed, interpolate=True,
        color=PALETTE["F"], alpha=0.2, label="the opinions harm",
    )  # fmt: skip
    ax.set(
        xlabel="share of wrong opinions (%)",
        ylabel="mean absolute error (years)",
        ylim=(0, 1.2),
        xlim=(percent.min(), percent.max()),
    )
    ax.legend(loc="upper left", frameon=False)
    return ax
