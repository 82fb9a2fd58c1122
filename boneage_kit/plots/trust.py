"""Figures of what a prediction promises: calibration, coverage of intervals, changed calls."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import evaluation
from .axes import age_ticks, axes_or_new, too_old_and_too_young
from .errors import error_by_cell
from .style import MARKERS, PALETTE, SEX_PLURAL

__all__ = ["calibration", "changed_calls", "coverage_by"]


def calibration(predictions: pd.DataFrame, ax: Axes | None = None, bins: int = 8) -> Axes:
    """Draw the mean error of children with nearly the same prediction, by sex, with intervals.

    The error is prediction minus label, as everywhere: above zero the predictions are too old.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> ages = np.linspace(2, 17, 50)
    >>> table = pd.DataFrame({"image_id": range(50), "sex": "F", "y_true": ages, "y_pred": ages})
    >>> calibration(table).get_ylabel()
    'mean of prediction minus label (years)'
    """
    ax = axes_or_new(ax, 7.6, 4.4)
    for number, (sex, rows) in enumerate(evaluation.reliability(predictions, bins).groupby("sex")):
        half = np.array([rows["label"] - rows["lower"], rows["upper"] - rows["label"]])
        ax.errorbar(
            rows["predicted"] + 0.08 * number,
            rows["predicted"] - rows["label"],
            yerr=half,
            color=PALETTE[sex],
            marker=MARKERS[sex],
            markersize=8,
            capsize=3,
            linewidth=1.6,
            linestyle=["-", "--"][number % 2],
            label=SEX_PLURAL[sex],
        )
    ax.axhline(0, color=PALETTE["ink"], linewidth=1, linestyle=":")
    ax.set(xlabel="prediction (years)", ylabel="mean of prediction minus label (years)")
    age_ticks(ax.xaxis)
    too_old_and_too_young(ax)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return ax


def coverage_by(
    cells: pd.DataFrame, *columns: str, nominal: float = 0.9, ax: Axes | None = None
) -> Axes:
    """Draw the share of labels inside their interval in each cell, with the promised share.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> cells = pd.DataFrame({"sex": ["F"], "n": [90], "small": [False], "covered": [0.9],
    ...                       "covered_lower": [0.85], "covered_upper": [0.95]})
    >>> coverage_by(cells, "sex").get_xlabel()
    'labels inside the interval (%)'
    """
    ax = axes_or_new(ax, 7.6, 0.42 * len(cells) + 1.7)
    percent = cells.rename(
        columns={"covered": "mae", "covered_lower": "mae_lower", "covered_upper": "mae_upper"}
    ).copy()
    percent[["mae", "mae_lower", "mae_upper"]] *= 100
    error_by_cell(percent, *columns, ax=ax)
    ax.axvline(
        100 * nominal,
        color=PALETTE["ink"],
        linestyle="--",
        linewidth=1.4,
        label=f"promised: {nominal:.0%}",
    )
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False)
    left = min(percent["mae_lower"].min() - 3, 100 * nominal - 10)
    ax.set(xlim=(max(left, 0), 101), xlabel="labels inside the interval (%)")
    return ax


def changed_calls(changes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of clinical calls that change, for the model, the readers and mere noise.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"what": ["model against label"], "changed": [0.1], "lower": [0.05],
    ...                       "upper": [0.15], "n": [100]})
    >>> changed_calls(table).get_xlabel()
    'calls that change (% of children)'
    """
    ax = axes_or_new(ax, 7.6, 0.6 * len(changes) + 1.3)
    for y, row in enumerate(changes.itertuples()):
        kind = (
            "model"
            if row.what.startswith("model")
            else ("reader" if row.what.startswith("reader") else "floor")
        )
        ax.plot([100 * row.lower, 100 * row.upper], [y] * 2, color=PALETTE[kind], linewidth=3)
        ax.plot(
            100 * row.changed,
            y,
            color=PALETTE[kind],
            markersize=9,
            marker={"model": "o", "reader": "s", "floor": "D"}[kind],
        )
        ax.annotate(
            f"{100 * row.changed:.0f} %",
            (100 * row.upper, y),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    ax.set_yticks(range(len(changes)), changes["what"])
    ax.set(
        xlim=(0, max(5.0, 120 * changes["upper"].max())),
        ylim=(len(changes) - 0.4, -0.6),
        xlabel="calls that change (% of children)",
    )
    ax.grid(axis="y", visible=False)
    return ax
