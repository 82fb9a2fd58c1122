"""Which instructions of the processor the numeric libraries may use, so that digits agree.

PyTorch, oneDNN, MKL, OpenBLAS and NumPy choose other code on other processors, and a training
turns a difference in the last bit into one in the second digit. ``boneage-kit run``, the producer
of the committed outputs and ``make test`` therefore keep their kernels to AVX2, which nearly every
PC since 2015 has; ``BONEAGE_KIT_PROCESSOR=native`` lets them use whatever there is. Cache sizes and
threads still differ between machines: what a cell may move is stated in its tolerance.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from .. import _settings

#: Environment variables of each kind, for 64-bit PCs; ARM has one kind only.
KINDS: dict[str, dict[str, str]] = {
    "native": {},
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "oldest": {
        "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_CBWR": "COMPATIBLE", "OPENBLAS_CORETYPE": "Nehalem",
    },
}  # fmt: skip
#: What NumPy calls instructions beyond each kind, in its present and in its earlier versions.
_BEYOND = {"avx2": ("512", "X86_V4"), "oldest": ("512", "X86_V4", "X86_V3", "AVX2", "FMA3")}


def variables(
    name: str | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment variables that keep a new process to a kind of processor.

    Parameters
    ----------
    name
        One of ``KINDS``; default ``$BONEAGE_KIT_PROCESSOR``, or ``"avx2"``.
    environment
        Variables that are set already and stay as they are; default ``os.environ``.

    >>> variables("native")
    {}
    """
    name = name or _settings.processor()
    set_already = os.environ if environment is None else environment
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return {}
    wanted = dict(KINDS[name])
    if beyond := _numpy_features(_BEYOND.get(name, ())):
        wanted["NPY_DISABLE_CPU_FEATURES"] = beyond
    return {key: value for key, value in wanted.items() if key not in set_already}


def _numpy_features(names: tuple[str, ...]) -> str:
    """Return those of NumPy's dispatched features that this processor has and a kind has not."""
    try:
        from numpy._core import _multiarray_umath as numpy_core  # type: ignore[attr-defined]
    except ImportError:  # NumPy before 2
        from numpy.core import _multiarray_umath as numpy_core
    present = numpy_core.__cpu_features__
    return " ".join(
        feature
        for feature in numpy_core.__cpu_dispatch__
        if present.get(feature) and any(name in feature for name in names)
    )
