"""No warnings of the libraries below on files that are read well, also with several threads."""

from __future__ import annotations

import os
import threading
import warnings
from contextlib import suppress
from types import TracebackType

_STANDARD_ERROR = 2


class _Shared:
    """A silence that several threads share: the first to come sets it, the last to leave ends it.

    With one of its own for each thread, the one that leaves last would put back another's silence
    for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0

    def __enter__(self) -> None:
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                self._end()

    def _begin(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class _Quiet(_Shared):
    """Silence warnings while any decoder runs."""

    def _begin(self) -> None:
        self._caught = warnings.catch_warnings()
        self._caught.__enter__()
        warnings.simplefilter("ignore")

    def _end(self) -> None:
        self._caught.__exit__(None, None, None)


class _QuietLibrary(_Shared):
    """Silence what a C library writes to the process's standard error, past Python.

    libtiff writes lines such as "JPEGLib: Quantization table 0x00 was not defined." about damaged
    files. Where a program has no standard error, there is nothing to do.
    """

    _kept: int | None = None

    def _begin(self) -> None:
        with suppress(OSError):
            self._kept = os.dup(_STANDARD_ERROR)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STANDARD_ERROR)
            os.close(nowhere)

    def _end(self) -> None:
        if self._kept is not None:
            os.dup2(self._kept, _STANDARD_ERROR)
            os.close(self._kept)
            self._kept = None


#: ``with QUIET_LIBRARY:`` around what calls a decoder in C that talks.
QUIET_LIBRARY = _QuietLibrary()
#: ``with QUIET:`` around whatever calls pydicom, tifffile, Pillow or NumPy on a user's file.
QUIET = _Quiet()
