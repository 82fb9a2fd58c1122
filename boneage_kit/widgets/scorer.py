"""The TW scorer: stage 13 bones by their criteria, sum the points, look up the age, compare."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from .. import maturity
from ..errors import BadInput
from ..phantom import PhantomRadiograph
from ..plots.hand_pictures import bone_name, crop, png_bytes, svg
from ..plots.plates import scoring_sheet
from ..plots.shown_figure import to_data_url
from ..plots.stage_examples import stage_example
from ..plots.style import SEX_WORD
from .next_stage import criterion_of
from .panel import Panel

__all__ = ["TWScorer", "tw_scorer"]

_UNSET = "–"


def tw_scorer(drawn: PhantomRadiograph, live: bool | None = None) -> TWScorer:
    """Return the TW scorer for one phantom radiograph (512 px or more shows the marks).

    Where no widgets can be used it is a picture of the 13 bones with their names; the truth is
    not on it.

    >>> from boneage_kit import phantom
    >>> tw_scorer(phantom.render("F", 8.5, size=256)).score_text()
    '0 of 13 bones staged, 0 points so far.'
    """
    return TWScorer(drawn, live)


class TWScorer(Panel):
    """See :func:`tw_scorer`. ``stages`` holds what has been chosen so far."""

    def __init__(self, drawn: PhantomRadiograph, live: bool | None = None) -> None:
        super().__init__(live)
        if not getattr(drawn, "stages", None):
            raise BadInput(
                "This radiograph has no stages.",
                "Give a phantom: boneage_kit.phantom.render(sex=..., bone_age=...).",
            )
        self.drawn = drawn
        self.stages: dict[str, str] = {}
        self._silent = False

    # -- what the widget says, without the widget ------------------------------------------

    def score_text(self) -> str:
        """Return the sum so far, or the RUS score and TW3 bone age when all 13 are staged."""
        sex, done = self.drawn.sex, self.stages
        if len(done) < len(maturity.RUS_BONES):
            points = sum(
                maturity.rus_stage_scores(bone, sex)[stage] for bone, stage in done.items()
            )
            return f"{len(done)} of 13 bones staged, {points} points so far."
        score = maturity.tw3_rus_score(done, sex)
        return f"RUS score {score}: TW3 bone age {maturity.tw3_rus_age_text(score, sex)}."

    def truth_table(self) -> list[tuple[str, str, str, str]]:
        """Return (bone, your stage, true stage, comment) for the bones staged so far."""
        rows = []
        for bone in maturity.RUS_BONES:
            if bone in self.stages:
                mine, true = self.stages[bone], self.drawn.stages[bone]
                apart = ord(mine) - ord(true)
                comment = (
                    "agreed" if apart == 0 else f"{abs(apart)} too {'high' if apart > 0 else 'low'}"
                )
                rows.append((bone_name(bone), mine, true, comment))
        return rows

    def truth_text(self) -> str:
        """Return the drawn hand's own score, TW3 age and atlas age."""
        score = maturity.tw3_rus_score(self.drawn.stages, self.drawn.sex)
        return (
            f"As drawn: RUS score {score}, TW3 bone age "
            f"{maturity.tw3_rus_age_text(score, self.drawn.sex)}; on the atlas's scale "
            f"{self.drawn.bone_age:.1f} years."
        )

    # -- live ------------------------------------------------------------------------------

    def build(self) -> w.HBox:
        """Return the widget."""
        self._bone = w.Dropdown(
            options=[
                (f"{i}. {bone_name(bone)}", bone)
                for i, bone in enumerate(maturity.RUS_BONES, start=1)
            ],
            description="Bone",
            layout={"width": "330px"},
        )
        self._hand, self._ladder = w.HTML(), w.HTML()
        self._stage = w.ToggleButtons(
            options=[_UNSET], description="Stage", style={"button_width": "42px"}
        )
        self._sum, self._truth = w.HTML(), w.HTML()
        forth = w.Button(description="Next bone", layout={"width": "120px"})
        forth.on_click(lambda _: self._next())
        reveal = w.Button(description="Show the truth", layout={"width": "140px"})
        reveal.on_click(lambda _: self._reveal())
        self._bone.observe(lambda _: self._show(), "value")
        self._stage.observe(self._chosen, "value")
        self._show()
        right = w.VBox(
            [
                w.HBox([self._bone, forth]),
                self._stage,
                self._sum,
                self._ladder,
                reveal,
                self._truth,
            ],
            layout={"width": "570px", "margin": "0 0 0 8px"},
        )
        return w.HBox([self._hand, right], layout={"flex_flow": "row wrap"})

    def _show(self) -> None:
        bone, sex = self._bone.value, self.drawn.sex
        text = f"Phantom radiograph, {bone_name(bone)} outlined"
        self._hand.value = svg(self.drawn, 330, (bone, f"{bone}_epiphysis"), text)
        scores = maturity.rus_stage_scores(bone, sex)
        cards = [_card("this hand", crop(self.drawn, bone, 150), "")]
        cards += [
            _card(f"{stage}: {points}", stage_example(bone, stage, sex), criterion_of(bone, stage))
            for stage, points in scores.items()
        ]
        self._ladder.value = (
            '<div style="display:flex;flex-wrap:wrap;gap:8px;font-size:14px;'
            f'line-height:1.3">{"".join(cards)}</div>'
        )
        with self._stage.hold_trait_notifications():
            self._silent = True
            self._stage.options = [_UNSET, *scores]
            self._stage.value = self.stages.get(bone, _UNSET)
        self._silent = False
        self._sum.value = f"<p style='font-size:16px'><b>{self.score_text()}</b></p>"

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if self._silent:
            return
        if change["new"] == _UNSET:
            self.stages.pop(self._bone.value, None)
        else:
            self.stages[self._bone.value] = change["new"]
        self._sum.value = f"<p style='font-size:16px'><b>{self.score_text()}</b></p>"

    def _next(self) -> None:
        index = maturity.RUS_BONES.index(self._bone.value)
        self._bone.value = maturity.RUS_BONES[(index + 1) % len(maturity.RUS_BONES)]

    def _reveal(self) -> None:
        cells = "".join(
            "<tr>"
            + "".join(
                f"<td style='padding:1px 14px 1px 0'>{html.escape(cell)}</td>" for cell in row
            )
            + "</tr>"
            for row in self.truth_table()
        )
        head = "".join(
            f"<th style='text-align:left'>{name}</th>" for name in ("bone", "you", "drawn", "")
        )
        self._truth.value = (
            f"<p style='font-size:15px'>{self.truth_text()}</p>"
            f"<table style='font-size:14px'><tr>{head}</tr>{cells}</table>"
        )

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Figure:
        """Return the 13 bones cut out, with their names."""
        return scoring_sheet(self.drawn)

    def alt(self) -> str:
        """Return what is to be done, in words."""
        child = SEX_WORD[self.drawn.sex]
        return (
            f"TW scorer for a phantom radiograph of a {child}: the growing ends of the 13 RUS "
            "bones (radius, ulna, metacarpals, proximal, middle and distal phalanges of the "
            "rays I, III and V), cut out one by one, each to be given a stage from A to I by "
            "its criteria; the points are summed and turned into a TW3 bone age."
        )


def _card(title: str, piece: np.ndarray | None, text: str) -> str:
    picture = "<i>not drawn</i>"
    if piece is not None:
        picture = (
            f'<img src="{to_data_url(png_bytes(piece))}" width="96" alt="{html.escape(title)}"/>'
        )
    return (
        f'<div style="width:105px"><b>{html.escape(title)}</b><br>{picture}<br>'
        f"{html.escape(text)}</div>"
    )
