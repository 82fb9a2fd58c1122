"""The command line: its list of commands, a light start; the reading room as a page."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import pkgutil
import subprocess
import sys
import warnings

import pytest

from boneage_kit import cli
from boneage_kit.cli import COMMANDS, app, main


def test_every_command_stands_in_the_list_with_the_help_of_its_own_module():
    modules = {module.name for module in pkgutil.iter_modules(cli.__path__)}
    assert set(COMMANDS) < modules and list(COMMANDS) == sorted(COMMANDS)
    for name, command in COMMANDS.items():
        subparsers = argparse.ArgumentParser().add_subparsers()
        importlib.import_module(f"boneage_kit.cli.{name}").add_parser(subparsers)
        (listed,) = subparsers._choices_actions
        assert (listed.dest, listed.help) == (name, command.help)
        assert "boneage-kit" in subparsers.choices[name].epilog, "no example"


@pytest.mark.parametrize(
    "words, stays_out",
    [
        ([], {"numpy", "pandas", "torch", "PIL", "nbformat"}),
        (["predict"], {"pandas", "torch", "scipy", "skimage", "sklearn"}),
        (["train"], {"pandas", "torch", "fastai"}),
        (["run"], {"torch", "papermill", "matplotlib"}),
    ],
)
def test_help_is_light(words, stays_out):
    code = (
        "import sys; from boneage_kit.cli import main\n"
        f"try: main([*{words!r}, '--help'])\nexcept SystemExit: pass\n"
        f"print(sorted({stays_out!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_an_error_in_the_kit_itself_is_one_line_and_a_traceback_on_demand(monkeypatch, capsys):
    monkeypatch.setattr("boneage_kit.cli.figure.run", lambda arguments: 1 / 0)
    assert main(["figure"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said and "BONEAGE_KIT_TRACEBACK=1" in said
    assert said.count("\n") == 1
    monkeypatch.setenv("BONEAGE_KIT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["figure"])


def test_warnings_come_without_lines_of_code(monkeypatch, caplog):
    def warn(arguments):
        warnings.warn("Some rows are odd.", UserWarning, stacklevel=1)
        warnings.warn("invalid value", RuntimeWarning, stacklevel=1)
        return 0

    monkeypatch.setattr("boneage_kit.cli.figure.run", warn)
    assert main(["figure"]) == 0
    assert [record.getMessage() for record in caplog.records] == ["Some rows are odd."]


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
