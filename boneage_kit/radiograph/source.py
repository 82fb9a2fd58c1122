"""The bytes of a path, of bytes or of an open file, within limits."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import BadInput, cause_of
from .decoded import MOST_BYTES
from .formats import FIRST_BYTES, recognise, refuse_unknown

Source = str | os.PathLike | bytes | BinaryIO


def read_source(source: Source) -> tuple[bytes, str, str, Path | None]:
    """Return all bytes of a recognised file, its format, its name for messages, and its path.

    The first bytes are looked at before the rest is read: what is no image costs nothing,
    whatever its size.

    Raises
    ------
    BadInput
        If there is no such regular file, it cannot be read, is empty, too large, or no image.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
        return data, _format(data, "The image"), "The image", None
    if hasattr(source, "read"):
        data, format_ = _from_open_file(cast(BinaryIO, source), "The image")
        return data, format_, "The image", None
    if not isinstance(source, str | os.PathLike):
        given = "nothing (None)" if source is None else type(source).__name__
        raise BadInput(
            f"A radiograph is not read from {given}.",
            "Give the path of a file, its bytes, or an open binary file.",
        )
    path = Path(source).expanduser()
    try:
        _check_regular(path)
        with open(path, "rb") as file:
            data, format_ = _from_open_file(file, str(path))
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        reason = cause_of(error) if isinstance(error, OSError) else "such a name is impossible"
        raise BadInput(
            f"{path} cannot be opened ({reason}).", "Check the path and the permissions."
        ) from error
    return data, format_, str(path), path


def _check_regular(path: Path) -> None:
    state = path.stat()
    if stat.S_ISDIR(state.st_mode):
        raise BadInput(
            f"{path} is a folder.",
            'Give one file, or load the folder with datasets.load("folder:...").',
        )
    if not stat.S_ISREG(state.st_mode):
        raise BadInput(f"{path} is not a regular file.", "Give an image file.")
    if state.st_size > MOST_BYTES:
        raise BadInput(f"{path} has {state.st_size / 1e9:.1f} GB.", "Give one radiograph.")


def _from_open_file(file: BinaryIO, name: str) -> tuple[bytes, str]:
    head = file.read(FIRST_BYTES)
    if not isinstance(head, bytes):
        raise BadInput("The open file gives text.", 'Open it with open(path, "rb").')
    format_ = _format(head, name)
    again = hasattr(file, "seekable") and file.seekable()
    if again:
        file.seek(-len(head), 1)
    data = (b"" if again else head) + file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name} has more than {MOST_BYTES / 1e9:.1f} GB.", "Give one radiograph.")
    return data, format_


def _format(head: bytes, name: str) -> str:
    if not head:
        raise BadInput(f"{name} is empty (0 bytes).", "Copy, download or export it again.")
    format_ = recognise(head)
    if format_ is None:
        raise refuse_unknown(head, name)
    return format_
