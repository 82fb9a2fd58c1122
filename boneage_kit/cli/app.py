"""``boneage-kit app``: the reading room as a page of its own, served by Voila."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import BadInput

EXAMPLE = "example: boneage-kit app --reader Ann --readings ann.csv"
PROSE = """# Reading room

Compare each hand with the atlas plates and give its bone age. Some hands come twice. A click on
the film gives it the keyboard; "Keys" below it says which keys do what. Every answer is
saved at once in `{readings}`: close the page and you go on where you stopped.

This is a lesson, not a medical device.
"""
CELL = """import json
from boneage_kit import datasets, widgets

settings = json.loads({settings!r})
hands = datasets.load(settings["data"], n=settings["n"], seed=settings["seed"])
room = widgets.reading_room(hands, reader=settings["reader"], path=settings["readings"],
                            repeats=settings["repeats"], seed=settings["seed"], live=True)
room.box
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "app", help="the reading room as a page of its own (needs Voila)", epilog=EXAMPLE,
        description="Serves the reading room on this machine; Ctrl-C ends it, and nothing "
        "that was answered is lost.")
    parser.add_argument("--data", default="phantom",
                        help="phantom (default), rsna:PATH, dha:PATH or folder:PATH")
    parser.add_argument("--n", type=int, default=20, help="hands to read (default 20)")
    parser.add_argument("--repeats", type=int, default=4, help="hands that come twice (default 4)")
    parser.add_argument("--reader", default="me", help="your name or initials")
    parser.add_argument("--readings", type=Path, default=Path("readings.csv"),
                        help="file that answers are added to (default readings.csv)")
    parser.add_argument("--seed", type=int, default=0, help="of the hands and their order")
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page as a notebook of one cell, and serve it until interrupted."""
    import nbformat

    if importlib.util.find_spec("voila") is None:
        raise BadInput("The page is served by Voila, which is not installed.",
                       "Run: pip install voila")
    if args.n < 1 or args.repeats < 0:
        raise BadInput(f"{args.n} hands with {args.repeats} repeats cannot be read.",
                       "Give --n of 1 or more and --repeats of 0 or more.")
    from .. import datasets

    datasets.load(args.data, n=args.n, seed=args.seed)  # refuse bad data here, not in the page
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reading_room.ipynb"
        nbformat.write(page(args), path)
        command = [sys.executable, "-m", "voila", str(path), f"--port={args.port}",
                   "--Voila.ip=127.0.0.1", "--show_tracebacks=False"]
        sys.stdout.write(f"Reading room at http://127.0.0.1:{args.port}/ (Ctrl-C ends it)\n")
        sys.stdout.flush()
        return subprocess.call(command + ["--no-browser"] * args.no_browser)


def page(args: argparse.Namespace) -> Any:
    """Return the page as a notebook: what it is, and the reading room.

    >>> parser = argparse.ArgumentParser().add_subparsers()
    >>> add_parser(parser)
    >>> args = parser.choices["app"].parse_args(["--n", "3", "--readings", "ann.csv"])
    >>> "ann.csv" in page(args).cells[0].source
    True
    """
    import nbformat

    kind, _, place = args.data.partition(":")
    data = f"{kind}:{Path(place).resolve()}" if place else args.data
    settings = json.dumps({"data": data, "n": args.n, "repeats": args.repeats,
                           "reader": args.reader, "readings": str(args.readings.resolve()),
                           "seed": args.seed})
    cells = [nbformat.v4.new_markdown_cell(PROSE.format(readings=args.readings.name)),
             nbformat.v4.new_code_cell(CELL.format(settings=settings))]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)
