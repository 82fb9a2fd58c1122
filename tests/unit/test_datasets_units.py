"""Ages whose unit is in doubt: read where the table says it, asked about where not."""

import pytest
from dataset_layouts import png, put, table_of

import boneage_kit as bk

MONTHS = [60, 70, 80, 90, 100, 110]


def ages(tmp_path, files, kind="folder", wishes=""):
    return bk.datasets.load(f"{kind}:{put(tmp_path, files)}{wishes}").table.bone_age.tolist()


def rsna(values, head="id,boneage,male"):
    rows = [f"{i + 1},{age},{i % 2 == 0}" for i, age in enumerate(values)]
    return {
        **{f"{i + 1}.png": png(i) for i in range(len(values))},
        "train.csv": "\n".join([head, *rows]) + "\n",
    }


@pytest.mark.parametrize(
    "cells, years",
    [
        (["5y6m", "66 months", "5 years 6 months", "5.5"], [5.5] * 4),
        (["5 yrs, 6 mos", "066M", "005Y", "5,5 Jahre"], [5.5, 5.5, 5, 5.5]),
        (["5.5", "6.25", "7.0", "12.75"], [5.5, 6.25, 7, 12.75]),
    ],
)
def test_ages_that_say_their_units_are_taken_at_their_word(tmp_path, cells, years):
    table = table_of([f'"{cell}"' for cell in cells])
    assert ages(tmp_path, table) == pytest.approx(years)


def test_decimal_commas(tmp_path):
    files = table_of(["5,5", "6,25", "7", "8,0"])
    files["t.csv"] = "image_id;sex;bone_age\n1;F;5,5\n2;M;6,25\n3;F;7\n4;M;8,0\n"
    assert ages(tmp_path, files) == [5.5, 6.25, 7, 8]


@pytest.mark.parametrize(
    "values",
    [
        [5.0, 6.5, 8.0, 9.25, 11.0, 15.0],  # years
        [3, 6, 9, 12, 18, 24],  # infants
    ],
)
@pytest.mark.parametrize(
    "head", ["id,boneage,male", "id,bone_age_months,male", "Image ID,Bone Age (months),male"]
)
def test_months_that_nowhere_exceed_25_are_asked_about(tmp_path, values, head):
    with pytest.raises(bk.BadInput, match=r"years, or all are infants.*,unit=years.*,unit=months"):
        ages(tmp_path, rsna(values, head), "rsna")
    assert ages(tmp_path, {}, "rsna", ",unit=years") == [age for age in values if age <= 20]
    assert ages(tmp_path, {}, "rsna", ",unit=months") == [age / 12 for age in values]


@pytest.mark.parametrize("values", [MONTHS, [3, 6, 9, 12, 18, 24], [132], [5, 132]])
def test_years_that_are_too_high_are_asked_about(tmp_path, values):
    with pytest.raises(bk.BadInput, match=r"looks like months.*,unit=months"):
        ages(tmp_path, table_of(values))
    assert ages(tmp_path, {}, wishes=",unit=months") == [age / 12 for age in values]
    left = [age for age in values if age <= 20]
    if left:
        assert ages(tmp_path, {}, wishes=",unit=years") == left


def test_a_column_named_years_that_holds_months_is_asked_about(tmp_path):
    with pytest.raises(bk.BadInput, match="bone_age_years of t.csv says years and reaches 110"):
        ages(tmp_path, table_of(MONTHS, column="bone_age_years"))


def test_months_under_any_name_with_the_option(tmp_path):
    assert ages(tmp_path, table_of(MONTHS, column="skeletalage"), wishes=",unit=months")[0] == 5
    assert ages(tmp_path, table_of(MONTHS, column="label"), wishes=",bone_age_months=label")[0] == 5


@pytest.mark.parametrize(
    "outlier, says",
    [
        ("140", "outside 0 to 20 years"),
        ("-3", "outside 0"),
        ("inf", "outside 0"),
        ("abc", "is not a number"),
        ("1_0", "is not a number"),
        ("5;6", "is not a number"),
        ("5-6", "is not a number"),
        ("20.1", "outside 0"),
    ],
)
def test_one_mistake_in_a_long_table_is_one_row_left_out(tmp_path, outlier, says):
    values = [2 + i / 4 for i in range(60)]
    values[7] = outlier
    dataset = bk.datasets.load(f"folder:{put(tmp_path, table_of(values))}")
    assert len(dataset) == 59 and dataset.left_out == {"no usable age": 1}
    problem = dataset.problems.iloc[0]
    assert problem.image_id == "8" and says in problem.problem and outlier in problem.problem


