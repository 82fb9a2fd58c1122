"""Slides from a notebook, by one command: python instructor/slides.py 06 [--out DIR]

Every heading of the notebook starts a slide, its smaller headings go below it, figures and tables
come without their code; exercises keep theirs. The page is reveal.js: arrow keys, ESC for the
overview, S for the speaker's view. It loads reveal.js from the network; for a room without one,
unpack a copy of reveal.js beside the slides and pass --reveal reveal.js.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from traitlets.config import Config

from boneage_kit.execution import sequence


def as_slides(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Mark where slides begin, and hide the code that is not the lesson."""
    notebook.cells = [part for cell in notebook.cells for part in at_headings(cell)]
    for cell in notebook.cells:
        heading = re.match(r"(#{1,3}) ", cell.source)
        if cell.cell_type == "markdown":
            kind = {1: "slide", 2: "slide", 3: "subslide"}[len(heading[1])] if heading else "-"
        else:
            exercise = "lesson.check(" in cell.source
            silent = not cell.outputs
            kind = "skip" if silent else "-"
            cell.metadata["tags"] = cell.metadata.get("tags", []) + (
                [] if exercise else ["hide-code"]
            )
        cell.metadata["slideshow"] = {"slide_type": kind}
    return notebook


def at_headings(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return a cell of prose cut before each heading inside it; other cells as they are."""
    if cell.cell_type != "markdown":
        return [cell]
    parts, fenced = [[]], False
    for line in cell.source.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and re.match(r"#{1,3} ", line) and any(parts[-1]):
            parts.append([])
        parts[-1].append(line)
    return [nbformat.v4.new_markdown_cell("\n".join(lines).strip()) for lines in parts]


def write(name: str, out: Path, reveal: str | None = None) -> Path:
    """Write one notebook's slides and return the page's path."""
    path = sequence.notebooks([name])[0]
    config = Config()
    config.SlidesExporter.reveal_scroll = True
    config.SlidesExporter.reveal_number = "c/t"
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"hide-code"}
    if reveal:
        config.SlidesExporter.reveal_url_prefix = reveal
    page, _ = SlidesExporter(config=config).from_notebook_node(
        as_slides(nbformat.read(path, as_version=4))
    )
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{path.stem}.slides.html"
    target.write_text(page, encoding="utf-8")
    return target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help="01 to 15")
    parser.add_argument("--out", type=Path, default=Path("out/slides"))
    parser.add_argument("--reveal", help="URL or folder of reveal.js")
    given = parser.parse_args()
    for notebook in given.notebooks:
        print(write(notebook, given.out, given.reveal))
