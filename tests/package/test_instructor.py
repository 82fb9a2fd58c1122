"""The instructor's pages agree with the notebooks they are about."""

import re
from pathlib import Path

import nbformat
import pytest

from boneage_kit.execution import sequence
from boneage_kit.teaching import exercises, student_copies

FOLDER = Path(__file__).parents[2] / "instructor"
NOTES = (FOLDER / "notes.md").read_text(encoding="utf-8")
PARTS = {part[:2]: part for part in re.split(r"^## (?=\d\d )", NOTES, flags=re.MULTILINE)[1:]}


@pytest.mark.parametrize("path", sequence.notebooks(), ids=lambda path: path.stem[:2])
def test_minutes_and_exercises_are_those_of_the_notebook(path):
    notebook, part = nbformat.read(path, as_version=4), PARTS[path.stem[:2]]
    stated = int(re.search(r"About (\d+) minutes", notebook.cells[0].source)[1])
    heading = part.splitlines()[0]
    assert f"({stated} minutes)" in heading
    assert sum(map(int, re.findall(r"^\| (\d+) \|", part, flags=re.MULTILINE))) == stated
    table = "\n".join(line for line in part.splitlines() if line.startswith("|"))
    named = re.findall(r"\b(\d\d\.\d)\b", table)
    assert named == student_copies.numbers(notebook), "each exercise once, in its order"


def test_no_page_names_an_exercise_that_is_not_there():
    there = {one.number for one in exercises.all_exercises()}
    for page in FOLDER.glob("*.md"):
        named = re.findall(r"exercises? (\d\d\.\d)", page.read_text(encoding="utf-8"))
        assert set(named) <= there, page.name
