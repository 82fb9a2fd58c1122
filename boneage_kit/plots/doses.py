"""Figures of robustness: error and moved predictions against the dose of each change."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..probing.perturbations import PERTURBATIONS
from ..probing.robustness import worst_doses
from ..probing.robustness_words import dose_in_words
from .axes import bare
from .style import PALETTE

__all__ = ["dose_response", "perturbed_examples", "worst_changes"]

_MOVED = PALETTE["reader"]


def worst_changes(responses: pd.DataFrame, most: int = 10) -> Figure:
    """Draw what the strongest dose of each change does: the MAE (left), moved predictions (right).

    Parameters
    ----------
    responses
        From :func:`boneage_kit.probing.robustness.dose_response`.
    most
        How many changes are drawn, the most harmful first.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"perturbation": "blur", "dose": [0.0, 4], "unit": "SD, % of the side",
    ...                       "mae": [0.8, 1.2], "lower": [0.7, 1.0], "upper": [0.9, 1.4],
    ...                       "moved": [0.0, 0.3], "n": 60})
    >>> worst_changes(table).axes[0].get_yticklabels()[0].get_text()
    'blur (SD 4 % of the side)'
    """
    worst = worst_doses(responses).head(most)
    start = float((worst["mae"] - worst["added"]).iloc[0])
    y = np.arange(len(worst))
    fig, (left, right) = plt.subplots(
        1, 2, figsize=(11, 0.42 * len(worst) + 1.6), sharey=True, width_ratios=(3, 2)
    )
    left.hlines(y, start, worst["mae"], color=PALETTE["floor"], linewidth=2)
    half = np.array([worst["mae"] - worst["lower"], worst["upper"] - worst["mae"]])
    left.errorbar(worst["mae"], y, xerr=half, fmt="o", color=PALETTE["model"], capsize=3)
    left.axvline(start, color=PALETTE["ink"], linestyle="--", linewidth=1.4)
    left.set_title(f"MAE (dashed: untouched images, {start:.2f} years)", fontsize=12)
    left.set(xlabel="years", xlim=(0, None))
    right.barh(y, 100 * worst["moved"], color=_MOVED, height=0.55)
    for row, share in zip(y, worst["moved"], strict=True):
        right.annotate(f"{share:.0%}", (100 * share, row), xytext=(5, 0), va="center",
                       textcoords="offset points", fontsize=11)  # fmt: skip
    right.set_title("moved by over a year", fontsize=12)
    right.set(xlabel=f"% of the predictions for {int(worst['n'].iloc[0])} children", xlim=(0, 112))
    left.set_yticks(y, [_named(row.perturbation, row.dose, row.unit) for row in worst.itertuples()])
    left.set_ylim(len(worst) - 0.5, -0.5)
    for ax in (left, right):
        ax.grid(axis="y", visible=False)
    return fig


def _named(name: str, dose: float, unit: str) -> str:
    words = dose_in_words(dose, unit)
    return f"{name} ({words})" if words else name


def dose_response(responses: pd.DataFrame, columns: int = 4, floor: float | None = None) -> Figure:
    """Draw one small chart per change: the MAE with its interval, and the moved predictions.

    Doses stand where their number puts them. Changes that are there or not (mirrored, inverted)
    have two points and no line between them.

    Parameters
    ----------
    responses
        From :func:`boneage_kit.probing.robustness.dose_response`.
    floor
        MAE in years of the constant predictor: past it, the model is worse than not looking.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> table = pd.DataFrame({"perturbation": "blur", "dose": [0.0, 1], "unit": "SD",
    ...                       "mae": [0.8, 1.2], "lower": [0.7, 1.0], "upper": [0.9, 1.4],
    ...                       "moved": [0.0, 0.3]})
    >>> dose_response(table).axes[0].get_title()
    'blur'
    """
    names = responses["perturbation"].unique()
    columns = max(min(columns, len(names)), 2)
    rows = int(np.ceil(len(names) / columns))
    fig, grid = plt.subplots(
        rows, columns, figsize=(3.2 * columns, 2.7 * rows), squeeze=False, sharey=True
    )
    top = max(responses["upper"].max(), floor or 0) * 1.08
    for ax, name in zip(grid.flat, names, strict=False):
        doses = responses[responses["perturbation"] == name]
        last = ax in grid[:, -1]
        _panel(ax, doses, top, floor, right_axis=last)
        ax.set(title=name, xlabel=doses["unit"].iloc[0], ylim=(0, top))
    for ax in grid.flat[len(names) :]:
        ax.set_axis_off()
    for ax in grid[:, 0]:
        ax.set_ylabel("MAE (years)")
    _legend(fig, floor)
    return fig


def _panel(
    ax: Axes, doses: pd.DataFrame, top: float, floor: float | None, *, right_axis: bool
) -> None:
    x = doses["dose"].to_numpy()
    line = "" if len(doses) == 2 and set(x) == {0.0, 1.0} else "-"
    half = np.array([doses["mae"] - doses["lower"], doses["upper"] - doses["mae"]])
    ax.errorbar(x, doses["mae"], yerr=half, color=PALETTE["model"], marker="o", markersize=5,
                capsize=2, linestyle=line)  # fmt: skip
    if floor is not None:
        ax.axhline(floor, color=PALETTE["F"], linestyle="-.", linewidth=1.4)
    if not line:
        ax.set_xticks([0, 1], ["no", "yes"])
        ax.set_xlim(-0.5, 1.5)
    share = ax.twinx()
    share.plot(x, 100 * doses["moved"], color=_MOVED, marker="s", markersize=4, linewidth=1.4,
               linestyle="--" if line else "")  # fmt: skip
    share.set_ylim(0, 108)
    share.grid(visible=False)
    share.spines["right"].set_visible(right_axis)
    if right_axis:
        share.set_ylabel("moved (%)")
    else:
        share.set_yticks([])


def _legend(fig: Figure, floor: float | None) -> None:
    handles = [
        Line2D([], [], color=PALETTE["model"], marker="o", label="MAE with 95 % interval (left)"),
        Line2D([], [], color=_MOVED, marker="s", linestyle="--",
               label="predictions that moved by over 12 months (right)"),
    ]  # fmt: skip
    if floor is not None:
        handles.append(
            Line2D(
                [],
                [],
                color=PALETTE["F"],
                linestyle="-.",
                label=f"constant predictor, {floor:.1f} y",
            )
        )
    fig.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)


def perturbed_examples(
    image: np.ndarray,
    names: list[str] | None = None,
    columns: int = 6,
    doses: dict[str, float] | None = None,
) -> Figure:
    """Draw one radiograph, ``uint8 [h, w]``, under one dose of each change.

    Parameters
    ----------
    names
        Which changes; None: all.
    columns
        Pictures per row; the fewer, the larger each is.
    doses
        The dose to draw, by name; the strongest where none is given.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> fig = perturbed_examples(np.zeros((16, 16), np.uint8), ["flip", "blur"])
    >>> [ax.get_title() for ax in fig.axes[:2]]
    ['flip', 'blur\\nSD 4 % of the side']
    """
    chosen = [PERTURBATIONS[name] for name in (names or PERTURBATIONS)]
    columns = min(columns, len(chosen))
    rows = int(np.ceil(len(chosen) / columns))
    side = max(2.1, min(3.2, 12.6 / columns))
    fig, grid = plt.subplots(
        rows, columns, figsize=(side * columns, (side + 0.72) * rows), squeeze=False
    )
    for ax in grid.flat[len(chosen) :]:
        ax.set_axis_off()
    for ax, change in zip(grid.flat, chosen, strict=False):
        bare(ax)
        dose = (doses or {}).get(change.name, _strongest(change.doses))
        ax.imshow(change(image[None], dose)[0], cmap="gray", vmin=0, vmax=255)
        ax.set_title("\n".join(filter(None, (change.name, dose_in_words(dose, change.unit)))))
    return fig


def _strongest(doses: Sequence[float]) -> float:
    """Return the dose that lies farthest from the first, which changes nothing."""
    return max(doses[1:], key=lambda dose: abs(dose - doses[0]))
