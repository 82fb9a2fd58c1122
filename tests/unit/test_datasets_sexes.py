"""The sex in the words that tables use; what may mean either is asked about."""

import pandas as pd
import pytest
from dataset_layouts import films, put, table_of

import boneage_kit as bk
from boneage_kit.records import sexes


def load(tmp_path, head, cells, wishes="", kind="folder"):
    rows = [f"{i + 1},{cell},{60 + 5 * i}" for i, cell in enumerate(cells)]
    files = {
        **films(*(f"{i + 1}.png" for i in range(len(cells)))),
        "t.csv": "\n".join([f"id,{head},bone_age_months", *rows]),
    }
    return bk.datasets.load(f"{kind}:{put(tmp_path, files)}{wishes}")


@pytest.mark.parametrize("kind", ["folder", "rsna"])
@pytest.mark.parametrize(
    "head, cells",
    [
        ("sex", ["F", "M", "f", "m"]),
        ("Sex (M/F)", ["Female", "MALE", "female", "Male"]),
        ("gender", ["girl", "boy", "Girl", "BOY"]),
        ("sex", ["weiblich", "männlich", "w", "m"]),
        ("male", ["False", "True", "FALSE", "true"]),
        ("male", ["0", "1", "0.0", "1.0"]),
        ("male", ["FALSCH", "WAHR", "falsch", "wahr"]),
        ("male", ["F", "M", "F", "M"]),
        ("male", ["no", "yes", "n", "y"]),
        ("female", ["True", "False", "1", "0"]),
        ("is_female", ["f", "m", "F", "M"]),
        ("female", ["t", "f", "T", "F"]),
    ],
)
def test_words_for_the_sex(tmp_path, kind, head, cells):
    assert load(tmp_path, head, cells, kind=kind).table.sex.tolist() == ["F", "M", "F", "M"]


@pytest.mark.parametrize(
    "cells",
    [
        ["0", "1", "0", "1"],
        ["True", "False", "True", "False"],
        ["1.0", "0.0", "1", "0"],
        ["t", "f", "t", "f"],
    ],
)
def test_codes_that_do_not_say_who_is_female(tmp_path, cells):
    with pytest.raises(bk.BadInput, match=r"do not say who is female.*,male=sex to the data"):
        load(tmp_path, "sex", cells)
    boys = load(tmp_path, "sex", cells, ",male=sex").table.sex.tolist()
    girls = load(tmp_path, "sex", cells, ",female=sex").table.sex.tolist()
    assert sorted([boys[0], girls[0]]) == ["F", "M"] and boys[0] != boys[1]


@pytest.mark.parametrize("head, wishes", [("male", ""), ("sex", ",male=sex"), ("sex", "")])
def test_one_and_two_are_never_guessed(tmp_path, head, wishes):
    with pytest.raises(bk.BadInput, match="holds 1, 2.*Write F and M in the table") as refused:
        load(tmp_path, head, ["1", "2", "1", "2"], wishes)
    assert ",male=" not in str(refused.value)


def test_a_patient_of_both_sexes_is_listed(tmp_path):
    cells = ["F,a", "M,a", "F,b", "F,b"]
    dataset = load(tmp_path, "sex,patient_id", cells)
    assert len(dataset) == 4 and len(dataset.problems) == 1
    assert (
        "patient 'a' is F in one row and M in another: images 1, 2" in dataset.problems.problem[0]
    )


def test_a_letter_that_may_be_female_or_false():
    with pytest.raises(bk.BadInput):
        sexes(pd.Series(["f", "f"]), "female")


def test_unknown_words_are_left_out_with_the_word(tmp_path):
    dataset = load(tmp_path, "sex", ["F", "M", "x", "", "F", "M"])
    assert dataset.table.sex.tolist() == ["F", "M", "F", "M"]
    assert dataset.problems.problem.tolist() == [
        "the sex is missing or unknown: 'x'",
        "the sex is missing or unknown",
    ]
    assert dataset.left_out == {"the sex is missing or unknown": 2}


@pytest.mark.parametrize("cells", [["M", "H", "M", "H", "M", "H"], ["H"] + ["M"] * 11])
def test_a_language_in_which_m_is_a_girl_is_refused(tmp_path, cells):
    with pytest.raises(bk.BadInput, match=r"M is a girl in Spanish \(mujer\)"):
        load(tmp_path, "sex", cells)


def test_a_language_of_which_half_is_understood_is_refused(tmp_path):
    with pytest.raises(bk.BadInput, match="words that are not known: 'K'"):
        load(tmp_path, "sex", ["M", "K", "M", "K", "M", "K"])


def test_several_columns_that_agree(tmp_path):
    cells = ["True,male", "False,female", "True,male", "False,"]
    assert load(tmp_path, "male,gender", cells).table.sex.tolist() == ["M", "F", "M", "F"]


def test_several_columns_that_contradict(tmp_path):
    with pytest.raises(bk.BadInput, match=r"gender and male, which contradict in 4 row.*row 1"):
        load(tmp_path, "male,gender", ["True,female", "False,male"] * 2)
    assert load(
        tmp_path, "male,gender", ["True,female", "False,male"] * 2, ",sex=gender"
    ).table.sex.tolist() == ["F", "M", "F", "M"]
    cells = ["True,male", "False,female"] * 10
    cells[3] = "False,male"
    dataset = load(tmp_path / "b", "male,gender", cells)
    assert len(dataset) == 19 and dataset.problems.image_id.tolist() == ["4"]


def test_no_column_of_the_sex_names_the_option(tmp_path):
    with pytest.raises(bk.BadInput, match=r"no column sex.*,sex=COLUMN"):
        load(tmp_path, "Kind", ["w", "m", "w", "m"])
    assert load(tmp_path, "Kind", ["w", "m"], ",sex=kind").table.sex.tolist() == ["F", "M"]
    assert load(tmp_path, "Geschlecht", ["w", "m"]).table.sex.tolist() == ["F", "M"]


def test_one_sex_is_a_data_set(tmp_path):
    files = table_of([5, 6, 7, 8], sexes="F")
    assert set(bk.datasets.load(f"folder:{put(tmp_path, files)}").table.sex) == {"F"}
