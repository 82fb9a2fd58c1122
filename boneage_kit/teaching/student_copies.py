"""Student copies of the notebooks, and the proof that their exercises can be done.

The notebooks of the kit hold stubs; the solutions stand beside the checks in
:mod:`boneage_kit.teaching.exercises`. A student copy is a notebook without outputs. The proof
executes a copy from top to bottom in which every exercise's stub is followed by its solution, and
looks whether the stub is told "not answered yet" and the solution "right". Both run where the
student's answer would: after the cells before, with the names that those left.
"""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

from .._io import write_text
from ..errors import BadInput
from . import exercises, questions

_CHECK = re.compile(r"""^lesson\.check\(\s*["'](\d\d\.\d+)["']\s*,.*$""", re.MULTILINE)


class Proof(NamedTuple):
    """One exercise: the feedback that its stub and its solution get in the notebook."""

    number: str
    stub: str
    solution: str

    @property
    def holds(self) -> bool:
        """Whether the stub counts as not answered and the solution as right."""
        return "not answered yet" in self.stub and f"{self.number}: right" in self.solution


def numbers(notebook: NotebookNode) -> list[str]:
    """Return the exercises that a notebook checks, in its order.

    >>> import nbformat.v4 as v4
    >>> numbers(v4.new_notebook(cells=[v4.new_code_cell('lesson.check("06.1", answer)')]))
    ['06.1']
    """
    return [
        number
        for cell in notebook.cells
        if cell.cell_type == "code"
        for number in _CHECK.findall(cell.source)
    ]


def student_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs; cells with an exercise get the tag ``exercise``."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        cell.metadata.pop("execution", None)
        if _CHECK.search(cell.source):
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), "exercise"})
    return bare


