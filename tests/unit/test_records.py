"""A predictions table is clean, or refused with the row that is wrong."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest

import boneage_kit as bk
from boneage_kit.records import CheckedPredictions, check_predictions


def predictions(n=6, **columns):
    table = pd.DataFrame(
        {
            "image_id": [f"{i:03d}" for i in range(n)],
            "sex": [("F", "M")[i % 2] for i in range(n)],
            "y_true": np.linspace(4, 14, n),
            "y_pred": np.linspace(4.5, 14.5, n),
        }
    )
    return table.assign(**columns)


def with_cell(column, row, value, n=30):
    table = predictions(n)
    if column in ("lower", "upper"):
        table = table.assign(lower=table.y_pred - 1, upper=table.y_pred + 1)
    elif column not in table:
        table[column] = table.y_true
    table[column] = table[column].astype(object)
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    "column, value, says",
    [
        ("y_pred", 25.42, r"y_pred 25.42 years \(305.04 months\), over 25 years"),
        ("y_true", 130.0, "y_true 130 years"),
        ("y_true", -0.5, "y_true -0.5 years.*below 0 years"),
        ("y_pred", -30.0, "below -5 years"),
        ("y_pred", -1e300, "below -5 years"),
        ("y_pred", np.inf, "y_pred inf"),
        ("y_pred", -np.inf, "y_pred -inf"),
        ("y_pred", np.nan, "has no y_pred"),
        ("y_true", None, "has no y_true"),
        ("y_pred", "", "has no y_pred"),
        ("y_pred", "much", "y_pred 'much', which is not a number"),
        ("reader_1", "abc", "reader_1 'abc'"),
        ("reader_2", 80.0, "reader_2 80"),
        ("chronological_age", -1, "chronological_age -1"),
        ("sex", "x", "a sex that is not known, 'x'"),
        ("sex", None, "has no sex"),
        ("sex", "unknown", "has no sex"),
        ("lower", 20.0, "an interval from 20 to"),
        ("upper", 2.0, "an interval from .* to 2 years"),
        ("lower", np.nan, "lacks an end of its interval"),
        ("upper", None, "lacks an end"),
    ],
)
def test_a_bad_cell_is_refused_with_its_row(column, value, says):
    with pytest.raises(bk.BadInput, match=rf"Row 8 \(image_id '007'\) .*{says}") as refused:
        check_predictions(with_cell(column, 7, value))
    assert refused.value.remedy


def test_others_of_the_kind_are_counted():
    table = with_cell("y_true", 7, -1.0)
    table.loc[9, "y_true"] = -2.0
    with pytest.raises(bk.BadInput, match=r"and 1 other row"):
        check_predictions(table)
    table.loc[10, "y_true"] = -2.0
    with pytest.raises(bk.BadInput, match=r"and 2 others"):
        check_predictions(table)


@pytest.mark.parametrize("value", [None, np.nan, "", "  ", pd.NA])
def test_a_row_without_id_is_refused(value):
    with pytest.raises(bk.BadInput, match="Row 8 has no image_id"):
        check_predictions(with_cell("image_id", 7, value))


@pytest.mark.parametrize(
    "ids", [["NA", "None", "null", "nan", "001", "1"], ["1.0", "1", "01", "1.", "a", " a"]]
)
def test_ids_stay_text(ids):
    assert check_predictions(predictions(image_id=ids)).image_id.tolist() == ids


def test_numbers_as_ids():
    assert check_predictions(predictions(image_id=range(6))).image_id.tolist() == list("012345")
    assert check_predictions(predictions(image_id=np.arange(6.0))).image_id[1] == "1"


def test_an_image_twice_is_refused_with_both_rows():
    table = predictions(image_id=["a", "b", "c", "b", "d", "e"])
    with pytest.raises(bk.BadInput, match="2 rows share an image_id, 'b' for one in rows 2 and 4"):
        check_predictions(table)
    assert len(check_predictions(table.assign(seed=[0, 0, 0, 1, 0, 0]))) == 6
    assert len(check_predictions(table.assign(model=list("xxxyxx")))) == 6


def test_most_ages_too_high_are_months():
    with pytest.raises(bk.BadInput, match="reaches 168, which looks like months"):
        check_predictions(predictions(y_true=np.linspace(48, 168, 6)))


@pytest.mark.parametrize("name", ["y_pred", "sex", "image_id"])
def test_a_column_twice_is_refused(name):
    table = predictions()
    table = pd.concat([table, table[[name]]], axis=1)
    with pytest.raises(bk.BadInput, match=f"two columns '{name}'"):
        check_predictions(table)


@pytest.mark.parametrize("column", ["lower", "upper"])
def test_half_an_interval_is_refused(column):
    with pytest.raises(bk.BadInput, match=f"a column {column} without its partner"):
        check_predictions(predictions(**{column: 3.0}))


def test_a_model_or_a_sex_may_have_no_intervals():
    table = predictions(lower=1.0, upper=20.0)
    other = table.assign(model="constant", lower=np.nan, upper=np.nan)
    assert len(check_predictions(pd.concat([table.assign(model="net"), other]))) == 12
    girls = table.sex == "F"
    assert (
        len(
            check_predictions(
                table.assign(lower=table.lower.mask(girls), upper=table.upper.mask(girls))
            )
        )
        == 6
    )
    assert len(check_predictions(table.assign(lower=np.nan, upper=np.nan))) == 6


@pytest.mark.parametrize(
    "column, cells",
    [
        ("male", [True, False]),
        ("male", [1, 0]),
        ("female", ["no", "yes"]),
        ("sex", ["boy", "Female"]),
        ("sex", [" M", "f "]),
    ],
)
def test_words_for_the_sex(column, cells):
    table = predictions().drop(columns="sex").assign(**{column: cells * 3})
    assert check_predictions(table).sex.tolist() == ["M", "F"] * 3


def test_codes_for_the_sex_are_asked_about():
    with pytest.raises(bk.BadInput, match="do not say who is female"):
        check_predictions(predictions(sex=[0, 1] * 3))


@pytest.mark.parametrize("missing", [["y_pred"], ["sex", "y_true"]])
def test_missing_columns_are_named(missing):
    with pytest.raises(bk.BadInput, match=", ".join(missing)):
        check_predictions(predictions().drop(columns=missing))


def test_a_checked_table_is_not_checked_again(monkeypatch):
    checked = check_predictions(predictions())
    monkeypatch.setattr("boneage_kit.records.predictions._ages", lambda *_: pytest.fail("checked"))
    again = check_predictions(checked)
    assert again is not checked and again.equals(checked)
    again["new"] = 1
    assert "new" not in checked


def test_what_is_made_of_a_checked_table_is_checked():
    checked = check_predictions(predictions())
    for table in (
        checked.assign(y_pred=100.0),
        checked[checked.sex == "F"],
        checked.copy(),
        pd.concat([checked, checked]),
    ):
        assert not isinstance(table, CheckedPredictions)
    checked["y_pred"] = 100.0
    assert not isinstance(checked, CheckedPredictions)
    assert isinstance(pickle.loads(pickle.dumps(check_predictions(predictions()))), pd.DataFrame)


def test_the_table_that_is_given_stays_as_it_is():
    table = predictions(sex=["girl", "boy"] * 3, y_pred=[str(age) for age in range(6)])
    before = table.copy()
    check_predictions(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.slow
def test_a_million_rows_take_seconds():
    n = 1_000_000
    rng = np.random.default_rng(0)
    table = predictions(n, sex=rng.choice(["F", "M"], n), lower=0.0, upper=20.0)
    table["image_id"] = np.arange(n).astype(str)
    start = time.process_time()
    check_predictions(table)
    assert time.process_time() - start < 5  # 1.3 s where nothing else runs
