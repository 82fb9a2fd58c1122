"""No warnings of the libraries below on files that are read well, also with several threads."""

from __future__ import annotations

import threading
import warnings
from types import TracebackType


class _Quiet:
    """Silence warnings while any decoder runs.

    ``warnings.catch_warnings`` alone is not enough: where two threads overlap, the one that
    leaves last would put back the other's silence for good. The first to come sets it, the last
    to leave ends it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._caught = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._running == 0:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.simplefilter("ignore")
            self._running += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                self._caught.__exit__(kind, error, trace)


#: ``with QUIET:`` around whatever calls pydicom, tifffile, Pillow or NumPy on a user's file.
QUIET = _Quiet()
