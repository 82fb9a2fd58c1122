"""What a screen reader would miss in a notebook: the linter that the tests run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from ..plots.shown_figure import SHORTEST_ALT

_MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_HEADING = re.compile(r"^(#{1,6})\s+\S", re.MULTILINE)
_REPR = re.compile(r"^\w+\(|^$")
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Addresses of the small pictures that link to Binder, Colab and Kaggle: a few words name them.
_BADGE = re.compile(r"badge|open-in-")
_VAGUE_LINK = re.compile(r"\[(here|this|link|click here)\]\(", re.IGNORECASE)


class Finding(NamedTuple):
    """``cell`` (counted from 1) and what is wrong with it."""

    cell: int
    problem: str


class _Images(HTMLParser):
    """Collects the alt attributes of the images in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def findings(notebook: Path) -> list[Finding]:
    """Return what a notebook lacks for somebody who cannot see it.

    Images in outputs and in prose without a description of at least 30 characters (badges may be
    shorter), widgets without a text beside them, headings that skip a level, links named "here".

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.ipynb"
    >>> cell = {"cell_type": "markdown", "source": "# Title\\n### Too deep\\n![](hand.png)"}
    >>> _ = path.write_text(json.dumps({"cells": [cell]}))
    >>> [finding.problem for finding in findings(path)]
    ["an image in prose has no description: ''", 'a heading of level 3 follows one of level 1']
    """
    cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
    problems: list[Finding] = []
    level = 0
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] == "markdown":
            text = _CODE_BLOCK.sub("", "".join(cell["source"]))
            problems += [Finding(number, problem) for problem in _prose(text)]
            for heading in _HEADING.findall(text):
                if len(heading) > level + 1:
                    problems.append(
                        Finding(
                            number,
                            f"a heading of level {len(heading)} follows one of level {level}",
                        )
                    )
                level = len(heading)
        for output in cell.get("outputs", []):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            problems += [Finding(number, problem) for problem in _output(data, metadata)]
        if cell.get("outputs") and _is_silent_widget(cell["outputs"]):
            problems.append(
                Finding(number, "a widget has no picture or text beside it: give a static fallback")
            )
    return problems


def _is_silent_widget(outputs: list[dict[str, Any]]) -> bool:
    """Tell whether a cell shows a widget and nothing that tells the same without one."""
    shown = [output.get("data", {}) for output in outputs]
    widgets = [data for data in shown if "application/vnd.jupyter.widget-view+json" in data]
    if not widgets:
        return False
    has_text = any(not _REPR.match("".join(data.get("text/plain", ""))) for data in widgets)
    return not has_text and not any("<img" in "".join(data.get("text/html", "")) for data in shown)


def _prose(text: str) -> Iterator[str]:
    for alt, target in _MARKDOWN_IMAGE.findall(text):
        if not (alt and _BADGE.search(target)) and len(alt) < SHORTEST_ALT:
            yield f"an image in prose has no description: {alt!r}"
    yield from _html(text)
    if _VAGUE_LINK.search(text):
        yield "a link does not say where it leads"


def _html(text: str) -> Iterator[str]:
    images = _Images()
    images.feed(text)
    for alt in images.alts:
        if alt is None or (len(alt) < SHORTEST_ALT and "badge" not in text):
            yield f"an image in HTML has no description: {alt!r}"


def _output(data: dict[str, Any], metadata: dict[str, Any]) -> Iterator[str]:
    if any(kind.startswith("image/") for kind in data) and "text/html" not in data:
        alt = (metadata.get("image/png") or {}).get("alt") or ""
        if len(alt) < SHORTEST_ALT:
            yield "an output image has no description: show it by lesson.figure"
    yield from _html("".join(data.get("text/html", "")))
