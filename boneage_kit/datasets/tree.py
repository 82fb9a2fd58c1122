"""One view of a folder, a zip, or zips within them: names, bytes and fingerprints.

Nothing is unpacked beside the data and no member's path is ever written to, so a hostile
archive ("zip slip") has nothing to act on.
"""

from __future__ import annotations

import io
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import BadInput

IMAGE_ENDINGS = (
    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ".mha", ".mhd"
)
TABLE_ENDINGS = (".csv", ".tsv", ".xlsx")
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
#: A member that unpacks to more than this many bytes is not an image.
_MOST_BYTES = 1_000_000_000
_SEPARATOR = "!"  # between an archive's name and its member's


@dataclass(frozen=True)
class Entry:
    """One file: its size in bytes, its CRC-32 where an archive states it, and where it is."""

    size: int
    crc: int | None
    archive: zipfile.ZipFile | None
    member: str
    changed: int = 0  # time of its last change in nanoseconds, for files of their own


class FileTree:
    """The files below a folder or inside a zip (and inside zips in it), by relative name.

    >>> import pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (place / "a.csv").write_text("id")
    >>> tree = FileTree(place)
    >>> tree.tables(), tree.read("a.csv")
    (['a.csv'], b'id')
    """

    def __init__(self, root: str | os.PathLike, only: Iterable[str] | None = None) -> None:
        self.root = Path(root).expanduser()
        self.entries: dict[str, Entry] = {}
        self.unreadable: list[tuple[str, str]] = []  # (name, reason)
        self._lock = threading.Lock()
        self._crc: dict[str, int] = {}
        if not self.root.exists():
            raise BadInput(f"There is no {self.root}.", "Check the path of the data set.")
        if self.root.is_dir():
            self._add_folder(set(only) if only is not None else None)
        else:
            try:
                self._add_archive(zipfile.ZipFile(self.root), "")
            except (zipfile.BadZipFile, OSError) as error:
                raise BadInput(f"{self.root} cannot be read as a zip ({error}).",
                               "Download it again, or give the unpacked folder.") from error

    def _add_folder(self, only: set[str] | None) -> None:
        seen: set[tuple[int, int]] = set()  # links that loop are walked once
        for folder, folders, files in os.walk(self.root, followlinks=True):
            state = os.stat(folder)
            if state.st_ino and (state.st_dev, state.st_ino) in seen:
                folders.clear()
                continue
            seen.add((state.st_dev, state.st_ino))
            folders.sort()
            for file in sorted(files):
                path = Path(folder) / file
                name = path.relative_to(self.root).as_posix()
                if _is_junk(name) or (only is not None and name not in only):
                    continue
                self._add_file(path, name)

    def _add_file(self, path: Path, name: str) -> None:
        try:
            state = path.stat()
            if path.suffix.lower() == ".zip":
                self._add_archive(zipfile.ZipFile(path), name + _SEPARATOR)
            elif path.is_file():
                self.entries[name] = Entry(state.st_size, None, None, str(path), state.st_mtime_ns)
        except (OSError, zipfile.BadZipFile) as error:
            self.unreadable.append((name, f"{error}"))

    def _add_archive(self, archive: zipfile.ZipFile, prefix: str) -> None:
        for info in archive.infolist():
            if info.is_dir() or _is_junk(info.filename):
                continue
            name = prefix + info.filename
            if info.filename.lower().endswith(".zip") and prefix.count(_SEPARATOR) < 2:
                try:
                    self._add_archive(_inner_archive(archive, info), name + _SEPARATOR)
                except (OSError, zipfile.BadZipFile) as error:
                    self.unreadable.append((name, f"{error}"))
            else:
                self.entries[name] = Entry(info.file_size, info.CRC, archive, info.filename)

    def images(self) -> list[str]:
        """Return the names of the image files, sorted."""
        return sorted(name for name in self.entries if name.lower().endswith(IMAGE_ENDINGS))

    def tables(self) -> list[str]:
        """Return the names of the CSV, TSV and Excel files, sorted."""
        return sorted(name for name in self.entries if name.lower().endswith(TABLE_ENDINGS))

    def read(self, name: str) -> bytes:
        """Return a file's bytes; an archive's member is checked against its CRC-32.

        Raises
        ------
        BadInput
            If the file has vanished, cannot be read, or its archive is damaged there.
        """
        entry = self.entries[name]
        if entry.size > _MOST_BYTES:
            raise BadInput(f"{name} unpacks to {entry.size / 1e9:.1f} GB.", "It is no radiograph.")
        try:
            if entry.archive is None:
                return Path(entry.member).read_bytes()
            with self._lock, entry.archive.open(entry.member) as member:
                return member.read(entry.size + 1)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError,
                NotImplementedError) as error:
            raise BadInput(f"{name} cannot be read ({error}).",
                           "Download or copy the data set again.") from error

    def crc(self, name: str) -> int:
        """Return the CRC-32 of a file's content: the same zipped and unpacked."""
        entry = self.entries[name]
        if entry.crc is not None:
            return entry.crc
        if name not in self._crc:
            self._crc[name] = zlib.crc32(self.read(name))
        return self._crc[name]

    def stamp(self, name: str) -> str:
        """Return a quick mark that changes with the file: CRC in a zip, else size and time."""
        entry = self.entries[name]
        if entry.crc is not None:
            return f"{entry.size}-{entry.crc:08x}"
        return f"{entry.size}-{entry.changed}"


def stem(name: str) -> str:
    """Return a file's name without folders, archives and ending.

    >>> stem("outer.zip!train/1377.PNG")
    '1377'
    """
    return PurePosixPath(name.replace(_SEPARATOR, "/")).stem


def _is_junk(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or any(part in _JUNK for part in parts) or parts[-1].startswith("._")


def _inner_archive(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipFile:
    """Open a zip inside a zip: through a window where it is stored plainly, else from memory."""
    if info.compress_type == zipfile.ZIP_STORED and archive.filename:
        return zipfile.ZipFile(_Window(archive.filename, _data_offset(archive, info),
                                       info.file_size))
    if info.file_size > 2 * _MOST_BYTES:
        raise OSError("a compressed archive in the archive is too large; unpack the outer one")
    return zipfile.ZipFile(io.BytesIO(archive.read(info)))


def _data_offset(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    with open(archive.filename, "rb") as file:
        file.seek(info.header_offset + 26)  # APPNOTE 4.3.7: lengths of name and extra field
        lengths = file.read(4)
    return (info.header_offset + 30 + int.from_bytes(lengths[:2], "little")
            + int.from_bytes(lengths[2:], "little"))


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
