"""The atlas explorer: move the age, watch the plate change, ask a bone what comes next."""

from __future__ import annotations

import html
import re
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
from .click_map import ClickMap
from .next_stage import centre_of, describe_bone
from .panel import Panel
from .timetable_svg import timetable_svg

__all__ = ["AtlasExplorer", "atlas_explorer"]

_NONE = -1.0  # a dropdown shows no entry at all for None
_PIXELS, _HIGH = 512, 366  # of a plate as drawn, and as shown
_TEXT = "font-size:15px;line-height:1.35;max-width:900px;margin:0"
_ROMAN = dict(zip("12345", ("I", "II", "III", "IV", "V"), strict=True))
_SHORT = {
    "MC": ("metacarpal", "metacarpals"),
    "PP": ("proximal phalanx", "proximal phalanges"),
    "MP": ("middle phalanx", "middle phalanges"),
    "DP": ("distal phalanx", "distal phalanges"),
}
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
            f"Nearest Greulich and Pyle plate: {maturity.age_in_words(nearest)}."
            + (f" New on it: {_in_words(shows)}." if shows else "")
        )

    # -- live ------------------------------------------------------------------------------

    def build(self) -> w.VBox:
        """Return the widget; it fits a cell of 900 by 600 pixels."""
        self._sex = w.Dropdown(
            options=list(_SEX),
            description="Atlas of a",
            style={"description_width": "70px"},
            value=SEX_WORD[self.sex],
            layout={"width": "160px"},
        )
        self._age = w.FloatSlider(
            value=self.age,
            min=0,
            max=OLDEST[self.sex],
            step=0.1,
            description="Bone age, years",
            readout_format=".1f",
            style={"description_width": "110px"},
            layout={"width": "410px"},
        )
        back, forth = (
            w.Button(description=text, layout={"width": "105px"})
            for text in ("Plate before", "Next plate")
        )
        back.on_click(lambda _: self._step(-1))
        forth.on_click(lambda _: self._step(1))
        narrow = {"style": {"description_width": "85px"}, "layout": {"width": "270px"}}
        self._bone = w.Dropdown(
            options=_bone_options(self.sex), value=self.bone, description="Bone", **narrow
        )
        self._other = w.Dropdown(
            options=self._other_options(self.sex),
            value=_NONE,
            description="Second plate",
            **narrow,
        )
        self._hands = ClickMap()
        self._hands.on_pick(self._pick)
        self._text, self._chart, self._phase = (w.HTML() for _ in range(3))
        self._sex.observe(self._sex_changed, "value")
        for control in (self._age, self._bone, self._other):
            control.observe(lambda _: self._draw(), "value")
        self._draw()
        rows = {"flex_flow": "row wrap"}
        choices = w.VBox([self._bone, self._other], layout={"min_width": "285px"})
        return w.VBox(
            [
                w.HBox([self._sex, self._age, back, forth], layout=rows),
                w.HBox([choices, self._text]),
                w.HBox([self._hands, self._chart]),
                self._phase,
            ]
        )

    def _other_options(self, sex: str) -> list[tuple[str, float]]:
        plates = [(maturity.age_in_words(age), float(age)) for age in maturity.gp_plate_ages(sex)]
        return [("none", _NONE), *plates]

    def _pick(self, name: str) -> None:
        """Choose the bone that was clicked on the picture."""
        bone = name.removesuffix("_epiphysis")
        if bone in [value for _, value in self._bone.options]:
            self._bone.value = bone

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
        hands, two = [_captioned(sex, age, bone)], self._other.value != _NONE
        if two:
            hands.append(_captioned(sex, self._other.value, bone))
        self._hands.value = f'<div style="display:flex;gap:8px">{"".join(hands)}</div>'
        self._text.value = (
            f'<p style="{_TEXT};height:66px;overflow-y:auto"><b>'  # what is below stays put
            f"{html.escape(describe_bone(plate(sex, age), bone))}</b></p>"
        )
        self._phase.value = f'<p style="{_TEXT}">{html.escape(self.phase_text(sex, age))}</p>'
        self._chart.value = "" if two else timetable_svg(sex, age, centre_of(bone))

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Figure:
        """Return the plate with the chosen bone outlined, beside the timetable."""
        figure = Figure(figsize=(13, 6.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.9))
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


def _bone_options(sex: str) -> list[tuple[str, str]]:
    """Return (name, label-map name) of every bone: forearm, carpals as they appear, fingers."""
    table = maturity.ossification_table(sex).sort_values("appear_p50", kind="stable")
    carpals = [name for name in table["centre"] if name in CARPALS]
    rays = [f"metacarpal_{ray}" for ray in range(1, 6)]
    for kind in ("proximal", "middle", "distal"):
        first = 2 if kind == "middle" else 1
        rays += [f"{kind}_phalanx_{ray}" for ray in range(first, 6)]
    names = ["radius", "ulna", *carpals, "adductor_sesamoid", *rays]
    return [(bone_name(name), name) for name in names]


def _in_words(notes: str) -> str:
    """Write out what the atlas's notes shorten.

    >>> _in_words("DP2-5 wider than shaft; MC1 caps")
    'distal phalanges II to V wider than shaft; metacarpal I caps'
    """

    def name(found: re.Match[str]) -> str:
        one, many = _SHORT[found[1]]
        if found[3]:
            return f"{many} {_ROMAN[found[2]]} to {_ROMAN[found[3]]}"
        return f"{one} {_ROMAN[found[2]]}" if found[2] else f"{many}"

    return re.sub(r"\b(MC|PP|MP|DP)(?:([1-5])(?:-([1-5]))?)?\b", name, notes)


def _captioned(sex: str, age: float, bone: str) -> str:
    text = f"Phantom plate, {SEX_WORD[sex]}, {maturity.age_in_words(age)}"
    picture = svg(plate(sex, age, _PIXELS), _HIGH, (bone, f"{bone}_epiphysis"), text)
    return (
        f'<figure style="margin:0">{picture}<figcaption style="font-size:14px">'
        f"{text}</figcaption></figure>"
    )
