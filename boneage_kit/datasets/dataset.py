"""``Dataset``: a table of records and the pixels behind it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from .. import _io
from ..errors import BadInput
from ..radiograph import to_square
from .image_cache import ImageCache
from .problems import PROBLEM_COLUMNS
from .terms import terms_of

#: Part of every cache key: raise it when the preparation of images changes.
PREPARATION = "pad-stretch-4"
_THREADS = 2


class Pixels(Protocol):
    """Where a data set's images come from: files, or the phantom."""

    def load(self, row: int, size: int | None = None) -> np.ndarray:
        """Return float32 [H, W] in 0..1, bone bright (about ``size`` if drawn to order)."""

    def stamps(self) -> list[str]:
        """Return a mark for each image that changes when the image does."""

    def checksums(self, rows: np.ndarray) -> list[str]:
        """Return content marks, equal on every machine."""

    def fill(self, store: ImageCache, rows: np.ndarray, size: int) -> bool:
        """Prepare many rows in a way of its own; False: leave it to the data set."""


class Dataset:
    """Radiographs with their records.

    Made by :func:`boneage_kit.datasets.load`.

    Attributes
    ----------
    name
        ``"phantom"``, ``"rsna"``, ``"dha"`` or ``"folder"``.
    spec
        What it was loaded from, as given.
    table
        A row an image: ``records.RECORD_COLUMNS``, ages in years, and further columns where
        known (``patient_id``, ``part``, ``seed``).
    problems
        What was wrong: ``image_id, path, problem, what_was_done``.
    """

    def __init__(
        self, name: str, spec: str, table: pd.DataFrame, problems: pd.DataFrame, pixels: Pixels,
        rows: np.ndarray | None = None,
    ) -> None:
        self.name, self.spec, self.problems = name, spec, problems
        self._whole, self._pixels = table, pixels
        self._rows = np.arange(len(table)) if rows is None else np.asarray(rows)
        self.table = table.iloc[self._rows].reset_index(drop=True)
        self._stores: dict[int, ImageCache] = {}

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        of = "" if len(self) == len(self._whole) else f" of {len(self._whole):,}"
        return (f"Dataset {self.name}: {len(self):,}{of} radiographs, "
                f"{len(self.problems):,} problem(s)")

    @property
    def is_phantom(self) -> bool:
        """Whether the radiographs are drawn; results on them are never clinical ones."""
        return bool(len(self.table)) and bool((self.table["source"] == "phantom").all())

    @property
    def terms(self) -> str:
        """The licence, the citation and what to keep in mind."""
        return terms_of("phantom" if self.is_phantom else self.name)

    def pixels(self, i: int) -> np.ndarray:
        """Return the radiograph of row ``i``: float32 [H, W] in 0..1, bone bright, full size.

        Raises
        ------
        BadInput
            If its file has become unreadable.
        """
        return self._pixels.load(int(self._rows[i]))

    def spacing(self, i: int) -> tuple[float, float] | None:
        """Return height and width of a pixel of row ``i`` in mm, or None where nobody says."""
        known = getattr(self._pixels, "spacing", None)
        return None if known is None else known(int(self._rows[i]))

    def images(
        self, size: int, rows: np.ndarray | None = None, progress: bool = True
    ) -> np.ndarray:
        """Return prepared images for networks: uint8 [n, size, size], bone bright.

        Each is stretched by its own percentiles, padded to a square and reduced
        (:func:`boneage_kit.radiograph.to_square`), once: afterwards they come from the cache on
        disk. Interrupted work goes on where it stopped.

        Parameters
        ----------
        size
            Side in pixels.
        rows
            Row numbers of ``table``, or None for all.
        progress
            Show a progress bar when it takes longer than two seconds, in a terminal or notebook.

        Raises
        ------
        BadInput
            If images cannot be decoded; loading the data set again then leaves them out.
        """
        if not 8 <= int(size) <= 4096:
            raise BadInput(f"A size of {size} pixels is not useful.", "Give 8 to 4096.")
        chosen = self._rows if rows is None else self._positions(rows)
        store = self._store(int(size))
        self._prepare(store, store.missing(np.unique(chosen)), progress)
        images = store.read(chosen)
        damaged = store.damaged(chosen, images)
        if len(damaged):
            self._prepare(store, np.unique(damaged), progress)
            images = store.read(chosen)
        return images

    def _store(self, size: int) -> ImageCache:
        if size not in self._stores:
            path = _io.folder() / "images" / f"{self.name}-{self._key}-{size}.u8"
            self._stores[size] = ImageCache(path, len(self._whole), size)
        return self._stores[size]

    @cached_property
    def _key(self) -> str:
        digest = hashlib.sha256(PREPARATION.encode())
        for stamp in self._pixels.stamps():
            digest.update(stamp.encode() + b"\n")
        return digest.hexdigest()[:20]

    def _prepare(self, store: ImageCache, rows: np.ndarray, progress: bool) -> None:
        if len(rows) == 0:
            return
        if self._pixels.fill(store, rows, store.size):
            rows = store.missing(rows)
        unreadable: list[BadInput] = []

        def prepare(row: int) -> None:
            try:
                square = to_square(self._pixels.load(int(row), store.size), store.size)
                store.write(int(row), np.rint(square * 255).astype(np.uint8))
            except BadInput as error:
                unreadable.append(error)

        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in progress_bar(pool.map(prepare, rows), len(rows), "Preparing images", progress):
                pass
        if unreadable:
            raise BadInput(f"{len(unreadable)} image(s) cannot be decoded: {unreadable[0].problem}",
                           "Load the data set again with verify=True: it leaves them out.")

    def subset(self, rows: np.ndarray) -> Dataset:
        """Return the data set of some rows only (numbers or a mask); images stay cached."""
        chosen = self._positions(rows)
        part = Dataset(self.name, self.spec, self._whole, self.problems, self._pixels, chosen)
        part._stores = self._stores
        if "_key" in self.__dict__:
            part._key = self._key
        return part

    def _positions(self, rows: np.ndarray) -> np.ndarray:
        rows = np.asarray(rows)
        return self._rows[rows] if len(rows) else np.array([], dtype=int)

    def checksum(self) -> str:
        """Return a SHA-256 (hex) of the records and the images' contents in this data set.

        It is the same for a zip and for the folder it unpacks to, and on every machine.
        """
        digest = hashlib.sha256(PREPARATION.encode())
        marks = self._pixels.checksums(self._rows)
        for row, mark in zip(self.table.itertuples(index=False), marks, strict=True):
            digest.update(f"{row.image_id}|{row.sex}|{row.bone_age:.6g}|{mark}\n".encode())
        return digest.hexdigest()


def progress_bar(iterable, total: int, what: str, wanted: bool):  # noqa: ANN001, ANN201
    """Wrap an iterable in a bar that appears after two seconds, and only where somebody looks."""
    from tqdm.auto import tqdm

    from .._progress import is_interactive

    return tqdm(iterable, total=total, desc=what, unit="image", delay=2, leave=False,
                disable=not (wanted and is_interactive()))


def empty_problems() -> pd.DataFrame:
    """Return a problems table without rows."""
    return pd.DataFrame(columns=list(PROBLEM_COLUMNS), dtype=object)
