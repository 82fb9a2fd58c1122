"""The peak memory of a notebook's kernel, with everything the kernel starts."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

MEGABYTE = 1e6


class PeakMemory:
    """Watch the child processes of this one and keep the largest sum of their memory.

    Between two looks the kernel's own high-water mark (``VmHWM``, Linux) catches short peaks.
    Resident memory is summed, so pages that two processes share count twice: the peak is an
    upper bound of what a memory limit sees.

    >>> with PeakMemory() as peak:
    ...     pass
    >>> peak.megabytes >= 0
    True
    """

    def __init__(self, interval: float = 0.2) -> None:
        self.megabytes = 0.0
        self._interval = interval
        self._me = psutil.Process()
        self._before = {child.pid for child in self._me.children(recursive=True)}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._interval):
            self._look()

    def _look(self) -> None:
        together, highest = 0.0, 0.0
        for child in self._me.children(recursive=True):
            if child.pid in self._before:
                continue
            try:
                together += child.memory_info().rss
                highest = max(highest, high_water_mark(child.pid))
            except psutil.Error:  # it ended while we looked
                continue
        self.megabytes = max(self.megabytes, together / MEGABYTE, highest)


def high_water_mark(pid: int) -> float:
    """Return the most memory a process ever held, in megabytes (Linux; elsewhere what it holds).

    >>> import os
    >>> high_water_mark(os.getpid()) > 1
    True
    """
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / MEGABYTE
    except OSError:
        pass
    try:
        return psutil.Process(pid).memory_info().rss / MEGABYTE
    except psutil.Error:
        return 0.0
