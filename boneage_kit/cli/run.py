"""``boneage-kit run``: execute the notebook sequence and write the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import execution, presets, report, results
from .._progress import is_interactive
from . import console
from .left_out import used_and_left_out

_EXAMPLE = """example:
  boneage-kit run                                   everything, phantom data, preset binder
  boneage-kit run --preset smoke 01 03              two notebooks, quickly
  boneage-kit run --data rsna:boneage.zip --out real --beside out/binder-phantom

The same command again does only what is not done yet. The last line is the report's path."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "run",
        epilog=_EXAMPLE,
        help="execute the notebooks and write a report",
        description="Execute the notebooks in order, keep results and provenance, write a report.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "notebooks",
        nargs="*",
        metavar="NOTEBOOK",
        help="number, name or path; default: all, in order",
    )
    parser.add_argument(
        "--preset",
        choices=presets.NAMES,
        default=presets.DEFAULT,
        help="size of the run (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        default="phantom",
        metavar="SPEC",
        help="phantom, rsna:PATH, dha:PATH or folder:PATH (default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the run (default: out/PRESET-DATA)"
    )
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="DIR",
        help="another run, whose results stand beside these in the report",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run; return 0 if every notebook was executed to its end, else 1."""
    beside = results.load(arguments.beside) if arguments.beside else None
    job = execution.prepare(
        arguments.notebooks,
        preset=arguments.preset,
        data=arguments.data,
        out=arguments.out,
        command=" ".join(["boneage-kit", *sys.argv[1:]]),
    )
    steps = execution.run(job, progress=is_interactive())
    page = report.write_run_page(job.out, beside)
    failed = [step for step in steps if step.status == "failed"]
    for step in failed:
        console.complain(f"{step.name}: {step.error}")
    console.say(f"{used_and_left_out(job.dataset)}\n{page}")
    return 1 if failed else 0
