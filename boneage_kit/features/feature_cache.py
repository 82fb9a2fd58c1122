"""Features that do not change are computed once per image and kept on disk.

There is one file per kind of feature and image size, with one row per image. A row is looked up
by the SHA-256 of the image's pixels: a subset, another split or another fold takes the rows that
are there and computes the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from .. import _io
from .._progress import is_interactive

_KEEP_AT_LEAST_EVERY = 2000  # images after which interrupted work is on disk


def by_image(
    kind: str,
    images: np.ndarray,
    compute: Callable[[np.ndarray], np.ndarray],
    width: int,
    *,
    batch: int,
    progress: bool = True,
) -> np.ndarray:
    """Return float32 [n, width]: rows from the cache where it has them, else from ``compute``.

    Parameters
    ----------
    kind
        Names features and everything they depend on besides the image.
    images
        uint8 [n, s, s].
    compute
        uint8 [b, s, s] to float [b, width].
    width
        Number of features.
    batch
        Images per call of ``compute``.
    progress
        Show a progress bar to a person (see :func:`boneage_kit._progress.is_interactive`).

    >>> calls = []
    >>> def mean(part):
    ...     calls.append(len(part))
    ...     return part.reshape(len(part), -1).mean(axis=1, keepdims=True)
    >>> hands = np.random.default_rng().integers(0, 255, (3, 8, 8), dtype=np.uint8)
    >>> first = by_image("doctest", hands, mean, 1, batch=2)
    >>> again = by_image("doctest", hands[::-1], mean, 1, batch=2)
    >>> calls, bool((first[::-1] == again).all())
    ([2, 1], True)
    """
    names = [hashlib.sha256(image.tobytes()).hexdigest()[:32] for image in images]
    size = images.shape[1] if len(images) else 0
    path = _io.folder() / "features" / f"{re.sub(r'[^A-Za-z0-9_.-]', '-', kind)}-{size}.npz"
    row_of_image = _load(path, width)
    first_row = {name: row for row, name in reversed(list(enumerate(names)))}
    todo = [first_row[name] for name in dict.fromkeys(names) if name not in row_of_image]
    fresh = 0
    for start in _steps(len(todo), batch, progress):
        rows = todo[start : start + batch]
        values = np.asarray(compute(images[rows]), dtype=np.float32)
        row_of_image.update(zip((names[row] for row in rows), values, strict=True))
        fresh += len(rows)
        if fresh >= _KEEP_AT_LEAST_EVERY:
            _write(path, row_of_image, width)
            fresh = 0
    if fresh:
        _write(path, row_of_image, width)
    if not names:
        return np.empty((0, width), dtype=np.float32)
    return np.stack([row_of_image[name] for name in names])


def _steps(n: int, batch: int, progress: bool) -> Iterable[int]:
    return tqdm(
        range(0, n, batch),
        desc="Features",
        delay=2,
        leave=False,
        disable=not (progress and is_interactive()),
    )


def _load(path: Path, width: int) -> dict[str, np.ndarray]:
    """Rows by image; an unreadable or outdated file counts as empty and is made again."""
    try:
        with np.load(path) as file:
            names, values = file["names"], file["values"]
    except (OSError, ValueError, KeyError, EOFError):
        return {}
    except Exception as error:  # a torn zip raises its own class
        if type(error).__module__ != "zipfile":
            raise
        return {}
    if values.ndim != 2 or values.shape[1] != width:
        return {}
    return dict(zip(names.tolist(), values, strict=True))


def _write(path: Path, row_of_image: dict[str, np.ndarray], width: int) -> None:
    """Join what another process may have written meanwhile, and replace the file as a whole."""
    together = {**_load(path, width), **row_of_image}
    names = np.array(list(together))

    def save(temporary: Path) -> None:
        with open(temporary, "wb") as file:
            np.savez(file, names=names, values=np.stack(list(together.values())))

    try:
        _io.write_atomically(path, save)
    except OSError:  # a full or read-only disk costs time, not the result
        return
