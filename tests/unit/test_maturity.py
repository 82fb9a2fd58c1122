"""The published tables, and the two methods that read them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from boneage_kit import BadInput, maturity
from boneage_kit.maturity import _tables

SEXES = ("F", "M")
MATURE = dict.fromkeys(maturity.RUS_BONES, "I") | {"ulna": "H"}


@pytest.mark.parametrize("sex", SEXES)
def test_final_stages_sum_to_1000_and_no_centre_to_0(sex):
    assert maturity.tw3_rus_score(MATURE, sex) == 1000
    assert maturity.tw3_rus_score(dict.fromkeys(maturity.RUS_BONES, "A"), sex) == 0


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("bone", maturity.RUS_BONES)
def test_stage_scores_rise_with_the_stage(sex, bone):
    scores = maturity.rus_stage_scores(bone, sex)
    assert "".join(scores) == ("ABCDEFGH" if bone == "ulna" else "ABCDEFGHI")
    # boys' proximal phalanx III scores 4 at both B and C in the published table
    assert all(np.diff(list(scores.values())) >= 0) and scores["A"] == 0


# sums of the printed table over its 13 bones, and over the stages of single bones
@pytest.mark.parametrize(
    ("sex", "by_stage", "by_bone"),
    [
        (
            "F",
            [126, 158, 222, 303, 445, 647, 835, 827],
            [723, 510, 256, 201, 202, 252, 205, 197, 204, 200, 253, 182, 178],
        ),
        (
            "M",
            [96, 119, 169, 246, 357, 546, 784, 819],
            [603, 475, 228, 175, 175, 226, 179, 174, 183, 183, 215, 160, 160],
        ),
    ],
)
def test_no_score_of_the_printed_table_is_altered(sex, by_stage, by_bone):
    tables = [maturity.rus_stage_scores(bone, sex) for bone in maturity.RUS_BONES]
    assert [sum(table.get(stage, 0) for table in tables) for stage in "BCDEFGHI"] == by_stage
    assert [sum(table.values()) for table in tables] == by_bone


# hand-picked lines of the published tables (TW3 A3, A5, A6), independent of the CSV
@pytest.mark.parametrize(
    ("sex", "score", "age"),
    [
        ("M", 42, 2.0),
        ("M", 316, 10.0),
        ("M", 741, 15.0),
        ("M", 1000, 16.5),
        ("F", 126, 2.0),
        ("F", 501, 10.0),
        ("F", 944, 14.5),
        ("F", 1000, 15.0),
    ],
)
def test_published_scores_give_exactly_their_age(sex, score, age):
    assert maturity.tw3_rus_bone_age(score, sex) == age


@pytest.mark.parametrize("sex", SEXES)
def test_age_of_every_printed_score_is_exact_and_rises(sex):
    table = maturity.tw_age_table(sex).query("system == 'TW3'")
    ages = [maturity.tw3_rus_bone_age(score, sex) for score in table["score"]]
    assert ages == table["bone_age"].tolist()
    assert (np.diff(ages) > 0).all()


def test_between_two_printed_scores_the_age_lies_between():
    table = maturity.tw_age_table("F").query("system == 'TW3'").reset_index(drop=True)
    gap = table["score"].diff().idxmax()
    low, high = table.loc[gap - 1], table.loc[gap]
    middle = maturity.tw3_rus_bone_age((low["score"] + high["score"]) / 2, "F")
    assert middle == pytest.approx((low["bone_age"] + high["bone_age"]) / 2)


def test_one_worked_hand():
    stages = dict.fromkeys(maturity.RUS_BONES, "E") | {"radius": "F", "ulna": "D"}
    # boys: 59 + 32 + (21+12+14) + (17+15+15) + (15+15) + (17+13+13)
    assert maturity.tw3_rus_score(stages, "M") == 258
    assert maturity.tw3_rus_bone_age(259, "M") == 8.5


def test_carpals_are_not_counted():
    assert maturity.tw3_rus_score(MATURE | {"capitate": "B"}, "F") == 1000


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: maturity.tw3_rus_score({"radius": "F"}, "M"), "12 of the 13"),
        (
            lambda: maturity.tw3_rus_score(MATURE | {"ulna": "I"}, "M"),
            "does not exist for the ulna",
        ),
        (lambda: maturity.tw3_rus_score(MATURE, "X"), "sex"),
        (lambda: maturity.tw3_rus_bone_age(1001, "M"), "between 0 and 1000"),
        (lambda: maturity.tw3_rus_bone_age(float("nan"), "M"), "between 0 and 1000"),
        (lambda: maturity.tw3_rus_bone_age(20, "M"), "begins at score 42"),
        (lambda: maturity.nearest_gp_plate(100, "F"), "months"),
        (lambda: maturity.nearest_gp_plate(float("nan"), "F"), "missing"),
        (lambda: maturity.nearest_gp_plate("ten", "F"), "not a number"),
        (lambda: maturity.bone_age_sd(-1, "F"), "negative"),
        (lambda: maturity.ossification_table("female"), "sex"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(BadInput, match=said):
        call()


def test_age_in_words_never_fails_within_the_score():
    for sex in SEXES:
        assert all(maturity.tw3_rus_age_text(score, sex) for score in range(1001))


@pytest.mark.parametrize("sex", SEXES)
def test_tw2_reads_about_a_year_older_than_tw3_past_the_middle_of_the_scale(sex):
    scores = np.arange(400, 1000, 50)
    gap = [maturity.tw2_rus_bone_age(s, sex) - maturity.tw3_rus_bone_age(s, sex) for s in scores]
    assert min(gap) > 0.5 and 0.9 < np.mean(gap) < 1.6


@pytest.mark.parametrize(("sex", "count", "last"), [("M", 31, 19.0), ("F", 27, 18.0)])
def test_plates(sex, count, last):
    plates = maturity.gp_plate_ages(sex)
    assert len(plates) == count and plates[0] == 0 and plates[-1] == last
    assert (np.diff(plates) > 0).all()
    ages = np.linspace(0, 20, 401)
    nearest = maturity.nearest_gp_plate(ages, sex)
    assert np.isin(nearest, plates).all()
    assert np.allclose(np.abs(nearest - ages), np.abs(plates[:, None] - ages).min(axis=0))


@pytest.mark.parametrize("sex", SEXES)
def test_milestones_stand_on_plates(sex):
    assert np.isin(maturity.gp_milestones(sex)["plate_age"], maturity.gp_plate_ages(sex)).all()


@pytest.mark.parametrize("sex", SEXES)
def test_timetable_is_in_order(sex):
    table = maturity.ossification_table(sex)
    assert len(table) == 31 and table["centre"].is_unique
    for earlier, later in (
        ("appear_p5", "appear_p50"),
        ("appear_p50", "appear_p95"),
        ("appear_p95", "cap_age"),
        ("cap_age", "fusion_start"),
        ("fusion_start", "fusion_end"),
        ("gp_plate_before", "gp_plate_visible"),
    ):
        both = table[[earlier, later]].dropna()
        assert len(both) > 20 or "fusion" in later or "cap" in later
        assert (both[earlier] < both[later]).all(), (earlier, later)
    assert (
        table.set_index("centre")
        .loc[["radius_distal_epi", "ulna_distal_epi"], ["cap_age", "fusion_end"]]
        .notna()
        .all(axis=None)
    )


def test_girls_are_ahead_of_boys():
    girls, boys = (maturity.ossification_table(s).set_index("centre") for s in SEXES)
    assert (girls["appear_p50"] <= boys["appear_p50"]).all()
    assert (girls["fusion_end"].dropna() < boys["fusion_end"].dropna()).all()


@pytest.mark.parametrize("sex", SEXES)
def test_phases_follow_each_other_and_cover_childhood(sex):
    phases = maturity.gilsanz_phases(sex)
    assert len(phases) == 6 and phases["from_age"].iloc[0] == 0
    assert (phases["to_age"].to_numpy()[:-1] == phases["from_age"].to_numpy()[1:]).all()
    assert maturity.gilsanz_phase(19.0, sex)["phase"] == "post-puberty"


def test_brush_foundation_sd():
    assert maturity.bone_age_sd(12.0, "F") == pytest.approx(10.24 / 12)
    assert maturity.bone_age_sd([0.0, 19.0], "M") == pytest.approx([0.69 / 12, 13.05 / 12])
    assert maturity.bone_age_sd(8.5, "M") == pytest.approx((9.1 + 9.0) / 2 / 12)


def test_criteria_cover_every_stage_of_every_bone():
    table = maturity.stage_criteria()
    for bone in maturity.RUS_BONES:
        stages = table.loc[table["bone"] == bone, "stage"].tolist()
        assert stages == list(maturity.rus_stage_scores(bone, "F"))
    assert (table["criterion"].str.len() > 15).all()


@pytest.mark.parametrize("sex", SEXES)
def test_stage_onsets_rise_and_cover_the_bones(sex):
    table = maturity.rus_stage_onsets(sex)
    assert set(table["bone"]) == set(maturity.RUS_BONES)
    for _, rows in table.groupby("bone"):
        assert rows["stage"].is_monotonic_increasing and rows["onset_age"].is_monotonic_increasing


@pytest.mark.parametrize(
    "name",
    [
        "ossification",
        "gp_plates",
        "gp_plate_milestones",
        "gilsanz_phases",
        "bone_age_sd",
        "tw_rus_scores",
        "tw_rus_ages",
        "tw_stage_criteria",
        "rus_stage_onsets",
        "reader_studies",
    ],
)
def test_every_row_names_its_source(name):
    assert all(row["source"].strip() for row in _tables.rows(name))


def test_import_is_light():
    code = (
        "import sys, boneage_kit.maturity as m; m.nearest_gp_plate(8, 'F');"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'torch', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
