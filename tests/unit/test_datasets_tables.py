"""Tables as programs write them: separators, encodings, titles, Excel, and files that are none."""

import io

import openpyxl
import pytest
from dataset_layouts import TRAINING, TRAINING_CSV, excel, films, put, zipped

import boneage_kit as bk
from boneage_kit.datasets.tables import read_table

TEXT = "image_id,sex,bone_age\n001,F,5\nNA,M,6.5\n"
CELLS = [["001", "F", "5"], ["NA", "M", "6.5"]]


def cells(data, name="t.csv"):
    table = read_table(data if isinstance(data, bytes) else data.encode(), name)
    assert table.columns.tolist() == ["image_id", "sex", "bone_age"]
    return table.to_numpy().tolist()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(encoding, delimiter, end):
    text = TEXT.replace(",", delimiter).replace("\n", end)
    assert cells(text.encode(encoding)) == CELLS


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\r\n", "\ufeffsep=;\n"])
def test_excels_line_about_the_separator(first):
    assert cells(first + TEXT.replace(",", ";").replace(".", ",")) == [
        ["001", "F", "5"],
        ["NA", "M", "6,5"],
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Readings of May\n",
        "Readings, ward 3\n\n",
        "Readings,,\n,,\n",
        "Hospital\nReadings\n\n",
        "\n\n",
    ],
)
def test_lines_of_title_above_the_heading(title):
    assert cells(title + TEXT) == CELLS


def test_letters_of_windows():
    table = read_table("image_id;name\n1;Müller €\n".encode("cp1252"), "t.csv")
    assert table.name[0] == "Müller €"


def test_a_heading_longer_or_shorter_than_its_rows():
    assert read_table(b"a,b,c\n1,2\n3\n", "t.csv").to_numpy().tolist() == [
        ["1", "2", ""],
        ["3", "", ""],
    ]
    assert read_table(b"a,b\n1,2,\n", "t.csv").columns.tolist() == ["a", "b"]
    assert read_table(b",b\n1,2\n", "t.csv").columns.tolist() == ["column 1", "b"]


def test_a_row_with_more_values_than_headings_is_refused():
    with pytest.raises(bk.BadInput, match="row 2 has 4 values under 3 headings.*decimal commas"):
        read_table(b"id,sex,age\n1,F,5\n2,F,5,5\n", "t.csv")


def test_quoted_cells():
    assert read_table(b'a,b\n"x, ""y""\nz", 5 \n', "t.csv").to_numpy().tolist() == [
        ['x, "y"\nz', "5"]
    ]


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv", "t.XLSX"])
def test_excel_keeps_numbers_as_they_are_shown(name):
    data = excel(
        [
            ["Readings"],
            [],
            ["image_id", "sex", "bone_age"],
            ["001", "F", 5],
            [2.0, True, 6.5],
            [None, None, None],
        ]
    )
    assert read_table(data, name).to_numpy().tolist() == [["001", "F", "5"], ["2", "True", "6.5"]]


def sheets(*tables):
    """Return an Excel file with these sheets; the first is open when it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(tables):
        sheet = book.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TABLE = [["image_id", "sex", "bone_age"], *CELLS]
LEGEND = [["column", "meaning"], ["image_id", "the film"], ["sex", "of the child"], ["x", "y"]]


@pytest.mark.parametrize("first", [[], [["Notes"]], LEGEND, [["Films of May"], ["2026"], ["Ann"]]])
def test_excels_second_sheet_where_the_first_is_no_table_of_images(first):
    assert cells(sheets(first, TABLE), "t.xlsx") == CELLS
    assert cells(sheets(TABLE, first), "t.xlsx") == CELLS


def test_an_excel_file_with_two_tables_of_images_is_refused():
    with pytest.raises(bk.BadInput, match="2 sheets with a table: 'sheet 0', 'sheet 2'"):
        read_table(sheets(TABLE, LEGEND, TABLE), "t.xlsx")


@pytest.mark.parametrize("text", ["1377,180,False\n1378,12,True\n", "a7;F;8,5\nb8;M;9\n"])
def test_a_table_without_headings_is_refused_with_its_first_line(text):
    with pytest.raises(bk.BadInput, match="no line of headings: its first line is (1377, 180|a7)"):
        read_table(text.encode(), "t.csv")
    assert read_table(text.encode(), "t.csv", header=False).shape == (2, 3)


@pytest.mark.parametrize(
    "data, says",
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"before 2007 \(\.xls\).*\.xlsx or CSV"),
        (b"<html><table>", "a web page"),
        (b"%PDF-1.4", "a PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b'{"id": 1}', "JSON"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"PAR1", "Parquet"),
        (b"PK\x03\x04 no", "not a readable Excel"),
        (b"a\x00b,c", "not text"),
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"sep=;\n", "is empty"),
        (b"a,b\n", "a heading and no row"),
        (b"a,a\n1,2\n", "two columns named 'a'"),
        (b'a,b\n"1,2\n', "not a table"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "not a readable"),
    ],
)
def test_files_that_are_no_table(data, says):
    with pytest.raises(bk.BadInput, match=says):
        read_table(data, "t.xls")


@pytest.mark.parametrize("name", ["t.xls", "t.ods"])
def test_a_folder_whose_table_is_of_another_kind_says_so(tmp_path, name):
    files = {**films("1.png"), name: b"\xd0\xcf\x11\xe0" + bytes(600)}
    with pytest.raises(bk.BadInput, match="Excel file of before 2007"):
        bk.datasets.load(f"folder:{put(tmp_path, files)}")


def test_a_table_of_tabs_named_xls(tmp_path):
    files = {**films("001.png", "NA.png"), "t.xls": TEXT.replace(",", "\t")}
    assert len(bk.datasets.load(f"folder:{put(tmp_path, files)}")) == 2


@pytest.mark.parametrize("kind, text", [("folder", TEXT), ("rsna", None)])
def test_separator_line_in_a_data_set(tmp_path, kind, text):
    files = (
        {**films("001.png", "NA.png"), "t.csv": "sep=;\n" + TEXT.replace(",", ";")}
        if text
        else {**TRAINING, "t.csv": "sep=;\n" + TRAINING_CSV.replace(",", ";")}
    )
    assert len(bk.datasets.load(f"{kind}:{put(tmp_path, files)}")) == (2 if text else 20)
