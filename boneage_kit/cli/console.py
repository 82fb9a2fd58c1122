"""What the command line writes: text that any terminal, pipe and full disk takes, or one line.

Text may come from a file name, a card or a table of somebody else: control characters in it are
shown as what they are (``\\x1b``), so that a terminal does not obey them.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TextIO

from ..errors import BadInput

#: Marks that turn the direction of writing round: with them a name can look like another one.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM), which ends it as Ctrl-C does."""


def printable(text: str) -> str:
    r"""Return text whose control characters are shown instead of obeyed.

    >>> printable("\x1b[31mred\x1b[0m, one line\n")
    '\\x1b[31mred\\x1b[0m, one line\n'
    """
    return "".join(
        repr(mark)[1:-1]
        if mark not in "\n\t" and unicodedata.category(mark) == "Cc" or mark in _DIRECTION
        else mark
        for mark in text
    )


def say(text: str) -> None:
    """Write text to standard output, with a line end where it has none.

    Raises
    ------
    BadInput
        If standard output cannot be written (a full device).
    BrokenPipeError
        If the program that reads it has ended.
    """
    line = printable(text)
    _write(line if line.endswith("\n") else line + "\n")


def check_streams() -> None:
    """See that standard error can be written to, and refuse a closed standard output.

    A file that is opened would take the number of a closed stream, and get what a library writes
    there. So the null device takes the number.

    Raises
    ------
    BadInput
        If standard output is closed.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    if sys.stdout is None:
        raise BadInput("Standard output is closed.", "Send it to a file, or to /dev/null.")


def flush() -> None:
    """Hand over what was written, as long as an error can still be told."""
    _write("")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_unwritten(sys.stdout)
        raise BadInput(
            f"Standard output cannot be written ({error.strerror}).", "Send it to another place."
        ) from None


def leave_unwritten(stream: TextIO) -> None:
    """Let Python end without a second attempt to write what could not be written."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(text: str) -> None:
    """Write one line to standard error."""
    with suppress(OSError):
        sys.stderr.write(f"boneage-kit: {printable(' '.join(text.split()))}\n")


def reason_of(error: OSError) -> str:
    """Return in a sentence and a remedy what the system refused.

    >>> reason_of(OSError(28, "No space left on device", "out/predictions.csv"))
    'out/predictions.csv cannot be written (No space left on device). Free some space, or choose
    another place; files that stood there before are whole.'
    """
    name = str(error.filename) if error.filename is not None else "A file"
    why = error.strerror or str(error) or type(error).__name__
    if error.errno in _FULL:
        return (
            f"{name} cannot be written ({why}). Free some space, or choose another place; "
            "files that stood there before are whole."
        )
    return f"{name} cannot be used ({why}). Check the path and its permissions."


@contextmanager
def plain_output() -> Iterator[None]:
    """Write any character to any terminal, and warnings without lines of code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    handler = logging.StreamHandler()
    handler.setFormatter(_Printable("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # asyncio would print the lines of every task that an interrupt left behind
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        yield


class _Printable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, UserWarning) and not issubclass(category, DeprecationWarning):
        logging.getLogger(__name__).warning("%s", " ".join(str(message).split()))


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: locks are released and kernels shut down."""

    def end(number: int, frame: object) -> NoReturn:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread: whoever started it sees to signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
