"""What a process sets before its numerical libraries start: waiting, threads and memory.

A classroom is a busy machine: thirty students share eight cores. Three things that make no
difference on an idle machine cost most of the time there, and none of them changes a digit:

* OpenMP threads that wait for each other run an empty loop first (libgomp: 300,000 turns). The
  thread they wait for may be the one whose core they keep busy. Sleeping at once mends that, and
  costs a training that is alone up to half of its time. So a process looks at the machine
  when it starts: where others compute, its threads sleep at once; else they try 10,000 turns.
  A process of one core does not look: it has one thread, which waits for no other, and where a
  user gives it several, a thread that turns holds the core that the others need. It sleeps.
* A library starts one thread per core of the machine, also where the process may use one of them.
* The C library of Linux returns every large buffer to the system and asks for it again at the
  next step, and the system fills it with zeros each time.

``studies/busy_machine.py`` measures all three. The first import of the kit does this; a setting
of the user's own is left as it is.
"""

from __future__ import annotations

import ctypes
import math
import os
import sys
import time
from pathlib import Path

#: How threads wait where nothing else computes, and where something does: turns of libgomp (torch
#: and scikit-learn on Linux), milliseconds of LLVM's and Intel's OpenMP (macOS, Windows, conda),
#: and OpenBLAS (NumPy): 2**18 cycles, about 0.1 ms.
ALONE = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "1", "OPENBLAS_THREAD_TIMEOUT": "18"}
BUSY = {"GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0", "OPENBLAS_THREAD_TIMEOUT": "4"}
#: What limits the threads of torch and BLAS before they start.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_CGROUPS = Path("/sys/fs/cgroup")
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # of glibc's malloc.h
_KEPT_FREE = 512 * 2**20  # bytes of free memory that a process keeps for its next step


def prepare() -> None:
    """Set how this process and those it starts wait, use cores and keep memory.

    >>> prepare()
    >>> "OMP_WAIT_POLICY" in os.environ or "GOMP_SPINCOUNT" in os.environ
    True
    """
    cores = usable_cores()
    if "OMP_WAIT_POLICY" not in os.environ:
        sleeps = cores == 1 or others_compute()  # one core: see above
        for name, value in (BUSY if sleeps else ALONE).items():
            if os.environ.get(name) in (None, ALONE[name], BUSY[name]):  # not a user's own
                os.environ[name] = value
    if cores < (os.cpu_count() or 1):
        for name in THREADS:
            os.environ.setdefault(name, str(cores))
    keep_free_memory()


def others_compute(processes: Path = Path("/proc/stat")) -> bool:
    """Say whether another process of this machine computes all the time. Takes 40 milliseconds.

    A process that only starts or answers runs for a few milliseconds: one look at which nothing
    else runs is enough for a no.

    Parameters
    ----------
    processes
        Linux's count of what runs. Where there is none the answer is no.

    >>> others_compute(Path("/none"))
    False
    """
    for _ in range(8):
        lines = _text(processes).splitlines()
        running = [int(line.split()[1]) for line in lines if line.startswith("procs_running")]
        if not running or running[0] <= 1:  # one is this process
            return False
        time.sleep(0.005)
    return True


def usable_cores() -> int:
    """Return how many cores this process may really use, 1 or more.

    The smallest of the machine's cores, the cores that it is bound to (affinity), and the quota
    of its control group, rounded up: JupyterHub, Binder and Docker limit a container by quota.

    >>> 1 <= usable_cores() <= os.cpu_count()
    True
    """
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, math.ceil(min(cores, quota(_CGROUPS))))


def quota(root: Path) -> float:
    """Return the processor quota of a control group in cores; infinite where there is none.

    Parameters
    ----------
    root
        Where the control groups are mounted: ``cpu.max`` (version 2) or
        ``cpu/cpu.cfs_quota_us`` and ``cpu/cpu.cfs_period_us`` (version 1).

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "cpu.max").write_text("150000 100000")
    >>> quota(folder), quota(folder / "none")
    (1.5, inf)
    """
    whole = _text(root / "cpu.max")
    parts = (
        whole.split()
        if whole
        else [_text(root / "cpu" / "cpu.cfs_quota_us"), _text(root / "cpu" / "cpu.cfs_period_us")]
    )
    try:
        used, period = (float(part) for part in parts)
    except ValueError:  # "max", or no such files
        return math.inf
    return used / period if used > 0 and period > 0 else math.inf


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def keep_free_memory() -> None:
    """Let glibc keep large buffers for the next step instead of returning each to the system.

    Nothing is done on another system or C library, or where the user has set MALLOC variables
    of his own. ``_runtime.return_free_memory`` still returns everything that is free.
    """
    own = any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ)
    if sys.platform != "linux" or own:
        return
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE)
    except (AttributeError, OSError):  # musl has no mallopt
        return
