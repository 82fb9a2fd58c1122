"""What a notebook needs around its lesson: data, described figures, results, exercises.

A notebook starts with ``lesson = bk.teaching.begin("06_a_network_from_scratch", preset=preset,
data=data)`` and uses the :class:`Lesson` it gets. Outside ``boneage-kit run`` nothing is written
but the cache; inside, ``$BONEAGE_KIT_OUT`` names the run's folder, and there appear

* ``figures/<notebook>/<name>.png`` with ``<name>.json`` (its alt text and caption),
* ``records/<notebook>.json`` (the rows of :data:`RESULT_COLUMNS`),
* ``predictions/<notebook>/<method>.csv`` (the predictions tables).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.display import display

from .. import _runtime, _settings, presets
from ..plots import use_style
from ..results import RESULT_COLUMNS
from . import colab, exercises, questions
from .lesson_figures import LessonFigures
from .lesson_results import LessonResults

if TYPE_CHECKING:
    from ..widgets.quiz import Answer
    from .questions import Question

__all__ = ["RESULT_COLUMNS", "Lesson", "begin"]


def begin(notebook: str, *, preset: str, data: str | None, seed: int = 0) -> Lesson:
    """Start a notebook: fix seed and threads, set the figures' style, say what it runs on.

    Parameters
    ----------
    notebook
        The file's name without ``.ipynb``, such as ``"06_a_network_from_scratch"``.
    preset
        ``"smoke"``, ``"binder"``, ``"colab"`` or ``"paper"``: every size of the run.
    data
        ``"phantom"``, ``"rsna:PATH"``, ``"dha:PATH"`` or ``"folder:PATH"``, loaded when first
        used; None for a lesson without a data set.
    seed
        Of the split, the subset, NumPy and torch. Torch itself is not imported here.
        ``BONEAGE_KIT_SEED`` overrides it, to see how far results depend on it.

    Raises
    ------
    BadInput
        For an unknown preset or a notebook name that is no file name.

    >>> lesson = begin("01_a_child_and_a_film", preset="smoke", data="phantom")
    Preset smoke: at most 120 images at 64 px, seed 0. Data: phantom radiographs, drawn by the
    kit; no number made from them is a clinical one.
    >>> lesson.is_phantom, lesson.preset.pixels
    (True, 64)
    """
    seed = _settings.seed(seed)
    lesson = Lesson(notebook, presets.get(preset), data, seed)
    _runtime.fix_seed_and_threads(seed, lesson.preset.threads)
    use_style()
    display(exercises.Feedback(f"{lesson.describe()} {colab.colab_advice(preset)}".strip()))
    return lesson


class Lesson(LessonFigures, LessonResults):
    """One notebook's run; made by :func:`begin`.

    Attributes
    ----------
    notebook, preset, seed
        As given to :func:`begin`; ``preset`` is a :class:`boneage_kit.presets.Preset`.
    spec
        The ``data`` text.
    answers
        The student's answers to the questions of :meth:`ask`, by number.
    """

    def __init__(self, notebook: str, preset: presets.Preset, data: str | None, seed: int) -> None:
        super().__init__(notebook, preset, data, seed)
        self.answers: dict[str, Answer] = {}

    def check(self, exercise: str, answer: object) -> None:
        """Say what is right or wrong about an answer; ``...`` counts as not answered yet.

        It never stops the notebook: a wrong answer is a sentence, not an error.
        """
        display(exercises.check(exercise, answer, lesson=self))

    def hint(self, exercise: str) -> None:
        """Show an exercise's hint."""
        display(exercises.Feedback(exercises.get(exercise).hint))

    def solution(self, exercise: str) -> None:
        """Show an exercise's solution."""
        display(exercises.Feedback(exercises.get(exercise).solution, code=True))

    def ask(self, *asked: str | Question) -> None:
        """Show questions by number; several are a self-test, which counts the right answers.

        Questions of your own come from ``bk.teaching.questions.load("u97.toml")``.

        Raises
        ------
        BadInput
            If there is no such question.

        >>> lesson = begin("06_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> lesson.ask("06.a")
        Question 06.a. ...
        """
        display(questions.quiz(asked, self.answers))
