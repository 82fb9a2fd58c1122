"""Files of the kit: the cache folder, whole files or none, and folders that one run holds alone.

Everything in the cache folder can be deleted at any time; it is made again. Two processes may
write the same entry at once: each writes a file of its own and renames it into place.
"""

from __future__ import annotations

import json
import math
import os
import stat
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from . import _settings
from .errors import BadInput, cause_of

LOCK = ".lock"


def folder() -> Path:
    """Return the cache folder: ``$BONEAGE_KIT_CACHE``, or the platform's own folder for caches.

    A home that cannot be written gives a folder in the temporary directory instead.

    >>> folder().is_dir()
    True
    """
    wanted = _settings.cache_folder() or user_cache_path("boneage_kit", appauthor=False)
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    except OSError:
        pass
    fallback = Path(tempfile.gettempdir()) / "boneage_kit"
    fallback.mkdir(parents=True, exist_ok=True)
    return fallback


def check_writable(path: Path | str, *, option: str = "--out", is_folder: bool = True) -> None:
    """Refuse an output that cannot be written, before the work for it begins.

    Parameters
    ----------
    path
        The folder or file that will be written. Nothing is left of the check.
    option
        The option of the command that names it.
    is_folder
        Whether a folder or a file will be written.

    Raises
    ------
    BadInput
        If it lies under a file, in a folder without permission, on a full disk, has a name that
        is too long, is a file where a folder is wanted (or the other way round), or is a device,
        a pipe or a socket.

    >>> check_writable("/dev/null/results")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The folder /dev/null/results cannot be written (Not a directory).
    Choose another with --out.
    """
    path = Path(path)
    kind = "folder" if is_folder else "file"
    try:
        parent = path if is_folder else _replaceable(path, f"Name a file with {option}.").parent
        made = [each for each in (parent, *parent.parents) if not os.path.lexists(each)]
        try:
            parent.mkdir(parents=True, exist_ok=True)
            probe = parent / f".{uuid.uuid4().hex}"
            try:
                probe.write_bytes(b"probe")
            finally:
                probe.unlink(missing_ok=True)
            _check_name(path)
        finally:
            for each in made:
                with suppress(OSError):
                    each.rmdir()
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        why = cause_of(error) if isinstance(error, OSError) else "such a name is impossible"
        if isinstance(error, FileExistsError):
            why = f"{error.filename} is a file"
        raise BadInput(
            f"The {kind} {path} cannot be written ({why}).", f"Choose another with {option}."
        ) from None


def _replaceable(path: Path, remedy: str) -> Path:
    """Return the regular file that a path leads to, whether it exists or not.

    A rename would put a file in the place of a device or a pipe, and of a link itself.
    """
    with suppress(FileNotFoundError):
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise BadInput(f"{path} is a folder.", remedy)
        if not stat.S_ISREG(mode):
            raise BadInput(
                f"{path} is no regular file but a device, a pipe or a socket.",
                remedy,
            )
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _check_name(path: Path) -> None:
    with suppress(FileNotFoundError):
        os.lstat(path)  # a name that is too long is an error of its own


@contextmanager
def held_alone(path: Path) -> Iterator[None]:
    """Hold a folder while the block runs; a second process that wants it is refused.

    The operating system releases the lock when its owner ends, however it ends. The file
    ``.lock`` stays; an empty one blocks nobody.

    Raises
    ------
    BadInput
        If another process holds the folder, or its ``.lock`` cannot be one.

    >>> import tempfile
    >>> shared = Path(tempfile.mkdtemp())
    >>> with held_alone(shared):
    ...     with held_alone(shared):
    ...         pass
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: Another run is writing to ... Wait for it, ...
    """
    lock = FileLock(path / LOCK)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInput(
            f"Another run is writing to {path}.",
            "Wait for it, or choose another folder with --out.",
        ) from None
    except (OSError, NotImplementedError) as error:
        raise BadInput(
            f"{path / LOCK} cannot be used as a lock ({cause_of(error)}).",
            "Delete it, or choose another folder with --out.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Call ``write`` on a temporary neighbour of ``path``, then rename it into place.

    An interrupted or failed write leaves the old file, or none: never half a file. A symbolic
    link stays, and the file it points to is replaced.

    Raises
    ------
    BadInput
        If ``path`` is a folder, a device, a pipe or a socket.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_atomically(target, lambda p: p.write_text("whole")).read_text()
    'whole'
    """
    target = _replaceable(path, "Delete it, or choose another place.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # not mkstemp: its files are for their owner's eyes only, and a report is to be shared
    # absolute: pandas takes a name that begins with ~ for one in the home folder
    temporary = target.parent.absolute() / f".{uuid.uuid4().hex}{path.suffix[:16]}"
    try:
        write(temporary)
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a failed write does not know its file
            first = _system_error(error)
            first.filename, first.filename2 = str(path), None
            raise first from None
        raise
    return path


def _system_error(error: OSError) -> OSError:
    """Return what the system said: pydicom raises an error of its own, without number, after it."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.errno is not None:
            return inner
        inner = inner.__cause__ or inner.__context__
    return error


def write_bytes(path: Path, content: bytes | memoryview) -> Path:
    """Write bytes, whole or not at all."""
    return write_atomically(path, lambda temporary: temporary.write_bytes(content))


def write_text(path: Path, text: str) -> Path:
    """Write text as UTF-8, whole or not at all; half a character of a file's name as its code."""

    def write(temporary: Path) -> int:
        return temporary.write_text(text, encoding="utf-8", errors="backslashreplace")

    return write_atomically(path, write)


def write_json(path: Path, content: Any) -> Path:
    """Write ``content`` as JSON, whole or not at all; NaN and infinity become null."""
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
    return write_text(path, text + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def read_json(path: Path) -> Any:
    """Return a JSON file's content, or None where it is missing, half written or too deep.

    A named pipe counts as missing: reading it would wait for ever.
    """
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
