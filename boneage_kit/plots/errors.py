"""Figures of the error: along age, cell by cell, and by the number of children in a cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import evaluation
from ..evaluation.error_curve import age_axis
from .axes import age_ticks, axes_or_new, scatter_by_sex, show_legend, too_old_and_too_young
from .style import MARKERS, PALETTE, SEX_PLURAL

__all__ = [
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
    too_old_and_too_young(ax)
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
        The same cells for the constant predictor: a grey bar across each row, and the number at
        the right, in bold where the model is no better.
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
            _floor_of_row(ax, y, float(floor[measure].iloc[y]), cell[measure])
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


def _floor_of_row(ax: Axes, y: int, floor: float, model: float) -> None:
    """Draw one row's floor as a grey bar, and write it at the right."""
    ax.plot([floor] * 2, [y - 0.32, y + 0.32], color=PALETTE["floor"], linewidth=4)
    ax.annotate(
        f"{floor:.1f} y",
        (1.02, y),
        va="center",
        xycoords=("axes fraction", "data"),
        fontsize=11,
        fontweight="bold" if model >= floor else "normal",
        annotation_clip=False,
    )


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
        ax.plot([], [], color=PALETTE["floor"], linewidth=4, label="floor: always the median age")
        drawn = True
    if measure == "bias":
        ax.axvline(0, color=PALETTE["ink"], linewidth=1)
    if drawn:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, ncols=1)


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
