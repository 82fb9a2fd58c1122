"""The ``boneage-kit`` command: one module a subcommand, heavy imports only when it runs."""

from __future__ import annotations

import argparse
import importlib
import logging
import pkgutil
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import BadInput


def _commands() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="boneage-kit",
        description="Bone age from hand radiographs: lessons, phantom, models and error analysis. "
        "Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"boneage-kit {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in _commands():
        importlib.import_module(f"{__name__}.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 on success, 2 on bad input, 130 when interrupted.

    >>> main(["--version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except BadInput as error:
        sys.stderr.write(f"boneage-kit: {' '.join(str(error).split())}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("boneage-kit: interrupted; the same command goes on from here.\n")
        return 130
