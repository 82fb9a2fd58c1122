"""Figures of the error: along age, cell by cell, calibrated or not, and under perturbation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import evaluation
from ..evaluation.error_curve import age_axis
from .axes import age_ticks, axes_or_new, scatter_by_sex, show_legend
from .style import MARKERS, PALETTE, SEX_PLURAL

__all__ = [
    "calibration",
    "changed_calls",
    "coverage_by",
    "error_along_age",
    "error_by_cell",
    "small_cells",
]

_AXIS_NAMES = {
    "label": "label (years)",
    "prediction": "prediction (years)",
    "mean": "mean of prediction and label (years)",
}


def error_along_age(
    predictions: pd.DataFrame,
    axis: str = "label",
    ax: Axes | None = None,
    *,
    expected_from_noise: float | None = None,
    n_bootstrap: int = 200,
) -> Axes:
    """Draw the signed error over age with its local mean and 95 % band.

    Parameters
    ----------
    axis
        ``"label"``, ``"prediction"`` or ``"mean"``, see :mod:`boneage_kit.evaluation.shrinkage`.
    expected_from_noise
        Slope that noise in the labels alone would give; drawn as a dash-dotted line.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> ages = np.linspace(2, 17, 50)
    >>> table = pd.DataFrame({"image_id": range(50), "sex": "F", "y_true": ages, "y_pred": ages})
    >>> error_along_age(table, n_bootstrap=10).get_xlabel()
    'label (years)'
    """
    table = evaluation.one_model(predictions)
    ax = axes_or_new(ax)
    x = age_axis(table, axis)
    scatter_by_sex(
        ax, x, (table["y_pred"] - table["y_true"]).to_numpy(), table["sex"], table["image_id"]
    )
    smooth = evaluation.error_along_age(table, axis, n_bootstrap=n_bootstrap)
    ax.fill_between(
        smooth["age"],
        smooth["lower"],
        smooth["upper"],
        color=PALETTE["ink"],
        alpha=0.25,
        linewidth=0,
        label="95 % band",
    )
    ax.plot(smooth["age"], smooth["error"], color=PALETTE["ink"], label="local mean")
    ax.axhline(0, color=PALETTE["ink"], linewidth=1, linestyle=":")
    if expected_from_noise is not None:
        ends = np.array([x.min(), x.max()])
        ax.plot(
            ends,
            expected_from_noise * (ends - x.mean()),
            color=PALETTE["reader"],
            linestyle="-.",
            label="label noise alone",
        )
    ax.set(xlabel=_AXIS_NAMES[axis], ylabel="prediction minus label (years)")
    age_ticks(ax.xaxis)
    show_legend(ax, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return ax


def error_by_cell(
    cells: pd.DataFrame,
    *columns: str,
    ax: Axes | None = None,
    measure: str = "mae",
    floor: pd.DataFrame | None = None,
    reader: tuple[float, str] | None = None,
    overall: float | None = None,
) -> Axes:
    """Draw the MAE (or ``measure="bias"``) of each cell with its interval, small cells hollow.

    Parameters
    ----------
    cells
        From :func:`boneage_kit.evaluation.by` over ``columns``.
    floor
        The same cells for the constant predictor, written at the right.
    reader
        Years and name of the readers' difference, drawn as a dotted line.
    overall
        The model's figure over all children, drawn as a dashed line.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> cells = pd.DataFrame({"sex": ["F"], "n": [9], "small": [True], "mae": [0.8],
    ...                       "mae_lower": [0.6], "mae_upper": [1.1]})
    >>> error_by_cell(cells, "sex").get_yticklabels()[0].get_text()
    'girls (n = 9, small)'
    """
    ax = axes_or_new(ax, 7.6, 0.42 * len(cells) + 1.7)
    names = []
    for y, (_, cell) in enumerate(cells.iterrows()):
        sex = cell.get("sex")
        colour, marker = (PALETTE[sex], MARKERS[sex]) if sex else (PALETTE["model"], "o")
        ax.plot(
            [cell[f"{measure}_lower"], cell[f"{measure}_upper"]],
            [y] * 2,
            color=colour,
            linewidth=3,
            alpha=0.45 if cell["small"] else 1,
        )
        ax.plot(
            cell[measure],
            y,
            marker=marker,
            color=colour,
            markersize=9,
            markeredgewidth=2,
            markerfacecolor="white" if cell["small"] else colour,
        )
        if floor is not None:
            ax.annotate(
                f"{floor[measure].iloc[y]:.1f} y",
                (1.02, y),
                va="center",
                xycoords=("axes fraction", "data"),
                fontsize=11,
                annotation_clip=False,
            )
        values = [SEX_PLURAL.get(cell[name], str(cell[name])) for name in columns]
        names.append(f"{', '.join(values)} (n = {cell['n']}{', small' if cell['small'] else ''})")
    _reference_lines(ax, measure, floor, reader, overall)
    ax.set_yticks(range(len(cells)), names)
    ax.set(
        ylim=(len(cells) - 0.4, -0.6),
        xlabel="MAE (years)" if measure == "mae" else "prediction minus label (years)",
    )
    if measure == "mae":
        ax.set_xlim(left=0)
    ax.grid(axis="y", visible=False)
    return ax


def _reference_lines(
    ax: Axes,
    measure: str,
    floor: pd.DataFrame | None,
    reader: tuple[float, str] | None,
    overall: float | None,
) -> None:
    drawn = False
    if overall is not None:
        ax.axvline(
            overall,
            color=PALETTE["ink"],
            linestyle="--",
            linewidth=1.4,
            label=f"all children, {overall:.2f} y",
        )
        drawn = True
    if reader is not None:
        ax.axvline(
            reader[0],
            color=PALETTE["reader"],
            linestyle=":",
            linewidth=2.4,
            label=f"{reader[1]}, {reader[0]:.2f} y",
        )
        drawn = True
    if floor is not None:
        ax.annotate(
            "constant\n(median)",
            (1.02, 1.0),
            xycoords="axes fraction",
            fontsize=11,
            va="bottom",
            annotation_clip=False,
        )
    if measure == "bias":
        ax.axvline(0, color=PALETTE["ink"], linewidth=1)
    if drawn:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, ncols=1)


def calibration(predictions: pd.DataFrame, ax: Axes | None = None, bins: int = 8) -> Axes:
    """Draw the mean label of children with nearly the same prediction, by sex, with intervals.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> ages = np.linspace(2, 17, 50)
    >>> table = pd.DataFrame({"image_id": range(50), "sex": "F", "y_true": ages, "y_pred": ages})
    >>> calibration(table).get_ylabel()
    'mean label minus prediction (years)'
    """
    ax = axes_or_new(ax)
    for number, (sex, rows) in enumerate(evaluation.reliability(predictions, bins).groupby("sex")):
        gap = rows["label"] - rows["predicted"]
        half = np.array([rows["label"] - rows["lower"], rows["upper"] - rows["label"]])
        ax.errorbar(
            rows["predicted"] + 0.08 * number,
            gap,
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
    ax.set(xlabel="prediction (years)", ylabel="mean label minus prediction (years)")
    age_ticks(ax.xaxis)
    ax.legend(frameon=False)
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


def small_cells(curve: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the half-width of a cell's interval against its number of children.

    ``curve`` from :func:`boneage_kit.evaluation.precision_of_cells`.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> curve = pd.DataFrame({"n": [5, 50], "half_width": [1.0, 0.2], "detectable": [1.8, 0.5]})
    >>> small_cells(curve).get_xlabel()
    'children in the cell'
    """
    ax = axes_or_new(ax)
    ax.plot(
        curve["n"],
        curve["half_width"],
        marker="o",
        color=PALETTE["model"],
        label="half-width of the 95 % interval of the MAE",
    )
    ax.plot(
        curve["n"],
        curve["detectable"],
        marker="s",
        linestyle="--",
        color=PALETTE["F"],
        label="difference of two such cells found in 80 % of studies",
    )
    ax.set(xscale="log", xlabel="children in the cell", ylabel="years", ylim=(0, None))
    ax.set_xticks(curve["n"], [str(n) for n in curve["n"]])
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False)
    return ax
