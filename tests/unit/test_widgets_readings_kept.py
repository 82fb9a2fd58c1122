"""Answers stay with the hand that was shown, and an export that fails is a sentence."""

import pandas as pd
import pytest

from boneage_kit import phantom
from boneage_kit.widgets import reading_room
from boneage_kit.widgets.results_panel import ResultsPanel


@pytest.fixture
def room(tmp_path):
    return reading_room(phantom.cohort(4, seed=1), path=tmp_path / "r.csv", repeats=0, live=False)


def test_an_answer_stays_with_its_hand_where_another_window_answers_it_too(room):
    room._place, room._since = 0, 0.0
    other = reading_room(room.records, path=room.path, repeats=0, live=False)
    own_place = room.next_place
    # the other window answers between this one's look and its writing
    room.next_place = lambda: (own_place(), other.answer(5.0))[0]
    room._status = type("Status", (), {})()
    room._keep(7.0)
    first = room.order[0][0]
    assert room.readings().set_index("image_id")["bone_age"].to_dict() == {first: 7.0}


def test_an_export_onto_a_folder_is_a_sentence(room):
    room.answer(7.0)
    (room.path.parent / "r_predictions.csv").mkdir()
    panel = ResultsPanel(room)
    panel.export()
    assert "could not be written" in panel.message.value and "is a folder" in panel.message.value


def test_a_name_that_is_no_utf8_is_exported_as_it_was(tmp_path):
    room = reading_room(
        phantom.cohort(2, seed=1),
        reader="J\udcf6rg",
        path=tmp_path / "r.csv",
        repeats=0,
        live=False,
    )
    room.answer(7.0)
    path = room.export()
    assert b"reader J\xf6rg" in path.read_bytes()
    assert len(pd.read_csv(path, encoding="latin-1")) == 1
