"""The reading room as a page: the notebook that Voila serves, and what is refused."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys

import pytest

from boneage_kit.cli import app, main


def arguments(*given):
    parser = argparse.ArgumentParser().add_subparsers()
    app.add_parser(parser)
    return parser.choices["app"].parse_args(given)


def test_the_page_is_a_reading_room_that_saves_where_it_was_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    book = app.page(
        arguments("--n", "3", "--repeats", "1", "--reader", "Ann 'O", "--readings", "ann.csv")
    )
    scope: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(book.cells[1].source, scope)
    room = scope["room"]
    assert len(room.order) == 4 and room.reader == "Ann 'O"
    room.answer(7.5)
    assert (tmp_path / "ann.csv").read_text().count("\n") == 2


def test_without_voila_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "voila", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["app"]) == 2
    assert "pip install voila" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--n", "0"], ["--data", "nothing:here"]])
def test_bad_settings_are_refused_before_a_page_is_served(monkeypatch, capsys, given):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    assert main(["app", *given]) == 2
    assert capsys.readouterr().err.count("\n") == 1
