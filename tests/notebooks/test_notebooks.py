"""What every committed notebook is held to, besides that its results are the same (nbval)."""

import json
import re
import sys

import nbformat
import pytest
from conftest import PARAMETERS, ROOT

from boneage_kit import results
from boneage_kit._io import read_json
from boneage_kit.execution import sequence

sys.path.insert(0, str(ROOT / "tools"))
import address  # noqa: E402

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [
    "01_a_child_and_a_film", "02_scoring_with_tanner_whitehouse", "03_you_are_the_reader",
    "04_films_as_files", "05_data_sets_and_leaks", "06_a_network_from_scratch",
    "07_bonet_and_its_layers", "08_features_by_hand_and_from_photographs", "09_fine_tuning",
    "10_how_wrong_and_for_whom", "11_can_it_be_trusted", "12_you_and_the_machine",
    "13_a_new_clinic", "14_ask_a_generalist", "15_the_paper_claim_by_claim",
]  # fmt: skip
#: What each unit may ask of a slow reader, and how many cells it may have.
LONGEST_MINUTES = 45
MOST_CELLS = 50
LOOSE_TAGS = {
    "nbval-ignore-output",
    "nbval-skip",
    "nbval-raises-exception",
    "raises-exception",
    "skip-execution",
}
#: What an executed notebook must not show of the machine it ran on.
MACHINE = re.compile(r"/(?:work|home|root|tmp|Users|opt|mnt|usr/lib|var)/|[A-Z]:\\\\|site-packages")
LARGEST = 2_000_000
each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def prose(path):
    return "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def test_the_sequence_is_complete():
    assert [path.stem for path in PATHS] == NAMES


@each
def test_it_is_valid_and_small(path):
    nbformat.validate(read(path))
    assert path.stat().st_size < LARGEST


@each
def test_it_was_executed_from_top_to_bottom_without_a_word_on_stderr(path):
    cells = code(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


@each
def test_no_output_is_left_unchecked(path):
    for cell in code(path):
        assert not LOOSE_TAGS & set(cell.metadata.get("tags", [])), cell.source
        assert "NBVAL_" not in cell.source
        assert set(cell.metadata.get("tolerance", {})) <= {"abs", "rel", "pixels"}


@each
def test_children_of_one_age_are_ordered_alike_on_every_processor(path):
    """NumPy's usual sort leaves ties in an order that AVX2 and AVX-512 decide differently."""
    for cell in code(path):
        for call in re.findall(r"(?:argsort|sort_values)\([^\n]*", cell.source):
            assert 'kind="stable"' in call, cell.source


@each
def test_a_tolerance_stays_below_what_the_lesson_claims(path):
    for cell in code(path):
        tolerance = cell.metadata.get("tolerance", {})
        assert tolerance.get("abs", 0) <= 0.5 and tolerance.get("rel", 0) <= 0.25, cell.source


@each
def test_it_begins_like_all_the_others(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    for host in ("mybinder.org/v2/gh/", "colab.research", "kaggle.com/kernels"):
        assert host in cells[0].source
    assert f"notebooks/{path.name}" in cells[0].source, "the badges open another notebook"
    first, second = code(path)[:2]
    assert first.source == code(PATHS[0])[0].source
    assert "torch" not in re.sub(r"#.*", "", first.source)
    assert second.source == PARAMETERS and second.metadata["tags"] == ["parameters"]


@each
def test_it_points_to_the_one_address(path):
    text = path.read_text(encoding="utf-8")
    assert text == address.filled(path), "run `make address`"


@each
def test_it_is_a_lesson(path):
    text = prose(path)
    headings = " | ".join(re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)).lower()
    minutes = re.search(r"\*\*About (\d+) minutes\.\*\*", text)
    assert minutes and int(minutes[1]) <= LONGEST_MINUTES, "minutes"
    assert len(read(path).cells) <= MOST_CELLS, "cells"
    assert re.search(r"you can|objectives|you will", text[:2500], re.IGNORECASE), "objectives"
    assert "exercise" in headings, "exercises"
    assert "self-test" in headings, "self-test"
    assert re.search(r"summary|recap|in three sentences", headings), "summary"
    assert "further reading" in headings, "further reading"
    sources = "\n".join(cell.source for cell in code(path))
    checks = re.findall(r"lesson\.check\(\s*[\"'](\d\d\.\d)", sources)
    asked = re.findall(r"[\"'](\d\d\.[a-z])[\"']", sources)
    assert len(set(checks)) >= 1, "at least one exercise with a self-check"
    assert len(set(asked)) >= 3, "at least three questions without code"
    assert len(set(checks) | set(asked)) >= int(minutes[1]) / 8, "a check every eight minutes"


@each
def test_no_trace_of_the_machine(path):
    book = read(path)
    for cell in code(path):
        shown = json.dumps(cell.outputs)
        shown = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=\\n]+", "", shown)
        for output in cell.outputs:
            for picture in ("image/png", "image/jpeg"):
                shown = shown.replace(output.get("data", {}).get(picture, "\0"), "")
        assert not MACHINE.search(shown), cell.source
    assert set(book.metadata) <= {"kernelspec", "language_info"}
    assert book.metadata.kernelspec.name == "python3"
    extra = {name for cell in book.cells for name in cell.metadata} - {"tags", "tolerance"}
    assert not extra, f"cell metadata {extra}"


@each
def test_cells_are_small(path):
    for cell in code(path):
        assert len(cell.source.splitlines()) <= 25, cell.source


def test_the_kept_results_are_of_these_notebooks_and_within_the_limits():
    kept = results.committed("phantom", "binder")
    assert kept, "run `make notebooks`"
    steps = {step["name"]: step for step in kept["notebooks"]}
    assert sorted(steps) == [path.stem for path in PATHS]
    assert all(step["status"] == "done" for step in steps.values())
    assert all(step["peak_memory_mb"] < 1200 for step in steps.values())
    assert sum(step["minutes"] for step in steps.values()) < 8
    for path in PATHS:
        assert steps[path.stem]["title"] == sequence.title(path)


def test_the_small_machine_sufficed():
    """What studies/small_machine.py --keep measured: 2 GB and one core, as on Binder."""
    kept = read_json(ROOT / "boneage_kit" / "data" / "results" / "small-machine.json")
    assert kept, "sudo python studies/small_machine.py --keep"
    assert kept["gigabytes"] <= 2 and kept["cores"] <= 1 and kept["preset"] == "binder"
    assert kept["killed"] == 0
    assert any(step["throttled"] > 0 for step in kept["notebooks"]), "the quota stopped nothing"
    assert [step["name"] for step in kept["notebooks"]] == NAMES
    assert all(step["status"] == "done" for step in kept["notebooks"])
    assert all(step["peak_memory_mb"] < 1200 for step in kept["notebooks"])
    assert sum(step["minutes"] for step in kept["notebooks"]) < 12
