"""The report's page: a section of words, figures and tables as files and as HTML."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .._io import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class Section:
    """One heading of the report: words, figures with their alt text, tables."""

    title: str
    words: str = ""
    figures: list[tuple[str, Figure, str]] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def save_section(section: Section, out: Path) -> str:
    """Write a section's figures and tables; return its HTML."""
    import matplotlib.pyplot as plt

    parts = [f"<h2>{html.escape(section.title)}</h2>", f"<p>{html.escape(section.words)}</p>"]
    for name, fig, alt in section.figures:
        file = BytesIO()
        fig.savefig(file, format="png", dpi=110)
        plt.close(fig)
        write_atomically(_inside(out, "figures") / f"{name}.png", _writer(file.getvalue()))
        code = base64.b64encode(file.getvalue()).decode()
        parts.append(f'<img alt="{html.escape(alt, quote=True)}" '
                     f'src="data:image/png;base64,{code}">')
    for name, table in section.tables.items():
        write_atomically(_inside(out, "tables") / f"{name}.csv",
                         lambda path, rows=table: rows.to_csv(path, index=False))
        title = html.escape(name.replace("_", " "))
        parts.append(f"<details open><summary>{title}</summary>"
                     f"{_shown(table)}</details>")
    return "\n".join(parts)


def _writer(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _shown(table: pd.DataFrame) -> str:
    chances = {name: lambda p: f"{p:.2g}" for name in ("p", "p_holm") if name in table}
    counts = {name: table[name].astype(object).fillna("") for name in table
              if str(table[name].dtype) == "Int64"}
    return table.assign(**counts).to_html(
        index=False, border=0, na_rep="", justify="left", formatters=chances,
        float_format=lambda value: f"{value:.2f}")


def _inside(out: Path, name: str) -> Path:
    folder = out / name
    folder.mkdir(exist_ok=True)
    return folder


def write_text(path: Path, text: str) -> Path:
    """Write a whole text file, or none; return its path."""
    return write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def bullets(words: list[str]) -> str:
    """Return sentences as an HTML list.

    >>> bullets(["a < b"])
    '<ul><li>a &lt; b</li></ul>'
    """
    return "<ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in words) + "</ul>"


#: The page; fields ``title``, ``findings`` and ``sections``.
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; }}
img {{ max-width: 100%; display: block; margin: 1rem 0; }}
table {{ border-collapse: collapse; font-size: 15px; margin: .5rem 0 1.5rem; }}
th, td {{ padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: left; }}
details {{ overflow-x: auto; }} summary {{ font-weight: 600; cursor: pointer; }}
</style></head><body>
<h1>{title}</h1>
<p>Bone age errors in years, prediction minus label. Not a medical device; the figures describe
these children and this label.</p>
<h2>What the figures show</h2>
{findings}
{sections}
</body></html>
"""
