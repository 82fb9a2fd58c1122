"""Zips within limits: a hostile or damaged one is refused before it fills memory or disk.

Nothing is unpacked beside the data, and no member's name is ever used as a path to write to.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import tempfile
import zipfile
from typing import BinaryIO

#: More files than this are no data set of hands, but a whole disk by mistake.
MOST_FILES = 50_000
_MOST_DIRECTORY_BYTES = 16_000_000
#: A packed zip within a zip: its content is packed already, so it hardly shrinks again.
_MOST_SHRINKING = 20
_MOST_UNPACKED_BYTES = 8_000_000_000
_KEPT_IN_MEMORY = 50_000_000


def open_zip(path: str | os.PathLike) -> zipfile.ZipFile:
    """Return a zip file on disk, opened.

    Raises
    ------
    OSError, zipfile.BadZipFile
        If it cannot be opened, is no zip, or its directory is too large.
    """
    with open(path, "rb") as file:
        _check_directory(file)
    return zipfile.ZipFile(path)


def open_inner_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipFile:
    """Return a zip inside a zip, opened: where it is stored plainly, by a window on the outer one.

    Raises
    ------
    OSError, zipfile.BadZipFile
        As :func:`open_zip`, or if it unpacks to far more than it should.
    """
    if info.compress_type == zipfile.ZIP_STORED and archive.filename:
        start = _data_offset(archive, info)
        inner: BinaryIO = io.BufferedReader(_Window(archive.filename, start, info.file_size))
    else:
        inner = _unpacked(archive, info)
    _check_directory(inner)
    return zipfile.ZipFile(inner)


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; macOS writes UTF-8 without saying so.

    >>> member_name(zipfile.ZipInfo("hånd.png".encode().decode("cp437")))
    'hånd.png'
    """
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    most = min(_MOST_SHRINKING * info.compress_size, _MOST_UNPACKED_BYTES)
    if info.file_size > max(_KEPT_IN_MEMORY, most):
        size = f"{info.file_size / 1e6:,.0f} MB"
        raise OSError(errno.EFBIG, f"it unpacks to {size}, too much to be a zip")
    small = info.file_size <= _KEPT_IN_MEMORY
    target: BinaryIO = io.BytesIO() if small else tempfile.TemporaryFile()  # type: ignore[assignment]
    with archive.open(info) as source:
        shutil.copyfileobj(source, target, 1 << 20)
    target.seek(0)
    return target


def _check_directory(file: BinaryIO) -> None:
    """Refuse a zip of far too many files, by what its end record says (APPNOTE 4.3.14 to 16).

    The file is left at its start.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 66_000))  # the end record, with the longest comment
    tail = file.read(66_000)
    file.seek(0)
    end, large = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    if end < 0:
        return  # no zip: zipfile says so
    members = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if large >= 0 and 0xFFFF in (members, directory >> 16):
        members = int.from_bytes(tail[large + 32 : large + 40], "little")
        directory = int.from_bytes(tail[large + 40 : large + 48], "little")
    if members > MOST_FILES or directory > _MOST_DIRECTORY_BYTES:
        raise OSError(errno.EFBIG, f"it holds more than {MOST_FILES:,} files, too many for hands")


def _data_offset(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    assert archive.filename is not None
    with open(archive.filename, "rb") as file:
        file.seek(info.header_offset + 26)  # APPNOTE 4.3.7: lengths of name and extra field
        lengths = file.read(4)
    name, extra = (int.from_bytes(lengths[i : i + 2], "little") for i in (0, 2))
    return info.header_offset + 30 + name + extra


class _Window(io.RawIOBase):
    """A stretch of a file as a file of its own, so that a 500 MB inner zip stays on disk."""

    def __init__(self, path: str, start: int, length: int) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - closed with the window
        self._start, self._length, self._at = start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = max(0, min(len(buffer), self._length - self._at))
        self._file.seek(self._start + self._at)
        data = self._file.read(count)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
