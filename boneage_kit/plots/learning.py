"""How a network learned: curves, augmented views, how many images it needs."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from .axes import axes_or_new
from .style import PALETTE

__all__ = ["augmented_views", "error_by_size", "errors_of_trainings", "training_curves"]


def training_curves(
    history: pd.DataFrame, floor: float | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the error on the training images beside the one on validation images, by epoch.

    Triangles at the top mark epochs whose validation error is larger than the axis shows.

    Parameters
    ----------
    history
        As :class:`boneage_kit.training.Fitted` has it: ``epoch``, ``train_mae``, ``valid_mae``.
    floor
        Error of the sex's median on the validation images, years.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"epoch": [1, 2], "train_mae": [3, 2], "valid_mae": [3, 2.5]})
    >>> training_curves(table, floor=3.0).get_ylabel()
    'mean absolute error (years)'
    """
    ax = axes_or_new(ax, 5, 4)
    curves = history.set_index("epoch")[["train_mae", "valid_mae"]]
    sns.lineplot(
        curves,
        palette=[PALETTE["reader"], PALETTE["model"]],
        dashes=[(4, 2), ""],
        legend=False,
        ax=ax,
    )
    last = history.iloc[-1]
    if floor is not None:
        ax.axhline(floor, color=PALETTE["floor"], linestyle=":")
        first = history[["train_mae", "valid_mae"]].iloc[0].max()
        top = max(1.5 * floor, min(first, 2 * floor))
        ax.set_ylim(top=min(ax.get_ylim()[1], top))  # a wild epoch must not hide the rest
    ax.set(xlabel="epoch", title=title, ylabel=_error_label(ax))
    ax.set_xlim(1, max(last["epoch"], 2))
    ax.set_ylim(bottom=0)
    _mark_beyond(ax, history)
    ends = {f"training {last['train_mae']:.1f} y": last["train_mae"]}
    if last["valid_mae"] == last["valid_mae"]:
        ends[f"validation {last['valid_mae']:.1f} y"] = last["valid_mae"]
    if floor is not None:
        ends[f"floor {floor:.1f} y"] = floor
    _name_ends(ax, ends)
    return ax


