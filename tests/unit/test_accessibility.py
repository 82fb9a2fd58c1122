"""Every image of every notebook says in words what it shows."""

import json
from pathlib import Path

import pytest

from boneage_kit.teaching.accessibility import findings

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
LONG = "A hand with open growth plates, seen from the palm."


def notebook(tmp_path, *, prose="", data=None, metadata=None):
    path = tmp_path / "one.ipynb"
    output = {"output_type": "display_data", "data": data or {}, "metadata": metadata or {}}
    path.write_text(
        json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown", "source": prose.splitlines(keepends=True)},
                    {"cell_type": "code", "source": "", "outputs": [output] if data else []},
                ]
            }
        )
    )
    return path


@pytest.mark.parametrize(
    "case",
    [
        {"data": {"image/png": "x"}},
        {"data": {"image/png": "x"}, "metadata": {"image/png": {"alt": "plot"}}},
        {"data": {"text/html": ['<figure><img src="data:x">', "</figure>"]}},
        {"data": {"text/html": '<img alt="short" src="data:x">'}},
        {
            "data": {
                "application/vnd.jupyter.widget-view+json": {},
                "text/plain": "VBox(children=(IntSlider(value=8),))",
            }
        },
        {"prose": "![hand](hand.png)"},
        {"prose": "See [here](https://example.org)."},
        {"prose": "# One\n\n#### Four"},
    ],
)
def test_what_is_missing_is_found(tmp_path, case):
    assert len(findings(notebook(tmp_path, **case))) == 1


@pytest.mark.parametrize(
    "case",
    [
        {"data": {"image/png": "x"}, "metadata": {"image/png": {"alt": LONG}}},
        {"data": {"text/html": f'<img alt="{LONG}" src="data:x">'}},
        {"data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": LONG}},
        {"prose": f"# One\n\n## Two\n\n![{LONG}](hand.png)"},
        {"prose": "# One\n[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org)"},
        {"prose": "# One\n```python\n### a comment in code\n```"},
    ],
)
def test_what_is_there_is_not_complained_about(tmp_path, case):
    assert findings(notebook(tmp_path, **case)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_accessible(path):
    assert findings(path) == []
