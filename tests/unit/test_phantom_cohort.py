"""The invented children: shape of the cohort, biology, readers, scenarios."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from boneage_kit import BadInput, maturity
from boneage_kit.phantom.children import cohort
from boneage_kit.phantom.growth import rows as csv_rows
from boneage_kit.records import RECORD_COLUMNS

BIG = cohort(1390 * 6, seed=5)


def test_default_has_the_atlas_counts_of_each_group_and_sex():
    table = cohort()
    counts = {f"{g}{s}": k for (g, s), k in table.groupby(["group", "sex"]).size().items()}
    assert counts == {
        "ASIF": 167,
        "ASIM": 167,
        "BLKF": 174,
        "BLKM": 184,
        "CAUF": 166,
        "CAUM": 167,
        "HISF": 183,
        "HISM": 182,
    }
    years = table["chronological_age"].astype(int).value_counts().sort_index()
    assert years.index.tolist() == list(range(19))
    assert years[10:].mean() / years[1:10].mean() == pytest.approx(2, abs=0.1)


def test_table_is_the_record_schema_without_holes():
    table = cohort(50, seed=2)
    assert list(table.columns[: len(RECORD_COLUMNS)]) == list(RECORD_COLUMNS)
    assert table["image_id"].is_unique and table["seed"].is_unique
    assert table.drop(columns="path").notna().all(axis=None) and table["path"].isna().all()
    assert (table["bone_age"] - (table["reader_1"] + table["reader_2"]) / 2).abs().max() < 1e-3


def test_same_seed_same_table_other_seed_other_table():
    assert cohort(60, seed=1).equals(cohort(60, seed=1))
    assert not cohort(60, seed=1)["true_bone_age"].equals(cohort(60, seed=2)["true_bone_age"])


@pytest.mark.parametrize("n", [1, 7, 100, 151])
def test_any_n_is_exact_and_spread_over_ages(n):
    table = cohort(n)
    assert len(table) == n
    if n >= 100:
        bands = np.histogram(table["chronological_age"], [0, 5, 10, 15, 19])[0]
        assert (bands > 0.1 * n).all()


@pytest.mark.parametrize("sex", ["F", "M"])
def test_one_reading_has_the_brush_sd_and_true_bone_age_less(sex):
    """The Brush Foundation's SD holds its reader's error, which must not be added twice."""
    rows = BIG[(BIG["sex"] == sex) & BIG["chronological_age"].between(4, 14)]
    age = rows["chronological_age"]
    reading, true = (
        (rows[column] - age) / maturity.bone_age_sd(age, sex)
        for column in ("reader_1", "true_bone_age")
    )
    assert abs(true.mean()) < 0.08 and true.std() < 0.92
    assert reading.std() == pytest.approx(1, abs=0.07)


def test_bone_age_stays_within_the_plates():
    for sex, rows in BIG.groupby("sex"):
        assert rows["true_bone_age"].between(0, maturity.gp_plate_ages(sex)[-1]).all()


def test_two_readers_differ_as_on_the_digital_hand_atlas():
    difference = BIG["reader_1"] - BIG["reader_2"]
    assert np.sqrt((difference**2).mean()) == pytest.approx(0.63, abs=0.04)  # Thodberg 2010
    boys = difference[(BIG["sex"] == "M") & BIG["true_bone_age"].between(6, 12)]
    fused = difference[(BIG["sex"] == "M") & BIG["true_bone_age"].between(15, 19)]
    assert boys.std() > 1.3 * fused.std()
    assert -0.25 < difference.mean() < 0


def test_most_readings_are_plate_ages():
    share = np.mean(
        [
            np.isclose(row.reader_1, maturity.nearest_gp_plate(row.reader_1, row.sex), atol=1e-3)
            for row in BIG.head(800).itertuples()
        ]
    )
    assert 0.68 < share < 0.82


def test_published_scenario_warns_and_shifts_only_the_named_cells():
    with pytest.warns(UserWarning, match="states nothing about a person"):
        shifted = cohort(800, seed=3, group_effect="published")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = cohort(800, seed=3)
    assert plain["chronological_age"].equals(shifted["chronological_age"])
    change = shifted["true_bone_age"] - plain["true_bone_age"]
    white_boys = (
        (plain["group"] == "CAU")
        & (plain["sex"] == "M")
        & plain["chronological_age"].between(4, 8, inclusive="left")
    )
    assert white_boys.any() and np.allclose(change[white_boys], -0.9)  # Loder 1993
    assert (change[(plain["group"] == "CAU") & (plain["sex"] == "F")] == 0).all()


def test_without_a_scenario_the_groups_mature_alike():
    difference = BIG["true_bone_age"] - BIG["chronological_age"]
    assert difference.groupby([BIG["group"], BIG["sex"]]).mean().abs().max() < 0.13


@pytest.mark.parametrize(
    "name", ["group_effects", "dha_shape", "reader_model", "epiphysis_form", "epiphysis_clock"]
)
def test_every_assumption_names_its_source(name):
    assert all(row["source"].strip() for row in csv_rows(name))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n": 0}, "cannot be drawn"),
        ({"n": 2.5}, "cannot be drawn"),
        ({"seed": -1}, "seed"),
        ({"group_effect": "some"}, "scenario"),
        ({"difficulty": 2}, "between 0 and 1"),
    ],
)
def test_bad_arguments_are_named(arguments, said):
    with pytest.raises(BadInput, match=said):
        cohort(**arguments)
