"""Unit 13: a simulated clinic, few local labels, and sentences about intervals."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import evaluation, teaching
from boneage_kit.errors import BadInput


def home(n=400, sd=0.8, seed=0):
    random = np.random.default_rng(seed)
    age = random.uniform(3, 17, n)
    return pd.DataFrame(
        {
            "image_id": [f"c{k}" for k in range(n)],
            "sex": ["F", "M"] * (n // 2),
            "y_true": age,
            "y_pred": age + random.normal(0, sd, n),
        }
    )


def test_the_clinic_is_young_and_reads_boys_half_as_much_again_too_old():
    clinic = teaching.new_clinic(home(sd=0.0), shift=1.0, n=100)
    assert clinic["y_true"].max() <= 12 and clinic["image_id"].is_unique
    error = (clinic["y_pred"] - clinic["y_true"]).groupby(clinic["sex"]).mean()
    assert error["F"] == pytest.approx(1.0) and error["M"] == pytest.approx(1.5)
    with pytest.raises(BadInput, match="at most 12"):
        teaching.new_clinic(home(), n=400)


def test_few_labels_help_where_there_is_a_shift_and_harm_where_there_is_none():
    shifted = teaching.new_clinic(home(), shift=1.5, n=200)
    table = teaching.local_labels(shifted, 6, draws=30)
    assert list(table.index) == ["as it is", "one shift for all"]
    assert table.loc["one shift for all", "harmed"] == 0
    straight = shifted.assign(y_pred=shifted["y_true"] + 0.8 * np.tile([1, -1], 100))
    assert teaching.local_labels(straight, 6, draws=30).loc["one shift for all", "harmed"] > 0.3


def test_a_line_for_each_sex_needs_twenty_labels_and_finds_two_shifts():
    clinic = teaching.new_clinic(home(sd=0.1), shift=2.0, n=200)
    assert "one line for each sex" not in teaching.local_labels(clinic, 19, draws=2).index
    table = teaching.local_labels(clinic, 20, draws=10)
    assert table.loc["one line for each sex", "median"] < table.loc["one shift for all", "median"]
    for impossible in (1, 200):
        with pytest.raises(BadInput):
            teaching.local_labels(clinic, impossible)


def test_the_bias_is_taken_off_and_needs_a_label():
    local = pd.DataFrame({"y_true": [8.0, 10.0], "y_pred": [7.0, 9.5]})
    corrected = teaching.take_off_the_bias(local, local)
    assert evaluation.bias(corrected["y_true"], corrected["y_pred"]) == pytest.approx(0)
    with pytest.raises(BadInput, match="no local label"):
        teaching.take_off_the_bias(local.head(0), local)


@pytest.mark.parametrize(
    "lower, upper, told",
    [(0.6, 0.7, "is broken"), (0.88, 0.92, "Nothing speaks against"), (0.95, 0.99, "wider than")],
)
def test_the_sentence_about_intervals_follows_their_coverage(lower, upper, told):
    table = pd.DataFrame(
        {"covered": [(lower + upper) / 2], "covered_lower": lower, "covered_upper": upper,
         "width": 3.0}, index=["these"],
    )  # fmt: skip
    assert told in teaching.kept_in_words(table)
