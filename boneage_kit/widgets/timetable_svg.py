"""The timetable as a small SVG, drawn in about a millisecond while a slider moves."""

from __future__ import annotations

import html
from functools import lru_cache

from .. import maturity
from ..plots.style import PALETTE
from ..plots.timetable import ROWS, short_name

__all__ = ["timetable_svg"]

_LEFT, _TOP, _ROW, _YEAR = 150, 34, 15, 19


def timetable_svg(sex: str, age: float) -> str:
    """Return the timetable of one sex as SVG with the present age (years) marked.

    A disc is the median appearance, a square the age of capping (or of being as wide as the
    shaft), a dark bar the fusion; hollow marks are still to come.
    """
    rows = _rows(sex)
    height = _TOP + _ROW * (len(rows) + 3)
    x = _x(age)
    body = "".join(_row(i, row, sex, age) for i, row in enumerate(rows))
    ticks = "".join(
        f'<text x="{_x(year)}" y="{height - 22}" text-anchor="middle">{year}</text>'
        for year in range(0, 20, 2)
    )
    return (
        f'<svg role="img" aria-label="Timetable of the ossification centres, age {age:.1f} years '
        f'marked" width="{_x(19.6)}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<text x="{_LEFT}" y="14" font-size="13">disc: appears (median) · square: caps · '
        f"dark bar: fuses</text>"
        f'<text x="{_LEFT}" y="28" font-size="13">hollow: still to come</text>{body}{ticks}'
        f'<text x="{_x(9.5)}" y="{height - 6}" text-anchor="middle">Age in years</text>'
        f'<line x1="{x}" x2="{x}" y1="{_TOP}" y2="{height - 36}" stroke="#222" stroke-width="1.5" '
        f'stroke-dasharray="5 3"/></svg>'
    )


@lru_cache(maxsize=2)
def _rows(sex: str) -> list[dict]:
    table = maturity.ossification_table(sex)
    table["order"] = table["row"].map({name: i for i, name in enumerate(ROWS)})
    return table.sort_values(["order", "centre"]).to_dict("records")


def _x(age: float) -> float:
    return round(_LEFT + 6 + age * _YEAR, 1)


def _row(i: int, row: dict, sex: str, age: float) -> str:
    y = _TOP + _ROW * (i + 1)
    colour, name = PALETTE[sex], short_name(row["name"])
    parts = [f'<text x="{_LEFT}" y="{y + 4}" text-anchor="end">{html.escape(name)}</text>']
    if row["appear_p95"] == row["appear_p95"]:
        first = row["appear_p5"] if row["appear_p5"] == row["appear_p5"] else 0.0
        parts.append(
            f'<rect x="{_x(first)}" y="{y - 2}" height="4" opacity="0.4" '
            f'width="{(row["appear_p95"] - first) * _YEAR:.1f}" fill="{colour}"/>'
        )
    if row["fusion_end"] == row["fusion_end"]:
        parts.append(
            f'<rect x="{_x(row["fusion_start"])}" y="{y - 2}" height="4" fill="#444" '
            f'width="{(row["fusion_end"] - row["fusion_start"]) * _YEAR:.1f}"/>'
        )
    fill = colour if row["appear_p50"] <= age else "white"
    parts.append(
        f'<circle cx="{_x(row["appear_p50"])}" cy="{y}" r="4" fill="{fill}" stroke="{colour}"/>'
    )
    if row["cap_age"] == row["cap_age"]:
        fill = colour if row["cap_age"] <= age else "white"
        parts.append(
            f'<rect x="{_x(row["cap_age"]) - 4}" y="{y - 4}" width="8" height="8" '
            f'fill="{fill}" stroke="{colour}"/>'
        )
    return "".join(parts)
