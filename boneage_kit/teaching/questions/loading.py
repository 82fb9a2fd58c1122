"""From a unit's TOML file to questions; everything in the file is checked here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

from ...errors import BadInput
from .kinds import Choice, Hand, Item, Mark, Option, Order, Place, Question

__all__ = ["all_questions", "get", "load", "unit"]

_FOLDER = Path(__file__).parent
_NUMBER = re.compile(r"\d\d\.[a-z]")


def get(number: str) -> Question:
    """Return a question by its number, such as ``"06.a"``.

    Raises
    ------
    BadInput
        If there is none.

    >>> get("06.z")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: There is no question '06.z'. Unit 06 has 06.a, ...
    """
    if not _NUMBER.fullmatch(str(number)):
        raise BadInput(
            f"{number!r} is no question's number.", 'Give unit and letter, such as "06.a".'
        )
    questions = {question.number: question for question in unit(number[:2])}
    if number not in questions:
        raise BadInput(
            f"There is no question {number!r}.", f"Unit {number[:2]} has {', '.join(questions)}."
        )
    return questions[number]


@cache
def unit(name: str) -> tuple[Question, ...]:
    """Return the questions of a unit, ``"06"``, in the order of its file.

    Raises
    ------
    BadInput
        If the unit has no questions, or its file is wrong.

    >>> [question.number for question in unit("06")][:2]
    ['06.a', '06.b']
    """
    path = _FOLDER / f"u{name}.toml"
    if not path.is_file():
        have = ", ".join(file.stem[1:] for file in _files())
        raise BadInput(f"Unit {name} has no questions.", f"Units with questions: {have}.")
    return load(path)


def all_questions() -> list[Question]:
    """Return every question of the kit.

    >>> len(all_questions()) > 1
    True
    """
    return [question for file in _files() for question in unit(file.stem[1:])]


def _files() -> list[Path]:
    return sorted(_FOLDER.glob("u[0-9][0-9].toml"))


def load(path: str | Path) -> tuple[Question, ...]:
    """Return the questions of one file, ``u06.toml``.

    Raises
    ------
    BadInput
        If the file is no TOML, a key is unknown or missing, a reason is missing, a choice has not
        exactly one right option, or a number stands twice or belongs to another unit.
    """
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path.name} is no TOML file: {error}.", "Mend that line.") from None
    _only(path.name, table, {"question"}, needed={"question"})
    questions = tuple(_question(path, entry) for entry in _tables(path.name, table, "question"))
    numbers = [question.number for question in questions]
    for number in numbers:
        if numbers.count(number) > 1:
            raise BadInput(
                f"{path.name}: the number {number} stands twice.",
                "Give each question its own letter.",
            )
    return questions


def _question(path: Path, entry: dict[str, Any]) -> Question:
    number = str(entry.get("number", ""))
    if not _NUMBER.fullmatch(number) or number[:2] != path.stem[1:]:
        raise BadInput(
            f"{path.name}: {number!r} is no number of this unit.",
            f'Number the questions "{path.stem[1:]}.a", "{path.stem[1:]}.b" and so on.',
        )
    where = f"Question {number}"
    makers: dict[str, Callable[[str, dict[str, Any]], Question]]
    makers = {"choice": _choice, "order": _order, "mark": _mark}
    kind = str(entry.get("kind"))
    if kind not in makers:
        raise BadInput(f"{where} has the kind {kind!r}.", f"Kinds are {', '.join(makers)}.")
    return makers[kind](where, entry)


def _choice(where: str, entry: dict[str, Any]) -> Choice:
    needed = {"number", "kind", "text", "option"}
    _only(where, entry, {*needed, "keep_order"}, needed)
    options = []
    for option in _tables(where, entry, "option"):
        _only(f"An option of {where}", option, {"text", "why", "right"}, {"text", "why"})
        options.append(
            Option(_text(where, option, "text"), _text(where, option, "why"),
                   _flag(where, option, "right"))
        )  # fmt: skip
    _count(where, "options", [option.text for option in options], 3, 5)
    right = sum(option.right for option in options)
    if right != 1:
        raise BadInput(
            f"{where} has {right} right options.", "Write right = true in exactly one of them."
        )
    return Choice(
        entry["number"], _text(where, entry, "text"), tuple(options),
        _flag(where, entry, "keep_order"),
    )  # fmt: skip


def _order(where: str, entry: dict[str, Any]) -> Order:
    needed = {"number", "kind", "text", "item", "why"}
    _only(where, entry, needed, needed)
    items = []
    for item in _tables(where, entry, "item"):
        _only(f"An item of {where}", item, {"text", "why_before_next"}, {"text"})
        why = _text(where, item, "why_before_next") if "why_before_next" in item else ""
        items.append(Item(_text(where, item, "text"), why))
    _count(where, "items", [item.text for item in items], 3, 6)
    if items[-1].why_before_next:
        raise BadInput(
            f"{where}: the last item has why_before_next.", "Remove it: no item comes after."
        )
    return Order(
        entry["number"], _text(where, entry, "text"), tuple(items), _text(where, entry, "why")
    )


def _mark(where: str, entry: dict[str, Any]) -> Mark:
    needed = {"number", "kind", "text", "hand", "right", "why", "wrong", "otherwise"}
    _only(where, entry, {*needed, "find"}, needed)
    wrong = []
    for place in _tables(where, entry, "wrong"):
        _only(f"A wrong place of {where}", place, {"place", "why"}, {"place", "why"})
        wrong.append(Place(_text(where, place, "place"), _text(where, place, "why")))
    right = entry["right"]
    if not isinstance(right, list) or not right or not all(isinstance(r, str) for r in right):
        raise BadInput(f"{where} has no right places.", 'Write right = ["radius_plate"].')
    _count(where, "places", [*right, *(place.name for place in wrong)], 4, 30)
    find = entry.get("find", len(right))
    if not isinstance(find, int) or not 1 <= find <= len(right):
        raise BadInput(
            f"{where} wants {find!r} places found.",
            f"It has right places: {len(right)}; give a whole number from 1 to that.",
        )
    return Mark(
        entry["number"], _text(where, entry, "text"), _hand(where, entry["hand"]), tuple(right),
        _text(where, entry, "why"), tuple(wrong), _text(where, entry, "otherwise"), find,
    )  # fmt: skip


def _hand(where: str, hand: Any) -> Hand:
    where = f"The hand of {where}"
    if not isinstance(hand, dict):
        raise BadInput(f"{where} is no table.", "Write [question.hand] with sex and bone_age.")
    needed = {"sex", "bone_age", "seed"}
    _only(where, hand, {*needed, "size", "around", "width_mm"}, needed)
    if hand["sex"] not in ("F", "M"):
        raise BadInput(f"{where} has the sex {hand['sex']!r}.", 'Give "F" or "M".')
    for key in {"bone_age", "seed", "size", "width_mm"} & set(hand):
        if isinstance(hand[key], bool) or not isinstance(hand[key], (int, float)):
            raise BadInput(f"{where}: {key} is {hand[key]!r}.", "Give a number.")
    return Hand(**hand)


def _only(where: str, table: dict[str, Any], allowed: set[str], needed: set[str]) -> None:
    """Refuse keys that nobody reads and keys that are missing."""
    if unknown := sorted(set(table) - allowed):
        raise BadInput(
            f"{where} has the unknown key {unknown[0]!r}.",
            f"Keys are {', '.join(sorted(allowed))}.",
        )
    if missing := sorted(needed - set(table)):
        raise BadInput(f"{where} has no {missing[0]}.", f"Write {missing[0]} = ... there.")


def _tables(where: str, table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = table[key]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadInput(f"{where}: {key} is no list of tables.", f"Begin each one by [[{key}]].")
    return entries


def _text(where: str, table: dict[str, Any], key: str) -> str:
    text = table[key]
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"{where}: {key} is empty.", "Write a whole sentence.")
    return text.strip()


def _flag(where: str, table: dict[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise BadInput(f"{where}: {key} is {value!r}.", "Write true or false.")
    return value


def _count(where: str, name: str, texts: Collection[str], least: int, most: int) -> None:
    if not least <= len(texts) <= most:
        raise BadInput(f"{where} has {len(texts)} {name}.", f"Give {least} to {most}.")
    if len(set(texts)) < len(texts):
        raise BadInput(f"{where} has the same text in two {name}.", "Make them different.")
