"""Unit 12: opinions in the reading room, and what they do to a reader."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import BadInput, phantom, plots, teaching, widgets

HANDS = phantom.cohort(10, seed=1)


def opinions(years=9.0, hands=HANDS):
    return pd.DataFrame({"image_id": hands["image_id"], "opinion": years})


def room(tmp_path, **others):
    given = {"opinion": opinions(), "repeats": 0, "live": False, **others}
    return widgets.reading_room(HANDS, path=tmp_path / "readings.csv", **given)


def test_each_row_says_that_an_opinion_was_shown_and_the_file_stays_as_it_was(tmp_path):
    advised, alone = room(tmp_path), room(tmp_path, opinion=None)
    advised.answer(9.0, 20.0)
    alone.answer(8.0, 30.0)
    table = widgets.load_readings(tmp_path / "readings.csv")
    assert table["reader"].tolist() == ["me with opinion", "me"]
    assert table.columns.tolist()[:4] == ["reader", "image_id", "occasion", "bone_age"]
    assert advised.readings()["bone_age"].tolist() == [9.0]
    assert alone.readings()["bone_age"].tolist() == [8.0]


def test_the_opinion_stands_above_the_film_before_the_answer(tmp_path):
    shown = room(tmp_path, opinion=opinions(9.5))
    assert "The network's opinion: 9 y 6 m" in shown.static_figure().axes[0].get_title()
    shown.build()
    assert "The network's opinion: 9 y 6 m" in shown._title.value
    without = room(tmp_path, opinion=None)
    without.build()
    assert "opinion" not in without._title.value + without.alt()


@pytest.mark.parametrize(
    "table, problem",
    [
        (opinions().rename(columns={"opinion": "years"}), "no column opinion"),
        (opinions().iloc[1:], "0001 has no opinion"),
        (pd.concat([opinions(), opinions()]), "has 2 opinions"),
        (opinions(np.nan), "no bone age"),
        (opinions(25.0), "no bone age"),
    ],
)
def test_opinions_that_do_not_fit_the_worklist_are_refused(tmp_path, table, problem):
    with pytest.raises(BadInput, match=problem):
        room(tmp_path, opinion=table)


def test_the_simulated_reader_goes_half_of_the_way(tmp_path):
    own = room(tmp_path, opinion=None).readings_or_simulated()
    half = room(tmp_path).readings_or_simulated()
    np.testing.assert_allclose(half["bone_age"], (own["bone_age"] + 9.0) / 2)
    with pytest.raises(BadInput, match="weight of 2"):
        widgets.weigh_opinions(own, opinions().set_index("image_id")["opinion"], 2.0)


def test_a_fixed_rule_makes_opinions_wrong():
    table = teaching.network_opinions(HANDS.assign(true_bone_age=9.0), sd=0.0)
    assert table["opinion"].tolist() == [9, 9, 9, 11, 9, 9, 7, 9, 9, 11]
    assert teaching.network_opinions(HANDS, wrong=1.0)["wrong"].all()
    with pytest.raises(BadInput):
        teaching.network_opinions(HANDS, wrong=30)


def reader(weight, scatter=0.1):
    """Return one reader's tables with a bias of half a year."""
    noise = scatter * np.tile([1.0, -1.0], 5)
    alone = HANDS.assign(y_true=HANDS["true_bone_age"]).assign(
        y_pred=lambda table: table["y_true"] + 0.5 + noise
    )
    said = teaching.network_opinions(HANDS.assign(true_bone_age=HANDS["true_bone_age"]), seed=4)
    own = alone["y_true"] + 0.5
    advised = alone.assign(y_pred=own + weight * (said["opinion"].to_numpy() - own))
    return alone, advised, said


@pytest.mark.parametrize("weight", [-0.2, 0.0, 0.4, 1.0])
def test_the_weight_of_advice_is_found_again_for_a_biased_reader(weight):
    found = teaching.weight_of_advice(*reader(weight))
    assert found.value == pytest.approx(weight, abs=1e-9)
    assert found.lower < weight < found.upper


def test_the_sentence_follows_the_reader():
    assert "that is automation bias" in teaching.help_in_words(*reader(0.8))
    assert "moved away" in teaching.help_in_words(*reader(-0.5))
    assert "do not show" in teaching.help_in_words(*reader(0.0))
    assert "clearly more than alone" in teaching.help_in_words(*reader(-4.0))
    alone, advised, said = reader(0.5)
    much_worse = alone.assign(y_pred=alone["y_pred"] + 5 * np.tile([1, 1.1], 5))
    perfect = advised.assign(y_pred=advised["y_true"])
    assert "clearly less than alone" in teaching.help_in_words(much_worse, perfect, said)


def test_a_weight_that_cannot_be_known_is_refused():
    alone, advised, said = reader(0.5)
    with pytest.raises(BadInput, match="Fewer than three"):
        teaching.weight_of_advice(alone.head(2), advised, said)
    near = said.assign(opinion=(advised["y_true"] + 0.5).to_numpy())
    with pytest.raises(BadInput, match="No opinion lies"):
        teaching.weight_of_advice(alone, advised, near)


def test_help_turns_into_harm_with_the_share_and_sooner_for_who_repeats():
    few, many = (teaching.error_with_help(share, 0.5) for share in (0.0, 0.5))
    assert few["with_help"] < few["alone"] < many["with_help"]
    repeated = teaching.error_with_help(0.15, 1.0)
    assert repeated["with_help"] == repeated["opinion"] > repeated["alone"]
    ignored = teaching.error_with_help(0.5, 0.0)
    assert ignored["with_help"] == ignored["alone"]


def test_the_figure_shows_each_hand_and_marks_the_wrong_opinions():
    _, advised, said = reader(0.5)
    ax = plots.answers_beside_opinions(advised.merge(said, on="image_id"))
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) == 10 and sum("wrong on purpose" in name for name in names) == 3
    assert all("wrong" in name for name in names[-3:])


def test_harm_is_shaded_only_where_it_is():
    table = pd.DataFrame({"alone": 0.5, "with_help": [0.3, 0.4]}, index=[0.0, 0.5])
    assert not plots.harm_by_share(table).collections[0].get_paths()
    worse = table.assign(with_help=[0.3, 0.7])
    assert plots.harm_by_share(worse).collections[0].get_paths()
