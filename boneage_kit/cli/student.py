"""``boneage-kit student``: student copies of the notebooks, proven against the solutions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import presets

_EXAMPLE = """example:
  boneage-kit student --out student                 copies, solved copies, and the proof
  boneage-kit student --out student --no-proof 06   one copy at once
  boneage-kit student --out course --nbgrader       also as sources for nbgrader

DIR holds the copies without outputs, DIR/solutions the solved ones (for instructors)."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "student", help="make student copies of the notebooks", epilog=_EXAMPLE,
        description="Make student copies, and prove that each stub counts as not answered and "
        "each solution passes.", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK",
                        help="number, name or path; default: all")
    parser.add_argument("--out", type=Path, default=Path("student"), metavar="DIR",
                        help="folder for the copies (default: %(default)s)")
    parser.add_argument("--preset", choices=presets.NAMES, default="smoke",
                        help="size of the executions that prove (default: %(default)s)")
    parser.add_argument("--no-proof", action="store_true", help="do not execute anything")
    parser.add_argument("--nbgrader", action="store_true",
                        help="also write nbgrader sources into DIR/source/<notebook>/")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the copies; return 0 if every exercise holds, else 1."""
    import nbformat
    from tqdm.auto import tqdm

    from ..execution import sequence
    from ..teaching import student_copies

    paths = sequence.notebooks(arguments.notebooks)
    arguments.out.mkdir(parents=True, exist_ok=True)
    failed = []
    for path in tqdm(paths, desc="student copies", unit="notebook", disable=arguments.no_proof):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(student_copies.student_copy(notebook), arguments.out / path.name)
        if arguments.nbgrader:
            place = arguments.out / "source" / path.stem
            place.mkdir(parents=True, exist_ok=True)
            nbformat.write(student_copies.nbgrader_copy(notebook), place / path.name)
        if not arguments.no_proof:
            proofs = student_copies.prove(path, arguments.preset, arguments.out / "solutions")
            failed += [proof for proof in proofs if not proof.holds]
    for proof in failed:
        sys.stderr.write(f"boneage-kit: {proof.number} does not hold. "
                         f"Stub: {proof.stub!r}. Solution: {proof.solution!r}.\n")
    sys.stdout.write(f"{arguments.out}\n")
    return 1 if failed else 0
