"""The atlas explorer: move the age, watch the plate change, ask a bone what comes next."""

from __future__ import annotations

import html
import textwrap
from typing import Any

import ipywidgets as w
from matplotlib.figure import Figure

from .. import maturity
from ..phantom.anatomy import CARPALS
from ..plots.hand_pictures import bone_name, svg
from ..plots.plates import show_hand
from ..plots.stage_examples import OLDEST, plate
from ..plots.style import SEX_WORD
from ..plots.timetable import ossification_timetable
from .next_stage import describe_bone
from .panel import Panel
from .timetable_svg import timetable_svg

__all__ = ["AtlasExplorer", "atlas_explorer"]

_NONE = -1.0  # a dropdown shows no entry at all for None
_TEXT = "font-size:15px;line-height:1.35;max-width:860px;margin:4px 0"
_SEX = {word: sex for sex, word in SEX_WORD.items()}


def atlas_explorer(
    sex: str = "F", age: float = 8.5, bone: str = "ulna", live: bool | None = None
) -> AtlasExplorer:
    """Return the atlas explorer, starting at one sex and age (years) with one bone chosen.

    Where no widgets can be used (a printed page, GitHub, papermill) it is a picture with the
    same content; ``live`` decides that by hand.

    Raises
    ------
    BadInput
        For an unknown sex.

    >>> atlas_explorer("M", age=11.0, bone="radius").phase_text("M", 11.0)[:29]
    'Phase: early and mid puberty.'
    """
    return AtlasExplorer(sex, age, bone, live)


class AtlasExplorer(Panel):
    """See :func:`atlas_explorer`."""

    def __init__(self, sex: str, age: float, bone: str, live: bool | None = None) -> None:
        super().__init__(live)
        maturity.gp_plate_ages(sex)  # refuses an unknown sex
        self.sex, self.age, self.bone = sex, float(age), bone

    def phase_text(self, sex: str, age: float) -> str:
        """Return what phase this age is in, where to look, and what the nearest plate shows."""
        phase = maturity.gilsanz_phase(age, sex)
        nearest = maturity.nearest_gp_plate(age, sex)
        milestones = maturity.gp_milestones(sex).query("plate_age == @nearest")
        shows = "; ".join(f"{row.structures}: {row.event}" for row in milestones.itertuples())
        return (
            f"Phase: {phase['phase']}. Look at {phase['look_at']}: {phase['sign']}. "
            f"Nearest Greulich and Pyle plate: {maturity.age_in_words(nearest)}"
            + (f", which newly shows {shows}." if shows else ".")
        )

    # -- live ------------------------------------------------------------------------------

    def build(self) -> w.VBox:
        """Return the widget."""
        wide = {"description_width": "110px"}
        self._sex = w.Dropdown(
            options=list(_SEX),
            description="Atlas of a",
            style=wide,
            value=SEX_WORD[self.sex],
            layout={"width": "200px"},
        )
        self._age = w.FloatSlider(
            value=self.age,
            min=0,
            max=OLDEST[self.sex],
            step=0.1,
            description="Bone age, years",
            readout_format=".1f",
            style=wide,
            layout={"width": "380px"},
        )
        back, forth = (
            w.Button(description=text, layout={"width": "100px"})
            for text in ("Plate before", "Next plate")
        )
        back.on_click(lambda _: self._step(-1))
        forth.on_click(lambda _: self._step(1))
        names = [*sorted(maturity.RUS_BONES), *CARPALS, "adductor_sesamoid"]
        self._bone = w.Dropdown(
            options=[(bone_name(name), name) for name in names],
            value=self.bone,
            description="Bone",
            style=wide,
        )
        self._other = w.Dropdown(
            options=self._other_options(self.sex),
            value=_NONE,
            description="Second plate",
            style=wide,
        )
        self._hands, self._text, self._chart, self._phase = (w.HTML() for _ in range(4))
        self._sex.observe(self._sex_changed, "value")
        for control in (self._age, self._bone, self._other):
            control.observe(lambda _: self._draw(), "value")
        self._draw()
        rows = {"flex_flow": "row wrap"}
        return w.VBox(
            [
                w.HBox([self._sex, self._age, back, forth], layout=rows),
                w.HBox([self._bone, self._other], layout=rows),
                self._text,
                w.HBox([self._hands, self._chart], layout=rows),
                self._phase,
            ]
        )

    def _other_options(self, sex: str) -> list[tuple[str, float]]:
        plates = [(maturity.age_in_words(age), float(age)) for age in maturity.gp_plate_ages(sex)]
        return [("none", _NONE), *plates]

    def _sex_changed(self, _: Any) -> None:
        sex = _SEX[self._sex.value]
        self._age.max = OLDEST[sex]
        self._other.options = self._other_options(sex)
        self._other.value = _NONE
        self._draw()

    def _step(self, direction: int) -> None:
        plates = maturity.gp_plate_ages(_SEX[self._sex.value])
        now = self._age.value
        ahead = plates[plates > now + 0.051] if direction > 0 else plates[plates < now - 0.051]
        if len(ahead):
            self._age.value = round(float(ahead[0 if direction > 0 else -1]), 1)

    def _draw(self) -> None:
        sex, age = _SEX[self._sex.value], round(self._age.value, 2)
        bone = self._bone.value
        hands = [_captioned(sex, age, bone)]
        if self._other.value != _NONE:
            hands.append(_captioned(sex, self._other.value, bone))
        self._hands.value = f'<div style="display:flex;gap:8px">{"".join(hands)}</div>'
        drawn = plate(sex, age)
        self._text.value = (
            f'<p style="{_TEXT};min-height:62px"><b>'  # three lines: what is below stays put
            f"{html.escape(describe_bone(drawn, bone))}</b></p>"
        )
        self._phase.value = f'<p style="{_TEXT}">{html.escape(self.phase_text(sex, age))}</p>'
        self._chart.value = timetable_svg(sex, age)

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Figure:
        """Return the plate with the chosen bone outlined, beside the timetable."""
        figure = Figure(figsize=(13, 9.5), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
        show_hand(plate(self.sex, self.age), chosen=(self.bone, f"{self.bone}_epiphysis"), ax=left)
        left.set_title(f"Phantom plate, {SEX_WORD[self.sex]}, {self.age:.1f} years")
        left.set_xlabel(
            textwrap.fill(describe_bone(plate(self.sex, self.age), self.bone), 58), loc="left"
        )
        ossification_timetable(self.sex, self.age, ax=right)
        return figure

    def alt(self) -> str:
        """Return the same in words."""
        drawn = plate(self.sex, self.age)
        return (
            f"Atlas explorer: phantom plate of a {SEX_WORD[self.sex]} with a bone age of "
            f"{self.age:.1f} years, beside the timetable of the ossification centres with "
            f"that age marked. {self.phase_text(self.sex, self.age)} "
            f"Outlined: {describe_bone(drawn, self.bone)}"
        )


def _captioned(sex: str, age: float, bone: str) -> str:
    text = f"Phantom plate, {SEX_WORD[sex]}, {maturity.age_in_words(age)}"
    picture = svg(plate(sex, age), 400, (bone, f"{bone}_epiphysis"), text)
    return (
        f'<figure style="margin:0">{picture}<figcaption style="font-size:14px">'
        f"{text}</figcaption></figure>"
    )
