"""Predictions as other programs write them, through ``read_predictions``."""

import os

import pytest
from dataset_layouts import excel

import boneage_kit as bk
from boneage_kit.evaluation import read_predictions

ROWS = [("001", "F", 8.0, 8.5), ("NA", "M", 9.0, 9.25), ("1", "F", 10.0, 9.5), ("01", "M", 3, 4)]
HEAD = ("image_id", "sex", "y_true", "y_pred")


def text(rows=ROWS, head=HEAD, sep=",", end="\n"):
    return end.join(sep.join(map(str, row)) for row in [head, *rows]) + end


def read(tmp_path, data, columns=None, name="p.csv", **options):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_predictions(path, columns, **options)


@pytest.mark.parametrize(
    "data",
    [
        text(),
        text(sep=";"),
        text(sep="\t"),
        text(end="\r\n"),
        "sep=;\r\n" + text(sep=";"),
        text().encode("utf-16"),
        text().encode("utf-16-le"),
        text().encode("utf-8-sig"),
        "Predictions of May\n\n" + text(),
        text(sep=";").replace(".", ","),
        excel([HEAD, *ROWS]),
    ],
    ids=[
        "commas",
        "semicolons",
        "tabs",
        "windows",
        "sep-line",
        "utf-16",
        "utf-16-le",
        "bom",
        "title",
        "decimal-comma",
        "excel",
    ],
)
def test_any_way_of_writing_a_table(tmp_path, data):
    table = read(tmp_path, data)
    assert table.image_id.tolist() == ["001", "NA", "1", "01"]
    assert table.y_pred.tolist() == [8.5, 9.25, 9.5, 4.0]


def test_windows_letters(tmp_path):
    rows = [(f"Müller {i}", "F", 5 + i, 6) for i in range(3)]
    assert read(tmp_path, text(rows).encode("cp1252")).image_id[0] == "Müller 0"


@pytest.mark.parametrize("name", ["id", "Image ID", "case", "y"])
def test_ids_are_text_under_any_name(tmp_path, name):
    data = text(head=(name, *HEAD[1:]))
    assert read(tmp_path, data, {"image_id": name}).image_id.tolist() == ["001", "NA", "1", "01"]


def test_an_empty_id_is_refused_with_its_row(tmp_path):
    with pytest.raises(bk.BadInput, match="Row 2 has no image_id"):
        read(tmp_path, text([ROWS[0], ("", *ROWS[1][1:])]))


@pytest.mark.parametrize(
    "head, cells, columns",
    [
        ("male", ["False", "True", "0", "1"], {}),
        ("gender", ["girl", "boy", "f", "M"], {}),
        ("female", ["yes", "no", "1", "0"], {}),
        ("male", ["FALSCH", "WAHR"] * 2, {}),
        ("male", ["0", "1"] * 2, {"sex": "male"}),
        ("sex", ["0", "1"] * 2, {"male": "sex"}),
        ("sex", ["1", "0"] * 2, {"female": "sex"}),
        ("boy", ["0", "1"] * 2, {"male": "boy"}),
        ("g", ["w", "m"] * 2, {"sex": "g"}),
    ],
)
def test_the_sex_in_any_column(tmp_path, head, cells, columns):
    rows = [(row[0], cell, *row[2:]) for row, cell in zip(ROWS, cells, strict=True)]
    table = read(tmp_path, text(rows, ("image_id", head, *HEAD[2:])), columns)
    assert table.sex.tolist() == ["F", "M", "F", "M"]


def test_codes_for_the_sex_name_the_option(tmp_path):
    rows = [(row[0], i % 2, *row[2:]) for i, row in enumerate(ROWS)]
    with pytest.raises(bk.BadInput, match="holds 0, 1.*--columns male=sex"):
        read(tmp_path, text(rows))


def test_an_unknown_word_for_the_sex_is_named_with_its_row(tmp_path):
    with pytest.raises(bk.BadInput, match=r"Row 2 \(image_id 'b'\).*'divers'"):
        read(tmp_path, text([("a", "F", 5, 5), ("b", "divers", 5, 5), ("c", "M", 6, 6)]))


def months(n=40, head=HEAD, outlier=None):
    rows = [(f"{i:03d}", "FM"[i % 2], 30 + 4 * i, 33 + 4 * i) for i in range(n)]
    if outlier:
        rows[5] = (*rows[5][:3], outlier)
    return text(rows, head)


def test_months(tmp_path):
    with pytest.raises(bk.BadInput, match="looks like months.*--unit months"):
        read(tmp_path, months())
    for options in ({"months": True}, {"unit": "months"}):
        assert read(tmp_path, months(), **options).y_true[0] == 2.5
    named = (*HEAD[:2], "y_true_months", "y_pred_months")
    assert read(tmp_path, months(head=named)).y_true[0] == 2.5
    theirs = {"y_true": "target (months)", "y_pred": "out_months"}
    assert read(tmp_path, months(head=(*HEAD[:2], *theirs.values())), theirs).y_true[0] == 2.5


