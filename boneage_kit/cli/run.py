"""``boneage-kit run``: execute the notebook sequence and write the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import presets

_EXAMPLE = """example:
  boneage-kit run                                   everything, phantom data, preset binder
  boneage-kit run --preset smoke 01 03              two notebooks, quickly
  boneage-kit run --data rsna:boneage.zip --out real --beside out/binder-phantom

The same command again does only what is not done yet. The last line is the report's path."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "run", help="execute the notebooks and write a report", epilog=_EXAMPLE,
        description="Execute the notebooks in order, keep results and provenance, write a report.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK",
                        help="number, name or path; default: all, in order")
    parser.add_argument("--preset", choices=presets.NAMES, default=presets.DEFAULT,
                        help="size of the run (default: %(default)s)")
    parser.add_argument("--data", default="phantom", metavar="SPEC",
                        help="phantom, rsna:PATH, dha:PATH or folder:PATH (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder of the run (default: out/PRESET-DATA)")
    parser.add_argument("--beside", type=Path, metavar="DIR",
                        help="another run, whose results stand beside these in the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run; return 0 if every notebook was executed to its end, else 1."""
    from .. import results
    from ..execution import runner
    from ..report import write_run_page

    beside = results.load(arguments.beside) if arguments.beside else None
    job = runner.prepare(
        arguments.notebooks, preset=arguments.preset, data=arguments.data, out=arguments.out,
        command=" ".join(["boneage-kit", *sys.argv[1:]]),
    )  # fmt: skip
    steps = runner.run(job, progress=runner.interactive())
    page = write_run_page(job.out, beside)
    failed = [step for step in steps if step.status == "failed"]
    for step in failed:
        sys.stderr.write(f"boneage-kit: {step.name}: {step.error}\n")
    sys.stdout.write(f"{page}\n")
    return 1 if failed else 0
