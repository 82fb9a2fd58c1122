"""``boneage-kit student``: student copies of the notebooks, proven against the solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

import nbformat
from tqdm.auto import tqdm

from .. import execution, presets
from .._io import check_writable, held_alone, write_text
from .._progress import is_interactive
from ..teaching import student_copies
from . import console

_EXAMPLE = """example:
  boneage-kit student --out student                 copies, solved copies, and the proof
  boneage-kit student --out student --no-proof 06   one copy at once
  boneage-kit student --out course --nbgrader       also as sources for nbgrader

DIR holds the copies without outputs; DIR-solutions beside it the solved ones, for instructors."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "student", epilog=_EXAMPLE, help="make student copies of the notebooks",
        description="Make student copies, and prove that each stub counts as not answered and "
        "each solution passes.", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "notebooks", nargs="*", metavar="NOTEBOOK", help="number, name or path; default: all"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("student"),
        metavar="DIR",
        help="folder for the copies (default: %(default)s)",
    )
    parser.add_argument(
        "--preset",
        choices=presets.NAMES,
        default="smoke",
        help="size of the executions that prove (default: %(default)s)",
    )
    parser.add_argument("--no-proof", action="store_true", help="do not execute anything")
    parser.add_argument(
        "--nbgrader",
        action="store_true",
        help="also write nbgrader sources into DIR/source/<notebook>/",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the copies; return 0 if every exercise holds, else 1."""
    check_writable(arguments.out)
    solutions = _solutions(arguments.out)
    if not arguments.no_proof:
        check_writable(solutions)
    paths = execution.notebooks(arguments.notebooks)
    with held_alone(arguments.out):
        failed = _copies(paths, solutions, arguments)
    for proof in failed:
        console.complain(
            f"{proof.number} does not hold. Stub: {proof.stub!r}. Solution: {proof.solution!r}."
        )
    console.say(f"{arguments.out}")
    return 1 if failed else 0


def _copies(
    paths: list[Path], solutions: Path, arguments: argparse.Namespace
) -> list[student_copies.Proof]:
    """Write and prove the copies; return the proofs that do not hold."""
    failed: list[student_copies.Proof] = []
    for path in tqdm(
        paths,
        desc="student copies",
        unit="notebook",
        disable=arguments.no_proof or not is_interactive(),
    ):
        _write_copies(path, arguments.out, nbgrader=arguments.nbgrader)
        if not arguments.no_proof:
            proofs = student_copies.prove(path, arguments.preset, solutions)
            failed += [proof for proof in proofs if not proof.holds]
    return failed


def _solutions(out: Path) -> Path:
    """Return the instructor's folder: beside the student's, never inside it.

    >>> _solutions(Path("course/student")).name
    'student-solutions'
    """
    student = out.resolve()
    return student.with_name(f"{student.name}-solutions")


def _write_copies(path: Path, out: Path, *, nbgrader: bool) -> None:
    notebook = nbformat.read(path, as_version=4)
    copies = {out / path.name: student_copies.student_copy(notebook)}
    if nbgrader:
        copies[out / "source" / path.stem / path.name] = student_copies.nbgrader_copy(notebook)
    for target, copy in copies.items():
        write_text(target, nbformat.writes(copy) + "\n")