def test_an_outlier_among_months(tmp_path):
    values = [30 + i for i in range(60)]
    values[7] = 1321
    dataset = bk.datasets.load(f"rsna:{put(tmp_path, rsna(values))}")
    assert len(dataset) == 59
    assert "1321 is outside 0 to 240 months" in dataset.problems.problem[0]


def test_years_and_months_with_a_dot_are_asked_about(tmp_path):
    files = table_of(["8.11", "9.10", "10.6", "7.11", "5.1", "12.11"])
    with pytest.raises(bk.BadInput, match=r"9\.10.*,unit=years\.months.*,unit=years to"):
        ages(tmp_path, files)
    both = ages(tmp_path, {}, wishes=",unit=years.months")
    assert both == pytest.approx(
        [8 + 11 / 12, 9 + 10 / 12, 10.5, 7 + 11 / 12, 5 + 1 / 12, 12 + 11 / 12]
    )
    assert ages(tmp_path, {}, wishes=",unit=years")[0] == 8.11


def test_decimals_that_only_look_so_are_decimals(tmp_path):
    assert ages(tmp_path, table_of(["8.1", "9.5", "10.6", "7.11", "5.12"]))[3] == 7.11
    assert ages(tmp_path, table_of(["8.5", "9.5", "10.5", "7.0"]))[0] == 8.5


def test_a_twelfth_month_is_no_year_and_month(tmp_path):
    dataset = bk.datasets.load(
        f"folder:{put(tmp_path, table_of(['8.11', '9.12', '10.6']))},unit=years.months"
    )
    assert dataset.table.image_id.tolist() == ["1", "3"]


@pytest.mark.parametrize(
    "cells", [["5;6", "6;6", "7;0"], ["five", "six", "seven"], ["5/6", "7/2", "8/1"]]
)
def test_a_column_of_which_nothing_is_a_number_is_refused(tmp_path, cells):
    with pytest.raises(bk.BadInput, match="is not a number, nor is any other.*5y6m"):
        ages(tmp_path, table_of(cells))


def test_nothing_but_zeros_is_refused(tmp_path):
    with pytest.raises(bk.BadInput, match="nothing but 0"):
        ages(tmp_path, table_of([0, 0, 0, 0]))


def test_missing_ages_stay_missing_and_are_counted(tmp_path):
    dataset = bk.datasets.load(f"folder:{put(tmp_path, table_of([5, '', 'NA', 'n/a', 7]))}")
    assert dataset.table.bone_age.isna().sum() == 3 and not dataset.left_out
    assert "3 image(s) have no bone age" in dataset.problems.problem[0]


def test_bone_age_and_chronological_age_in_different_units(tmp_path):
    rows = [f"{i + 1},F,{6 + 2 * i},{(6 + 2 * i) / 12:.2f}" for i in range(6)]
    files = {
        **table_of([1] * 6),
        "t.csv": "\n".join(["image_id,sex,bone_age,chronological_age", *rows]),
    }
    with pytest.raises(bk.BadInput, match="12 times the chronological ages"):
        ages(tmp_path, files)
    assert ages(tmp_path, {}, wishes=",bone_age_months=bone_age")[0] == 0.5


def test_two_columns_of_the_same_ages_are_one(tmp_path):
    rows = [f"{i + 1},F,{age},{age / 12:.3f}" for i, age in enumerate(MONTHS)]
    files = {**table_of([1] * 6), "t.csv": "\n".join(["id,sex,boneage,bone_age_years", *rows])}
    assert ages(tmp_path, files) == pytest.approx([age / 12 for age in MONTHS], abs=1e-3)
    files["t.csv"] = files["t.csv"].replace("5.0", "9.0").replace("6.667", "1.0")
    with pytest.raises(bk.BadInput, match=r"2 columns that may be the bone age.*,bone_age=boneage"):
        ages(tmp_path, files)
    assert ages(tmp_path, {}, wishes=",bone_age_years=bone_age_years")[0] == 9


