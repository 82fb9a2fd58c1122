"""Student copies: no answers in them, and a proof that can fail."""

import ast
import json
import os
import shutil
import subprocess
import sys

import nbformat
import nbformat.v4 as v4
import pytest

from boneage_kit.errors import BadInput
from boneage_kit.execution import sequence
from boneage_kit.teaching import exercises, student_copies
from boneage_kit.teaching.exercises import Wrong, exercise

SOLUTION = "answer = 27"


@pytest.fixture
def notebook():
    """A notebook with one exercise, whose check lives as long as the test."""

    @exercise("96.1", hint="Count them all, carpals too.", solution=SOLUTION)
    def bones(answer):
        if answer != 27:
            raise Wrong("No.")

    executed = v4.new_output("display_data", data={"text/plain": "Exercise 96.1: right."})
    yield v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# A lesson"),
            v4.new_code_cell("preset = 'x'", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(
                'answer = ...\nlesson.check("96.1", answer)', outputs=[executed], execution_count=3
            ),
        ]
    )
    exercises._registry.pop("96.1")


def test_a_student_copy_holds_no_output_and_no_solution(notebook):
    bare = student_copies.student_copy(notebook)
    assert all(not cell.get("outputs") for cell in bare.cells)
    assert "27" not in bare.cells[2].source
    assert bare.cells[2].metadata["tags"] == ["exercise"]
    assert notebook.cells[2].outputs, "the source stays as it was"


def test_a_solved_copy_holds_the_solution_before_the_check(notebook):
    cell = student_copies.solved_copy(notebook).cells[2]
    assert cell.source == f'{SOLUTION}\nlesson.check("96.1", answer)'


def test_a_check_of_bare_dots_is_solved_by_the_solutions_own_name(notebook):
    source = 'lesson.check("96.1", ...)  # replace the dots'
    assert student_copies.solved_source(source).endswith('lesson.check("96.1", answer)')


def test_an_nbgrader_source_marks_the_solution_and_tests_it(notebook):
    cells = student_copies.nbgrader_copy(notebook).cells
    assert len(cells) == 4
    assert cells[2].source.startswith("answer = ...\n### BEGIN SOLUTION")  # the stub stays
    assert "### BEGIN SOLUTION\nanswer = 27\n### END SOLUTION" in cells[2].source
    assert cells[2].metadata["nbgrader"]["solution"]
    assert cells[3].metadata["nbgrader"]["grade"] and cells[3].metadata["nbgrader"]["points"] == 1


def test_what_a_cell_prepares_stays_and_the_function_to_repair_goes(notebook):
    source = (
        "given = [1, 2]\n\ndef answer(x):\n    return None  # a bug\n\n\n"
        'lesson.check("96.1", ...)  # replace the dots by answer'
    )
    assert student_copies.solved_source(source) == (
        'given = [1, 2]\nanswer = 27\nlesson.check("96.1", answer)'
    )


def _is_dots(node):
    return isinstance(node, ast.Constant) and node.value is ...


def test_every_stub_of_the_kit_goes_and_every_name_it_uses_is_given():
    for path in sequence.notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            if "lesson.check(" in cell.source and cell.cell_type == "code":
                solved = student_copies.solved_source(cell.source)
                dots = [node for node in ast.walk(ast.parse(solved)) if _is_dots(node)]
                assert not dots, (path.name, solved)


class Heard:
    """A lesson that only listens: what each check says, and no figures."""

    def __init__(self):
        self.said = {}

    def check(self, number, answer):
        self.said[number] = exercises.check(number, answer, lesson=self).text

    def figure(self, *_, **__):
        pass


@pytest.mark.parametrize("path", sequence.notebooks(), ids=lambda path: path.stem[:2])
def test_each_stub_fails_its_check_and_each_solution_passes(path):
    """From each notebook's imports alone; where that does not do, the notebook is executed."""
    cells = [
        cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
    ]
    imports = [
        ast.unparse(one)
        for source in cells
        for one in ast.parse(source).body
        if isinstance(one, ast.Import | ast.ImportFrom)
    ]
    asked = [source for source in cells if "lesson.check(" in source]
    assert asked, "no exercise is found"
    computed = {
        name.id
        for source in cells
        for name in ast.walk(ast.parse(source))
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    } | {
        function.name
        for source in cells
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef)
    }
    for source in asked:
        for code, expected in (
            (source, "not answered yet"),
            (student_copies.solved_source(source), ": right."),
        ):
            names = {"lesson": Heard()}
            exec("\n".join(imports), names)
            try:
                exec(code, names)
            except NameError as missing:  # what the cells before have computed
                assert missing.name in computed, missing
                proofs = student_copies.prove(path)
                assert all(proof.holds for proof in proofs), proofs
                return
            said = names["lesson"].said
            assert said and all(expected in text for text in said.values()), said


