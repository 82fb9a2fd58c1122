"""All questions of a unit on paper: questions first, answers with their reasons after them."""

from __future__ import annotations

from ...plots.hand_places import place_name
from ...plots.style import SEX_WORD
from .kinds import Choice, Mark, Order, Question
from .loading import unit

__all__ = ["sheet"]


def sheet(name: str) -> str:
    """Return the questions of a unit as Markdown, then the answers with the reasons.

    Parameters
    ----------
    name
        The unit's number, ``"06"``.

    Raises
    ------
    BadInput
        If the unit has no questions.

    >>> sheet("06").splitlines()[0]
    '# Unit 06: questions'
    """
    asked = unit(name)
    questions = [f"**{q.number}** {_line(q.text)}\n\n{_asked(q)}" for q in asked]
    answers = [f"**{q.number}** {_answered(q)}" for q in asked]
    return "\n\n".join(
        [f"# Unit {name}: questions", *questions, f"# Unit {name}: answers", *answers, ""]
    )


def _asked(question: Question) -> str:
    if isinstance(question, Choice):
        return "\n".join(
            f"- {letter}: {_line(option.text)}"
            for letter, option in zip("ABCDE", question.shown(), strict=False)
        )
    if isinstance(question, Order):
        return "\n".join(
            f"- Number ___: {_line(question.items[place].text)}" for place in question.shown()
        )
    hand = question.hand
    places = "; ".join(sorted(map(place_name, question.places)))
    return (
        f"(A hand: phantom, {SEX_WORD[hand.sex]}, bone age {hand.bone_age:g} years, seed "
        f"{hand.seed}. Places: {places}.)"
    )


def _answered(question: Question) -> str:
    if isinstance(question, Choice):
        return "\n\n" + "\n".join(
            f"- {letter}: {'**right.**' if option.right else 'wrong.'} {_line(option.why)}"
            for letter, option in zip("ABCDE", question.shown(), strict=False)
        )
    if isinstance(question, Order):
        steps = "\n".join(
            f"{number}. {_line(f'{item.text} {_brackets(item.why_before_next)}')}"
            for number, item in enumerate(question.items, 1)
        )
        return f"{_line(question.why)}\n\n{steps}"
    return _marks(question)


def _marks(question: Mark) -> str:
    right = " or ".join(map(place_name, question.right))
    if question.find == len(question.right):
        right = " and ".join(map(place_name, question.right))
    wrong = [f"- {place_name(place.name)}: wrong. {_line(place.why)}" for place in question.wrong]
    first = f"- {right}: **right.** {_line(question.why)}"
    last = f"- any other place: wrong. {_line(question.otherwise)}"
    return "\n\n" + "\n".join([first, *wrong, last])


def _line(text: str) -> str:
    return " ".join(text.split())


def _brackets(text: str) -> str:
    return f"({_line(text)})" if text else ""
