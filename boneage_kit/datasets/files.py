"""Images in files: decoding them by row, and finding those that cannot be used."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..errors import BadInput
from ..radiograph import Radiograph, read_radiograph, recognise
from .dataset import progress_bar
from .file_records import remember, remembered
from .headers import header_facts
from .image_cache import ImageCache
from .problems import Problems
from .tree import FileTree

#: Data sets of up to this many bytes have every image decoded once when first loaded.
VERIFY_BELOW_BYTES = 300_000_000
#: How the file formats end that most data sets have; one cut short lacks it.
_LAST_BYTES = {b"\x89PNG": b"IEND", b"\xff\xd8\xff": b"\xff\xd9"}


class FilePixels:
    """The pixels of a list of files in a tree.

    Parameters
    ----------
    tree, names
        The files, one per row.
    invert
        Passed to ``read_radiograph``: False where a data set is known to have bone bright.
    """

    def __init__(self, tree: FileTree, names: list[str], invert: bool | None) -> None:
        self.tree, self.names, self.invert = tree, names, invert
        self._notes: dict[str, object] = {}

    def load(self, row: int, size: int | None = None) -> np.ndarray:
        """Return float32 [H, W]; ``size`` is not needed."""
        return self.radiograph(row).pixels

    def radiograph(self, row: int) -> Radiograph:
        """Return the decoded radiograph of a row, with what the decoder said of it."""
        radiograph = _decoded(self.tree, self.names[row], self.invert)
        self._notes[self.names[row]] = list(radiograph.meta["notes"])
        return radiograph

    def sex_in_header(self, row: int) -> str | None:
        """Return what the header of a row's file says; None for a picture, which is not read."""
        name = self.names[row]
        if recognise(self.tree.first_bytes(name)) != "DICOM":
            return None
        facts = header_facts(self.tree.read(name))
        return facts.sex if facts else None

    def notes(self, row: int) -> list[str]:
        """Return what the decoder noted of a row's file: from an earlier run, or decoded now."""
        name = self.names[row]
        if name not in self._notes:
            self._notes = {**remembered(self.tree, "notes"), **self._notes}
        if name not in self._notes:
            self.radiograph(row)
        said = self._notes[name]
        return [str(note) for note in said] if isinstance(said, list) else []

    def keep_notes(self) -> None:
        """Keep the notes of what has been decoded, for runs that find prepared images."""
        remember(self.tree, "notes", self._notes)

    def spacing(self, row: int) -> tuple[float, float] | None:
        """Return height and width of a pixel in mm, where the file says it."""
        return self.radiograph(row).meta["pixel_spacing_mm"]

    def stamps(self) -> list[str]:
        """Return name, size and state of each file: other files give other prepared images."""
        return [f"{name}|{self.tree.entries[name].state}|{self.invert}" for name in self.names]

    def checksums(self, rows: np.ndarray) -> list[str]:
        """Return size and CRC-32 of each file."""
        return [f"{self.tree.entries[self.names[row]].size}-{self.tree.crc(self.names[row]):08x}"
                for row in rows]  # fmt: skip

    def fill(self, store: ImageCache, rows: np.ndarray, size: int) -> bool:
        """Leave it to the data set to prepare files one by one."""
        return False

    def left_out(self, damaged: dict[int, str]) -> list[tuple[str, str]]:
        """Keep in mind which rows cannot be decoded, for the next loading; return names, reasons.

        Parameters
        ----------
        damaged
            Row number -> what was wrong.
        """
        reasons = {self.names[row]: _without_path(reason, self.tree, self.names[row])
                   for row, reason in damaged.items()}  # fmt: skip
        remember(self.tree, "damaged", reasons)
        return list(reasons.items())


def _decoded(tree: FileTree, name: str, invert: bool | None) -> Radiograph:
    entry = tree.entries[name]
    if entry.archive is None:
        return read_radiograph(str(entry.member), invert=invert)
    try:
        return read_radiograph(tree.read(name), invert=invert)
    except BadInput as error:
        raise BadInput(error.problem.replace("The image", name, 1), error.remedy) from error


