"""The timetable as a small SVG, drawn in about a millisecond while a slider moves."""

from __future__ import annotations

import html
from functools import lru_cache

from ..plots.style import PALETTE
from ..plots.timetable import TimetableRow, timetable_rows

__all__ = ["timetable_svg"]

_LEFT, _TOP, _ROW, _GAP, _YEAR, _LAST = 184, 40, 15.5, 5, 18.5, 19.2


def timetable_svg(sex: str, age: float, centre: str | None = None) -> str:
    """Return the timetable of one sex as SVG with the present age (years) marked.

    A disc is the median appearance, a square the age of capping (or of being as wide as the
    shaft), a dark bar the fusion; hollow marks are still to come. The row that holds ``centre``
    (a name of :func:`boneage_kit.maturity.ossification_table`) is set off. About 550 by 430 px.

    >>> "8.5 years" in timetable_svg("F", 8.5, "ulna_distal_epi")
    True
    """
    rows = _rows(sex)
    heights = [_TOP + _ROW * (i + 1) + _GAP * row.block for i, row in enumerate(rows)]
    end = heights[-1] + 14
    body = "".join(
        _row(y, row, sex, age, centre in row.centres["centre"].tolist())
        for y, row in zip(heights, rows, strict=True)
    )
    x = _x(age)
    side, at = ("start", x + 5) if age < 15 else ("end", x - 5)
    return (
        f'<svg role="img" aria-label="Timetable of the ossification centres, age {age:.1f} years '
        f'marked" width="{_x(_LAST)}" height="{end + 58}" font-family="sans-serif" '
        f'font-size="13">{_ticks(_TOP - 24)}{_ticks(end + 14)}'
        f'<text x="{_x(9.5)}" y="{end + 29}" text-anchor="middle">Age in years</text>{body}'
        f'<line x1="{x}" x2="{x}" y1="{_TOP - 18}" y2="{end}" stroke="#222" stroke-width="1.5" '
        f'stroke-dasharray="5 3"/><text x="{at}" y="{_TOP - 6}" text-anchor="{side}" '
        f'font-weight="bold">{age:.1f} years</text>{_legend(end + 48, PALETTE[sex])}</svg>'
    )


@lru_cache(maxsize=2)
def _rows(sex: str) -> list[TimetableRow]:
    return timetable_rows(sex)


def _x(age: float) -> float:
    return round(_LEFT + 6 + age * _YEAR, 1)


def _ticks(y: float) -> str:
    return "".join(
        f'<text x="{_x(year)}" y="{y}" text-anchor="middle">{year}</text>'
        for year in range(0, 20, 2)
    )


def _legend(y: float, colour: str) -> str:
    """Return one line that names each mark, beginning at the left edge."""
    return (
        f'{_disc(8, y, colour)}<text x="17" y="{y + 4}">appears (median)</text>'
        f'{_square(146, y, colour)}<text x="156" y="{y + 4}">caps its shaft</text>'
        f'{_bar(254, y, 24, "#444")}<text x="284" y="{y + 4}">fuses</text>'
        f"{_disc(332, y, 'white', colour)}{_square(347, y, 'white', colour)}"
        f'<text x="357" y="{y + 4}">hollow: still to come</text>'
    )


def _row(y: float, row: TimetableRow, sex: str, age: float, chosen: bool) -> str:
    colour, strong = PALETTE[sex], ' font-weight="bold"' if chosen else ""
    parts = []
    if chosen:
        parts.append(
            f'<rect x="0" y="{y - _ROW / 2}" width="{_x(_LAST)}" height="{_ROW}" '
            'fill="#56B4E9" opacity="0.25"/>'
        )
    parts.append(
        f'<text x="{_LEFT}" y="{y + 4.5}" text-anchor="end"{strong}>{html.escape(row.name)}</text>'
    )
    if row.appears:
        first, last = row.appears
        parts.append(_bar(_x(first), y, (last - first) * _YEAR, colour, 0.35))
    if row.fuses:
        first, last = row.fuses
        parts.append(_bar(_x(first), y, (last - first) * _YEAR, "#444"))
    for column, mark in (("appear_p50", _disc), ("cap_age", _square)):
        for when in row.centres[column].dropna().unique():
            parts.append(mark(_x(when), y, colour if when <= age else "white", colour))
    return "".join(parts)


def _bar(x: float, y: float, width: float, colour: str, opacity: float = 1.0) -> str:
    return (
        f'<rect x="{x}" y="{y - 2.5}" width="{width:.1f}" height="5" fill="{colour}" '
        f'opacity="{opacity}"/>'
    )


def _disc(x: float, y: float, fill: str, edge: str | None = None) -> str:
    return f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="{edge or fill}"/>'


def _square(x: float, y: float, fill: str, edge: str | None = None) -> str:
    return (
        f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" fill="{fill}" '
        f'stroke="{edge or fill}"/>'
    )