@pytest.mark.skipif(shutil.which("nbgrader") is None, reason="nbgrader is not on the path")
def test_nbgrader_takes_the_export_and_releases_it_without_solutions(tmp_path):
    for path in sequence.notebooks():
        place = tmp_path / "source" / path.stem
        place.mkdir(parents=True)
        source = student_copies.nbgrader_copy(nbformat.read(path, as_version=4))
        nbformat.write(source, place / path.name)
        done = subprocess.run(
            ["nbgrader", "generate_assignment", path.stem, "--create"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        released = nbformat.read(tmp_path / "release" / path.stem / path.name, as_version=4)
        asked = [cell for cell in released.cells if "YOUR CODE HERE" in cell.source]
        assert len(asked) == len(student_copies.numbers(source)) >= 2
        for number in student_copies.numbers(source):
            assert not any(exercises.get(number).solution in cell.source for cell in asked)


@pytest.mark.skipif(shutil.which("nbgrader") is None, reason="nbgrader is not on the path")
def test_nbgrader_finds_the_solved_source_valid_and_the_released_stub_not(notebook, tmp_path):
    setup = v4.new_code_cell(
        "import boneage_kit as bk\nlesson = bk.teaching.begin('06_x', preset='smoke', data=None)"
    )
    notebook.cells[2].source = 'answer = [..., ...]\nlesson.check("06.1", answer)'
    notebook.cells.insert(2, setup)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    place = tmp_path / "source" / "ps"
    place.mkdir(parents=True)
    nbformat.write(student_copies.nbgrader_copy(notebook), place / "x.ipynb")
    kernel = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)  # nbgrader may live in an environment of its own
    kernel.write_text(
        json.dumps(
            {
                "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Python 3",
                "language": "python",
            }
        )
    )
    run = {
        "cwd": tmp_path,
        "capture_output": True,
        "text": True,
        "env": {**os.environ, "JUPYTER_PATH": str(tmp_path / "jupyter")},
    }
    subprocess.run(["nbgrader", "generate_assignment", "ps", "--create"], check=True, **run)
    said = [
        subprocess.run(["nbgrader", "validate", f"{folder}/ps/x.ipynb"], **run).stdout
        for folder in ("source", "release")
    ]
    assert "Success! Your notebook passes all the tests." in said[0]
    assert "failed" in said[1]


def test_a_solution_without_a_name_is_refused():
    with pytest.raises(BadInput, match="no name"):
        student_copies.answer_name("27")


@pytest.mark.parametrize(
    "stub, solution, holds",
    [
        ("Exercise 96.1: not answered yet. Put", "Exercise 96.1: right.", True),
        ("Exercise 96.1: right.", "Exercise 96.1: right.", False),
        ("Exercise 96.1: not answered yet.", "Exercise 96.1: not yet. No.", False),
        ("", "", False),
    ],
)
def test_a_proof_needs_both_a_failing_stub_and_a_passing_solution(stub, solution, holds):
    assert student_copies.Proof("96.1", stub, solution).holds == holds


def test_a_solution_that_stops_is_a_proof_that_does_not_hold(notebook):
    cell = notebook.cells[2]
    stub = v4.new_output(
        "display_data", data={"text/plain": "Exercise 96.1: not answered yet. Put"}
    )
    cell.outputs = [
        stub,
        v4.new_output("error", ename="NameError", evalue="name 'x'", traceback=[]),
    ]
    feedback = student_copies._feedback_of(notebook, "96.1")
    assert feedback == ("Exercise 96.1: not answered yet. Put", "NameError: name 'x'")
    assert not student_copies.Proof("96.1", *feedback).holds


def test_a_stub_that_stops_leaves_its_solution_unproven(notebook):
    notebook.cells[2].outputs = [v4.new_output("error", ename="E", evalue="e", traceback=[])]
    assert student_copies._feedback_of(notebook, "96.1") == ("E: e", "")


def test_the_proof_executes_the_notebook(tmp_path):
    book = v4.new_notebook(
        cells=[
            v4.new_code_cell("preset = 'binder'", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(
                "import numpy as np\nimport boneage_kit as bk\n"
                "from boneage_kit.training import Augmentation\n"
                "lesson = bk.teaching.begin('06_x', preset=preset, data=None)"
            ),
            v4.new_code_cell('answer = [..., ...]\nlesson.check("06.1", answer)'),
            v4.new_code_cell('wrong = "yes"\nlesson.check("05.2", wrong)'),
            v4.new_code_cell("1 / 0"),
        ]
    )
    path = tmp_path / "06_x.ipynb"
    nbformat.write(book, path)
    proofs = student_copies.prove(path, folder=tmp_path / "solutions")
    assert [proof.number for proof in proofs] == ["06.1", "05.2", "(cell 4)"]
    # the second stub is an answer, and a cell that stops is told too
    assert [proof.holds for proof in proofs] == [True, False, False], proofs
    assert proofs[2].solution.startswith("ZeroDivisionError")
    solved = nbformat.read(tmp_path / "solutions" / "06_x.ipynb", as_version=4).cells[2]
    assert "..." not in solved.source and len(solved.outputs) == 1
    assert "06.1: right" in solved.outputs[0]["data"]["text/plain"]
