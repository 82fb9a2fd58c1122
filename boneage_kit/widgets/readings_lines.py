"""Which lines of a file of readings are whole answers.

Each line is taken alone, so a quote that a crash left open cannot swallow the answers after it.
"""

from __future__ import annotations

import csv

__all__ = ["COLUMNS", "HEADER", "MOST_LINES", "whole_answers"]

COLUMNS = ("reader", "image_id", "occasion", "bone_age", "seconds", "answered_at")
HEADER = ",".join(COLUMNS)
#: Lines that one answer may take, where a name or an id holds line breaks.
MOST_LINES = 20


def whole_answers(lines: list[str]) -> tuple[list[list[str]], list[int]]:
    """Return the fields of each whole answer, and the numbers of the lines that are none.

    The first line is the header. Numbers count from 1.

    >>> whole_answers([HEADER, "me,h1,1,8.5,,2026-01-01T08:00:00Z", 'me,"h2'])
    ([['me', 'h1', '1', '8.5', '', '2026-01-01T08:00:00Z']], [3])
    """
    answers, set_aside, number = [], [], 1
    while number < len(lines):
        answer, used = _answer(lines[number : number + MOST_LINES])
        if answer is not None:
            answers.append(answer)
        elif lines[number].strip() and lines[number].rstrip("\r") != HEADER:
            set_aside.append(number + 1)
        number += used
    return answers, set_aside


def _answer(lines: list[str]) -> tuple[list[str] | None, int]:
    """Return the answer that begins with the first line, and how many lines it takes."""
    for used in range(1, len(lines) + 1):
        text = "\n".join(lines[:used])
        if text.count('"') % 2 == 0:  # no quote is open
            answer = _fields(text.rstrip("\r"))
            return (answer, used) if answer else (None, 1)
    return None, 1


def _fields(text: str) -> list[str] | None:
    """Return the six fields of a whole answer, else None."""
    try:
        fields = next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
    # an answer is whole where its time is: "12.5" that was cut off would pass for 1 year
    whole = len(fields) == len(COLUMNS) and fields[-1].endswith("Z") and bool(fields[1])
    return fields if whole and fields[2].isdecimal() and _is_age(fields[3]) else None


def _is_age(text: str) -> bool:
    try:
        return 0 <= float(text) <= 20
    except ValueError:
        return False
