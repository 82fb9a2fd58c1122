"""Figures of robustness: error and moved readings against the dose of each perturbation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["dose_response", "perturbed_examples"]


def dose_response(
    responses: pd.DataFrame, columns: int = 4, floor: float | None = None
) -> Figure:
    """Draw one small chart a perturbation: MAE with its band (left), moved readings as bars.

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
    import matplotlib.pyplot as plt

    names = responses["perturbation"].unique()
    columns = max(min(columns, len(names)), 2)
    rows = int(np.ceil(len(names) / columns))
    fig, grid = plt.subplots(rows, columns, figsize=(3.0 * columns, 2.6 * rows), squeeze=False,
                             sharey=True)
    top = max(responses["upper"].max(), floor or 0) * 1.08
    for ax, name in zip(grid.flat, names, strict=False):
        one = responses[responses["perturbation"] == name]
        place = np.arange(len(one))
        ax.bar(place, one["moved"] * top, color="#DDDDDD", width=0.7, zorder=0)
        ax.fill_between(place, one["lower"], one["upper"], color=PALETTE["model"], alpha=0.25,
                        linewidth=0)
        ax.plot(place, one["mae"], color=PALETTE["model"], marker="o", markersize=5)
        if floor is not None:
            ax.axhline(floor, color=PALETTE["F"], linestyle="-.", linewidth=1.4)
        ax.set(title=name, xlabel=one["unit"].iloc[0], ylim=(0, top))
        ax.set_xticks(place, [f"{dose:g}" for dose in one["dose"]],
                      rotation=60 if len(one) > 7 else 0)
        ax.grid(axis="x", visible=False)
    for ax in grid.flat[len(names):]:
        ax.set_axis_off()
    for ax in grid[:, 0]:
        ax.set_ylabel("MAE (years)")
    _legend(fig, floor)
    return fig


def _legend(fig: Figure, floor: float | None) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [Line2D([], [], color=PALETTE["model"], marker="o", label="MAE with 95 % interval"),
               Patch(color="#DDDDDD",
                     label="readings moved by over 12 months (full height: all)")]
    if floor is not None:
        handles.append(Line2D([], [], color=PALETTE["F"], linestyle="-.",
                              label=f"constant predictor, {floor:.1f} y"))
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
    import matplotlib.pyplot as plt

    from ..probing.perturbations import PERTURBATIONS

    chosen = [PERTURBATIONS[name] for name in (names or PERTURBATIONS)]
    columns = min(columns, len(chosen))
    rows = int(np.ceil(len(chosen) / columns))
    fig, grid = plt.subplots(rows, columns, figsize=(2.1 * columns, 2.7 * rows), squeeze=False)
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, one in zip(grid.flat, chosen, strict=False):
        dose = max(one.doses[1:], key=lambda value: abs(value - one.doses[0]))
        ax.imshow(one(image[None], dose)[0], cmap="gray", vmin=0, vmax=255)
        ax.set_title(f"{one.name}\n{dose:g} {one.unit}", fontsize=11)
    return fig
