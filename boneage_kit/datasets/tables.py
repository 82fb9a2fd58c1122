"""Reading other people's tables: any delimiter and encoding, every cell as text."""

from __future__ import annotations

import csv
import io

import pandas as pd

from ..errors import BadInput


def read_table(data: bytes, name: str, *, header: bool = True) -> pd.DataFrame:
    """Return a CSV, TSV or Excel file as a frame of stripped strings; empty cells are "".

    Commas, semicolons and tabs, UTF-8 (with or without mark), UTF-16 and Latin-1 are told apart
    by the content.

    Raises
    ------
    BadInput
        If it is empty or no table.

    >>> read_table("id;boneage\\n1;8,5\\n".encode("utf-16"), "a.csv").to_dict("list")
    {'id': ['1'], 'boneage': ['8,5']}
    """
    if name.lower().endswith(".xlsx"):
        return _excel(data, name, header)
    text = _text(data, name)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadInput(f"{name} is empty.", "Give a table with one row an image.")
    delimiter = max(",;\t|", key=lambda mark: lines[0].count(mark))
    try:
        rows = [[cell.strip() for cell in row]
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise BadInput(f"{name} is not a table ({error}).", "Save it as CSV.") from error
    return _frame(rows, name, header)


def _frame(rows: list[list[str]], name: str, header: bool) -> pd.DataFrame:
    rows = [row for row in rows if any(row)]
    if not rows:
        raise BadInput(f"{name} is empty.", "Give a table with one row an image.")
    names = rows.pop(0) if header else [str(i) for i in range(max(map(len, rows)))]
    if not rows:
        raise BadInput(f"{name} has a heading and no row.", "Give a table with one row an image.")
    names = [column or f"column {i + 1}" for i, column in enumerate(names)]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise BadInput(f"{name} has two columns named {twice[0]!r}.", "Keep one of them.")
    width = len(names)
    return pd.DataFrame([(row + [""] * width)[:width] for row in rows], columns=names, dtype=object)


def _text(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:2000]:
        raise BadInput(f"{name} is not text.", "Save the table as CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _excel(data: bytes, name: str, header: bool) -> pd.DataFrame:
    import openpyxl

    try:
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
        rows = [["" if cell is None else str(cell).strip() for cell in row]
                for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl raises what its zip and XML readers raise
        raise BadInput(f"{name} is not a readable Excel file ({error}).",
                       "Save it as CSV.") from error
    return _frame(rows, name, header)


def number(text: str) -> float:
    """Return a cell as a number, "8,5" too; NaN where it is empty or not a number.

    >>> number("8,5"), number("")
    (8.5, nan)
    """
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return float("nan")
