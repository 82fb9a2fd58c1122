"""Prepared images on disk: one file of bytes per data set and size, filled row by row.

The file is ``n`` images of ``size * size`` bytes, then ``n`` check sums of 4 bytes. A row whose
check sum is not that of its image (0 in a new file) counts as missing and is made again: an
interrupted run, a killed process, a torn write and a second process at work on the same file
all end in the same bytes.
"""

from __future__ import annotations

import io
import logging
import os
import threading
import zlib
from pathlib import Path
from typing import Protocol

import numpy as np

_log = logging.getLogger(__name__)


class ImageCache:
    """Rows of uint8 [size, size] in a file; in memory where the disk refuses.

    >>> import pathlib, tempfile, numpy as np
    >>> cache = ImageCache(pathlib.Path(tempfile.mkdtemp()) / "a.u8", n=3, size=2)
    >>> cache.write(1, np.full((2, 2), 9, "uint8"))
    >>> cache.missing(np.arange(3)).tolist(), int(cache.read(np.array([1])).sum())
    ([0, 2], 36)
    """

    def __init__(self, path: Path, n: int, size: int) -> None:
        self.path, self.n, self.size = path, n, size
        self._bytes = size * size
        self._lock = threading.Lock()
        self._memory: dict[int, np.ndarray] = {}
        self._file: io.FileIO | None = None
        self.on_disk = False  # whether rows go to the file, where another process finds them
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
            self._file = io.FileIO(handle, "r+b")
            self.on_disk = True
            if os.fstat(handle).st_size != n * (self._bytes + 4):
                self._file.truncate(n * (self._bytes + 4))  # zeros: nothing there yet
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        _log.warning(
            "The image cache %s cannot be used (%s); images are kept in memory.",
            self.path,
            error.strerror,
        )
        self.on_disk = False  # what is in the file can still be read

    def missing(self, rows: np.ndarray) -> np.ndarray:
        """Return those of ``rows`` that have to be made."""
        sums = self._check_sums()
        return np.array([row for row in rows if row not in self._memory and not sums[row]], int)

    def _check_sums(self) -> np.ndarray:
        if self._file is None:
            return np.zeros(self.n, dtype="<u4")
        with self._lock:
            self._file.seek(self.n * self._bytes)
            return np.frombuffer(_read_all(self._file, self.n * 4), dtype="<u4")

    def write(self, row: int, image: np.ndarray) -> None:
        """Put one image: the bytes first, its check sum after them."""
        data = np.ascontiguousarray(image, dtype=np.uint8).tobytes()
        if self._file is not None and self.on_disk:
            try:
                with self._lock:
                    self._file.seek(row * self._bytes)
                    _write_all(self._file, data)
                    self._file.seek(self.n * self._bytes + row * 4)
                    _write_all(self._file, _check_sum(data).to_bytes(4, "little"))
                return
            except OSError as error:  # the disk is full, for one
                self._give_up(error)
        self._memory[row] = np.asarray(image, dtype=np.uint8)

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Return uint8 [len(rows), size, size]; rows must not be missing."""
        images = np.empty((len(rows), self.size, self.size), dtype=np.uint8)
        for i, row in enumerate(rows):
            if row in self._memory:
                images[i] = self._memory[row]
            elif self._file is not None:
                with self._lock:
                    self._file.seek(int(row) * self._bytes)
                    data = _read_all(self._file, self._bytes)
                images[i] = np.frombuffer(data, np.uint8).reshape(self.size, self.size)
        return images

    def damaged(self, rows: np.ndarray, images: np.ndarray) -> np.ndarray:
        """Return those of ``rows`` whose image is not what its check sum promises."""
        sums = self._check_sums()
        return np.array(
            [
                row
                for row, image in zip(rows, images, strict=True)
                if row not in self._memory and _check_sum(image.tobytes()) != sums[row]
            ],
            int,
        )


class Pixels(Protocol):
    """Where a data set's images come from: files, or the phantom."""

    def load(self, row: int, size: int | None = None) -> np.ndarray:
        """Return float32 [H, W] in 0..1, bone bright (about ``size`` if drawn to order)."""

    def spacing(self, row: int) -> tuple[float, float] | None:
        """Return height and width of a pixel in mm, or None where nobody says."""

    def notes(self, row: int) -> list[str]:
        """Return what the decoder noted of an image."""

    def sex_in_header(self, row: int) -> str | None:
        """Return the sex that a file's header names, "" where it names none; None: no header."""

    def keep_notes(self) -> None:
        """Keep the notes of what has been decoded for later runs."""

    def stamps(self) -> list[str]:
        """Return a text for each image that changes when the image does."""

    def checksums(self, rows: np.ndarray) -> list[str]:
        """Return a text for the content of each image, equal on every machine."""

    def fill(self, store: ImageCache, rows: np.ndarray, size: int) -> bool:
        """Prepare many rows faster than one by one; False: leave it to the data set."""

    def left_out(self, damaged: dict[int, str]) -> list[tuple[str, str]]:
        """Keep in mind which rows cannot be decoded, and why; return their names and reasons."""


def _check_sum(data: bytes) -> int:
    return zlib.crc32(data) or 1  # 0 means: not there


def _read_all(file: io.FileIO, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = file.read(count)
        if not part:
            return b"".join(parts) + bytes(count)  # cut short meanwhile: zeros, found by the sums
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _write_all(file: io.FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
