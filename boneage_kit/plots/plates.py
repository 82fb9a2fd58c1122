"""Phantom hands as figures: plates in a row, bones outlined, stages side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import maturity
from ..phantom import PhantomRadiograph
from .axes import axes_or_new, bare
from .hand_pictures import bone_name, crop, hand_box, outlines
from .stage_examples import plate, stage_example
from .style import PALETTE, SEX_WORD

__all__ = ["plate_row", "scoring_sheet", "show_hand", "show_pixels", "stage_ladder"]


def show_hand(
    drawn: PhantomRadiograph,
    chosen: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one radiograph; outline the ``chosen`` structures, write ``names`` beside some.

    Parameters
    ----------
    drawn
        What :func:`boneage_kit.phantom.render` returns.
    chosen
        Names on the label map to outline.
    names
        Label-map name to the text beside it.

    >>> show_hand(plate("F", 8.5, size=128), chosen=["radius"]).get_xticks().tolist()
    []
    """
    ax = axes_or_new(ax, 5, 6.5)
    ax.imshow(drawn.pixels, cmap="gray", vmin=0, vmax=1)
    ids = {name: number for number, name in drawn.bones.items()}
    wanted = [ids[name] for name in chosen if name in ids]
    labels = np.where(np.isin(drawn.labels, wanted), drawn.labels, 0)
    for lines in outlines(labels, drawn.bones).values():
        for line in lines:
            ax.plot(*line.T, color=PALETTE["reader"], lw=1.6)
    top, bottom, left, right = hand_box(drawn.labels)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    bare(ax)
    pixels = {
        text: np.argwhere(drawn.labels == ids.get(name, -1)) for name, text in (names or {}).items()
    }
    _names_beside(ax, {text: part.mean(axis=0) for text, part in pixels.items() if len(part)})
    return ax


def _names_beside(ax: Axes, centres: Mapping[str, np.ndarray]) -> None:
    """Write names left and right of the hand, each with a line to its (row, column)."""
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    middle, step = left + 0.4 * (right - left), 0.045 * (bottom - top)
    gap = 0.015 * (right - left)  # the names stand clear of the film
    for side, edge in (("right", left - gap), ("left", right + gap)):
        of_side = [item for item in centres.items() if (item[1][1] < middle) == (side == "right")]
        height = -np.inf
        for text, (row, column) in sorted(of_side, key=lambda item: item[1][0]):
            height = max(row, height + step)
            ax.annotate(
                text,
                (column, row),
                xytext=(edge, height),
                ha=side,
                va="center",
                fontsize=12,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": PALETTE["reader"], "lw": 1.3},
            )
            ax.plot(column, row, "o", ms=4, color=PALETTE["reader"])


def show_pixels(pixels: np.ndarray, ax: Axes | None = None) -> Axes:
    """Draw a radiograph, float [H, W] in 0..1 with bone bright, without any frame.

    >>> import matplotlib; matplotlib.use("agg")
    >>> show_pixels(np.zeros((8, 6))).get_xticks().tolist()
    []
    """
    ax = axes_or_new(ax, 5, 6.5)
    ax.imshow(pixels, cmap="gray", vmin=0, vmax=1)
    bare(ax)
    return ax


def plate_row(sex: str, ages: Sequence[float], size: int = 512) -> Figure:
    """Draw phantom atlas plates of one sex side by side, each with its age.

    >>> plate_row("F", [2.0, 8.0], size=128).axes[1].get_title()
    'girl, 8 y'
    """
    figure = _figure((1.75 * len(ages), 2.85))
    axes = figure.subplots(1, len(ages), squeeze=False)[0].tolist()
    for ax, age in zip(axes, ages, strict=True):
        show_hand(plate(sex, float(age), size), ax=ax)
        ax.set_title(f"{SEX_WORD[sex]}, {maturity.age_in_words(age)}")
    _same_window(axes)
    return figure


def stage_ladder(bone: str, sex: str) -> Figure:
    """Draw one RUS bone at each of its stages, cut out of phantoms, with the points it scores.

    >>> stage_ladder("ulna", "F").axes[-1].get_title()
    'H: 173'
    """
    scores = maturity.rus_stage_scores(bone, sex)
    shown = [(stage, stage_example(bone, stage, sex)) for stage in scores]
    shown = [(stage, piece) for stage, piece in shown if piece is not None]
    figure = _figure((1.22 * len(shown), 1.65))
    for ax, (stage, piece) in zip(figure.subplots(1, len(shown)), shown, strict=True):
        ax.imshow(piece, cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"{stage}: {scores[stage]}")
        bare(ax)
    return figure


def scoring_sheet(drawn: PhantomRadiograph, stages: Mapping[str, str] | None = None) -> Figure:
    """Draw the 13 RUS bones of one hand cut out, with name, and stage and points where given.

    >>> hand = plate("F", 8.5, size=256)
    >>> scoring_sheet(hand, hand.stages).axes[0].get_title().splitlines()[0]
    'radius'
    """
    figure = _figure((10.5, 3.7 if stages is None else 4.2))
    axes = figure.subplots(2, 7).ravel()
    for ax, bone in zip(axes, maturity.RUS_BONES, strict=False):
        ax.imshow(crop(drawn, bone), cmap="gray", vmin=0, vmax=1)
        title = bone_name(bone).replace("phalanx", "ph.")
        if stages is not None:
            points = maturity.rus_stage_scores(bone, drawn.sex)[stages[bone]]
            title += f"\n{stages[bone]}: {points} points"
        ax.set_title(title, fontsize=11)
        bare(ax)
    axes[-1].set_axis_off()
    return figure


def _figure(size: tuple[float, float]) -> Figure:
    return plt.figure(figsize=size, layout="constrained")


def _same_window(axes: Sequence[Axes]) -> None:
    """Show the same part of each picture, so that all hands have one frame."""
    x, y = np.array([ax.get_xlim() for ax in axes]), np.array([ax.get_ylim() for ax in axes])
    for ax in axes:
        ax.set(xlim=(x.min(), x.max()), ylim=(y.max(), y.min()))