def unreadable(tree: FileTree, names: list[str], verify: bool | None) -> dict[str, str]:
    """Return {name: reason} of the images that cannot be decoded.

    Empty files, those cut short and those found damaged before are always found. With ``verify``
    every image is decoded, once: the result is kept beside the cached images. None: decode all
    of a small data set, and of a large one only files that look damaged.
    """
    bad = {name: "the file is empty" for name in names if tree.entries[name].size == 0}
    left = [name for name in names if name not in bad]
    bad |= {name: str(reason) for name, reason in remembered(tree, "damaged").items()
            if name in set(left)}  # fmt: skip
    if verify is None:
        verify = sum(tree.entries[name].size for name in names) <= VERIFY_BELOW_BYTES
        left = left if verify else [name for name in left if _looks_damaged(tree, name)]
        verify = True
    left = [name for name in left if name not in bad]
    return bad | _verified(tree, left) if verify and left else bad


def _looks_damaged(tree: FileTree, name: str) -> bool:
    """Whether a file does not begin as an image, or does not end as its format ends.

    The end is looked at in files of their own only: an archive checks its members itself.
    """
    start, entry = tree.first_bytes(name), tree.entries[name]
    if recognise(start) is None:
        return True
    if entry.archive is not None:
        return False
    with open(str(entry.member), "rb") as file:
        file.seek(max(0, entry.size - 64))
        end = file.read(64)
    return any(
        start.startswith(signature) and last not in end for signature, last in _LAST_BYTES.items()
    )


def _verified(tree: FileTree, names: list[str]) -> dict[str, str]:
    checked = remembered(tree, "verified")
    bad = {name: str(checked[name]) for name in names if checked.get(name)}
    names = [name for name in names if name not in checked]

    def check(name: str) -> None:
        try:
            _decoded(tree, name, False)
        except BadInput as error:
            bad[name] = _without_path(error.problem, tree, name)

    with ThreadPoolExecutor(2) as pool:
        for _ in progress_bar(pool.map(check, names), len(names), "Checking images", True):
            pass
    remember(tree, "verified", {name: bad.get(name, "") for name in names})
    return bad


def _without_path(problem: str, tree: FileTree, name: str) -> str:
    """Return the reason alone: the table has a column for the path."""
    for path in (str(tree.entries[name].member), name):
        problem = problem.replace(path, "").strip()
    return problem.rstrip(".")


def identical_files(tree: FileTree, names: list[str]) -> dict[str, str]:
    """Return {name: earlier name} of files whose bytes are the same as an earlier one's.

    Only files of equal size (and CRC, where a zip states it) are compared.
    """
    by_size: dict[tuple, list[str]] = defaultdict(list)
    for name in names:
        entry = tree.entries[name]
        by_size[(entry.size, entry.crc)].append(name)
    copies: dict[str, str] = {}
    for alike in by_size.values():
        first: dict[bytes, str] = {}
        for name in alike if len(alike) > 1 else ():
            try:
                digest = hashlib.sha256(tree.read(name)).digest()
            except BadInput:
                continue
            if first.setdefault(digest, name) != name:
                copies[name] = first[digest]
    return copies


def leave_out_bad_images(
    tree: FileTree, names: list[str], ids: list[str], problems: Problems, verify: bool | None
) -> set[str]:
    """Return the names not to be used, damaged or copies, and list them as problems."""
    id_of = dict(zip(names, ids, strict=True))
    damaged = unreadable(tree, names, verify)
    for name, reason in damaged.items():
        problems.add(id_of[name], name, f"unreadable image: {reason}", "left out")
    copies = identical_files(tree, [name for name in names if name not in damaged])
    for name, first in copies.items():
        problems.add(id_of[name], name,
                     f"the same image, byte for byte, as {id_of[first]}",
                     "left out, so that it cannot stand in training and test",
                     kind="the same image under another id")  # fmt: skip
    return set(damaged) | set(copies)
