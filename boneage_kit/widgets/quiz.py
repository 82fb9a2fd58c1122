"""Questions as one widget: choices, orders and marks, answered in the page without the kernel."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from .panel import Panel

__all__ = ["Answer", "Quiz", "QuizPage", "Shown"]


@dataclass(frozen=True)
class Answer:
    """A student's last answer to a question.

    ``answer`` is the text of the chosen option, the texts of the items in the student's order, or
    the names of the marked places. ``tries`` counts the answers given; ``first`` says whether the
    first one was right.
    """

    answer: str | list[str]
    right: bool
    tries: int
    first: bool


@dataclass(frozen=True)
class Shown:
    """One question as the page needs it, as HTML without a widget, and as plain text."""

    page: dict[str, Any]
    html: str
    plain: str


class QuizPage(anywidget.AnyWidget):
    """The page: ``questions`` go there; ``answers`` come back, by number."""

    _esm = Path(__file__).with_name("quiz.js")
    _css = Path(__file__).with_name("quiz.css")
    questions: traitlets.List = traitlets.List().tag(sync=True)
    answers: traitlets.Dict = traitlets.Dict().tag(sync=True)


class Quiz(Panel):
    """Questions one below the other.

    Parameters
    ----------
    questions
        What is shown.
    answers
        Takes each :class:`Answer` by the question's number.
    live
        As of :class:`.panel.Panel`.
    """

    def __init__(
        self,
        questions: Sequence[Shown],
        answers: MutableMapping[str, Answer],
        live: bool | None = None,
    ) -> None:
        super().__init__(live)
        self.questions = list(questions)
        self.answers = answers

    def build(self) -> w.Box:
        """Return the widget."""
        self.page = QuizPage(questions=[question.page for question in self.questions])
        self.page.observe(self._keep, "answers")
        return w.VBox([self.page])

    def _keep(self, change: dict[str, Any]) -> None:
        for number, given in change["new"].items():
            self.answers[number] = Answer(**given)

    def html(self) -> str:
        """Return the questions with each reason folded away."""
        return "".join(question.html for question in self.questions)

    def alt(self) -> str:
        """Return the questions as plain text, without an answer."""
        return "\n\n".join(question.plain for question in self.questions)
