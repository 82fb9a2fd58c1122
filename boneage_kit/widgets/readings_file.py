"""The file of a reader's answers: one CSV line per answer, added and never rewritten.

An answer is on disk before the next hand is shown, so neither a closed laptop nor a stopped kernel
loses one. A line that a crash cut off is set aside; ``readings_lines`` says which lines are whole.
"""

from __future__ import annotations

import csv
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from numbers import Real
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from ..errors import BadInput, cause_of
from .readings_lines import (
    COLUMNS,
    HEADER,
    HEADER_OF_EXCEL,
    is_occasion,
    set_aside_text,
    whole_answers,
)
from .readings_names import CP1252, answers_of

__all__ = [
    "append_reading",
    "check_reader",
    "load_readings",
    "parse_readings",
]

_PATIENCE = 10.0  # seconds that another process may hold the file
_LONGEST = 10_000  # letters of a name; the csv module reads no field beyond 131,072
#: Bytes of any name survive: what is no UTF-8 comes back as it was.
_ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}


def append_reading(
    path: str | Path,
    reader: str,
    image_id: str,
    occasion: int,
    bone_age: float,
    seconds: float = float("nan"),
) -> None:
    """Add one answer (bone age in years) to the file; it is on disk when this returns.

    Several processes may add to one file. Where the disk is full or the file cannot be written,
    the file stays as it was.

    Raises
    ------
    BadInput
        If the age is no number of years from 0 to 20, the occasion no whole number, reader or
        image have no name that can be written, or the path is no file of readings.
    OSError
        If the answer could not be written.
    """
    if not isinstance(bone_age, Real) or not 0 <= bone_age <= 20:  # also refuses NaN
        raise BadInput(f"{bone_age!r} is not a bone age in years.", "Answer between 0 and 20.")
    if not is_occasion(str(occasion)):
        raise BadInput(f"{occasion!r} is not an occasion.", "Give 1, or 2 for a second reading.")
    check_reader(reader)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    took = f"{seconds:.1f}" if seconds == seconds else ""
    path = Path(path)
    _check_is_file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = (reader, image_id, str(occasion), f"{bone_age:.4f}", took, now)
    lines = {delimiter: _line(*fields, delimiter=delimiter) for delimiter in ",;"}
    with _held(path):
        _append(path, lines)


def check_reader(reader: str) -> str:
    """Return the reader's name; only one that is empty or cannot be written is refused.

    >>> check_reader("NA")
    'NA'
    """
    if not isinstance(reader, str) or not reader.strip():
        raise BadInput("The reader has no name.", 'Give a name or initials, such as reader="Ann".')
    _check_can_be_written(reader, "reader")
    return reader


def _check_can_be_written(name: str, what: str) -> None:
    if len(name) > _LONGEST:
        raise BadInput(
            f"The {what} {name[:40]!r}... has {len(name):,} letters.",
            "Give a shorter name, such as Ann.",
        )
    if "\0" in name:
        raise BadInput(
            f"The {what} {name[:40]!r} holds a zero character, which no table can hold.",
            "Give the name again, such as Ann.",
        )
    try:
        name.encode(**_ENCODING)
    except UnicodeEncodeError:
        raise BadInput(
            f"The {what} {name!r} holds half a character, which no file can hold.",
            "Give the name again, such as Ann.",
        ) from None


def _check_is_file(path: Path) -> None:
    """Refuse a folder, and a pipe, which would be waited for without end."""
    if path.exists() and not path.is_file():
        raise BadInput(
            f"{path} is {'a folder' if path.is_dir() else 'not a plain file'}.",
            "Name the CSV file that the reading room writes.",
        )


