"""Images in files: reading them by row, and finding those that cannot be used."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .. import _io
from ..errors import BadInput
from ..radiograph import Radiograph, read_radiograph
from .image_cache import ImageCache
from .problems import Problems
from .tree import FileTree

#: Data sets of up to this many bytes have every image decoded once when first loaded.
VERIFY_BELOW_BYTES = 300_000_000


class FilePixels:
    """The pixels of a list of files in a tree.

    Parameters
    ----------
    tree, names
        The files, one a row.
    invert
        Passed to ``read_radiograph``: False where a data set is known to have bone bright.
    """

    def __init__(self, tree: FileTree, names: list[str], invert: bool | None) -> None:
        self.tree, self.names, self.invert = tree, names, invert

    def load(self, row: int, size: int | None = None) -> np.ndarray:
        """Return float32 [H, W]; ``size`` is not needed."""
        return read_pixels(self.tree, self.names[row], self.invert)

    def spacing(self, row: int) -> tuple[float, float] | None:
        """Return height and width of a pixel in mm, where the file says it."""
        return _read(self.tree, self.names[row], self.invert).meta["pixel_spacing_mm"]

    def stamps(self) -> list[str]:
        """Return name, size and CRC (in a folder: time) of each file."""
        return [f"{name}|{self.tree.stamp(name)}|{self.invert}" for name in self.names]

    def checksums(self, rows: np.ndarray) -> list[str]:
        """Return size and CRC-32 of each file."""
        return [f"{self.tree.entries[self.names[row]].size}-{self.tree.crc(self.names[row]):08x}"
                for row in rows]

    def fill(self, store: ImageCache, rows: np.ndarray, size: int) -> bool:
        """Files have no way of their own."""
        return False


def read_pixels(tree: FileTree, name: str, invert: bool | None) -> np.ndarray:
    """Return the pixels of one file; its name stands in the error if it cannot be read."""
    return _read(tree, name, invert).pixels


def _read(tree: FileTree, name: str, invert: bool | None) -> Radiograph:
    entry = tree.entries[name]
    if entry.archive is None:
        return read_radiograph(entry.member, invert=invert)
    try:
        return read_radiograph(tree.read(name), invert=invert)
    except BadInput as error:
        raise BadInput(error.problem.replace("The image", name, 1), error.remedy) from error


def unreadable(tree: FileTree, names: list[str], verify: bool | None) -> dict[str, str]:
    """Return {name: reason} of the images that cannot be read.

    Empty files are always found. With ``verify`` every image is decoded, once: what was found
    is remembered beside the cached images. None: verify small data sets only.
    """
    bad = {name: "the file is empty" for name in names if tree.entries[name].size == 0}
    if verify is None:
        verify = sum(tree.entries[name].size for name in names) <= VERIFY_BELOW_BYTES
    if verify:
        bad |= _verified(tree, [name for name in names if name not in bad])
    return bad


def _verified(tree: FileTree, names: list[str]) -> dict[str, str]:
    import hashlib
    import json

    from .dataset import progress_bar

    key = hashlib.sha256("\n".join(f"{name}|{tree.stamp(name)}" for name in names).encode())
    path = _io.folder() / "images" / f"verified-{key.hexdigest()[:20]}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        pass
    bad: dict[str, str] = {}

    def check(name: str) -> None:
        try:
            read_pixels(tree, name, False)
        except BadInput as error:
            bad[name] = _without_path(error.problem, tree, name)

    with ThreadPoolExecutor(2) as pool:
        for _ in progress_bar(pool.map(check, names), len(names), "Checking images", True):
            pass
    try:
        _io.write_atomically(path, lambda temporary: temporary.write_text(
            json.dumps(bad, sort_keys=True), encoding="utf-8"))
    except OSError:
        pass  # found again next time
    return bad


def _without_path(problem: str, tree: FileTree, name: str) -> str:
    """Return the reason alone: the table has a column for the path."""
    for path in (tree.entries[name].member, name):
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
    for same in by_size.values():
        if len(same) > 1:
            first: dict[bytes, str] = {}
            for name in same:
                data = _bytes(tree, name)
                if data:
                    if data in first:
                        copies[name] = first[data]
                    first.setdefault(data, name)
    return copies


def _bytes(tree: FileTree, name: str) -> bytes:
    import hashlib

    try:
        return hashlib.sha256(tree.read(name)).digest()
    except BadInput:
        return b""


def leave_out_bad_images(
    tree: FileTree, names: list[str], ids: list[str], problems: Problems, verify: bool | None
) -> set[str]:
    """Return the names not to be used, unreadable or copies, and list them as problems."""
    id_of = dict(zip(names, ids, strict=True))
    left_out = unreadable(tree, names, verify)
    for name, reason in left_out.items():
        problems.add(id_of[name], name, f"unreadable image: {reason}", "left out")
    copies = identical_files(tree, [name for name in names if name not in left_out])
    for name, first in copies.items():
        problems.add(id_of[name], name,
                     f"the same image, byte for byte, as {id_of[first]}",
                     "left out, so that it cannot stand in training and test")
    return set(left_out) | set(copies)
