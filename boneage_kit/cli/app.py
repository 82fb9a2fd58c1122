"""``boneage-kit app``: the reading room as a page of its own, served by Voila."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from .. import datasets
from .._io import check_writable
from ..errors import BadInput
from . import console, options
from .left_out import used_and_left_out

_EXAMPLE = "example: boneage-kit app --reader Ann --readings ann.csv"
_PROSE = """# Reading room

Compare each hand with the atlas plates and give its bone age. Some hands come twice. A click on
the film gives it the keyboard; "Keys" below it says which keys do what. Every answer is
saved at once in `{readings}`: close the page and you go on where you stopped.

This is a lesson, not a medical device.
"""
_CELL = """import json
from boneage_kit import datasets, widgets

settings = json.loads({settings!r})
hands = datasets.load(settings["data"], n=settings["n"], seed=settings["seed"])
room = widgets.reading_room(hands, reader=settings["reader"], path=settings["readings"],
                            repeats=settings["repeats"], seed=settings["seed"], live=True)
room.box
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "app",
        help="the reading room as a page of its own (needs Voila)",
        epilog=_EXAMPLE,
        description="Serves the reading room on this machine; Ctrl-C ends it, and nothing "
        "that was answered is lost.",
    )
    parser.add_argument(
        "--data", default="phantom", help="phantom (default), rsna:PATH, dha:PATH or folder:PATH"
    )
    parser.add_argument(
        "--n", type=options.whole_number(1, 10_000), default=20, help="hands to read (default 20)"
    )
    parser.add_argument(
        "--repeats",
        type=options.whole_number(0, 10_000),
        default=4,
        help="hands that come twice (default 4)",
    )
    parser.add_argument("--reader", default="me", help="your name or initials")
    parser.add_argument(
        "--readings",
        type=Path,
        default=Path("readings.csv"),
        help="file that answers are added to (default readings.csv)",
    )
    parser.add_argument("--seed", type=options.seed, default=0, help="of the hands and their order")
    parser.add_argument("--port", type=options.whole_number(1, 65535), default=8866)
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the page as a notebook of one cell, and serve it until interrupted."""
    if importlib.util.find_spec("voila") is None:
        raise BadInput(
            "The page is served by Voila, which is not installed.", "Run: pip install voila"
        )
    check_writable(arguments.readings, option="--readings", is_folder=False)
    # bad data are refused here, not in the page
    dataset = datasets.load(arguments.data, n=arguments.n, seed=arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reading_room.ipynb"
        nbformat.write(page(arguments), path)
        command = [
            sys.executable,
            "-m",
            "voila",
            str(path),
            f"--port={arguments.port}",
            "--Voila.ip=127.0.0.1",
            "--show_tracebacks=False",
        ]
        console.say(
            f"{used_and_left_out(dataset)}\n"
            f"Reading room at http://127.0.0.1:{arguments.port}/ (Ctrl-C ends it)"
        )
        return subprocess.call(command + ["--no-browser"] * arguments.no_browser)


def page(arguments: argparse.Namespace) -> nbformat.NotebookNode:
    """Return the page as a notebook: what it is, and the reading room.

    >>> parser = argparse.ArgumentParser().add_subparsers()
    >>> add_parser(parser)
    >>> arguments = parser.choices["app"].parse_args(["--n", "3", "--readings", "ann.csv"])
    >>> "ann.csv" in page(arguments).cells[0].source
    True
    """
    kind, _, path = arguments.data.partition(":")
    data = f"{kind}:{Path(path).expanduser().resolve()}" if path else arguments.data
    settings = json.dumps(
        {
            "data": data,
            "n": arguments.n,
            "repeats": arguments.repeats,
            "reader": arguments.reader,
            "seed": arguments.seed,
            "readings": str(arguments.readings.resolve()),
        }
    )
    cells = [
        nbformat.v4.new_markdown_cell(_PROSE.format(readings=arguments.readings.name)),
        nbformat.v4.new_code_cell(_CELL.format(settings=settings)),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)