def _name_ends(ax: Axes, ends: dict[str, float]) -> None:
    """Write each line's name beside its end, to the right of the axes, without collisions."""
    top = ax.get_ylim()[1]
    apart, lowest = 0.075 * top, 0.0
    for label, value in sorted(ends.items(), key=lambda end: end[1]):
        height = lowest = max(min(value, top), lowest)
        ax.annotate(
            label,
            (1, height),
            (5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=11,
            annotation_clip=False,
        )
        lowest += apart


def _mark_beyond(ax: Axes, history: pd.DataFrame) -> None:
    """Mark the epochs whose validation error is larger than the axis shows."""
    top = ax.get_ylim()[1]
    beyond = history.loc[history["valid_mae"] > top, "epoch"]
    if len(beyond):
        ax.plot(
            beyond,
            [top] * len(beyond),
            "^",
            color=PALETTE["model"],
            markersize=8,
            clip_on=False,
            label="validation: above the axis",
        )
        ax.legend(loc="upper right", frameon=False, fontsize=10)


def augmented_views(image: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Draw an image and, beside it, changed versions of it.

    Parameters
    ----------
    image
        [s, s].
    views
        [n, s, s], float 0..1.

    Returns
    -------
    numpy.ndarray
        The n + 1 axes.

    >>> [ax.get_title() for ax in augmented_views(np.zeros((8, 8)), np.zeros((2, 8, 8)))]
    ['as it is', 'draw 1', 'draw 2']
    """
    axes = plt.subplots(1, len(views) + 1, figsize=(9, 9 / (len(views) + 1) + 0.4))[1]
    titles = ["as it is"] + [f"draw {k}" for k in range(1, len(views) + 1)]
    for ax, pixels, title in zip(axes, [image, *views], titles, strict=True):
        ax.imshow(pixels, vmin=0, vmax=255 if pixels.dtype == np.uint8 else 1)
        ax.set_title(title, fontsize=12)
        ax.axis("off")
    return axes


def error_by_size(
    table: pd.DataFrame,
    floor: float | None = None,
    title: str = "",
    label: str = "BoNet, augmented",
    colour: str = "model",
    marker: str = "o",
    ax: Axes | None = None,
) -> Axes:
    """Draw the error over the number of training images: a mean line, and a band.

    Parameters
    ----------
    table
        One row per training: ``n_train``, ``mae_years``. With ``lower`` and ``upper`` the band is
        the mean 95 % interval over test children; without them, the range of the trainings.
    floor
        Error of the sex's median, years.
    label, colour, marker
        Of this line; ``colour`` is a key of :data:`boneage_kit.plots.PALETTE`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"n_train": [50, 50, 100], "mae_years": [2.0, 2.2, 1.5]})
    >>> error_by_size(table).get_xscale()
    'log'
    """
    ax = axes_or_new(ax, 8, 4.5)
    known = {"lower", "upper"} <= set(table.columns)
    sns.lineplot(
        table,
        x="n_train",
        y="mae_years",
        estimator="mean",
        errorbar=None if known else ("pi", 100),
        marker=marker,
        markersize=7,
        markeredgewidth=0,
        color=PALETTE[colour],
        label=label,
        legend=False,
        ax=ax,
    )  # 100 % of the seeds: the range
    top = table["mae_years"].max()
    if known:
        band = table.groupby("n_train")[["lower", "upper"]].mean()
        ax.fill_between(
            band.index, band["lower"], band["upper"], color=PALETTE[colour], alpha=0.25, linewidth=0
        )
        top = max(top, band["upper"].max())
    if floor is not None:
        top = max(top, floor)
        ax.axhline(floor, color=PALETTE["floor"], linestyle=":", label="floor: the sex's median")
        ax.annotate(
            "floor",
            (0, floor),
            (4, 3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="bottom",
            fontsize=11,
        )
    ax.set(xscale="log", xlabel="training images", title=title, ylabel=_error_label(ax))
    ticks = sorted(table["n_train"].unique())
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set_ylim(
        0, max(ax.get_ylim()[1], 1.15 * top)
    )  # room above the floor; shared axes keep theirs
    return ax


def errors_of_trainings(
    table: pd.DataFrame, floor: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the error of each single training as a dot, one row per method, and its mean as a bar.

    Parameters
    ----------
    table
        ``method`` and ``mae_years``, one row per training; methods stand in this order.
    floor
        Error of the sex's median, years.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"method": ["probe", "probe"], "mae_years": [2.0, 2.2]})
    >>> errors_of_trainings(table, floor=4.0).get_xlabel()
    'mean absolute error (years)'
    """
    names = list(dict.fromkeys(table["method"]))
    ax = axes_or_new(ax, 9, 1.4 + 0.55 * len(names))
    sns.stripplot(
        table,
        x="mae_years",
        y="method",
        order=names,
        color=PALETTE["model"],
        size=9,
        jitter=False,
        ax=ax,
    )
    for place, name in enumerate(names):
        mean = table.loc[table["method"] == name, "mae_years"].mean()
        ax.plot([mean, mean], [place - 0.28, place + 0.28], color=PALETTE["ink"], linewidth=2)
    top = table["mae_years"].max()
    if floor is not None:
        ax.axvline(floor, color=PALETTE["floor"], linestyle=":")
        ax.annotate(
            "floor",
            (floor, 1),
            (-4, -4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=11,
        )
        top = max(top, floor)
    ax.set(xlabel="mean absolute error (years)", ylabel="", xlim=(0, 1.08 * top))
    return ax


def _error_label(ax: Axes) -> str:
    """Return the label of the error's axis; panels beside the first share its label."""
    panel = ax.get_subplotspec()
    return "mean absolute error (years)" if panel is None or panel.is_first_col() else ""
