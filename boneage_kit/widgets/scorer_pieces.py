"""What the TW scorer shows, as HTML: the bone beside a stage, the row of stages, the truth."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from .. import maturity
from ..phantom import PhantomRadiograph
from ..plots.hand_pictures import bone_name, crop, png_bytes, svg
from ..plots.shown_figure import to_data_url
from ..plots.stage_examples import stage_example
from .next_stage import criterion_of

__all__ = ["beside", "criteria", "stage_row", "truth"]

_LARGE, _SMALL = 300, 84  # px on the page
_BUTTON = (
    "font:inherit;font-size:14px;padding:2px;cursor:pointer;background:transparent;color:inherit;"
    "border:3px solid "
)


def beside(drawn: PhantomRadiograph, bone: str, stage: str | None) -> str:
    """Return the whole hand, the bone of this hand, and the chosen stage's picture, side by side.

    The bones of the hand carry ``data-pick``.
    """
    hand = svg(
        drawn, _LARGE - 26, (bone, f"{bone}_epiphysis"), f"Phantom hand, {bone_name(bone)} outlined"
    )
    mine = _large(crop(drawn, bone, _LARGE), f"this hand: {bone_name(bone)}")
    if stage is None:
        other = (
            f'<div style="width:{_LARGE}px;height:{_LARGE}px;border:1px dashed #767676;'
            'display:flex;align-items:center;padding:0 16px;box-sizing:border-box">'
            "Press a stage below. Its picture appears here, beside your bone.</div>"
        )
    else:
        other = _large(
            stage_example(bone, stage, drawn.sex, _LARGE, 1024), f"example of stage {stage}"
        )
    return (
        '<div style="display:flex;gap:14px;font-size:15px;align-items:flex-start">'
        f"{hand}{mine}{other}</div>"
    )


def stage_row(bone: str, sex: str, chosen: str | None) -> str:
    """Return one button per stage, with a picture and its points; each carries ``data-pick``."""
    buttons = []
    for stage, points in maturity.rus_stage_scores(bone, sex).items():
        pressed = stage == chosen
        edge = "#0072B2" if pressed else "#c8c8c8"
        word = "point" if points == 1 else "points"
        name = f"stage {stage}, {points} {word}"
        buttons.append(
            f'<button type="button" data-pick="{stage}" aria-pressed="{str(pressed).lower()}" '
            f'aria-label="{name}" style="{_BUTTON}{edge}">'
            f"{_image(stage_example(bone, stage, sex), _SMALL, '')}"
            f"<div><b>{'✓ ' if pressed else ''}{stage}</b> · {points}</div></button>"
        )
    return (
        '<div role="group" aria-label="Stages with their points" '
        f'style="display:flex;gap:5px;margin-top:6px">{"".join(buttons)}</div>'
    )


def criteria(bone: str, sex: str, chosen: str | None) -> str:
    """Return the criterion of the chosen stage between those of its neighbours."""
    stages = list(maturity.rus_stage_scores(bone, sex))
    if chosen is None:
        return _text("Points stand beside each letter. Press a stage to see what it asks for.")
    place = stages.index(chosen)
    lines = []
    for stage in stages[max(place - 1, 0) : place + 2]:
        line = f"{stage}: {html.escape(criterion_of(bone, stage))}"
        lines.append(f"<b>{line}</b>" if stage == chosen else line)
    return _text("<br>".join(lines))


def truth(text: str, rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Return the drawn score in words and the table of stages: bone, you, drawn, comment."""

    def line(cells: Sequence[str], tag: str) -> str:
        inside = "".join(
            f"<{tag} style='padding:2px 22px 2px 0;text-align:left'>{html.escape(cell)}</{tag}>"
            for cell in cells
        )
        return f"<tr>{inside}</tr>"

    table = line(("bone", "you", "drawn", ""), "th") + "".join(line(row, "td") for row in rows)
    return f"{_text(html.escape(text))}<table style='font-size:15px'>{table}</table>"


def _text(inside: str) -> str:
    return f"<p style='font-size:15px;line-height:1.35;max-width:880px;margin:6px 0'>{inside}</p>"


def _large(piece: np.ndarray | None, name: str) -> str:
    return f"<div>{_image(piece, _LARGE - 22, name)}<div>{html.escape(name)}</div></div>"


def _image(piece: np.ndarray | None, side: int, name: str) -> str:
    if piece is None:
        return f"<i style='display:inline-block;width:{side}px'>not drawn</i>"
    address = to_data_url(png_bytes(piece))
    return (
        f'<img src="{address}" width="{side}" height="{side}" alt="{html.escape(name)}" '
        'style="display:block"/>'
    )
