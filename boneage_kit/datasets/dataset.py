"""``Dataset``: a table of records and the pixels behind it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from typing import TypeVar

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from .. import _io
from .._progress import is_interactive
from ..errors import BadInput
from ..radiograph import to_square
from .image_cache import ImageCache, Pixels
from .problems import Problems

#: Part of every cache key: raise it when the preparation of images changes.
PREPARATION = "pad-stretch-4"
_THREADS = 2
_Item = TypeVar("_Item")


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
        One row per image: ``records.RECORD_COLUMNS``, ages in years, and further columns where
        known (``patient_id``, ``part``, ``seed``).
    problems
        What was wrong: ``image_id, path, problem, what_was_done``.
    left_out
        Reason -> how many images (or rows of a table) were left out for it, a Counter.
    """

    def __init__(
        self,
        name: str,
        spec: str,
        table: pd.DataFrame,
        problems: Problems,
        pixels: Pixels,
        rows: np.ndarray | None = None,
    ) -> None:
        self.name, self.spec = name, spec
        self.problems, self.left_out = problems.table(), problems.left_out()
        self._problems, self._whole, self._pixels = problems, table, pixels
        self._rows = np.arange(len(table)) if rows is None else np.asarray(rows)
        self.table = table.iloc[self._rows].reset_index(drop=True)
        self._stores: dict[int, ImageCache] = {}

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        of = "" if len(self) == len(self._whole) else f" of {len(self._whole):,}"
        return (
            f"Dataset {self.name}: {len(self):,}{of} radiographs, {len(self.problems):,} problem(s)"
        )

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
            If its file can no longer be decoded.
        """
        return self._pixels.load(int(self._rows[i]))

    def spacing(self, i: int) -> tuple[float, float] | None:
        """Return height and width of a pixel of row ``i`` in mm, or None where nobody says."""
        return self._pixels.spacing(int(self._rows[i]))

    def notes(self, i: int) -> list[str]:
        """Return what the decoder guessed or doubted of row ``i``: "a right hand", for one."""
        return self._pixels.notes(int(self._rows[i]))

    def sex_in_header(self, i: int) -> str | None:
        """Return the sex in the header of row ``i``, "" where it names none; None: no header."""
        return self._pixels.sex_in_header(int(self._rows[i]))

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
            If images cannot be decoded. :meth:`decodable` leaves them out before, and loading the
            data set again leaves them out as well.
        """
        if not 8 <= int(size) <= 4096:
            raise BadInput(f"A size of {size} pixels is not useful.", "Give 8 to 4096.")
        chosen = self._rows if rows is None else self._positions(rows)
        store = self._store(int(size))
        self._prepare_all(store, store.missing(np.unique(chosen)), progress)
        images = store.read(chosen)
        damaged = store.damaged(chosen, images)
        if len(damaged):
            self._prepare_all(store, np.unique(damaged), progress)
            images = store.read(chosen)
        return images

    def decodable(self, size: int, progress: bool = True) -> Dataset:
        """Return the data set without the images that cannot be decoded, the others prepared.

        A large data set is not decoded as a whole when it is loaded, so that damaged images are
        found when they are first used. A command that needs all images at one size asks for this
        before it splits the table. ``problems`` and ``left_out`` then name the damaged ones.
        """
        store = self._store(int(size))
        damaged = self._prepare(store, store.missing(np.unique(self._rows)), progress)
        if not damaged:
            return self
        problems = self._problems.copy()
        image_ids = dict(zip(self._rows, self.table["image_id"], strict=True))
        for row, (name, reason) in zip(damaged, self._pixels.left_out(damaged), strict=True):
            problems.add(image_ids[row], name, f"unreadable image: {reason}", "left out")
        return self._with(problems, self._rows[~np.isin(self._rows, list(damaged))])

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

    def _prepare(self, store: ImageCache, rows: np.ndarray, progress: bool) -> dict[int, str]:
        """Fill rows of the cache; return those that cannot be decoded, and why."""
        if len(rows) and self._pixels.fill(store, rows, store.size):
            rows = store.missing(rows)
        damaged: dict[int, str] = {}

        def prepare(row: int) -> None:
            try:
                square = to_square(self._pixels.load(int(row), store.size), store.size)
                store.write(int(row), np.rint(square * 255).astype(np.uint8))
            except BadInput as error:
                damaged[int(row)] = error.problem

        if len(rows):
            with ThreadPoolExecutor(_THREADS) as pool:
                done = pool.map(prepare, rows)
                for _ in progress_bar(done, len(rows), "Preparing images", progress):
                    pass
            self._pixels.keep_notes()
        return dict(sorted(damaged.items()))

    def _prepare_all(self, store: ImageCache, rows: np.ndarray, progress: bool) -> None:
        damaged = self._prepare(store, rows, progress)
        if damaged:
            self._pixels.left_out(damaged)
            raise BadInput(
                f"{len(damaged)} image(s) cannot be decoded: {next(iter(damaged.values()))}",
                "Load the data set again, or start the command again: it leaves them out and "
                "lists them.",
            )

    def subset(self, rows: np.ndarray) -> Dataset:
        """Return the data set of some rows only (numbers or a mask); images stay cached."""
        return self._with(self._problems, self._positions(rows))

    def _with(self, problems: Problems, rows: np.ndarray) -> Dataset:
        part = Dataset(self.name, self.spec, self._whole, problems, self._pixels, rows)
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
        contents = self._pixels.checksums(self._rows)
        for row, content in zip(self.table.itertuples(index=False), contents, strict=True):
            digest.update(f"{row.image_id}|{row.sex}|{row.bone_age:.6g}|{content}\n".encode())
        return digest.hexdigest()


def progress_bar(items: Iterable[_Item], total: int, what: str, wanted: bool) -> Iterator[_Item]:
    """Yield the items, with a bar that appears after two seconds where a person looks on."""
    shown = wanted and is_interactive()
    yield from tqdm(items, total=total, desc=what, unit="image", delay=2, leave=False,
                    disable=not shown)  # fmt: skip


def terms_of(name: str) -> str:
    """Return licence, citation and caveats of a data set, from ``terms.csv``.

    >>> print(terms_of("phantom").splitlines()[0])
    Licence: CC0 1.0: drawn by this kit, use it as you like.
    """
    with (files(__package__) / "terms.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["name"] == name)
    lines = [f"Licence: {row['licence']}"]
    if row["citation"]:
        lines.append(f"Cite: {row['citation']}")
    return "\n".join([*lines, f"Note: {row['note']}"])
