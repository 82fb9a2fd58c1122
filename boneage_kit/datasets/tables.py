"""Other people's tables as text cells: any delimiter and encoding, CSV and Excel.

What a file is follows from its first bytes, not from its name. Every cell stays the text it was,
so that the ids ``001`` and ``NA`` remain what they are.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence
from typing import BinaryIO

import pandas as pd

from ..errors import BadInput, cause_of
from .column_names import is_heading, names_in
from .excel import excel_sheets
from .table_limits import OF_A_DATA_SET, TableLimits

_DELIMITERS = ",;\t|"
_LINES_LOOKED_AT = 50
_MOST_COLUMNS = 2_000
_LONGEST_LINE, _WIDEST_LETTER = 1_000_000, 4  # letters; bytes (UTF-32)
_EXCEL = b"PK\x03\x04"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an Excel file of before 2007 (.xls)", "Save it as .xlsx or CSV."),
    b"%PDF": ("a PDF", "Copy its table into a spreadsheet and save it as CSV."),
    b"\x1f\x8b": ("a gzip archive", "Unpack it first."),
    b"PAR1": ("a Parquet file", "Save it as CSV: pandas.read_parquet(...).to_csv(...)."),
    b"\x89PNG": ("a picture", "Give the table, as CSV."),
    b"\xff\xd8\xff": ("a picture", "Give the table, as CSV."),
    b"<": ("a web page or XML", "Download the table itself, or save it as CSV."),
    b"{": ("JSON", "Save it as CSV: pandas.read_json(...).to_csv(...)."),
}


def read_table(
    data: bytes, name: str, *, header: bool = True, limits: TableLimits = OF_A_DATA_SET
) -> pd.DataFrame:
    """Return a CSV, TSV or Excel (.xlsx) file as a frame of stripped strings; empty cells are "".

    Commas, semicolons, tabs and bars; UTF-8, UTF-16 (with or without mark) and Windows-1252 are
    told apart by the content. Excel's line ``sep=;`` and lines of title above the heading are
    passed over.

    Parameters
    ----------
    header
        Whether the first row names the columns; else they are called "0", "1", ...
    limits
        Larger tables are refused before they fill the memory.

    Of several Excel sheets the one is taken whose headings are known (image, sex, ages).

    Raises
    ------
    BadInput
        If it is empty, too large, or no table, has no line of headings or a line of more than a
        million letters, several of its sheets may be meant, or a row of text has more values
        than headings.

    >>> read_table("Readings of May\\nid;boneage\\n001;8,5\\n".encode("utf-16"), "a.csv")
    ...     # doctest: +NORMALIZE_WHITESPACE
        id boneage
    0  001     8,5
    """
    limits.check_bytes(name, len(data))
    is_excel = data.startswith(_EXCEL)
    if is_excel:
        cells = _sheet(excel_sheets(data, name, limits), name)
    else:
        cells = _text_cells(_decoded(data, name), name, limits)
    cells = cells[(cells != "").any(axis=1)].reset_index(drop=True)
    if cells.empty:
        raise BadInput(f"{name} is empty.", "Give a table with one row per image.")
    if not header:
        return cells.set_axis([str(i) for i in range(cells.shape[1])], axis=1)
    return _with_heading(cells, name, notes_beside=is_excel)


def bytes_of_table(file: BinaryIO, name: str) -> bytes:
    """Return the bytes of an open table for :func:`read_table`.

    An endless line at its beginning is refused before the rest is read: a file without line ends
    is no table, whatever its size.

    Raises
    ------
    BadInput
        If a line among the first 8 MB has more than 4 MB (a million letters of UTF-32), and it is
        no Excel file.

    >>> bytes_of_table(io.BytesIO(b"id,boneage"), "a.csv")
    b'id,boneage'
    """
    longest = _WIDEST_LETTER * _LONGEST_LINE
    data = file.read(2 * longest)
    if not data.startswith(_EXCEL):
        _refuse_endless(data.replace(b"\r", b"\n").split(b"\n"), longest, name)
    return data + file.read()


def _refuse_endless(lines: Sequence[bytes] | Sequence[str], longest: int, name: str) -> None:
    if max(map(len, lines)) > longest:
        raise BadInput(f"{name} has a line of a million letters.", "Save the table as CSV.")


def _sheet(sheets: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return the one sheet that describes images, else the first; refused if several do."""
    known = {
        title: names_in(cells.iloc[_heading(cells)].tolist()) for title, cells in sheets.items()
    }
    fitting = [title for title, number in known.items() if number > 1]
    if len(fitting) > 1:
        raise BadInput(
            f"{name} has {len(fitting)} sheets with a table: {', '.join(map(repr, fitting[:5]))}.",
            "Save the one that is meant as CSV, or join them in one sheet.",
        )
    return sheets[max(known, key=lambda title: known[title])] if sheets else pd.DataFrame()


