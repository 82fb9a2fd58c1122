"""Each figure of the lessons by its name: listed, written with words, drawn again."""

import io
import json

import pytest
from conftest import recording
from PIL import Image

from boneage_kit import paper
from boneage_kit.cli import main
from boneage_kit.errors import BadInput
from boneage_kit.execution import figure_list, sequence


def test_every_figure_of_every_notebook_is_listed_once():
    figures = figure_list.committed()
    cells = [
        cell
        for path in sequence.notebooks()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]
    shown = sum(
        json.dumps(cell["outputs"]).count("<figure style")
        for cell in cells
        if cell["cell_type"] == "code" and "lesson.figure(" in "".join(cell["source"])
    )
    assert len(figures) == shown > 40
    for figure in figures.values():
        assert len(figure.alt) > 30 and Image.open(io.BytesIO(figure.png)).width > 200


def test_every_claim_names_a_figure_that_exists_or_none():
    named = set(paper.claims()["figure"]) - {""}
    assert named <= set(figure_list.committed()) and len(named) > 3


def test_the_command_lists_writes_and_describes(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["figure"]) == 0
    listing = capsys.readouterr().out
    assert "  leak " in listing and "[features, learned, scratch, deformation]" in listing
    assert main(["figure", "leak"]) == 0
    assert capsys.readouterr().out == "leak.png\n"
    assert Image.open("leak.png").format == "PNG"
    assert "errors with intervals" in (tmp_path / "leak.txt").read_text().lower()
    assert main(["figure", "error", "-o", "ruler.png"]) == 0
    assert (tmp_path / "ruler.png").read_bytes() == figure_list.by_name("error_ruler").png


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nothing"], "no figure 'nothing'"),
        (["groups"], "No figure shows the claim"),
        (["leak", "-o", "leak.pdf"], "no .png"),
        (["leak", "-o", "/proc/nowhere/leak.png"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line(arguments, said, capsys):
    assert main(["figure", *arguments]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1 and said in error[0]


def test_a_figure_is_drawn_again_by_its_notebook(make_notebook, tmp_path):
    path = make_notebook("01_first", recording("01_first"))
    old = figure_list.NamedFigure("grey", str(path), b"", "", "")
    options = {"preset": "smoke", "data": "phantom", "out": tmp_path / "run", "progress": False}
    new = figure_list.drawn_again(old, **options)
    assert new.alt == "A grey field <b>." and Image.open(io.BytesIO(new.png)).size == (60, 40)
    with pytest.raises(BadInput, match="draws no figure 'white'"):
        figure_list.drawn_again(old._replace(name="white"), **options)
