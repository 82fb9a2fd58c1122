"""Figures of agreement: prediction against label, Bland and Altman, model beside readers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import evaluation
from .axes import age_ticks, axes_or_new, scatter_by_sex, show_legend
from .style import PALETTE

__all__ = ["bland_altman", "model_beside_readers", "predicted_against_label"]


def predicted_against_label(predictions: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the predicted age against the label (years), with identity and one year each side.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"image_id": range(9), "sex": "F", "y_true": range(2, 11),
    ...                       "y_pred": range(2, 11)})
    >>> predicted_against_label(table).get_xlabel()
    'label (years)'
    """
    table = evaluation.one_model(predictions)
    ax = axes_or_new(ax, 5.4, 5.2)
    true, pred = table["y_true"].to_numpy(), table["y_pred"].to_numpy()
    low, high = min(true.min(), pred.min()) - 0.5, max(true.max(), pred.max()) + 0.5
    ends = np.array([low, high])
    ax.fill_between(ends, ends - 1, ends + 1, color="#E8E8E8", zorder=0, label="within one year")
    ax.plot(ends, ends, color=PALETTE["ink"], linewidth=1.2, zorder=1)
    scatter_by_sex(ax, true, pred, table["sex"], table["image_id"])
    ax.set(
        xlim=(low, high),
        ylim=(low, high),
        xlabel="label (years)",
        ylabel="prediction (years)",
        aspect="equal",
    )
    age_ticks(ax.xaxis, ax.yaxis)
    show_legend(ax, loc="upper left")
    return ax


def bland_altman(
    a: np.ndarray,
    b: np.ndarray,
    sexes: pd.Series | None = None,
    ax: Axes | None = None,
    *,
    names: tuple[str, str] = ("prediction", "label"),
    reader_limits: tuple[float, float] | None = None,
    reader_name: str = "limits of two readers",
    children: pd.Series | None = None,
) -> Axes:
    """Draw the difference ``a - b`` over the mean of both (years), with bias and 95 % limits.

    Shaded bands are the 95 % intervals of the three lines. ``reader_limits`` adds the limits of
    agreement of human readers as dotted lines, called ``reader_name`` in the legend. ``children``
    says whose each reading is, where a child has several.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> bland_altman([8.0, 9.0, 10.5], [8.2, 9.0, 10.0]).get_ylabel()
    'prediction minus label (years)'
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    agreement = evaluation.bland_altman(a, b, children=children)
    ax = axes_or_new(ax, 7.2, 4.6)
    if sexes is None:
        ax.scatter((a + b) / 2, a - b, s=14, alpha=0.4, color=PALETTE["model"], linewidths=0)
    else:
        scatter_by_sex(ax, (a + b) / 2, a - b, pd.Series(sexes), children)
    lines = (
        (agreement.upper, agreement.upper_interval, "--", "upper limit"),
        (agreement.bias, agreement.bias_interval, "-", "bias"),
        (agreement.lower, agreement.lower_interval, "--", "lower limit"),
    )
    for value, interval, style, name in lines:
        ax.axhspan(*interval, color="#BBBBBB", alpha=0.5, linewidth=0)
        ax.axhline(value, color=PALETTE["ink"], linestyle=style, linewidth=1.4)
        number = f"{value:+.2f} y".replace("-0.00", "0.00")
        ax.annotate(
            f"{name}\n{number}",
            (1.01, value),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=11,
            annotation_clip=False,
        )
    if reader_limits is not None:
        for value in reader_limits:
            ax.axhline(value, color=PALETTE["reader"], linestyle=":", linewidth=2.4)
        ax.plot([], [], color=PALETTE["reader"], linestyle=":", label=reader_name)
    reach = max(1.15 * max(np.abs(a - b).max(), abs(agreement.lower), abs(agreement.upper)), 0.1)
    ax.set(
        xlabel=f"mean of {names[0]} and {names[1]} (years)",
        ylabel=f"{names[0]} minus {names[1]} (years)",
        ylim=(-reach, reach),
    )
    age_ticks(ax.xaxis)
    if sexes is not None or reader_limits is not None:
        show_legend(
            ax,
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            frameon=False,
            ncols=3 if len(reader_name) < 28 else 2,
        )
    return ax


def model_beside_readers(
    yardstick: pd.DataFrame, floor: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw mean absolute differences with intervals: each comparison of the reader yardstick.

    Hollow marks are comparisons that look too good: a reader against a mean that includes the same
    reading.
    ``floor`` (years) is the constant predictor.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"who": ["model against reader 1"], "value": [0.8], "lower": [0.7],
    ...                       "upper": [0.9], "n": [100], "fair": [True]})
    >>> len(model_beside_readers(table).get_yticklabels())
    1
    """
    ax = axes_or_new(ax, 7.6, 0.55 * len(yardstick) + 1.6)
    for y, row in enumerate(yardstick.itertuples()):
        model = row.who.startswith("model")
        colour = PALETTE["model" if model else "reader"]
        ax.plot([row.lower, row.upper], [y, y], color=colour, linewidth=3)
        ax.plot(
            row.value,
            y,
            marker="o" if model else "s",
            markersize=9,
            color=colour,
            markerfacecolor=colour if row.fair else "white",
            markeredgewidth=2,
        )
        ax.annotate(
            f"{row.value:.2f} y",
            (row.upper, y),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    if floor is not None:
        ax.axvline(floor, color=PALETTE["floor"], linestyle="-.")
        ax.annotate(
            f" floor\n {floor:.2f} y",
            (floor, -0.45),
            fontsize=11,
            va="top",
            ha="left",
            color=PALETTE["ink"],
            annotation_clip=False,
        )
    names = [
        row.who + ("" if row.fair else "\n(unfair: half of that mean is reader 1)")
        for row in yardstick.itertuples()
    ]
    ax.set_yticks(range(len(yardstick)), names)
    right = max(yardstick["upper"].max(), floor or 0) * 1.2
    ax.set(
        xlim=(0, right),
        ylim=(len(yardstick) - 0.4, -0.6),
        xlabel="mean absolute difference (years)",
    )
    ax.grid(axis="y", visible=False)
    return ax
