"""Slides from a notebook: headings start slides, code stays out, descriptions stay in."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from boneage_kit.execution import sequence
from boneage_kit.plots import shown_figure

PLACE = Path(__file__).parents[2] / "instructor" / "slides.py"


@pytest.fixture(scope="module")
def slides():
    spec = importlib.util.spec_from_file_location("slides", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sequence.notebooks(), ids=lambda path: path.stem[:2])
def test_every_heading_of_a_unit_starts_a_slide(path, slides):
    notebook = nbformat.read(path, as_version=4)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^#{1,3} .+$", "\n".join(prose), re.MULTILINE)
    started = [
        cell.source.splitlines()[0]
        for cell in slides.as_slides(notebook).cells
        if cell.metadata.slideshow.slide_type in ("slide", "subslide")
    ]
    assert started == headings and len(headings) >= 7


def test_a_comment_in_an_example_starts_no_slide(slides):
    cell = v4.new_markdown_cell("Before\n\n## A part\n```python\n# a comment\n```\nafter")
    parts = [part.source for part in slides.at_headings(cell)]
    assert parts == ["Before", "## A part\n```python\n# a comment\n```\nafter"]


def test_figures_come_with_their_description_and_without_their_code(slides, tmp_path):
    shown = shown_figure.ShownFigure(b"png", "Five phantom hands in a row, by bone age.", "")
    figure = v4.new_output("display_data", {"text/html": shown._repr_html_()})
    text = v4.new_output("display_data", {"text/plain": "Exercise 01.1: not answered yet"})
    path = tmp_path / "01_a.ipynb"
    nbformat.write(
        v4.new_notebook(
            cells=[
                v4.new_markdown_cell("# A title"),
                v4.new_code_cell("import numpy"),
                v4.new_markdown_cell("## A part"),
                v4.new_code_cell("draw(hands)", outputs=[figure]),
                v4.new_markdown_cell("### Exercise 01.1"),
                v4.new_code_cell('age = ...\nlesson.check("01.1", age)', outputs=[text]),
            ]
        ),
        path,
    )
    page = slides.write(str(path), tmp_path).read_text(encoding="utf-8")
    assert len(re.findall(r"<section[ >]", page)) >= 3
    assert "Five phantom hands in a row" in page
    assert "import numpy" not in page and "draw" not in page
    assert "age" in page and "check" in page, "exercises keep their code"
