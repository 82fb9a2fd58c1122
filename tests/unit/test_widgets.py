"""The widgets: what a person does to them, and what stands there where nobody can."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from boneage_kit import BadInput, datasets, maturity, phantom, widgets
from boneage_kit.plots import hand_pictures
from boneage_kit.plots.stage_examples import stage_example
from boneage_kit.records import check_predictions
from boneage_kit.shelf import stored_model
from boneage_kit.teaching.accessibility import findings
from boneage_kit.widgets import readings, readings_file
from boneage_kit.widgets.next_stage import describe_bone
from boneage_kit.widgets.timetable_svg import timetable_svg

pytest.importorskip("ipywidgets")
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def boy():
    return phantom.render(sex="M", bone_age=11.0, seed=4, size=256)


def _give(room, age, place=None):
    """Send an answer in years as the page does."""
    years, months = divmod(round(12 * age), 12)
    place = room.next_place() if place is None else place
    room._viewer._handle_custom_msg({"years": years, "months": months, "place": place}, [])


def _results(room):
    """What the end of the worklist shows, as HTML."""
    return room._end.results.value


@pytest.fixture
def room(tmp_path):
    return widgets.reading_room(
        phantom.cohort(6, seed=1), path=tmp_path / "r.csv", repeats=2, live=True
    )


# -- atlas explorer ------------------------------------------------------------------------


def test_moving_the_age_changes_plate_text_and_chart_quickly():
    explorer = widgets.atlas_explorer(sex="F", age=8.5, live=True)
    assert explorer.box
    parts = (explorer._hands, explorer._text, explorer._chart)
    before = [part.value for part in parts]
    begun = time.process_time()
    explorer._age.value = 3.1
    assert time.process_time() - begun < 0.6  # 0.05 s on an idle core
    assert all(part.value != old for part, old in zip(parts, before, strict=True))
    assert "toddler" not in explorer._phase.value and "pre-puberty" in explorer._phase.value


def test_plate_buttons_walk_the_atlas():
    explorer = widgets.atlas_explorer(sex="M", age=8.0, live=True)
    assert explorer.box
    explorer._step(1)
    assert explorer._age.value == 9.0
    explorer._step(-1)
    explorer._step(-1)
    assert explorer._age.value == 7.0


def test_changing_sex_keeps_the_age_within_its_plates():
    explorer = widgets.atlas_explorer(sex="M", age=18.9, live=True)
    assert explorer.box
    explorer._sex.value = "girl"
    assert explorer._age.value == 18.0 and "girl, 18 y" in explorer._hands.value


def test_second_plate_stands_beside_the_first():
    explorer = widgets.atlas_explorer(sex="F", age=8.5, live=True)
    assert explorer.box and explorer._hands.value.count("<svg") == 1
    explorer._other.value = 12.0
    assert explorer._hands.value.count("<svg") == 2 and "girl, 12 y" in explorer._hands.value


def test_unknown_sex_is_refused():
    with pytest.raises(BadInput, match="sex"):
        widgets.atlas_explorer(sex="child")


def test_every_bone_of_the_picture_tells_its_name(boy):
    drawn = hand_pictures.svg(boy, 400, ("radius",), "a hand")
    present = {name for number, name in boy.bones.items() if (boy.labels == number).sum() > 30}
    names = set(re.findall(r"<text [^>]*>([^<]*)</text></g>", drawn))
    assert {hand_pictures.bone_name(name) for name in present} <= names
    assert drawn.count('class="on"') == 1


def test_a_click_on_a_bone_chooses_it_and_its_row_of_the_chart():
    explorer = widgets.atlas_explorer(sex="M", age=10.5, live=True)
    assert explorer.box
    explorer._hands._handle_custom_msg({"pick": "radius_epiphysis"}, [])
    assert explorer._bone.value == "radius" and "Radius: stage" in explorer._text.value
    assert 'font-weight="bold">radius</text>' in explorer._chart.value
    explorer._hands._handle_custom_msg({"pick": "no such bone"}, [])
    assert explorer._bone.value == "radius"


def test_the_chart_gives_its_place_to_a_second_plate():
    explorer = widgets.atlas_explorer(sex="F", age=8.5, live=True)
    assert explorer.box and "svg" in explorer._chart.value
    explorer._other.value = 12.0
    assert explorer._chart.value == ""
    explorer._other.value = -1.0
    assert "svg" in explorer._chart.value


def test_carpals_are_listed_as_they_appear():
    explorer = widgets.atlas_explorer(sex="F", age=8.5, live=True)
    assert explorer.box
    assert [name for _, name in explorer._bone.options][2:5] == ["capitate", "hamate", "triquetral"]


@pytest.mark.parametrize("sex", ["F", "M"])
def test_no_short_form_of_a_bone_reaches_the_reader(sex):
    explorer = widgets.atlas_explorer(sex=sex, age=8.5)
    said = " ".join(explorer.phase_text(sex, float(age)) for age in maturity.gp_plate_ages(sex))
    assert not re.search(r"\b(MC|PP|MP|DP)\d?", said)


def test_outlines_lie_on_their_bones(boy):
    ids = {name: number for number, name in boy.bones.items()}
    for name in ("radius", "metacarpal_3", "capitate"):
        rows, columns = np.nonzero(boy.labels == ids[name])
        x, y = np.concatenate(hand_pictures.outlines(boy.labels, boy.bones)[name]).T
        assert abs(x.min() - columns.min() - 0.5) < 2 and abs(y.max() - rows.max() - 0.5) < 2


@pytest.mark.parametrize("bone", ["radius", "capitate", "metacarpal_2", "adductor_sesamoid"])
def test_a_bone_says_what_comes_next(boy, bone):
    said = describe_bone(boy, bone)
    assert hand_pictures.bone_name(bone).lower() in said.lower() and len(said) > 40
    if bone in maturity.RUS_BONES:
        assert f"stage {boy.stages[bone]}" in said


def test_chart_marks_the_age():
    young, old = (timetable_svg("F", age) for age in (1.0, 17.0))
    assert young.count('fill="white"') > old.count('fill="white"')


# -- TW scorer -----------------------------------------------------------------------------


def test_staging_all_bones_gives_score_age_and_truth(boy):
    scorer = widgets.tw_scorer(boy, live=True)
    assert scorer.box and "0 of 13" in scorer._sum.value
    for bone in maturity.RUS_BONES:
        assert scorer._bone.value == bone
        scorer.choose(boy.stages[bone])
        scorer._next()
    score = maturity.tw3_rus_score(boy.stages, "M")
    assert f"RUS score {score}" in scorer._sum.value
    scorer._turn()
    assert scorer._work.layout.display == "none"  # the table stands where the bones stood
    assert scorer._truth.value.count("agreed") == 13


def test_a_stage_can_be_taken_back_and_errors_are_named(boy):
    scorer = widgets.tw_scorer(boy, live=True)
    assert scorer.box
    scorer._row._handle_custom_msg({"pick": "B"}, [])
    assert 'data-pick="B" aria-pressed="true"' in scorer._row.value
    (row,) = scorer.truth_table()
    assert row[3] == f"{ord(boy.stages['radius']) - ord('B')} stages too low"
    scorer.choose("B")
    assert scorer.stages == {} and scorer.truth_table() == []


def test_some_bones_can_be_asked_and_the_others_are_given(boy):
    scorer = widgets.tw_scorer(boy, ask=["ulna", "radius"], live=True)
    assert scorer.box and [name for _, name in scorer._bone.options] == ["radius", "ulna"]
    for bone in ("radius", "ulna"):
        scorer._hand._handle_custom_msg({"pick": f"{bone}_epiphysis"}, [])
        scorer.choose(boy.stages[bone])
    assert scorer.score_text().startswith(f"RUS score {maturity.tw3_rus_score(boy.stages, 'M')}:")
    assert len(scorer.truth_table()) == 2 and "2 RUS bones" in scorer.alt()


@pytest.mark.parametrize("ask", [["capitate"], []])
def test_a_bone_without_stages_cannot_be_asked(boy, ask):
    with pytest.raises(BadInput, match=r"RUS_BONES"):
        widgets.tw_scorer(boy, ask=ask)


def test_only_phantoms_can_be_scored():
    with pytest.raises(BadInput, match="no stages"):
        widgets.tw_scorer(np.zeros((4, 4)))


@pytest.mark.parametrize("bone", ["radius", "ulna", "metacarpal_1", "middle_phalanx_3"])
def test_pictures_of_stages_show_that_stage(bone):
    found = [stage_example(bone, stage, "M") for stage in maturity.rus_stage_scores(bone, "M")]
    assert sum(piece is not None for piece in found) >= len(found) - 1
    assert all(
        piece.shape == (96, 96) and 0 <= piece.min() < piece.max() <= 1
        for piece in found
        if piece is not None
    )


# -- reading room --------------------------------------------------------------------------


def test_answers_are_on_disk_at_once_and_survive_a_restart(room):
    assert room.box and "1 of 8" in room._title.value
    assert "years" not in room._title.value  # no age is shown
    for age in (3.0, 5.5, 9.0):
        _give(room, age)
    assert pd.read_csv(room.path)["bone_age"].tolist() == [3.0, 5.5, 9.0]
    again = widgets.reading_room(room.records, path=room.path, repeats=2, live=True)
    assert again.next_place() == 3 and again.box and "4 of 8" in again._title.value


def test_finished_room_shows_results_and_makes_predictions(room):
    truth = room.records.set_index("image_id")["true_bone_age"]
    assert room.box
    for name, _ in room.order:
        _give(room, truth[name])
    assert "All read" in room._title.value and "6 hands read" in _results(room)
    predictions = check_predictions(room.predictions())
    assert len(predictions) == 6
    assert (predictions["y_pred"] - predictions["y_true"]).abs().max() < 0.05
    assert room._work.layout.display == "none"  # nothing left to answer
    assert _results(room).count("<tr>") >= 7 and 'alt="Bland-Altman' in _results(room)
    assert "two readers of one film (Korea 2008)" in _results(room)  # published, with its study
    assert len(room.repeats()) == 2 and room.next_place() is None
    assert room.readings_or_simulated()["reader"].unique().tolist() == ["me"]


def test_a_wrong_answer_is_said_and_not_saved(room):
    with pytest.raises(BadInput, match="years"):
        room.answer(120)
    assert not room.path.exists()


def test_a_data_set_of_radiographs_can_be_read_too(tmp_path):
    dataset = datasets.load("phantom", n=3)
    room = widgets.reading_room(dataset, path=tmp_path / "r.csv", repeats=0, live=True)
    assert room.box and room._viewer.film["height"] == 768
    for _ in room.order:
        room.answer(8.0)
    assert check_predictions(room.predictions())["image_id"].nunique() == 3


def test_own_repeats_stand_beside_published_readers(tmp_path):
    room = widgets.reading_room(
        phantom.cohort(8, seed=1), path=tmp_path / "r.csv", repeats=4, live=True
    )
    for place in range(len(room.order)):
        room.answer(5 + 0.1 * place)
    assert room.box and "Limits of agreement of two readings" in _results(room)


def test_an_answer_that_comes_twice_is_kept_once_and_not_for_the_next_hand(room):
    assert room.box
    for _ in range(2):  # a double click on a slow kernel
        _give(room, 0.5, place=0)
    assert room.readings()["bone_age"].tolist() == [0.5] and room.next_place() == 1


def test_an_answer_that_cannot_be_kept_is_refused_in_words(room, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    assert room.box
    told = []
    room._viewer.send = told.append
    _give(room, 30)
    monkeypatch.setattr("boneage_kit.widgets.reading_session.append_reading", full)
    _give(room, 9)
    assert len(told) == 2 and all(one["refused"].startswith("Not saved") for one in told)
    assert room.next_place() == 0


def test_a_line_cut_off_by_a_crash_is_left_out(room):
    room.answer(4.0)
    with room.path.open("a") as file:
        file.write("me,00")
    assert len(room.readings()) == 1
    room.answer(5.0)
    assert room.readings()["bone_age"].tolist() == [4.0, 5.0]


def test_another_file_is_not_taken_for_readings(room):
    room.path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="not a file of readings"):
        room.readings()


def test_the_film_reaches_the_page_with_its_grey_levels_and_its_size(room):
    assert room.box
    film = room._viewer.film
    grey = np.frombuffer(film["data"], "<u2").reshape(film["height"], film["width"])
    drawn = room.pixels(room.order[0][0])
    assert np.abs(grey / 4095 - drawn).max() < 1e-3
    height, width = film["spacing"]
    assert 0.1 < height < 0.6 and 0.1 < width < 0.6  # mm: a film of a hand has 768 rows here
    assert film["low"] < film["high"] and "years" not in film["label"]


def test_a_large_film_is_reduced_and_its_ruler_stays_true(room):
    from boneage_kit.widgets.film_viewer import FilmViewer

    viewer = FilmViewer()
    viewer.show(np.tile(np.linspace(0, 1, 1500, dtype=np.float32), (2048, 1)), (0.1, 0.1), "film")
    assert (viewer.film["height"], viewer.film["width"]) == (1024, 750)
    assert viewer.film["spacing"] == [0.2, 0.2]
    viewer.show(np.zeros((8, 8), np.float32), None, "black")
    assert viewer.film["spacing"] is None and viewer.film["high"] > viewer.film["low"]


def test_a_dicom_files_pixel_size_reaches_the_ruler(tmp_path):
    from boneage_kit.cli import main

    for age in (6, 9):
        assert (
            main(
                [
                    "phantom",
                    "--sex",
                    "F",
                    "--age",
                    str(age),
                    "--size",
                    "256",
                    "-o",
                    str(tmp_path / f"{age}.dcm"),
                ]
            )
            == 0
        )
    (tmp_path / "labels.csv").write_text("image_id,sex,bone_age\n6.dcm,F,6\n9.dcm,F,9\n")
    dataset = datasets.load(f"folder:{tmp_path}")
    height, width = dataset.spacing(0)
    assert (
        height
        == width
        == pytest.approx(phantom.render(sex="F", bone_age=6, size=256).pixel_spacing_mm, rel=1e-4)
    )
    room = widgets.reading_room(dataset, path=tmp_path / "r.csv", repeats=0, live=True)
    assert room.box and room._viewer.film["spacing"] == [height, width]


def test_hands_without_a_known_age_can_be_read(room):
    for _ in room.order:
        room.answer(7.0)
    unknown = room.predictions()
    unknown.loc[:, "y_true"] = np.nan
    from boneage_kit.widgets.reading_results import results_as_html, summary_text

    text = summary_text(unknown, room.repeats())
    assert "Of 6 no bone age is known" in text and "nan" not in text
    assert "not known" in results_as_html(unknown, room.repeats())


def test_the_network_reads_the_same_hands_when_asked_and_the_page_says_what_it_learned_on(room):
    assert room.box
    for _ in room.order:
        _give(room, 9.0)
    assert "the kit's network" not in _results(room)
    room._end.compare()
    page = _results(room)
    assert "the kit&#x27;s network, same hands" in page and "real films" in page
    assert "never saw a drawn hand" in page
    read = check_predictions(room.network().predictions)
    truth = room.records["true_bone_age"].to_numpy()
    assert np.allclose(read["y_true"], truth) and not np.allclose(read["y_pred"], truth)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "needs torch"),
        (RuntimeError("out of memory"), "could not predict these hands (RuntimeError"),
        (BadInput("No model ships.", "Train one."), "No model ships"),
    ],
)
def test_a_network_that_cannot_read_is_told_in_a_sentence(room, monkeypatch, failure, told):

    def fail(*_):
        raise failure

    assert room.box
    for _ in room.order:
        room.answer(9.0)
    room._open()
    monkeypatch.setattr(stored_model, "load", fail)
    room._end.compare()
    assert told in room._end.message.value and "6 hands read" in _results(room)
    assert not room._end.ask.disabled


def test_the_export_is_a_predictions_table_that_evaluate_reads(room):
    assert room.box
    for _ in room.order:
        room.answer(9.0)
    room._open()
    room._end.export()
    assert "r_predictions.csv" in room._end.message.value
    table = pd.read_csv(room.path.with_name("r_predictions.csv"), dtype={"image_id": str})
    assert len(check_predictions(table)) == 6


def test_keys_of_the_film_turn_the_atlas(room):
    assert room.box
    before = room._plate.value
    room._viewer._handle_custom_msg({"plate": 1}, [])
    assert room._plate.value > before
    for _ in range(60):
        room._viewer._handle_custom_msg({"plate": 1}, [])
    assert room._plate.value == max(maturity.gp_plate_ages(room._sex))


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_repeats_come_later_and_never_at_once(n):
    order = readings.worklist([f"{i}" for i in range(n)], repeats=4, seed=3)
    assert len(order) == len(set(order))
    for place, (name, occasion) in enumerate(order):
        if occasion == 2:
            assert place - order.index((name, 1)) >= min(2, n)


def test_simulated_reader_is_the_same_each_time_and_errs_as_published():
    records = phantom.cohort(200, seed=2)
    order = readings.worklist(records["image_id"].tolist(), 40, seed=0)
    one, two = (readings.simulate_readings(records, order, seed=0) for _ in range(2))
    assert one.equals(two)
    error = readings.predictions_of(one, records).eval("y_pred - y_true")
    assert 0.25 < error.abs().mean() < 0.5
    assert len(readings.repeats_of(one)) == 40


def test_a_later_answer_to_the_same_hand_counts(tmp_path):
    for age in (4.0, 6.0):
        readings_file.append_reading(tmp_path / "r.csv", "me", "0001", 1, age)
    assert widgets.load_readings(tmp_path / "r.csv")["bone_age"].tolist() == [6.0]


# -- a class ---------------------------------------------------------------------------------


@pytest.fixture
def school(tmp_path):
    """Three readers: one right, one a year too old, one who scatters; files in a folder."""
    records = phantom.cohort(30, seed=9)
    rng = np.random.default_rng(0)
    for reader, shift, scatter in (("ann", 0, 0), ("bob", 1, 0), ("cleo", 0, 0.8)):
        for row in records.itertuples():
            for occasion in (1, 2):
                age = row.true_bone_age + shift + scatter * rng.standard_normal()
                readings_file.append_reading(
                    tmp_path / f"{reader}.csv",
                    reader,
                    row.image_id,
                    occasion,
                    float(np.clip(age, 0, 20)),
                )
    return tmp_path, records


def test_a_class_sees_who_is_off_and_who_scatters(school):
    folder, records = school
    found = widgets.class_agreement(widgets.load_class(folder), records)
    table = found.readers
    assert table.loc["ann", "MAE"] < 0.01 and abs(table.loc["bob", "bias"] - 1) < 0.05
    assert abs(table.loc["cleo", "SD of repeats"] - 0.8 * np.sqrt(2)) < 0.35
    assert found.hands == 30 and 0.9 < found.icc[0] < 1
    assert 1.5 < found.limits < 2.5  # bob's year and cleo's scatter
    assert found.icc[1] < found.icc[0] < found.icc[2] and 0.5 < found.mean_difference < 1.3


def test_one_reader_or_an_empty_folder_is_no_class(school, tmp_path):
    folder, records = school
    with pytest.raises(BadInput, match="share"):
        widgets.class_agreement(widgets.load_readings(folder / "ann.csv"), records)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no readings"):
        widgets.load_class(tmp_path / "empty")


# -- static fallback -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["atlas_explorer", "tw_scorer", "reading_room"])
def test_without_a_person_there_is_a_picture_in_words(name, boy, tmp_path):
    arguments = {"atlas_explorer": (), "tw_scorer": (boy,), "reading_room": (phantom.cohort(3),)}[
        name
    ]
    static = getattr(widgets, name)(*arguments, live=False)._repr_mimebundle_()
    assert VIEW not in static and len(static["text/plain"]) > 100
    live = getattr(widgets, name)(*arguments, live=True)._repr_mimebundle_()
    assert live[VIEW]["model_id"] and live["text/html"] == static["text/html"]
    notebook = tmp_path / "n.ipynb"
    import nbformat

    output = nbformat.v4.new_output("display_data", data=static)
    cell = nbformat.v4.new_code_cell("", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    assert findings(notebook) == []


@pytest.mark.parametrize(
    ("environment", "live"),
    [
        ({}, False),
        ({"JPY_SESSION_NAME": "a.ipynb"}, True),
        ({"JPY_SESSION_NAME": "a.ipynb", "BONEAGE_KIT_OUT": "out"}, False),
        ({"BONEAGE_KIT_WIDGETS": "1"}, True),
        ({"JPY_SESSION_NAME": "a.ipynb", "BONEAGE_KIT_WIDGETS": "0"}, False),
    ],
)
def test_live_only_where_a_person_sits(monkeypatch, environment, live):
    for name in ("JPY_SESSION_NAME", "BONEAGE_KIT_OUT", "BONEAGE_KIT_WIDGETS", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert widgets.has_live_frontend() is live


#: A fresh process that shows every widget as JupyterLab would, and says what that took.
LIGHT = """
import json, sys, time
import psutil
from boneage_kit import phantom, widgets
imported = time.process_time()
for one in (widgets.atlas_explorer(live=True),
            widgets.tw_scorer(phantom.render(sex="M", bone_age=12.0, seed=4), live=True),
            widgets.reading_room(phantom.cohort(4), path=sys.argv[1], live=True)):
    assert one.box and one._repr_mimebundle_()
print(json.dumps({
    "import": imported, "megabytes": psutil.Process().memory_info().rss / 2**20,
    "heavy": [name for name in ("torch", "fastai", "sklearn", "skimage", "seaborn", "timm")
              if name in sys.modules]}))
"""


@pytest.mark.slow
def test_widgets_start_light(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(tmp_path / "r.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    took = json.loads(done.stdout)
    assert took["heavy"] == []
    assert took["megabytes"] < 250
    assert took["import"] < 4  # seconds of processor; 0.2 where this was written
