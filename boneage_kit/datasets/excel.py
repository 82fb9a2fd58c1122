"""Excel's .xlsx as text cells, as a person sees them."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterator

import openpyxl
import pandas as pd

from ..errors import BadInput, cause_of
from .table_limits import TableLimits

_MOST_ROWS = 1_048_576  # of a sheet of Excel
#: A part of the file that is larger than this and was packed to a hundredth is a trap.
_LARGE, _MOST = 20_000_000, 100


def excel_sheets(data: bytes, name: str, limits: TableLimits) -> dict[str, pd.DataFrame]:
    """Return the cells of each sheet of two rows or more, the one that was saved open first.

    Raises
    ------
    BadInput
        If it is no Excel file, or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        limits.check_bytes(name, sum(member.file_size for member in members), times=4)
        if any(member.file_size > max(_LARGE, _MOST * member.compress_size) for member in members):
            raise BadInput(f"{name} unpacks to far more than a table has.", "Save it as CSV.")
        limits = limits._replace(most_rows=min(limits.most_rows, _MOST_ROWS))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [book.active, *(sheet for sheet in book.worksheets if sheet is not book.active)]
        cells = {}
        for sheet in filter(None, sheets):
            rows = list(itertools.islice(_sheet_rows(sheet), limits.most_rows + 1))
            limits.check_rows(name, len(rows))
            if len(rows) > 1:
                width = max(map(len, rows))
                whole = [row + [""] * (width - len(row)) for row in rows]
                cells[sheet.title] = pd.DataFrame(whole, dtype=object)
        return cells
    except BadInput:
        raise
    except Exception as error:  # openpyxl raises what its zip and XML readers raise
        raise BadInput(
            f"{name} is not a readable Excel file: {cause_of(error)}.", "Save it as CSV."
        ) from error


def _sheet_rows(sheet: object) -> Iterator[list[str]]:
    """Yield the rows of a sheet that hold anything, as text."""
    if not hasattr(sheet, "iter_rows"):  # a sheet that is a chart
        return
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what the file says of its size may be a million empty columns
    for row in sheet.iter_rows(values_only=True):
        cells = [_cell(value) for value in row]
        if any(cells):
            yield cells


def _cell(value: object) -> str:
    """Return an Excel cell as it is shown: 1 for the number 1.0, nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