def test_rhpe_has_chronological_ages_in_months(tmp_path):
    rows = "ID,Male,Boneage,Chronological\n1,True,60,61\n2,False,70,72\n3,True,80,85\n"
    files = {f"0000{i}.png": png(i) for i in (1, 2, 3)}
    dataset = bk.datasets.load(f"rsna:{put(tmp_path, {**files, 'RHPE_Boneage_train.csv': rows})}")
    assert dataset.table.chronological_age.tolist() == pytest.approx([61 / 12, 6, 85 / 12])
    assert dataset.table.sex.tolist() == ["M", "F", "M"]


def test_the_atlass_readings_in_months_are_asked_about(tmp_path):
    row = "JPEGimages/CAUF/CAUF{1:02d}/{0}.jpg,CAU,F,{1}.2,,,,,,,{2},{2}\n"
    files = {f"JPEGimages/CAUF/CAUF{4 + i:02d}/{i}.jpg": png(i) for i in range(5)}
    files["meta.csv"] = "".join(row.format(i, 4 + i, 50 + 12 * i) for i in range(5))
    with pytest.raises(bk.BadInput, match=r"looks like months.*,unit=months"):
        bk.datasets.load(f"dha:{put(tmp_path, files)}")


@pytest.mark.parametrize(
    "wishes, says",
    [
        (",unit=weeks", "no unit 'weeks'"),
        (",unit=", "no unit ''"),
        (",shoe=x", "shoe="),
        (",bone_age=nope", "no column 'nope'"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(tmp_path, wishes, says):
    with pytest.raises(bk.BadInput, match=says):
        ages(tmp_path, table_of([5, 6, 7]), wishes=wishes)


def test_a_folder_that_is_called_like_a_wish(tmp_path):
    assert ages(tmp_path / "x,unit=months", table_of([5, 6, 7])) == [5, 6, 7]
    assert ages(tmp_path / "x,unit=months", {}, wishes=",unit=years") == [5, 6, 7]


def test_a_name_that_contradicts_the_option_is_refused(tmp_path):
    files = table_of([5, 6, 7, 8], column="boneage_years")
    with pytest.raises(bk.BadInput, match="boneage_years of t.csv says years, the option says mon"):
        ages(tmp_path, files, wishes=",unit=months")
    assert ages(tmp_path, {}, wishes=",bone_age_years=boneage_years") == [5, 6, 7, 8]
    with pytest.raises(bk.BadInput, match="says months, the option says years"):
        ages(tmp_path / "b", table_of(MONTHS, column="bone_age_months"), wishes=",unit=years")


@pytest.mark.parametrize("n, typo", [(12, 85), (40, 140)])
def test_one_mistake_does_not_make_years_of_rsna_months(tmp_path, n, typo):
    values = [2 + i / 4 for i in range(n)]
    values[3] = typo
    with pytest.raises(bk.BadInput, match="rarely exceeds .*years, or all are infants"):
        ages(tmp_path, rsna(values), "rsna")


@pytest.mark.parametrize("name", ["chronological_age", "reader_1"])
def test_another_age_in_months_is_asked_for_by_its_own_name(tmp_path, name):
    rows = [f"{i + 1},F,{5 + i},{12 * (5 + i) + 3}" for i in range(6)]
    files = {**table_of([1] * 6), "t.csv": "\n".join([f"image_id,sex,bone_age,{name}", *rows])}
    with pytest.raises(bk.BadInput, match=f",{name}_months={name}") as refused:
        ages(tmp_path, files)
    assert "unit=" not in str(refused.value)
    assert ages(tmp_path, {}, wishes=f",{name}_months={name}") == [5, 6, 7, 8, 9, 10]
    with pytest.raises(bk.BadInput, match="times the"):
        ages(tmp_path, {}, wishes=f",{name}_years={name},bone_age_months=bone_age")


def test_a_bone_age_in_an_unknown_unit_is_named(tmp_path):
    files = table_of(MONTHS, column="boneage_m")
    with pytest.raises(bk.BadInput, match="Column boneage_m.*,bone_age_months=boneage_m"):
        ages(tmp_path, files)
    assert ages(tmp_path, {}, wishes=",bone_age_months=boneage_m")[0] == 5
    assert len(ages(tmp_path, {}, wishes=",bone_age=")) == 6
