"""The TW scorer: stage the bones by their criteria, sum the points, look up the age, compare."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w
from matplotlib.figure import Figure

from .. import maturity
from ..errors import BadInput
from ..phantom import PhantomRadiograph
from ..plots.hand_pictures import bone_name
from ..plots.plates import scoring_sheet
from ..plots.style import SEX_WORD
from . import scorer_pieces as pieces
from .click_map import ClickMap
from .panel import Panel

__all__ = ["TWScorer", "tw_scorer"]


def tw_scorer(
    drawn: PhantomRadiograph, ask: Sequence[str] = maturity.RUS_BONES, live: bool | None = None
) -> TWScorer:
    """Return the TW scorer for one phantom radiograph (512 px or more shows the marks).

    Where no widgets can be used it is a picture of the bones with their names; the truth is
    not on it.

    Parameters
    ----------
    drawn
        What :func:`boneage_kit.phantom.render` returns.
    ask
        The RUS bones that the student scores; the others count as they were drawn.
    live
        True: the widget; False: its picture; None: the widget where a person can use one.

    Raises
    ------
    BadInput
        If the radiograph has no stages, or ``ask`` names a bone that has none.

    >>> from boneage_kit import phantom
    >>> girl = phantom.render("F", 8.5, size=256)
    >>> tw_scorer(girl).score_text()
    '0 of 13 bones staged, 0 points so far.'
    >>> tw_scorer(girl, ask=["radius", "ulna"]).score_text()
    '0 of 2 bones staged; the other 11 bones are given and have 258 points.'
    """
    return TWScorer(drawn, ask, live)


class TWScorer(Panel):
    """See :func:`tw_scorer`. ``stages`` holds what the student has chosen so far."""

    def __init__(
        self,
        drawn: PhantomRadiograph,
        ask: Sequence[str] = maturity.RUS_BONES,
        live: bool | None = None,
    ) -> None:
        super().__init__(live)
        if not getattr(drawn, "stages", None):
            raise BadInput(
                "This radiograph has no stages.",
                "Give a phantom: boneage_kit.phantom.render(sex=..., bone_age=...).",
            )
        unknown = [bone for bone in ask if bone not in maturity.RUS_BONES]
        if unknown or not ask:
            raise BadInput(
                f"{unknown[0]!r} is not one of the 13 RUS bones."
                if unknown
                else "No bone is asked.",
                f"Use names of maturity.RUS_BONES, such as {maturity.RUS_BONES[0]!r}.",
            )
        self.drawn = drawn
        self.asked = [bone for bone in maturity.RUS_BONES if bone in ask]
        self.given = {bone: drawn.stages[bone] for bone in maturity.RUS_BONES if bone not in ask}
        self.stages: dict[str, str] = {}

    # -- what the widget says, without the widget ------------------------------------------

    def score_text(self) -> str:
        """Return the sum so far, or the RUS score and TW3 bone age when all are staged."""
        sex, done = self.drawn.sex, self.given | self.stages
        if len(self.stages) == len(self.asked):
            score = maturity.tw3_rus_score(done, sex)
            return f"RUS score {score}: TW3 bone age {maturity.tw3_rus_age_text(score, sex)}."
        points = sum(maturity.rus_stage_scores(bone, sex)[stage] for bone, stage in done.items())
        so_far = f"{len(self.stages)} of {len(self.asked)} bones staged"
        if not self.given:
            return f"{so_far}, {points} points so far."
        if not self.stages:
            return (
                f"{so_far}; the other {len(self.given)} bones are given and have {points} points."
            )
        return f"{so_far}; with the {len(self.given)} given bones {points} points so far."

    def truth_table(self) -> list[tuple[str, str, str, str]]:
        """Return (bone, your stage, true stage, comment) for the bones staged so far."""
        rows = []
        for bone in maturity.RUS_BONES:
            if bone in self.stages:
                mine, true = self.stages[bone], self.drawn.stages[bone]
                apart = ord(mine) - ord(true)
                stages = "stage" if abs(apart) == 1 else "stages"
                side = "high" if apart > 0 else "low"
                comment = f"{abs(apart)} {stages} too {side}" if apart else "agreed"
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

    def build(self) -> w.VBox:
        """Return the widget; it fits a cell of 900 by 600 pixels."""
        self._bone = w.Dropdown(
            options=[(f"{i}. {bone_name(bone)}", bone) for i, bone in enumerate(self.asked, 1)],
            description="Bone",
            style={"description_width": "45px"},
            layout={"width": "250px"},
        )
        forth = w.Button(description="Next bone", layout={"width": "115px"})
        forth.on_click(lambda _: self._next())
        self._reveal = w.Button(description="Show the truth", layout={"width": "150px"})
        self._reveal.on_click(lambda _: self._turn())
        self._sum, self._criteria, self._truth = w.HTML(), w.HTML(), w.HTML()
        self._hand, self._row = ClickMap(), ClickMap()
        self._hand.on_pick(self._go_to)
        self._row.on_pick(self.choose)
        self._bone.observe(lambda _: self._show(), "value")
        self._work = w.VBox([self._hand, self._row, self._criteria])
        self._truth.layout.display = "none"
        self._show()
        controls = w.HBox([self._bone, forth, self._reveal])
        return w.VBox([controls, self._sum, self._work, self._truth])

    def choose(self, stage: str) -> None:
        """Give the bone that is shown a stage; the same stage once more takes it back."""
        bone = self._bone.value
        if self.stages.get(bone) == stage:
            del self.stages[bone]
        elif stage in maturity.rus_stage_scores(bone, self.drawn.sex):
            self.stages[bone] = stage
        self._show()

    def _go_to(self, name: str) -> None:
        bone = name.removesuffix("_epiphysis")
        if bone in self.asked:
            self._bone.value = bone

    def _next(self) -> None:
        index = self.asked.index(self._bone.value)
        self._bone.value = self.asked[(index + 1) % len(self.asked)]

    def _show(self) -> None:
        bone, sex = self._bone.value, self.drawn.sex
        self._hand.value = pieces.beside(self.drawn, bone, self.stages.get(bone))
        self._row.value = pieces.stage_row(bone, sex, self.stages.get(bone))
        self._criteria.value = pieces.criteria(bone, sex, self.stages.get(bone))
        self._sum.value = f"<b style='font-size:15px'>{self.score_text()}</b>"

    def _turn(self) -> None:
        """Show the truth in the place of the bones, or the bones again."""
        truth = self._truth.layout.display == "none"
        self._truth.layout.display = None if truth else "none"
        self._work.layout.display = "none" if truth else None
        self._reveal.description = "Back to the bones" if truth else "Show the truth"
        self._truth.value = pieces.truth(self.truth_text(), self.truth_table())

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Figure:
        """Return the bones that are asked, cut out, with their names."""
        return scoring_sheet(self.drawn, bones=self.asked)

    def alt(self) -> str:
        """Return what is to be done, in words."""
        names = ", ".join(bone_name(bone) for bone in self.asked)
        return (
            f"TW scorer for a phantom radiograph of a {SEX_WORD[self.drawn.sex]}: the growing ends "
            f"of {len(self.asked)} RUS bones ({names}), cut out one by one, each to be given a "
            "stage from A to I by its criteria; the points are summed and turned into a TW3 "
            "bone age."
        )
