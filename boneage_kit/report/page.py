"""The kit's pages: a section of words, figures and tables as files, and the one template engine."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

import jinja2
import pandas as pd
from markupsafe import Markup

from .._io import write_atomically, write_text
from ..plots.shown_figure import to_data_url

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure


#: Of the figures' pictures.
DOTS_PER_INCH = 110


@dataclass
class Section:
    """One heading of a report: words, figures with their alt text, tables."""

    title: str
    words: str = ""
    figures: list[tuple[str, Figure | SubFigure, str]] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedSection:
    """A section as a template shows it: pictures as addresses, tables as HTML."""

    title: str
    words: str
    pictures: list[dict[str, str]]
    tables: list[dict[str, str]]


def save_section(section: Section, out: Path) -> SavedSection:
    """Write a section's figures and tables to ``out``; return what a page shows of it."""
    pictures, tables = [], []
    for name, figure, alt in section.figures:
        png = _png(figure)
        write_atomically(out / "figures" / f"{name}.png", _writer(png))
        pictures.append({"url": to_data_url(png), "alt": alt})
    for name, table in section.tables.items():
        write_text(out / "tables" / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
        tables.append({"title": name.replace("_", " "), "html": table_html(table)})
    return SavedSection(section.title, section.words, pictures, tables)


def _writer(data: bytes) -> Callable[[Path], int]:
    return lambda path: path.write_bytes(data)


def _png(drawn: Figure | SubFigure) -> bytes:
    import matplotlib.pyplot as plt

    figure, file = cast("Figure", drawn), BytesIO()
    with warnings.catch_warnings():  # a name may hold letters that the figure's font lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    plt.close(figure)
    return file.getvalue()


def table_html(table: pd.DataFrame) -> Markup:
    """Return a table as HTML: two decimals, chances with two digits, nothing for NaN.

    >>> "0.01" in table_html(pd.DataFrame({"p": [0.0123]}))
    True
    """
    chances = {name: lambda p: f"{p:.2g}" for name in ("p", "p_holm") if name in table}
    counts = {
        name: table[name].astype(object).fillna("")
        for name in table
        if str(table[name].dtype) == "Int64"
    }
    return Markup(
        table.assign(**counts).to_html(
            index=False,
            border=0,
            na_rep="",
            justify="left",
            formatters=chances,
            float_format=lambda value: f"{value:.2f}",
        )
    )


def render(template: str, **content: object) -> str:
    """Return a page of this room from its template; text in ``content`` is escaped."""
    return _ENVIRONMENT.get_template(template).render(**content)


def number(value: float | None, unit: str = "years") -> str:
    """Return a value as a page prints it: two decimals, an en dash where there is none.

    >>> number(0.8349), number(None), number(37.0, "images")
    ('0.83', '–', '37')
    """
    if value is None:
        return "–"
    if float(value).is_integer() and unit != "years":
        return f"{value:.0f}"
    return f"{value:.2f}".replace("-", "−")


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("boneage_kit.report", "."),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
