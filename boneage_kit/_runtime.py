"""Seeds, threads and memory: what makes a notebook give the same digits again.

Nothing here imports torch. Where a notebook does, the seed and the number of threads are set
at that moment, because the same seed with another number of threads gives other digits.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
from types import ModuleType

import numpy as np
import wrapt
from threadpoolctl import threadpool_limits

from . import _process, _settings

#: Seed and threads that torch gets when it is imported: those of the latest call.
_asked: dict[str, int] = {}


def fix_seed_and_threads(seed: int, threads: int) -> None:
    """Seed Python, NumPy and (now or at its import) torch; fix the number of threads.

    Parameters
    ----------
    seed
        For ``random``, ``numpy.random`` and ``torch``.
    threads
        Threads of BLAS and torch; 0 leaves the machine's own. ``BONEAGE_KIT_THREADS`` overrides
        it, to see how far the digits depend on it.

    Raises
    ------
    BadInput
        If ``BONEAGE_KIT_THREADS`` is no number of threads.

    >>> fix_seed_and_threads(seed=0, threads=0)
    >>> int(np.random.randint(100))
    44
    """
    threads = _settings.threads(threads)
    random.seed(seed)
    np.random.seed(seed)
    if threads:
        for name in _process.THREADS:
            os.environ[name] = str(threads)
        threadpool_limits(threads)  # of the libraries that are loaded already: NumPy's BLAS
    waiting = bool(_asked) and "torch" not in sys.modules
    _asked.update(seed=seed, threads=threads)
    if not waiting:
        wrapt.register_post_import_hook(_prepare_torch, "torch")  # at once where it is loaded


def _prepare_torch(torch: ModuleType) -> None:
    torch.manual_seed(_asked["seed"])
    if _asked["threads"]:
        torch.set_num_threads(_asked["threads"])


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
