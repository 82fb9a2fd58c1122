"""Questions on a page: as a widget, and as text where no widget can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import BadInput
from ...plots.hand_places import place_name
from ...widgets.quiz import Answer, Quiz, Shown
from .kinds import Choice, Mark, Order, Question
from .loading import get
from .marking import picture
from .markup import as_html, as_plain

__all__ = ["quiz"]


def quiz(
    asked: Sequence[str | Question],
    answers: dict[str, Answer] | None = None,
    live: bool | None = None,
) -> Quiz:
    """Return questions to show, one below the other.

    Parameters
    ----------
    asked
        Numbers, such as ``["06.a", "06.b"]``, or questions of your own (:func:`.load`). Two or more
        are a self-test that counts the right answers.
    answers
        Where a student's answers are kept, by the question's number.
    live
        True: the widget. False: the text. None: find out.

    Raises
    ------
    BadInput
        Without a number, or for a question that does not exist.

    >>> print(quiz(["06.a"], live=False))
    Question 06.a. ...
      A. ...
    """
    if not asked:
        raise BadInput("No question is named.", 'Give at least one number, such as "06.a".')
    questions = [get(one) if isinstance(one, str) else one for one in asked]
    numbers = [question.number for question in questions]
    if twice := [number for number in numbers if numbers.count(number) > 1]:
        raise BadInput(f"Question {twice[0]} is named twice.", "Name each question once.")
    return Quiz(
        [shown_question(one) for one in questions], {} if answers is None else answers, live
    )


def shown_question(question: Question) -> Shown:
    """Return what the page of one question needs."""
    return _SHOW[question.kind](question)


def _choice(question: Choice) -> Shown:
    options = question.shown()
    page = {
        "options": [
            {
                "key": as_plain(option.text),
                "text": as_html(option.text),
                "right": option.right,
                "why": as_html(option.why),
            }
            for option in options
        ]
    }
    listed = "".join(
        f"<li>{as_html(option.text)}"
        + _closed(f"Is {letter} right?", _verdict(option.right, as_html(option.why)))
        + "</li>"
        for letter, option in zip("ABCDE", options, strict=False)
    )
    plain = "".join(
        f"\n  {letter}. {as_plain(option.text)}"
        for letter, option in zip("ABCDE", options, strict=False)
    )
    return _shown(question, page, f'<ol type="A">{listed}</ol>', plain)


def _order(question: Order) -> Shown:
    places = question.shown()
    items = question.items
    page = {
        "items": [
            {"key": as_plain(items[place].text), "text": as_html(items[place].text), "place": place}
            for place in places
        ],
        "pairs": [as_html(item.why_before_next) for item in items[:-1]],
        "why": as_html(question.why),
    }
    listed = "".join(f"<li>{as_html(items[place].text)}</li>" for place in places)
    right = "".join(
        f"<li>{as_html(item.text)}"
        + (f"<br>{as_html(item.why_before_next)}" if item.why_before_next else "")
        + "</li>"
        for item in items
    )
    solved = _closed("Show the right order", f"<ol>{right}</ol><p>{as_html(question.why)}</p>")
    plain = "".join(f"\n  - {as_plain(items[place].text)}" for place in places)
    return _shown(question, page, f"<ul>{listed}</ul>{solved}", plain)


def _mark(question: Mark) -> Shown:
    drawn = picture(question)
    said = {name: place_name(name) for name in sorted(question.places, key=place_name)}
    wrong = {place.name: as_html(place.why) for place in question.wrong}
    page = {
        "picture": drawn.address,
        "alt": drawn.alt,
        "box": drawn.box,
        "bones": [[place_name(name), path] for name, path in drawn.bones.items()],
        "places": [
            {"name": name, "said": said[name], "path": drawn.outlines[name], "why": wrong.get(name)}
            for name in said
        ],
        "otherwise": as_html(question.otherwise),
        "find": question.find,
        "why": as_html(question.why),
    }
    listed = "".join(
        f"<li>{said[name]}"
        + _closed(
            "Is this place right?",
            _verdict(name not in wrong, wrong.get(name, as_html(question.why))),
        )
        + "</li>"
        for name in said
    )
    body = (
        f'<img alt="{drawn.alt}" width="420" style="max-width:100%" src="{drawn.address}">'
        f"<p>Which of these places do you mark?</p><ul>{listed}</ul>"
    )
    plain = "".join(f"\n  - {name}" for name in said.values())
    return _shown(question, page, body, plain)


def _shown(question: Question, page: dict[str, Any], body: str, plain: str) -> Shown:
    text = as_html(question.text)
    return Shown(
        {"number": question.number, "kind": question.kind, "text": text, **page},
        f"<div><p><b>Question {question.number}.</b> {text}</p>{body}</div>",
        f"Question {question.number}. {as_plain(question.text)}{plain}",
    )


def _closed(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>{body}</details>"


def _verdict(right: bool, why: str) -> str:
    return f"<p>{'✓ Right.' if right else '✗ Not right.'} {why}</p>"


_SHOW: dict[str, Callable[[Any], Shown]] = {
    "choice": _choice,
    "order": _order,
    "mark": _mark,
}
