"""Which lines of a file of readings are whole answers.

Each line is taken alone, so a quote that a crash left open cannot swallow the answers after it.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

__all__ = [
    "COLUMNS",
    "HEADER",
    "HEADER_OF_EXCEL",
    "MOST_LINES",
    "is_occasion",
    "set_aside_text",
    "whole_answers",
]

COLUMNS = ("reader", "image_id", "occasion", "bone_age", "seconds", "answered_at")
HEADER = ",".join(COLUMNS)
#: The header of a file that Excel saved where numbers have decimal commas.
HEADER_OF_EXCEL = ";".join(COLUMNS)
#: Lines that one answer may take, where a name or an id holds line breaks.
MOST_LINES = 20
_CUT_OFF = "is cut off"
_TIME = "0000-00-00T00:00:00Z"  # each 0 stands for any digit


def whole_answers(lines: list[str]) -> tuple[list[list[str]], list[tuple[int, str]]]:
    """Return the fields of each whole answer, and number and fault of the lines that are none.

    The first line is the header; where semicolons separate its columns, ages may have decimal
    commas. Numbers count from 1.

    >>> whole_answers([HEADER, "me,h1,1,8.5,,2026-01-01T08:00:00Z", 'me,"h2'])
    ([['me', 'h1', '1', '8.5', '', '2026-01-01T08:00:00Z']], [(3, 'is cut off')])
    """
    answers: list[list[str]] = []
    set_aside: list[tuple[int, str]] = []
    header = lines[0].removeprefix("\ufeff").rstrip("\r") if lines else HEADER
    delimiter = ";" if header == HEADER_OF_EXCEL else ","
    number = 1
    while number < len(lines):
        answer, fault, used = _answer(lines[number : number + MOST_LINES], delimiter)
        if not fault:
            answers.append(answer)
        elif lines[number].strip() and lines[number].rstrip("\r") != header:
            set_aside.append((number + 1, fault))
        number += used
    return answers, set_aside


def _answer(lines: list[str], delimiter: str) -> tuple[list[str], str, int]:
    """Return the answer that begins with the first line, its fault, and how many lines it takes."""
    for used in range(1, len(lines) + 1):
        text = "\n".join(lines[:used])
        if text.count('"') % 2 == 0:  # no quote is open
            fields = _fields(text.rstrip("\r"), delimiter)
            fault = _fault(fields)
            return fields, fault, 1 if fault else used
    return [], _CUT_OFF, 1


def _fields(text: str, delimiter: str) -> list[str]:
    try:
        fields = next(csv.reader([text], strict=True, delimiter=delimiter), [])
    except csv.Error:
        return []
    if delimiter == ";" and len(fields) == len(COLUMNS):
        fields[3:5] = [number.replace(",", ".") for number in fields[3:5]]
    return fields


def _fault(fields: list[str]) -> str:
    """Return why a line's fields are no whole answer; empty where they are one."""
    if len(fields) > len(COLUMNS):
        return f"has {len(fields)} columns where {len(COLUMNS)} belong (is an age 8,5, not 8.5?)"
    # an answer is whole where its time is: "12.5" that was cut off would pass for 1 year
    if len(fields) < len(COLUMNS) or _is_cut_off(fields[-1]):
        return _CUT_OFF
    _, image_id, occasion, age, _, time = fields
    if not time.endswith("Z"):
        return "has a time that another program rewrote (it must be like 2026-01-31T08:00:00Z)"
    if not image_id:
        return "has no image_id"
    if not is_occasion(occasion):
        return f"has the occasion {occasion!r} (it must be a small whole number, such as 1)"
    if not _is_age(age):
        return f"has the age {age!r} (it must be a number from 0 to 20, such as 8.5)"
    return ""


def _is_cut_off(time: str) -> bool:
    return len(time) < len(_TIME) and _TIME.startswith(re.sub("[0-9]", "0", time))


def is_occasion(text: str) -> bool:
    """Return whether a text is an occasion: a whole number that a table can hold.

    >>> is_occasion("2"), is_occasion("99999999999999999999999")
    (True, False)
    """
    return text.isdecimal() and len(text) < 10


def _is_age(text: str) -> bool:
    try:
        return "_" not in text and 0 <= float(text) <= 20  # float takes "1_0" for 10
    except ValueError:
        return False


def set_aside_text(path: str | Path, lines: list[tuple[int, str]]) -> str:
    """Return which lines of a file were left out, as a sentence; empty where none was.

    >>> set_aside_text("me.csv", [(7, "is cut off")])
    'Line 7 of me.csv is cut off and was left out; every other answer counts.'
    """
    if not lines:
        return ""
    by_fault: dict[str, list[str]] = {}
    for number, fault in lines:
        by_fault.setdefault(fault, []).append(str(number))
    parts = [_left_out(Path(path).name, *group) for group in by_fault.items()]
    return f"{'; '.join(parts)}; every other answer counts."


def _left_out(name: str, fault: str, numbers: list[str]) -> str:
    if len(numbers) == 1:
        return f"Line {numbers[0]} of {name} {fault} and was left out"
    verb, rest = fault.split(" ", 1)
    verb = {"is": "are", "has": "have"}[verb]
    return f"Lines {', '.join(numbers)} of {name} {verb} {rest} and were left out"
