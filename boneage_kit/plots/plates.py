"""Phantom hands as figures: plates in a row, bones outlined, stages side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .. import maturity
from ..phantom import PhantomRadiograph
from .axes import axes_or_new, bare
from .hand_pictures import bone_name, crop, growing_end, hand_box, outlines
from .stage_examples import plate, stage_example
from .style import PALETTE, SEX_WORD

__all__ = [
    "girl_beside_boy",
    "plate_row",
    "scoring_sheet",
    "show_hand",
    "show_pixels",
    "stage_ladder",
]


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

    Four plates are 260 pixels wide each; more plates are smaller.

    >>> plate_row("F", [2.0, 8.0], size=128).axes[1].get_title()
    'girl, 8 y'
    """
    figure = _figure((10.5, 4))
    axes = figure.subplots(1, len(ages), squeeze=False)[0].tolist()
    for ax, age in zip(axes, ages, strict=True):
        show_hand(plate(sex, float(age), size), ax=ax)
        ax.set_title(f"{SEX_WORD[sex]}, {maturity.age_in_words(age)}")
    _same_window(axes)
    wide, high = np.ptp(axes[0].get_xlim()), np.ptp(axes[0].get_ylim())
    each = min(2.6, 10.5 / len(ages))
    figure.set_size_inches(each * len(ages), each * high / wide + 0.3)
    return figure


def girl_beside_boy(age: float, bone: str = "middle_phalanx_3", size: int = 1024) -> Figure:
    """Draw a girl's and a boy's plate of one age (years), each with one growth plate enlarged.

    >>> girl_beside_boy(13.0, size=256).axes[2].get_title()
    'boy, 13 y'
    """
    figure = _figure((10.5, 3.9))
    axes = figure.subplots(1, 4, width_ratios=(1, 1.05, 1, 1.05))
    for (whole, joint), sex in zip((axes[:2], axes[2:]), ("F", "M"), strict=True):
        drawn = plate.__wrapped__(sex, float(age), size)  # too fine to be kept
        show_hand(drawn, ax=whole)
        whole.set_title(f"{SEX_WORD[sex]}, {maturity.age_in_words(age)}")
        row, column, side = growing_end(drawn, bone)
        corner = (column - side / 2, row - side / 2)
        whole.add_patch(Rectangle(corner, side, side, fill=False, ec=PALETTE["reader"], lw=2))
        joint.imshow(crop(drawn, bone, 300), cmap="gray", vmin=0, vmax=1)
        joint.set_title(bone_name(bone))
        bare(joint)
    _same_window([axes[0], axes[2]])
    return figure


def stage_ladder(
    bone: str, sex: str, stages: Sequence[str] | None = None, words: Sequence[str] | None = None
) -> Figure:
    """Draw one RUS bone at its stages, cut out of phantoms, with the points that it scores.

    Parameters
    ----------
    bone, sex
        One of ``maturity.RUS_BONES``; ``"F"`` or ``"M"``.
    stages
        The stages to draw; all of the bone's if None. Few stages are drawn larger.
    words
        A title for each stage in the place of its points.

    >>> stage_ladder("ulna", "F").axes[-1].get_title()
    'H: 173'
    """
    scores = maturity.rus_stage_scores(bone, sex)
    chosen = list(scores) if stages is None else list(stages)
    titles = words or [f"{stage}: {scores[stage]}" for stage in chosen]
    shown = [
        (title, piece)
        for stage, title in zip(chosen, titles, strict=True)
        if (piece := stage_example(bone, stage, sex, 240, 1024)) is not None
    ]
    rows = 1 if len(shown) <= 5 else 2
    columns = -(-len(shown) // rows)
    figure = _figure((2.0 * columns, (2.17 if rows == 1 else 2.24) * rows))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, (title, piece) in zip(axes, shown, strict=False):
        ax.imshow(piece, cmap="gray", vmin=0, vmax=1)
        ax.set_title(title)
        bare(ax)
    for ax in axes[len(shown) :]:
        ax.remove()
    return figure


def scoring_sheet(
    drawn: PhantomRadiograph,
    stages: Mapping[str, str] | None = None,
    bones: Sequence[str] = maturity.RUS_BONES,
) -> Figure:
    """Draw RUS bones of one hand cut out, with name, and stage and points where given.

    >>> hand = plate("F", 8.5, size=256)
    >>> scoring_sheet(hand, hand.stages).axes[0].get_title().splitlines()[0]
    'radius'
    """
    rows = 1 if len(bones) <= 5 else 2
    columns = -(-len(bones) // rows)
    width = min(10.5, 2.4 * columns)
    height = width / columns + (0.35 if stages is None else 0.6)
    figure = _figure((width, rows * height))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, bone in zip(axes, bones, strict=False):
        ax.imshow(crop(drawn, bone, 240), cmap="gray", vmin=0, vmax=1)
        title = bone_name(bone).replace("phalanx", "ph.")
        if stages is not None:
            points = maturity.rus_stage_scores(bone, drawn.sex)[stages[bone]]
            title += f"\n{stages[bone]}: {points} points"
        ax.set_title(title, fontsize=11)
        bare(ax)
    for ax in axes[len(bones) :]:
        ax.remove()
    return figure


def _figure(size: tuple[float, float]) -> Figure:
    return plt.figure(figsize=size, layout="constrained")


def _same_window(axes: Sequence[Axes]) -> None:
    """Show the same part of each picture, so that all hands have one frame."""
    x, y = np.array([ax.get_xlim() for ax in axes]), np.array([ax.get_ylim() for ax in axes])
    for ax in axes:
        ax.set(xlim=(x.min(), x.max()), ylim=(y.max(), y.min()))
