"""Slides from a notebook: headings start slides, code stays out, descriptions stay in."""

import importlib.util
import re
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "instructor" / "slides.py"
NOTEBOOKS = sorted((PLACE.parent.parent / "notebooks").glob("01*.ipynb"))


@pytest.mark.skipif(not NOTEBOOKS, reason="the notebooks are not here")
def test_a_notebook_becomes_slides(tmp_path):
    spec = importlib.util.spec_from_file_location("slides", PLACE)
    slides = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(slides)
    page = slides.write("01", tmp_path).read_text(encoding="utf-8")
    assert len(re.findall(r"<section[ >]", page)) > 10
    assert page.count("<img") >= 5 and 'alt=""' not in page
    assert "import numpy" not in page
    assert "lesson" in page and "check" in page, "exercises keep their code"