def test_one_impossible_prediction_among_months_names_its_row(tmp_path):
    with pytest.raises(bk.BadInput, match=r"Row 6 \(image_id '005'\) has y_pred 25.4167 .*305 mon"):
        read(tmp_path, months(outlier=305), months=True)


def test_a_unit_that_the_ages_contradict(tmp_path):
    with pytest.raises(bk.BadInput, match="taken for years.*--unit"):
        read(tmp_path, months(), unit="years")
    infants = text(
        [(f"{i}", "F", 2 + i, 3 + i) for i in range(12)],
        (*HEAD[:2], "y_true_months", "y_pred_months"),
    )
    with pytest.raises(bk.BadInput, match="years, or all are infants.*--unit years.*--unit months"):
        read(tmp_path, infants)
    assert read(tmp_path, infants, unit="months").y_true[0] == pytest.approx(1 / 6)
    with pytest.raises(bk.BadInput, match="no unit"):
        read(tmp_path, infants, unit="weeks")


@pytest.mark.parametrize("head", [("y_true_months", "y_pred"), ("y_true", "y_pred")])
def test_labels_in_months_beside_predictions_in_years(tmp_path, head):
    rows = [(f"{i}", "F", 36 + 5 * i, 3 + 5 * i / 12) for i in range(12)]
    if head[0] == "y_true_months":
        assert read(tmp_path, text(rows, (*HEAD[:2], *head))).y_true[0] == 3
    else:
        with pytest.raises(bk.BadInput, match="y_true is about 12 times y_pred"):
            read(tmp_path, text(rows, (*HEAD[:2], *head)), unit="months")


def test_years_and_months(tmp_path):
    rows = [("a", "F", "8.11", 9), ("b", "M", "9.10", 9), ("c", "F", "10.6", 9)]
    with pytest.raises(bk.BadInput, match=r"9\.10.*--unit years\.months"):
        read(tmp_path, text(rows))
    assert read(tmp_path, text(rows), unit="years.months").y_true[1] == pytest.approx(9 + 10 / 12)
    assert read(
        tmp_path, text([("a", "F", "5y6m", 5), ("b", "M", "66 months", 5)])
    ).y_true.tolist() == [5.5, 5.5]


@pytest.mark.parametrize(
    "data, says",
    [
        (text(head=(*HEAD[:3], "y_true")), "two columns named 'y_true'"),
        (text([(*ROWS[0][:3], "11,205.00")]).replace("11,205.00", '"11,205.00"'), "'11,205.00'"),
        ("", "is empty"),
        (text([]), "a heading and no row"),
        ("<html>", "a web page"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), r"before 2007"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (text([(*ROWS[0][:3], "5;6")]), "'5;6', which is not a number"),
    ],
)
def test_what_is_no_table_of_predictions(tmp_path, data, says):
    with pytest.raises(bk.BadInput, match=says):
        read(tmp_path, data)


@pytest.mark.parametrize(
    "columns, says",
    [
        ({"y_pred": "nope"}, "no column 'nope'"),
        ({"y_true": "y_pred", "y_pred": "y_pred"}, "'y_pred' is named twice"),
    ],
)
def test_columns_that_cannot_be(tmp_path, columns, says):
    with pytest.raises(bk.BadInput, match=says):
        read(tmp_path, text(), columns)


def test_missing_columns_name_the_option(tmp_path):
    with pytest.raises(bk.BadInput, match="lacks the column.*y_pred.*--columns"):
        read(tmp_path, text(head=(*HEAD[:3], "guess")))


def test_intervals_with_gaps_are_refused(tmp_path):
    rows = [(f"{i}", "F", 5 + i, 5, 4 if i else "", 6) for i in range(5)]
    with pytest.raises(bk.BadInput, match=r"Row 1 \(image_id '0'\) lacks an end"):
        read(tmp_path, text(rows, (*HEAD, "lower", "upper")))


def test_further_columns_keep_their_kind(tmp_path):
    rows = [
        (*row, i, group, "net", 0.5, "True", "")
        for i, (row, group) in enumerate(zip(ROWS, ["NA", "CAU", "", "7"], strict=True))
    ]
    table = read(tmp_path, text(rows, (*HEAD, "seed", "group", "model", "x", "flag", "notes")))
    assert table.seed.tolist() == [0, 1, 2, 3] and table.x.dtype == float
    assert table.group.tolist()[:2] == ["NA", "CAU"] and table.group.isna()[2]
    assert table.group[3] == "7" and table.flag.dtype == bool and table.notes.isna().all()


