"""Exercises that check themselves and say what is wrong, not only that it is.

The exercises of each unit stand in a module named after its number (``n06.py`` for unit 06)::

    @exercise("03.1", hint="Print the two shapes.", solution="np.abs(p[:, 0] - t).mean()",
              passes=[1.0], fails=[2.5])
    def mae_of_a_column(answer):
        if answer != 1.0:
            raise Wrong("That is the mean over all pairs: [n, 1] minus [n] gives [n, n].")
        return "The shapes agree now."

A check takes the answer, or the answer and the
:class:`~boneage_kit.teaching.lesson.Lesson`; it raises :class:`Wrong` with one sentence on what is
wrong, or returns a sentence on what was learnt (or nothing). Three dots anywhere in an answer, or
a check that raises :class:`Unanswered` (a function that still returns nothing), count as not
answered. ``passes`` and ``fails`` are answers that the tests try.
"""

from __future__ import annotations

import html
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BadInput

__all__ = [
    "Exercise",
    "Feedback",
    "Unanswered",
    "Wrong",
    "all_exercises",
    "check",
    "exercise",
    "get",
]

_registry: dict[str, Exercise] = {}


class Wrong(Exception):
    """An answer is wrong; the message says what about it is."""


class Unanswered(Exception):
    """The answer is still the stub, a function that returns nothing for one."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its number (``"03.1"``), check, hint and solution."""

    number: str
    check: Callable[..., str | None]
    hint: str
    solution: str
    passes: tuple[Any, ...] = ()
    fails: tuple[Any, ...] = ()


class Feedback:
    """A sentence to a student: plain text everywhere, a code block where it is code."""

    def __init__(self, text: str, *, right: bool | None = None, code: bool = False) -> None:
        self.text = text
        self.right = right
        self.code = code

    def _repr_html_(self) -> str:
        text = html.escape(self.text)
        return f"<pre><code>{text}</code></pre>" if self.code else f"<p>{text}</p>"

    def __repr__(self) -> str:
        return self.text


def exercise(
    number: str,
    *,
    hint: str,
    solution: str,
    passes: Sequence[Any] = (),
    fails: Sequence[Any] = (),
) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Register the decorated function as the check of exercise ``number``.

    Parameters
    ----------
    number
        Notebook and exercise, ``"03.1"``.
    hint, solution
        Shown only when asked for: a sentence, and the code (or text) that solves it.
    passes, fails
        Answers for the tests: all of the first must pass, all of the second must not.
    """

    def register(function: Callable[..., str | None]) -> Callable[..., str | None]:
        _registry[number] = Exercise(
            number, function, hint, inspect.cleandoc(solution), tuple(passes), tuple(fails)
        )
        return function

    return register


def get(number: str) -> Exercise:
    """Return an exercise by its number.

    Raises
    ------
    BadInput
        If there is none.
    """
    if number not in _registry:
        module = f"{__name__}.n{str(number).partition('.')[0]}"
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    if number not in _registry:
        raise BadInput(f"There is no exercise {number!r}.", 'Give notebook and number, "03.1".')
    return _registry[number]


def all_exercises() -> list[Exercise]:
    """Return every exercise of the kit, by number.

    >>> all(task.hint and task.solution for task in all_exercises())
    True
    """
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return [_registry[number] for number in sorted(_registry)]


def check(number: str, answer: object, lesson: object = None) -> Feedback:
    """Return the feedback to an answer; only an unknown number raises.

    >>> get_ready = exercise("00.1", hint="Count them.", solution="27")
    >>> @get_ready
    ... def bones(answer):
    ...     if answer != 27:
    ...         raise Wrong("A hand has more bones than that." if answer < 27 else "Too many.")
    >>> check("00.1", 27)
    Exercise 00.1: right.
    >>> check("00.1", 19)
    Exercise 00.1: not yet. A hand has more bones than that.
    >>> check("00.1", ...)
    Exercise 00.1: not answered yet. Put your answer in place of the three dots;
    lesson.hint("00.1") helps.
    """
    task = get(number)
    try:
        if _has_dots(answer):
            raise Unanswered
        wants_lesson = len(inspect.signature(task.check).parameters) > 1
        praise = task.check(answer, lesson) if wants_lesson else task.check(answer)
    except Unanswered:
        return Feedback(
            f"Exercise {number}: not answered yet. Put your answer in place of the "
            f'three dots; lesson.hint("{number}") helps.'
        )
    except Wrong as wrong:
        return Feedback(f"Exercise {number}: not yet. {wrong}", right=False)
    except Exception as error:  # a student's function may raise anything
        return Feedback(
            f"Exercise {number}: not yet. Checking your answer stopped with "
            f"{type(error).__name__}: {error}",
            right=False,
        )
    return Feedback(f"Exercise {number}: right. {praise or ''}".strip(), right=True)


def _has_dots(answer: object) -> bool:
    """Tell whether three dots stand anywhere in an answer: alone, in a list or in a dict."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    return answer is ... or (
        isinstance(answer, (list, tuple, set)) and any(part is ... for part in answer)
    )
