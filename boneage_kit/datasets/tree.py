"""One view of a folder, a zip, or zips within them: names, bytes and fingerprints.

Only regular files below the folder count: links that lead out of it, pipes and devices are listed
and left alone. An image is what begins as one, whatever it is called.
"""

from __future__ import annotations

import os
import stat
import threading
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pandas as pd

from ..errors import BadInput, cause_of
from ..radiograph import FIRST_BYTES, FORMATS, recognise
from . import archives
from .table_limits import OF_A_DATA_SET
from .tables import read_table

TABLE_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
_IMAGE_ENDINGS = tuple(ending for endings in FORMATS.values() for ending in endings)
_JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini", "DICOMDIR")
#: A member larger than this that was packed to a fiftieth is a trap, and no image.
_LARGE_BYTES = 100_000_000
_LEADS_OUT = "a link that leads out of the folder"
_SEPARATOR = "!"  # between an archive's name and its member's


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its size in bytes, its CRC-32 where an archive states it, and where it is.

    ``state`` changes with the file; also where size and time of change are the old ones.
    """

    size: int
    crc: int | None
    archive: zipfile.ZipFile | None
    member: str | zipfile.ZipInfo
    state: str = ""


class FileTree:
    """The files below a folder or inside a zip (and inside zips in it), by relative name.

    Attributes
    ----------
    entries
        :class:`Entry` of each name; ``!`` stands between an archive and its member.
    unreadable
        (name, reason) of what was left alone.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("id")
    >>> tree = FileTree(folder)
    >>> tree.tables, tree.read("a.csv")
    (['a.csv'], b'id')
    """

    def __init__(self, root: str | os.PathLike, only: Iterable[str] | None = None) -> None:
        self.root = _existing(root)
        self.entries: dict[str, Entry] = {}
        self.unreadable: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._crc: dict[str, int] = {}
        self.real_root = os.path.realpath(self.root)
        if only is not None:
            for name in only:
                self._add_path(name)
        elif self.root.is_dir():
            self._add_folder()
        else:
            self._add_root_archive()

    def _add_root_archive(self) -> None:
        if not stat.S_ISREG(self.root.stat().st_mode):
            raise BadInput(f"{self.root} is a pipe or a device.", "Give a folder or a zip.")
        with suppress(OSError):
            if not self.root.name.lower().endswith(".zip") and not zipfile.is_zipfile(self.root):
                raise BadInput(
                    f"{self.root} is a single file, not a folder or a zip.",
                    "Give the folder that holds images and table.",
                )
        try:
            self._add_archive(archives.open_zip(self.root), "")
        except (zipfile.BadZipFile, OSError) as error:
            raise BadInput(
                f"{self.root} cannot be read as a zip: {cause_of(error)}.",
                "Give the folder that holds images and table, or download the zip again.",
            ) from error

    def _add_folder(self) -> None:
        def denied(error: OSError) -> None:
            self.unreadable.append((readable_name(str(error.filename)), str(error.strerror)))

        names: list[str] = []
        for folder, folders, files in os.walk(self.root, onerror=denied):
            below = os.path.relpath(folder, self.root)
            prefix = "" if below == "." else Path(below).as_posix() + "/"
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            names += [prefix + name for name in sorted(files)]
            self._check_number(len(names))
            for name in links:  # os.walk does not follow them; those that stay inside lead twice
                if not self._is_inside(os.path.join(folder, name)):
                    self.unreadable.append((readable_name(prefix + name), _LEADS_OUT))
        for name in names:
            self._add_path(name)

    def _is_inside(self, path: str) -> bool:
        real = os.path.realpath(path)
        return os.path.commonpath([real, self.real_root]) == self.real_root

    def _check_number(self, n: int) -> None:
        if n > archives.MOST_FILES:
            raise BadInput(
                f"{self.root} holds more than {archives.MOST_FILES:,} files.",
                "Give the folder of the radiographs alone.",
            )

    def _add_path(self, name: str) -> None:
        if _is_junk(name):
            return
        path, name = os.path.join(self.root, name), readable_name(name)
        try:
            state = os.stat(path)
            if os.path.islink(path) and not self._is_inside(path):
                self.unreadable.append((name, _LEADS_OUT))
            elif not stat.S_ISREG(state.st_mode):
                self.unreadable.append((name, "a pipe or a device"))
            elif name.lower().endswith(".zip"):
                self._add_archive(archives.open_zip(path), name + _SEPARATOR)
            else:
                # a copy with the old time of change still has another inode or time of status
                parts = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
                entry = Entry(state.st_size, None, None, path, "-".join(map(str, parts)))
                self._add(name, entry)
        except (OSError, zipfile.BadZipFile) as error:
            self.unreadable.append((name, cause_of(error)))

    def _add(self, name: str, entry: Entry) -> None:
        if name in self.entries:
            self.unreadable.append((name, "the archive holds this name twice"))
        else:
            self.entries[name] = entry
            self._check_number(len(self.entries))

    def _add_archive(self, archive: zipfile.ZipFile, prefix: str) -> None:
        for info in archive.infolist():
            name = prefix + archives.member_name(info)
            if info.is_dir() or _is_junk(name):
                continue
            if name.lower().endswith(".zip") and prefix.count(_SEPARATOR) < 2:
                try:
                    self._add_archive(archives.open_inner_zip(archive, info), name + _SEPARATOR)
                except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
                    self.unreadable.append((name, cause_of(error)))
            elif info.flag_bits & 1:
                self.unreadable.append((name, "it is encrypted; unpack it with its password"))
            elif info.file_size > max(_LARGE_BYTES, 50 * info.compress_size):
                size = info.file_size / 1e9
                self.unreadable.append((name, f"it unpacks to {size:.1f} GB, which no image does"))
            else:
                state = f"{info.file_size}-{info.CRC:08x}"
                self._add(name, Entry(info.file_size, info.CRC, archive, info, state))

    @cached_property
    def images(self) -> list[str]:
        """The names of the image files, sorted: by their ending, or else by their first bytes."""
        others = (".txt", ".json", ".xml", ".html", ".md", ".py", *TABLE_ENDINGS)
        return sorted(
            name
            for name in self.entries
            if name.lower().endswith(_IMAGE_ENDINGS)
            or (not name.lower().endswith(others) and recognise(self.first_bytes(name)))
        )

    @property
    def tables(self) -> list[str]:
        """The names of the CSV, TSV and Excel files, sorted."""
        return sorted(name for name in self.entries if name.lower().endswith(TABLE_ENDINGS))

    def table(self, name: str, *, header: bool = True) -> pd.DataFrame:
        """Return a table, see :func:`boneage_kit.datasets.tables.read_table`."""
        OF_A_DATA_SET.check_bytes(name, self.entries[name].size)
        return read_table(self.read(name), name, header=header)

    def first_bytes(self, name: str) -> bytes:
        """Return the beginning of a file, b"" where it cannot be read."""
        try:
            return self._read(self.entries[name], FIRST_BYTES)
        except _READ_ERRORS:
            return b""

    def read(self, name: str) -> bytes:
        """Return a file's bytes; an archive's member is checked against its CRC-32.

        Raises
        ------
        BadInput
            If the file has vanished, cannot be read, or its archive is damaged there.
        """
        try:
            return self._read(self.entries[name], self.entries[name].size + 1)
        except _READ_ERRORS as error:
            raise BadInput(
                f"{name} cannot be read: {cause_of(error)}.", "Download or copy the data set again."
            ) from error

    def _read(self, entry: Entry, count: int) -> bytes:
        if entry.archive is None:
            with open(str(entry.member), "rb") as file:
                return file.read(count)
        with self._lock, entry.archive.open(entry.member) as member:
            return member.read(count)

    def crc(self, name: str) -> int:
        """Return the CRC-32 of a file's content: the same zipped and unpacked."""
        entry = self.entries[name]
        if entry.crc is not None:
            return entry.crc
        if name not in self._crc:
            self._crc[name] = zlib.crc32(self.read(name))
        return self._crc[name]

    def same(self, names: list[str]) -> bool:
        """Return whether files hold the same bytes, by size and CRC-32."""
        if len({self.entries[name].size for name in names}) > 1:
            return False
        try:
            return len({self.crc(name) for name in names}) == 1
        except BadInput:
            return False


_READ_ERRORS = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError,
                NotImplementedError)  # fmt: skip


def readable_name(name: str) -> str:
    """Return a file's name as text: old systems wrote names in Windows' letters, not in UTF-8.

    >>> readable_name("h\\udce5nd.png"), readable_name("hånd.png")
    ('hånd.png', 'hånd.png')
    """
    if name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name):
        return name
    return os.fsencode(name).decode("cp1252", errors="replace")


def _existing(root: str | os.PathLike) -> Path:
    path = Path(root)
    try:
        path = path.expanduser()
        if path.exists():
            return path
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, or ~nobody
        pass
    name = "".join(letter if letter.isprintable() else "?" for letter in str(path))
    shown = name if len(name) < 200 else f"{name[:100]}..."
    raise BadInput(f"There is no {shown}.", "Check the path of the data set.")


def _is_junk(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    locked = name.rpartition("/")[2].startswith("~$")  # a table that is open in Excel
    return not parts or hidden or locked or any(part in _JUNK for part in parts)
