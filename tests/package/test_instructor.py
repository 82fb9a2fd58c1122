"""The instructor's pages agree with the units they are about."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

from boneage_kit import phantom
from boneage_kit.execution import sequence
from boneage_kit.teaching import exercises, questions, student_copies
from boneage_kit.widgets.readings_file import append_reading

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "instructor"
NOTES = (FOLDER / "notes.md").read_text(encoding="utf-8")
SCHEDULE = (FOLDER / "schedule.md").read_text(encoding="utf-8")
PARTS = {part[:2]: part for part in re.split(r"^## (?=\d\d )", NOTES, flags=re.MULTILINE)[1:]}


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


units = loaded(ROOT / "tools" / "units.py")
class_live = loaded(FOLDER / "class_live.py")


@pytest.mark.parametrize("path", sequence.notebooks(), ids=lambda path: path.stem[:2])
def test_minutes_and_exercises_are_those_of_the_notebook(path):
    notebook, part = nbformat.read(path, as_version=4), PARTS[path.stem[:2]]
    stated = units.minutes(notebook)
    title = notebook.cells[0].source.splitlines()[0].split(". ", 1)[1]
    assert part.splitlines()[0] == f"{path.stem[:2]} {title} ({stated} minutes)"
    assert sum(map(int, re.findall(r"^\| (\d+) \|", part, flags=re.MULTILINE))) == stated
    table = "\n".join(line for line in part.splitlines() if line.startswith("|"))
    named = re.findall(r"\b(\d\d\.\d)\b", table)
    assert named == student_copies.numbers(notebook), "each exercise once, in its order"


@pytest.mark.parametrize("name", PARTS)
def test_a_unit_has_objectives_misconceptions_that_a_question_finds_and_discussions(name):
    part = PARTS[name].split("## How to run")[0]
    wrong = part.split("**Misconceptions.**")[1].split("**Questions for a discussion.**")[0]
    beliefs = re.findall(r"^\* (.+)$", wrong, flags=re.MULTILINE)
    assert "**Objectives.**" in part and len(beliefs) >= 3
    assert all(re.search(r"\b\d\d\.(?:[a-z]|\d)\b", belief) for belief in beliefs)
    assert len(re.findall(r"^\d\. \*.+\?\* \S", part, flags=re.MULTILINE)) >= 2


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_no_page_names_an_exercise_or_a_question_that_is_not_there(page):
    text = page.read_text(encoding="utf-8")
    there = {one.number for one in exercises.all_exercises()}
    lists = re.findall(r"exercises? ((?:\d\d\.\d(?:, | and )?)+)", text, re.IGNORECASE)
    assert set(re.findall(r"\d\d\.\d", " ".join(lists))) <= there
    asked = {one.number for one in questions.all_questions()}
    assert set(re.findall(r"\b\d\d\.[a-z]\b", text)) <= asked
    assert not re.search(r"\bNB \d", text), "the old notebooks are units now"


@pytest.mark.parametrize("table", re.split(r"^##+ ", SCHEDULE, flags=re.MULTILINE)[1:])
def test_a_schedule_has_no_gap_and_enough_minutes_for_each_whole_unit(table):
    spans = re.findall(r"^\| ([\d:]+)-([\d:]+) \|.*\|([^|]*)\|$", table, re.MULTILINE)
    for (_, end, _), (start, *_) in zip(spans, spans[1:], strict=False):
        assert end == start
    for start, end, place in spans:
        if whole := re.fullmatch(r" unit (\d\d) ", place):
            stated = units.minutes(nbformat.read(*sequence.notebooks([whole[1]]), as_version=4))
            assert in_minutes(end) - in_minutes(start) >= stated, place


def in_minutes(clock):
    hours, _, minutes = clock.rpartition(":")
    return 60 * int(hours or 0) + int(minutes)


def test_every_unit_stands_in_the_semester():
    weeks = SCHEDULE.split("## A semester")[1]
    rows = re.findall(r"^\| \d+ \| ([^|]*)\|", weeks, flags=re.MULTILINE)
    assert re.findall(r"\d\d", " ".join(rows)) == list(PARTS)


def test_the_table_of_units_is_that_of_the_notebooks():
    text = units.PAGE.read_text(encoding="utf-8")
    assert text == units.page(), "run: make units"
    assert len(re.findall(r"notebooks/\d\d_", text)) == len(sequence.notebooks())


def test_the_page_of_questions_holds_each_question_and_its_answer(monkeypatch, tmp_path):
    monkeypatch.setattr(units, "ROOT", tmp_path)
    monkeypatch.setattr(units, "QUESTIONS", tmp_path / "questions.md")
    monkeypatch.setattr(units.sequence, "notebooks", lambda folder: FOUND)
    assert units.main(["--questions"]) == 0
    text = (tmp_path / "questions.md").read_text(encoding="utf-8")
    assert all(text.count(f"**{one.number}**") == 2 for one in questions.all_questions())


FOUND = sequence.notebooks()


def test_the_class_appears_as_its_files_come(tmp_path, capsys):
    hands = phantom.cohort(4, seed=5)
    arguments = [str(tmp_path), "--hands", "4", "--once"]
    class_live.main(arguments)
    assert capsys.readouterr().out.startswith("Not yet. There are no readings")
    for name, off in (("heron", 0.0), ("swan", 0.5)):
        for row in hands.itertuples():
            age = row.true_bone_age + off
            append_reading(tmp_path / f"{name}.csv", name, row.image_id, 1, age)
    class_live.main(arguments)
    said = capsys.readouterr().out
    assert "2 readers, 8 readings." in said and "differ by 0.50 years" in said
    assert "heron" not in said
    class_live.main([*arguments, "--names"])
    assert "heron" in capsys.readouterr().out