def test_pipes_and_folders_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "p.csv")
    for path in (tmp_path / "p.csv", tmp_path, "/dev/zero"):
        with pytest.raises(bk.BadInput, match="is no file"):
            read_predictions(path)
    with pytest.raises(bk.BadInput, match="cannot be read"):
        read_predictions(tmp_path / "gone.csv")


def test_a_decimal_comma_in_a_comma_file_is_refused_with_its_row(tmp_path):
    rows = [("1", "F", 5, 6), ("2", "M", "6,5", 7)]
    with pytest.raises(bk.BadInput, match="row 2 has 5 values under 4 headings.*decimal commas"):
        read(tmp_path, text(rows))


def years(head=HEAD, more=lambda age: ()):
    rows = [(f"{i}", "FM"[i % 2], 4 + i, 4.5 + i, *more(4 + i)) for i in range(8)]
    return text(rows, head)


def test_the_option_months_on_years_is_refused(tmp_path):
    with pytest.raises(bk.BadInput, match="nowhere exceed 11.5: these are years, or all are inf"):
        read(tmp_path, years(), months=True)
    named = years((*HEAD[:2], "boneage_years", "y_pred"))
    with pytest.raises(bk.BadInput, match="boneage_years says years, the option says months"):
        read(tmp_path, named, {"y_true": "boneage_years"}, months=True)
    with pytest.raises(bk.BadInput, match="y_true_months says months, the option says years"):
        read(tmp_path, months(head=(*HEAD[:2], "y_true_months", "y_pred_months")), unit="years")


def test_other_ages_in_another_unit_are_refused_by_name(tmp_path):
    head = (*HEAD, "chronological_age")
    with pytest.raises(bk.BadInput, match="chronological_age is.*call it chronological_age_months"):
        read(tmp_path, years(head, lambda age: (12 * age + 5,)))
    named = years((*HEAD, "chronological_age_months"), lambda age: (12 * age + 5,))
    assert read(tmp_path, named).chronological_age[0] == pytest.approx(53 / 12)
    for other in ("chronological_age", "reader_2"):
        rows = [(f"{i}", "F", 48 + 12 * i, 50 + 12 * i, 4.5 + i) for i in range(8)]
        data = text(rows, (*HEAD, other))
        with pytest.raises(bk.BadInput, match=f"y_true is about 12 times {other}.*_years"):
            read(tmp_path, data, months=True)
        data = text(rows, (*HEAD[:2], "y_true_months", "y_pred_months", f"{other}_years"))
        assert read(tmp_path, data)[other][0] == 4.5
    rows = [(f"{i}", "F", 48 + 12 * i, 50 + 12 * i, 3.5 + i, 5 + i) for i in range(8)]
    with pytest.raises(bk.BadInput, match="y_pred is about 12 times lower"):
        read(tmp_path, text(rows, (*HEAD, "lower", "upper")), months=True)


@pytest.mark.parametrize(
    "second, says",
    [(("a", "M", 8, 9, "y"), "another sex"), (("a", "F", 9, 9, "y"), "different labels")],
)
def test_one_image_with_two_sexes_or_labels_across_models(tmp_path, second, says):
    data = text([("a", "F", 8, 8, "x"), second], (*HEAD, "model"))
    with pytest.raises(bk.BadInput, match=rf"Row 2 \(image_id 'a'\) has {says}"):
        read(tmp_path, data)


def test_two_columns_of_the_sex_that_contradict(tmp_path):
    rows = [(*row, cell) for row, cell in zip(ROWS, [0, 1, 0, 0], strict=True)]
    data = text(rows, (*HEAD, "male"))
    with pytest.raises(bk.BadInput, match="sex and male contradict in 1 row.*row 4"):
        read(tmp_path, data)
    assert read(tmp_path, data, {"sex": "sex"}).sex[3] == "M"


def test_a_prediction_outside_its_own_interval(tmp_path):
    rows = [(f"{i}", "F", 8, 8 + i, 7, 9.5) for i in range(3)]
    with pytest.raises(bk.BadInput, match=r"Row 3 \(image_id '2'\) has y_pred 10 outside 7 to 9.5"):
        read(tmp_path, text(rows, (*HEAD, "lower", "upper")))


@pytest.mark.parametrize("columns", [None, {"y_true": "age"}])
def test_labels_of_infants_in_months_are_asked_about(tmp_path, columns):
    head = HEAD if columns is None else ("image_id", "sex", "age", "y_pred")
    rows = [(i, "FM"[i % 2], 2 + i, 3 + i) for i in range(22)]
    with pytest.raises(bk.BadInput, match="reaches 23, .* looks like months.*say --unit months"):
        read(tmp_path, text(rows, head), columns)
    assert read(tmp_path, text(rows, head), columns, unit="years").y_true.max() == 23
    named = text(rows, (*HEAD[:2], "y_true_months", "y_pred_months"))
    assert read(tmp_path, named, unit="months").y_true.max() < 2