def solved_copy(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs in which every stub is replaced by its solution."""
    solved = student_copy(notebook)
    for cell in solved.cells:
        if cell.cell_type == "code" and _CHECK.search(cell.source):
            cell.source = solved_source(cell.source)
    return solved


def solved_source(source: str) -> str:
    """Return an exercise cell with the solutions in place of what the student would write.

    What the cell prepares for the student stays; the stub goes.

    >>> cell = 'shown = 4\\nlesson.check("06.1", ...)  # replace the dots'
    >>> print(solved_source(cell))
    shown = 4
    ...
    lesson.check("06.1", ...)
    """
    parts = []
    for before, number in _by_check(source):
        solution = exercises.get(number).solution
        name = answer_name(solution)
        parts.append(f'{_without(before, name)}{solution}\nlesson.check("{number}", {name})')
    return "\n\n".join(parts)


def _by_check(source: str) -> list[tuple[str, str]]:
    """Return what stands before each check of a cell, and the check's number."""
    parts, start = [], 0
    for check in _CHECK.finditer(source):
        parts.append((source[start : check.start()].lstrip("\n"), check[1]))
        start = check.end()
    return parts


def _without(source: str, name: str) -> str:
    """Return code without the top-level statements that hold dots or give ``name`` its value."""
    lines = source.splitlines()
    for statement in reversed(ast.parse(source).body):
        if _named(statement) == name or _has_dots(statement):
            del lines[statement.lineno - 1 : statement.end_lineno]
    kept = "\n".join(lines).strip("\n")
    return f"{kept}\n" if kept else ""


def _has_dots(statement: ast.stmt) -> bool:
    """Return whether the student has something to write here: ``...`` as a value."""
    return any(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(statement))


def _named(statement: ast.stmt) -> str | None:
    """Return the name that a statement defines or assigns, or None."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return statement.name
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def answer_name(solution: str) -> str:
    """Return the name that a solution's last assignment or definition gives the answer.

    >>> answer_name("shares = [1, 2]\\nmirrored = [2, 5]"), answer_name("def f(x):\\n    return x")
    ('mirrored', 'f')

    Raises
    ------
    BadInput
        If the solution is no code that ends in a name for the answer.
    """
    try:
        statements = ast.parse(solution).body
    except SyntaxError:
        statements = []
    names = [name for name in map(_named, statements) if name]
    if names:
        return names[-1]
    raise BadInput(
        f"The solution {solution[:40]!r} gives the answer no name.",
        "End it with answer = ... or with the function itself.",
    )


def nbgrader_copy(notebook: NotebookNode) -> NotebookNode:
    """Return an nbgrader source notebook: solutions marked, and a test cell per check.

    nbgrader's ``generate_assignment`` replaces the marked solutions by its placeholder, under
    what the notebook itself prepares (a function to repair, say), and its ``autograde`` gives a
    point for every test cell that raises nothing.
    """
    source = student_copy(notebook)
    cells = []
    for cell in source.cells:
        parts = _by_check(cell.source) if cell.cell_type == "code" else []
        if not parts:
            cells.append(cell)
        for before, number in parts:
            grade_id = f"exercise-{number.replace('.', '-')}"
            solution = exercises.get(number).solution
            name = answer_name(solution)
            marked = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
            cells.append(
                v4.new_code_cell(
                    f'{before}{marked}\nlesson.check("{number}", {name})',
                    metadata={"nbgrader": _grading(grade_id, solution=True)},
                )
            )
            cells.append(
                v4.new_code_cell(
                    f'assert bk.exercises.check("{number}", {name}, lesson).right',
                    metadata={
                        "nbgrader": {**_grading(f"{grade_id}-test", grade=True), "points": 1}
                    },
                )
            )
    source.cells = cells
    return source


def _grading(grade_id: str, *, grade: bool = False, solution: bool = False) -> dict[str, object]:
    return {
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def prove(path: Path, preset: str = "smoke", folder: Path | None = None) -> list[Proof]:
    """Execute a notebook once, each stub before its solution; return the feedback to each.

    Parameters
    ----------
    path
        A notebook of the kit.
    preset
        Size of the execution.
    folder
        Where to leave the executed solved copy; None: nowhere.

    Returns
    -------
    list of Proof
        One per exercise; and one, which does not hold, for every question that does not exist and
        every other cell that stopped.
    """
    notebook = nbformat.read(path, as_version=4)
    executed = _execute(_both_ways(notebook), preset)
    proofs = [Proof(number, *_feedback_of(executed, number)) for number in numbers(notebook)]
    proofs += [
        Proof(number, "", problem) for number, problem in questions.unknown(notebook).items()
    ]
    proofs += [Proof(f"(cell {index})", "", error) for index, error in _stopped(executed)]
    if folder is not None:
        solved = _without_stubs(executed, notebook)
        write_text(folder / path.name, nbformat.writes(solved) + "\n")
    return proofs


def _both_ways(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs in which every stub is followed by its solution."""
    both = student_copy(notebook)
    for cell in both.cells:
        if cell.cell_type == "code" and _CHECK.search(cell.source):
            cell.source = f"{cell.source}\n\n{solved_source(cell.source)}"
    return both


def _without_stubs(executed: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """Return the executed copy as if only the solutions had stood there."""
    solved = copy.deepcopy(executed)
    for cell, source in zip(solved.cells, solved_copy(notebook).cells, strict=True):
        if cell.cell_type == "code" and _CHECK.search(cell.source):
            cell.source = source.source
            cell.outputs = [
                output for output in cell.outputs if "not answered yet" not in _text(output)
            ]
    return solved


def _execute(notebook: NotebookNode, preset: str) -> NotebookNode:
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f'preset = "{preset}"\ndata = "phantom"'
    client = NotebookClient(
        notebook,
        timeout=3600,
        startup_timeout=600,  # a kernel starts late on a machine with much other work
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=50"],
    )
    # client.execute() would take Ctrl-C for itself and end in an assertion
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
        client.set_widgets_metadata()
    return notebook


def _feedback_of(notebook: NotebookNode, number: str) -> tuple[str, str]:
    """Return the feedback to an exercise's stub and to its solution, or the error in its cell."""
    for cell in notebook.cells:
        if cell.cell_type != "code" or number not in _CHECK.findall(cell.source):
            continue
        feedback = [
            _text(output)
            for output in cell.outputs
            if output.output_type == "error" or f"Exercise {number}:" in _text(output)
        ]
        return (feedback + ["", ""])[0], (feedback + ["", ""])[1]
    return "", ""


def _stopped(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Return index and error of each cell that stopped and holds no exercise."""
    return [
        (index, _text(output))
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and not _CHECK.search(cell.source)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def _text(output: NotebookNode) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("data", {}).get("text/plain", "")
