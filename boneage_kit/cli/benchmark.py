"""``boneage-kit benchmark``: methods x training sizes x folds x seeds, resumable, on Dask."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

EXAMPLE = """examples:
  boneage-kit benchmark --data phantom --n 200 --sizes 25 50 --folds 2 --out runs/phantom
  boneage-kit benchmark --data rsna:rsna.zip --methods bonet lite0_fine_tuned --sizes 100 1112 \\
      --only-folds 0 1 --out runs/rsna
  boneage-kit benchmark --data rsna:rsna.zip --methods lite0_fine_tuned --sizes all --out runs/rsna
  boneage-kit benchmark --list

Each cell (method, size, fold, seed) leaves a file of its own: the same command goes on where it
was stopped, another one into the same folder adds to it. Without --scheduler the cells run in
processes of this machine; with it, on a Dask cluster that is there already.
"""


def add_parser(subparsers: Any) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "benchmark", help="compare methods over training sizes, folds and seeds", epilog=EXAMPLE,
        description="Compares methods in one protocol and writes table.csv, leaderboard.md, "
        "ablations.csv and learning_curves.png.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="list the methods and leave")
    parser.add_argument("--data", metavar="SPEC",
                        help="phantom, rsna:PATH, dha:PATH or folder:PATH")
    parser.add_argument("--n", type=int, default=0, help="images used, a stratified subset (all)")
    parser.add_argument("--methods", nargs="+", metavar="NAME",
                        help="see --list (default: one of each kind)")
    parser.add_argument("--sizes", nargs="+", type=_size, metavar="N",
                        help="training sizes; all: every image but the fold left out "
                        "(25 50 100 250 500 1112 2500 all)")
    parser.add_argument("--folds", type=int, default=5, help="parts that the children are in (5)")
    parser.add_argument("--only-folds", nargs="+", type=int, metavar="K",
                        help="run these folds only, counted from 0")
    parser.add_argument("--seeds", type=int, default=1, help="repeats with other images (1)")
    parser.add_argument("--test", type=int, default=500, metavar="N",
                        help="children of a fold that are read; with --sizes all it is all (500)")
    parser.add_argument("--pixels", type=int, help="image side, instead of each method's own")
    parser.add_argument("--epochs", type=int, help="passes, instead of each method's own")
    parser.add_argument("--phantoms", type=int, default=1500,
                        help="phantoms that the phantom methods learn from first (1500)")
    parser.add_argument("--threads", type=int, default=2, help="threads a training uses (2)")
    parser.add_argument("--workers", type=int, help="processes on this machine (as many as fit; "
                        "0: none, one cell after the other in this process)")
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="a running Dask scheduler, tcp://host:8786, or a scheduler file")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write or to go on in")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the cells that are missing, and print the leaderboard of the largest size."""
    from ..benchmark import methods, scale_out, summary
    from ..benchmark.study import TRAINING_SIZES, Study
    from ..errors import BadInput

    if args.list:
        for one in methods.methods().values():
            sys.stdout.write(f"{one.name:24} {one.label}\n{'':24} {one.place}\n")
        return 0
    if not args.data or not args.out:
        raise BadInput("--data and --out are needed.", "See boneage-kit benchmark --help.")
    study = Study(args.data, args.out.resolve(), n=args.n, folds=args.folds, test=args.test,
                  threads=args.threads, sizes=methods.Sizes(args.pixels, args.epochs,
                                                            args.phantoms))
    cells = study.cells(args.methods or methods.USUAL, args.sizes or TRAINING_SIZES,
                        seeds=args.seeds, only_folds=args.only_folds)
    failed = scale_out.run(study, cells, scheduler=args.scheduler, workers=args.workers)
    if len(failed) < len(cells):
        _show(summary.write(study), args.out)
    if failed:
        cell, error = next(iter(failed.items()))
        raise BadInput(f"{len(failed)} of {len(cells)} cells could not be run; the first, "
                       f"{cell.method}: {error.problem}", error.remedy)
    return 0


def _show(board: Any, out: Path) -> None:
    from ..benchmark import leaderboard

    sys.stdout.write(leaderboard.months_table(board))
    sys.stdout.write(f"{out / 'leaderboard.md'}\n")


def _size(text: str) -> int:
    """A number of images, 0 for ``all``."""
    if text == "all":
        return 0
    if not text.isdigit() or int(text) < 4:
        raise argparse.ArgumentTypeError(f"{text!r} is no training size: give 4 or more, or all")
    return int(text)