def _with_heading(cells: pd.DataFrame, name: str, notes_beside: bool) -> pd.DataFrame:
    start = _heading(cells)
    heading, rows = cells.iloc[start].tolist(), cells.iloc[start + 1 :]
    if not is_heading(heading):
        raise BadInput(
            f"{name} has no line of headings: its first line is {', '.join(heading)[:100]}.",
            "Write the columns' names above it, such as image_id,sex,bone_age.",
        )
    if not notes_beside:
        _refuse_surplus(heading, rows, name)
    if rows.empty:
        raise BadInput(f"{name} has a heading and no row.", "Give a table with one row per image.")
    used = [i for i, column in enumerate(heading) if column or (rows[i] != "").any()]
    names = [heading[i] or f"column {i + 1}" for i in used]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise BadInput(f"{name} has two columns named {twice[0]!r}.", "Keep one of them.")
    return rows[used].set_axis(names, axis=1).reset_index(drop=True)


def _refuse_surplus(heading: list[str], rows: pd.DataFrame, name: str) -> None:
    """Refuse rows that go on beyond the last heading: a decimal comma cut a number in two."""
    width = max((i + 1 for i, column in enumerate(heading) if column), default=0)
    surplus = (rows.iloc[:, width:] != "").any(axis=1).to_numpy()
    if surplus.any():
        row = int(surplus.argmax())
        values = int((rows.iloc[row] != "").to_numpy().nonzero()[0][-1]) + 1
        raise BadInput(
            f"{name}: row {row + 1} has {values} values under {width} headings.",
            "Put decimal commas in quotes or separate with semicolons; name every column.",
        )


def _heading(cells: pd.DataFrame) -> int:
    """Return the number of the row that names the columns: the first below lines of title.

    A title has no known name above a row of several; or it has one cell, or fewer than the row
    below it where that holds names and no number.
    """
    first = cells.iloc[:_LINES_LOOKED_AT]
    known = [names_in(row) for row in first.values.tolist()]
    if known[0] == 0 and max(known) > 1:
        return next(row for row, number in enumerate(known) if number > 1)
    filled = (first != "").sum(axis=1).tolist()
    several = sorted(filled)[len(filled) // 2] > 1
    for row in range(len(filled) - 1):
        numbers = any(re.fullmatch(r"[-+\d.,]+", cell) for cell in first.iloc[row + 1])
        if not several or (filled[row] > 1 and (filled[row] >= filled[row + 1] or numbers)):
            return row
    return 0


def _text_cells(text: str, name: str, limits: TableLimits) -> pd.DataFrame:
    limits.check_rows(name, (text.count("\n") + text.count("\r")) // 2)
    said = re.match(r'\s*"?sep=(.)"?[^\S\n]*\r?\n', text, re.IGNORECASE)
    text = text[said.end() :] if said else text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise BadInput(f"{name} is empty.", "Give a table with one row per image.")
    if len(text) > _LONGEST_LINE:
        _refuse_endless(text.split("\n"), _LONGEST_LINE, name)
    cells = _split(text, said[1] if said else _delimiter(text), name)
    limits.check_rows(name, len(cells))
    if re.search(r"\s[\n,;\t|\"]|[\n,;\t|\"]\s", text):  # in no large table of a program
        cells = pd.DataFrame({i: [cell.strip() for cell in cells[i]] for i in cells}, dtype=object)
    return cells


def _split(text: str, delimiter: str, name: str) -> pd.DataFrame:
    widest = max(line.count(delimiter) for line in io.StringIO(text)) + 1
    if widest > _MOST_COLUMNS:
        raise BadInput(f"{name} has {widest:,} columns.", "Save the table as CSV.")
    try:
        cells = pd.read_csv(
            io.StringIO(text), sep=delimiter, header=None, names=range(widest), dtype=object,
            keep_default_na=False, na_filter=False, skipinitialspace=True, index_col=False,
        )  # fmt: skip
    except (ValueError, csv.Error, OverflowError) as error:
        cause_of(error)  # into the log
        raise BadInput(
            f"{name} is not a table: its lines cannot be split into cells.",
            "Look for a quotation mark that is not closed, or save the table as CSV again.",
        ) from error
    return cells.fillna("")


def _delimiter(text: str) -> str:
    """Return the delimiter that most of the first lines hold equally often."""
    lines = [line for line in itertools.islice(io.StringIO(text), _LINES_LOOKED_AT) if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            return 0, 0
        usual = max(widths, key=lambda width: (widths.count(width) * (width > 1), width))
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(_DELIMITERS, key=agreement)


def _decoded(data: bytes, name: str) -> str:
    for start, (what, remedy) in _FOREIGN.items():
        if data[:1000].lstrip().startswith(start):
            raise BadInput(f"{name} is {what}, not a table.", remedy)
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return data.decode("utf-32", errors="replace")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    zeros = data[:400].count(b"\x00")
    if zeros > 0.35 * len(data[:400]):  # UTF-16 of Latin letters: every second byte is zero
        low_first = data[1:400:2].count(b"\x00") > zeros / 2
        return data.decode("utf-16-le" if low_first else "utf-16-be", errors="replace")
    if zeros or b"\x00" in data:
        raise BadInput(f"{name} is not text.", "Save the table as CSV.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
