"""Features that do not change are computed once an image, whoever asks and in whatever order.

A file a kind of feature and image size, a row an image, found by the image's own SHA-256: a
subset, another split or another fold finds the rows that are there and computes the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import _io

_KEEP_AT_LEAST_EVERY = 2000  # images after which interrupted work is on disk


def by_image(
    kind: str, images: np.ndarray, compute: Callable[[np.ndarray], np.ndarray], width: int, *,
    batch: int, progress: bool = True,
) -> np.ndarray:
    """Return float32 [n, width]: rows from the cache where known, else from ``compute``.

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
        Images a call of ``compute``.
    progress
        Show a bar where somebody watches.

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
    names = [hashlib.sha256(np.ascontiguousarray(image)).hexdigest()[:32] for image in images]
    size = images.shape[1] if len(images) else 0
    path = _io.folder() / "features" / f"{re.sub(r'[^A-Za-z0-9_.-]', '-', kind)}-{size}.npz"
    known = _read(path, width)
    where = {name: row for row, name in reversed(list(enumerate(names)))}
    todo = [where[name] for name in dict.fromkeys(names) if name not in known]
    fresh = 0
    for start in _steps(len(todo), batch, progress):
        rows = todo[start : start + batch]
        values = np.asarray(compute(images[rows]), dtype=np.float32)
        known.update({names[row]: value for row, value in zip(rows, values, strict=True)})
        fresh += len(rows)
        if fresh >= _KEEP_AT_LEAST_EVERY:
            _write(path, known, width)
            fresh = 0
    if fresh:
        _write(path, known, width)
    return np.stack([known[name] for name in names]) if names else np.empty((0, width), "float32")


def _steps(n: int, batch: int, progress: bool):  # noqa: ANN202
    from tqdm import tqdm

    from .._progress import is_interactive

    return tqdm(range(0, n, batch), desc="Features", delay=2, leave=False,
                disable=not (progress and is_interactive()))


def _read(path: Path, width: int) -> dict[str, np.ndarray]:
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


def _write(path: Path, known: dict[str, np.ndarray], width: int) -> None:
    """Join what another process may have written meanwhile, and replace the file as a whole."""
    together = {**_read(path, width), **known}
    names = np.array(list(together))

    def save(place: Path) -> None:
        with open(place, "wb") as file:
            np.savez(file, names=names, values=np.stack(list(together.values())))

    try:
        _io.write_atomically(path, save)
    except OSError:  # a full or read-only disk costs time, not the result
        return
