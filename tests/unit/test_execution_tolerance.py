"""nbval with pictures, stated tolerances and memory: green where it should be, and red."""

import base64
import io
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image, ImageDraw

from boneage_kit.execution.tolerance import picture_difference, reconcile, same_text


@pytest.mark.parametrize(
    "new, old, absolute, relative, same",
    [
        ("MAE 0.80", "MAE 0.80", 0, 0, True),
        ("MAE 0.80", "MAE 0.81", 0, 0, False),
        ("MAE 0.80", "MAE 0.81", 0.02, 0, True),
        ("MAE -0.80", "MAE 0.80", 0.02, 0, False),
        ("bias −0.10", "bias 0.05", 0.2, 0, True),
        ("n 101", "n 100", 0, 0.02, True),
        ("n 103", "n 100", 0, 0.02, False),
        ("0.8 0.9", "0.8", 0.5, 0, False),
        ("yes 0.8", "no 0.8", 0.5, 0, False),
        ("a  10.1", "a 9.9", 0.5, 0, True),
        ("layer3 1.0", "layer4 1.0", 5, 0, False),
        ("nan", "0.5", 5, 0, False),
        ("0.08 years (1.0 months)", "0.01 years (0.1 months)", 0.1, 0, True),
        ("0.08 years (1.0 months)", "0.01 years (0.1 months)", 0.07, 0, False),
        ("MAE in months 1.0", "MAE in months 0.1", 0.1, 0, False),
    ],
)
def test_text_agrees_or_not(new, old, absolute, relative, same):
    assert same_text(new, old, absolute, relative) is same


def png(x=10, size=(100, 80)) -> str:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle([x, 10, x + 30, 60], fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_pictures_are_compared_as_pixels():
    assert picture_difference(png(), png(), 0) is None
    assert "of the picture's pixels differ" in picture_difference(png(40), png(), 0.005)
    assert picture_difference(png(40), png(), 0.9) is None
    assert "committed 100 x 80" in picture_difference(png(size=(90, 80)), png(), 1.0)


def test_a_picture_inside_html_is_compared():
    def shown(x):
        return [
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": f'<img alt="A hand." src="data:image/png;base64,{png(x)}">'},
            }
        ]

    assert reconcile(shown(10), shown(10), None) == shown(10)
    (changed,) = reconcile(shown(40), shown(10), None)
    assert "pixels differ" in changed["data"]["text/html"]
    assert reconcile(shown(40), shown(10), {"pixels": 0.9}) == shown(10)


def test_an_unknown_tolerance_is_refused():
    with pytest.raises(ValueError, match="not absolute"):
        reconcile([], [], {"absolute": 1})


def nbval(path):
    """Run nbval with the plugin on one notebook; return exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(path),
         "-p", "boneage_kit.execution.tolerance", "-c", "/dev/null", "--rootdir", str(path.parent),
         "-o", "notebook_memory_mb=400", "-p", "no:cacheprovider"],
        capture_output=True, text=True)  # fmt: skip
    return done.returncode, done.stdout


DRAW = """
from PIL import Image, ImageDraw
image = Image.new("RGB", (100, 80), "white")
ImageDraw.Draw(image).rectangle([{x}, 10, 40, 60], fill="black")
image"""
LOOSE = {"tolerance": {"abs": 0.05}}
CELLS = [  # metadata, what was committed, what it says now, and whether that is right
    ({}, "print(0.80)", "print(0.80)", True),
    ({}, "print(0.80)", "print(0.81)", False),
    (LOOSE, "print('MAE', 0.80)", "print('MAE', 0.81)", True),
    (LOOSE, "print('MAE', 0.80)", "print('MAE', 0.91)", False),
    (LOOSE, "print('MAE', 0.80)", "print('MSE', 0.80)", False),
    ({}, DRAW.format(x=10), DRAW.format(x=10), True),
    ({}, DRAW.format(x=10), DRAW.format(x=30), False),
    ({}, "print(1)", "x = bytearray(500_000_000); print(1)", False),
]


@pytest.mark.slow
def test_nbval_goes_green_and_red(tmp_path):
    path = tmp_path / "01_a.ipynb"
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source, metadata=metadata) for metadata, source, _, _ in CELLS
        ]
    )
    NotebookClient(book, kernel_name="python3").execute()
    for cell, (_, _, now, _) in zip(book.cells, CELLS, strict=True):
        cell.source = now
    nbformat.write(book, path)
    code, said = nbval(path)
    red = {int(number) for number in re.findall(r"^FAILED .*::Cell (\d+)", said, re.MULTILINE)}
    assert code == 1
    assert red == {number for number, cell in enumerate(CELLS) if not cell[3]}, said