def _line(*fields: str, delimiter: str) -> str:
    _check_can_be_written(fields[1], "image")
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n", delimiter=delimiter).writerow(
        fields
    )  # so it quotes both line breaks
    line = text.getvalue().removesuffix("\r\n")
    header = HEADER if delimiter == "," else HEADER_OF_EXCEL
    if whole_answers([header, *line.split("\n")]) != ([list(fields)], []):
        raise BadInput(
            f"The image {fields[1][:40]!r} or the reader {fields[0][:40]!r} cannot be written.",
            "Give both a short name, of at most a few lines.",
        )
    return f"{line}\n"


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold the file's lock, so that two processes cannot write into each other's lines."""
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise OSError(f"another program holds {path.name}") from None
    except OSError as error:
        raise BadInput(
            f"{lock.lock_file} cannot be used as a lock ({cause_of(error)}).",
            "Delete it, or name a file in a folder of your own.",
        ) from None
    except NotImplementedError:  # a file system without locks: one reader alone is safe there
        pass
    try:
        yield
    finally:
        lock.release()


def _append(path: Path, lines: dict[str, str]) -> None:
    """Write one line, with the file's own delimiter, or leave the file as it was."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    try:
        size = os.fstat(file).st_size
        try:
            before, delimiter = _before(file, size, path)
            _write(file, before + lines[delimiter].encode(**_ENCODING))
            os.fsync(file)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _before(file: int, size: int, path: Path) -> tuple[bytes, str]:
    """Return what must stand before the next line, and the file's delimiter.

    Before it stands the header, or the end of a line that was cut off.
    """
    header = f"{HEADER}\n".encode()
    start = os.read(file, len(header) + 3)
    if header.startswith(start):  # nothing, or a header that a crash cut off
        return header[size:], ","
    first = start.decode(**_ENCODING)
    _check_header(first, path)
    os.lseek(file, -1, os.SEEK_END)
    return b"" if os.read(file, 1) == b"\n" else b"\n", ";" if ";" in first.split("\n")[0] else ","


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def load_readings(path: str | Path, reader: str | None = None) -> pd.DataFrame:
    """Return the answers of a file, the last one where a hand was answered again.

    Columns: ``reader, image_id, occasion, bone_age`` (years), ``seconds, answered_at``. Readers
    and ids are text, whatever they say (``"NA"``, ``"001"``). A file that is not there gives an
    empty table. Lines that are no whole answer are left out, with a warning that names them. A
    reader's name counts in any spelling: blanks around it, either form of its letters, cp1252.

    Raises
    ------
    BadInput
        If the file cannot be opened or is not one of readings.

    >>> load_readings("not-there.csv").empty
    True
    """
    table, set_aside = parse_readings(path)
    if set_aside:
        warnings.warn(set_aside_text(path, set_aside), stacklevel=2)
    return table if reader is None else answers_of(table, reader)


def parse_readings(path: str | Path) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    """Return the answers of a file, and number and fault of the lines that are no whole answer."""
    path = Path(path)
    try:
        _check_is_file(path)
        text = path.read_bytes().decode(**_ENCODING) if path.exists() else ""
    except OSError as error:
        raise BadInput(
            f"{path} cannot be opened ({error.strerror}).",
            "Name the CSV file that the reading room writes.",
        ) from None
    lines = text.removeprefix("\ufeff").split("\n")
    if not f"{HEADER}\n".startswith(text):  # neither empty nor a header cut off
        _check_header(lines[0], path)
    # the kit ends a line with \n alone: \r\n is a spreadsheet's, and its letters may be cp1252
    lines = [line.translate(CP1252) if line.endswith("\r") else line for line in lines]
    answers, set_aside = whole_answers(lines)
    table = pd.DataFrame(answers, columns=list(COLUMNS))
    table["occasion"] = table["occasion"].astype(int)
    table["bone_age"] = table["bone_age"].astype(float)
    table["seconds"] = pd.to_numeric(table["seconds"], errors="coerce")
    table = table.drop_duplicates(["reader", "image_id", "occasion"], keep="last")
    return table.reset_index(drop=True), set_aside


def _check_header(first: str, path: Path) -> None:
    if first.removeprefix("\ufeff").split("\n")[0].rstrip("\r") not in (HEADER, HEADER_OF_EXCEL):
        raise BadInput(
            f"{path.name} is not a file of readings.", f"Its first line must be {HEADER}."
        )
