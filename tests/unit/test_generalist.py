"""Unit 14's scores: mixtures of ages, refusals, and sentences that follow the numbers."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import paper, teaching
from boneage_kit.errors import BadInput


def children(per_year=20):
    age = np.repeat(np.arange(18) + 0.5, per_year)
    return pd.DataFrame({"image_id": [f"c{k}" for k in range(len(age))], "y_true": age})


def test_balanced_children_have_as_many_of_each_year_and_a_part_only_that_share():
    table = children()
    counts = teaching.mixed_ages(table, 1.0, n=85)["y_true"].value_counts()
    assert set(counts) == {5} and 0.5 not in counts
    assert len(teaching.mixed_ages(table, 0.5, n=85)) == 85
    assert teaching.mixed_ages(table, 0.5, n=85)["image_id"].is_unique


@pytest.mark.parametrize("share, n", [(1.2, 85), (-0.1, 85), (1.0, 17 * 30)])
def test_impossible_mixtures_are_refused(share, n):
    with pytest.raises(BadInput):
        teaching.mixed_ages(children(), share, n=n)


def test_a_refused_child_counts_with_the_floors_answer():
    answers = children(1).assign(y_pred=lambda table: table["y_true"] + 1.0)
    floor = answers.assign(y_pred=9.0)
    assert teaching.score_with_refusals(answers, floor)["mae_of_all"] == pytest.approx(1.0)
    answers.loc[answers["y_true"] < 3, "y_pred"] = np.nan
    score = teaching.score_with_refusals(answers, floor)
    assert score["mae_of_answered"] == pytest.approx(1.0)
    assert score["mae_of_all"] == pytest.approx((15 * 1.0 + 8.5 + 7.5 + 6.5) / 18)
    with pytest.raises(BadInput, match="no answer for c17"):
        teaching.score_with_refusals(answers, floor.iloc[:-1])
    with pytest.raises(BadInput, match="No child got an answer"):
        teaching.score_with_refusals(answers.assign(y_pred=np.nan), floor)


def test_the_sentence_turns_with_the_numbers():
    said = teaching.against_floor_in_words("A", 3.0, {"one": 2.0, "two": 3.0, "three": 3.083})
    assert "150 % of the floor: 12 months more" in said
    assert "100 % of the floor: the same" in said
    assert "1 month less" in said


def test_published_errors_agree_with_what_the_studies_print():
    for row in paper.generalists().itertuples():
        value, unit = row.value_printed.split()
        years = float(value) / (12 if unit == "months" else 1)
        assert row.value_years == pytest.approx(years, abs=1e-3) and row.source
