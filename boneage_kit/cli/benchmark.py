"""``boneage-kit benchmark``: methods x training sizes x folds x seeds, resumable, on Dask."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import benchmark
from .._io import check_writable, held_alone
from ..errors import BadInput
from . import console, options
from .left_out import used_and_left_out

_EXAMPLE = """examples:
  boneage-kit benchmark --data phantom --n 200 --sizes 25 50 --folds 2 --out runs/phantom
  boneage-kit benchmark --data rsna:rsna.zip --methods bonet lite0_fine_tuned --sizes 100 1112 \\
      --only-folds 0 1 --out runs/rsna
  boneage-kit benchmark --data rsna:rsna.zip --methods lite0_fine_tuned --sizes all --out runs/rsna
  boneage-kit benchmark --list

Each cell (method, size, fold, seed) leaves a file of its own: the same command goes on where it
was stopped, another one into the same folder adds to it. Without --scheduler the cells run in
processes of this machine; with it, on a Dask cluster that is there already.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "benchmark",
        epilog=_EXAMPLE,
        help="compare methods over training sizes, folds and seeds",
        description="Compares methods in one protocol and writes table.csv, leaderboard.md, "
        "ablations.csv and learning_curves.png.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="list the methods and leave")
    parser.add_argument(
        "--data", metavar="SPEC", help="phantom, rsna:PATH, dha:PATH or folder:PATH"
    )
    parser.add_argument(
        "--n",
        type=options.whole_number(0),
        default=0,
        help="images used, a stratified subset (all)",
    )
    parser.add_argument(
        "--methods", nargs="+", metavar="NAME", help="see --list (default: one of each kind)"
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=_size,
        metavar="N",
        help="training sizes; all: every image but the fold left out "
        "(25 50 100 250 500 1112 2500 all)",
    )
    parser.add_argument(
        "--folds",
        type=options.whole_number(2, 100),
        default=5,
        help="parts that the children are in (5)",
    )
    parser.add_argument(
        "--only-folds",
        nargs="+",
        type=int,
        metavar="K",
        help="run these folds only, counted from 0",
    )
    parser.add_argument(
        "--seeds",
        type=options.whole_number(1, 1000),
        default=1,
        help="repeats with other images (1)",
    )
    parser.add_argument(
        "--test",
        type=options.whole_number(0),
        default=500,
        metavar="N",
        help="children of a fold that are read; with --sizes all it is all (500)",
    )
    parser.add_argument(
        "--pixels",
        type=options.whole_number(32, 1024),
        help="image side, instead of each method's own",
    )
    parser.add_argument(
        "--epochs",
        type=options.whole_number(1, 10_000),
        help="passes, instead of each method's own",
    )
    parser.add_argument(
        "--phantoms",
        type=options.whole_number(1),
        default=1500,
        help="phantoms that the phantom methods learn from first (1500)",
    )
    parser.add_argument(
        "--threads",
        type=options.whole_number(0, 1024),
        default=2,
        help="threads a training uses (2)",
    )
    parser.add_argument(
        "--workers",
        type=options.whole_number(0, 1024),
        help="processes on this machine (as many as fit; "
        "0: none, one cell after the other in this process)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a running Dask scheduler, tcp://host:8786, or a scheduler file",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write or to go on in")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the cells that are missing, and print the leaderboard of the largest size."""
    methods = benchmark.methods
    if arguments.list:
        console.say(
            "\n".join(
                f"{method.name:24} {method.label}\n{'':24} {method.in_the_paper}"
                for method in methods.methods().values()
            )
        )
        return 0
    if not arguments.data or not arguments.out:
        raise BadInput("--data and --out are needed.", "See boneage-kit benchmark --help.")
    check_writable(arguments.out)
    study = benchmark.study.Study(
        arguments.data,
        arguments.out.resolve(),
        n=arguments.n,
        folds=arguments.folds,
        test=arguments.test,
        threads=arguments.threads,
        sizes=methods.Sizes(arguments.pixels, arguments.epochs, arguments.phantoms),
    )
    cells = study.cells(
        arguments.methods or methods.USUAL,
        arguments.sizes or benchmark.study.TRAINING_SIZES,
        seeds=arguments.seeds,
        only_folds=arguments.only_folds,
    )
    with held_alone(study.out):
        failed = benchmark.scale_out.run(
            study, cells, scheduler=arguments.scheduler, workers=arguments.workers
        )
        if len(failed) < len(cells):
            board = benchmark.summary.write(study)
            console.say(
                f"{benchmark.leaderboard.months_table(board)}"
                f"{used_and_left_out(study.dataset())}\n"
                f"{arguments.out / 'leaderboard.md'}"
            )
    if failed:
        cell, error = next(iter(failed.items()))
        raise BadInput(
            f"{len(failed)} of {len(cells)} cells could not be run; the first, "
            f"{cell.method}: {error.problem}",
            error.remedy,
        )
    return 0


def _size(text: str) -> int:
    """Return a number of images, 0 for ``all``."""
    if text == "all":
        return 0
    if not text.isdigit() or int(text) < 4:
        raise argparse.ArgumentTypeError(f"{text!r} is no training size: give 4 or more, or all")
    return int(text)
