"""Figures of robustness: error and moved readings against the dose of each perturbation."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..probing.perturbations import PERTURBATIONS
from .style import PALETTE

__all__ = ["dose_response", "perturbed_examples"]


def dose_response(responses: pd.DataFrame, columns: int = 4, floor: float | None = None) -> Figure:
    """Draw one small chart per perturbation: MAE with its band (left), moved readings as bars.

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
        rows, columns, figsize=(3.0 * columns, 2.6 * rows), squeeze=False, sharey=True
    )
    top = max(responses["upper"].max(), floor or 0) * 1.08
    for ax, name in zip(grid.flat, names, strict=False):
        doses = responses[responses["perturbation"] == name]
        x = np.arange(len(doses))
        ax.bar(x, doses["moved"] * top, color="#DDDDDD", width=0.7, zorder=0)
        ax.fill_between(
            x, doses["lower"], doses["upper"], color=PALETTE["model"], alpha=0.25, linewidth=0
        )
        ax.plot(x, doses["mae"], color=PALETTE["model"], marker="o", markersize=5)
        if floor is not None:
            ax.axhline(floor, color=PALETTE["F"], linestyle="-.", linewidth=1.4)
        ax.set(title=name, xlabel=doses["unit"].iloc[0], ylim=(0, top))
        ax.set_xticks(
            x, [f"{dose:g}" for dose in doses["dose"]], rotation=60 if len(doses) > 7 else 0
        )
        ax.grid(axis="x", visible=False)
    for ax in grid.flat[len(names) :]:
        ax.set_axis_off()
    for ax in grid[:, 0]:
        ax.set_ylabel("MAE (years)")
    _legend(fig, floor)
    return fig


def _legend(fig: Figure, floor: float | None) -> None:
    handles = [
        Line2D([], [], color=PALETTE["model"], marker="o", label="MAE with 95 % interval"),
        Patch(color="#DDDDDD", label="readings moved by over 12 months (full height: all)"),
    ]
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
    image: np.ndarray, names: list[str] | None = None, columns: int = 6
) -> Figure:
    """Draw one radiograph, ``uint8 [h, w]``, under the strongest dose of each perturbation.

    >>> import matplotlib; matplotlib.use("Agg")
    >>> fig = perturbed_examples(np.zeros((16, 16), np.uint8), ["flip", "blur"])
    >>> [ax.get_title() for ax in fig.axes[:2]]
    ['flip\\n1 mirrored', 'blur\\n4 SD, % of the side']
    """
    chosen = [PERTURBATIONS[name] for name in (names or PERTURBATIONS)]
    columns = min(columns, len(chosen))
    rows = int(np.ceil(len(chosen) / columns))
    fig, grid = plt.subplots(rows, columns, figsize=(2.1 * columns, 2.7 * rows), squeeze=False)
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, change in zip(grid.flat, chosen, strict=False):
        dose = _strongest(change.doses)
        ax.imshow(change(image[None], dose)[0], cmap="gray", vmin=0, vmax=255)
        ax.set_title(f"{change.name}\n{dose:g} {change.unit}", fontsize=11)
    return fig


def _strongest(doses: Sequence[float]) -> float:
    """Return the dose that lies farthest from the first, which changes nothing."""
    return max(doses[1:], key=lambda dose: abs(dose - doses[0]))
