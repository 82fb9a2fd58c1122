"""What every test of the kit shares: no screen, two threads, small fake notebooks."""

import json
import os
from pathlib import Path

import matplotlib
import nbformat
import pytest

matplotlib.use("Agg")  # not by variable: the kernels of the notebooks would inherit it
os.environ.setdefault("OMP_NUM_THREADS", "2")

ROOT = Path(__file__).resolve().parent.parent
PARAMETERS = 'preset = "binder"\ndata = "phantom"'


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def make_notebook(tmp_path):
    """Return a function that writes a notebook of code cells, with a parameters cell first."""

    def make(name, *sources, folder=None):
        place = folder or tmp_path / "notebooks"
        place.mkdir(parents=True, exist_ok=True)
        parameters = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        notebook = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_markdown_cell(f"# The lesson {name}"),
                parameters,
                *map(nbformat.v4.new_code_cell, sources),
            ]
        )
        path = place / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    return make


def recording(notebook: str, value: float = 1.0, **row) -> str:
    """Return a cell that leaves one row and one figure, as boneage_kit.teaching.lesson does."""
    full = {
        "notebook": notebook,
        "result": "MAE",
        "method": "median",
        "value": value,
        "lower": 0.9,
        "upper": 1.1,
        "unit": "years",
        "n_train": 10,
        "n_test": 5,
        "seed": 0,
        "source": "phantom",
        "data": "phantom",
        "note": "",
        **row,
    }
    return f"""
import json, os, pathlib
out = pathlib.Path(os.environ["BONEAGE_KIT_OUT"])
(out / "records").mkdir(exist_ok=True)
(out / "records" / "{notebook}.json").write_text(json.dumps([json.loads({json.dumps(full)!r})]))
place = out / "figures" / "{notebook}"
place.mkdir(parents=True, exist_ok=True)
from PIL import Image
Image.new("L", (60, 40), 90).save(place / "grey.png")
(place / "grey.json").write_text(json.dumps({{"alt": "A grey field <b>.", "caption": "Grey."}}))
print(preset, data)
"""
