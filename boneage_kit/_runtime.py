"""Seeds, threads and Colab: what makes a notebook give the same digits again.

Nothing here imports torch. Where a notebook does, the seed and the number of threads are set
at that moment, because the same seed with another number of threads gives other digits.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.abc
import importlib.machinery
import os
import random
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def fix_seed_and_threads(seed: int, threads: int) -> None:
    """Seed Python, NumPy and (now or at its import) torch; fix the number of threads.

    Parameters
    ----------
    seed
        For ``random``, ``numpy.random`` and ``torch``.
    threads
        Threads of BLAS and torch; 0 leaves the machine's own. ``BONEAGE_KIT_THREADS`` overrides
        it, to see how far the digits depend on it.

    >>> fix_seed_and_threads(seed=0, threads=0)
    >>> int(np.random.randint(100))
    44
    """
    threads = int(os.environ.get("BONEAGE_KIT_THREADS", threads))
    random.seed(seed)
    np.random.seed(seed)
    if threads:
        for name in _THREAD_VARIABLES:
            os.environ[name] = str(threads)
        _limit_loaded_libraries(threads)

    def prepare(torch: ModuleType) -> None:
        torch.manual_seed(seed)
        if threads:
            torch.set_num_threads(threads)

    when_imported("torch", prepare)


def _limit_loaded_libraries(threads: int) -> None:
    """Limit the BLAS and OpenMP that are loaded already (NumPy's own, for one)."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # comes with scikit-learn; without it the variables above must do
        return
    threadpool_limits(threads)


class _CallingLoader(importlib.abc.Loader):
    """A module's own loader, followed by one call."""

    def __init__(self, loader: importlib.abc.Loader, call: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._call = call

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._call(module)


class _Watcher(importlib.abc.MetaPathFinder):
    """Waits for the first import of one module and leaves every other alone."""

    def __init__(self, name: str, call: Callable[[ModuleType], None]) -> None:
        self.name = name
        self.call = call

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _CallingLoader(spec.loader, self.call)
        return spec


def when_imported(name: str, call: Callable[[ModuleType], None]) -> None:
    """Call ``call(module)`` at the first import of ``name``: at once where it is loaded.

    A later call for the same module replaces an earlier one that still waits.

    >>> when_imported("sys", lambda module: None)
    """
    if name in sys.modules:
        call(sys.modules[name])
        return
    waiting = [one for one in sys.meta_path if isinstance(one, _Watcher) and one.name == name]
    if waiting:
        waiting[0].call = call
    else:
        sys.meta_path.insert(0, _Watcher(name, call))


def return_free_memory() -> None:
    """Collect what nobody refers to, and on Linux return free memory to the system.

    The allocator of Linux keeps what was freed. On a machine with 1 or 2 GB the next training
    would come on top of it.

    >>> return_free_memory()
    """
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        except (AttributeError, OSError):
            pass  # another C library than glibc returns free memory by its own rules
