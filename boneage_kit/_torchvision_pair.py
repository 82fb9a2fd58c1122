"""Let PyPI's torchvision import beside a CPU-only torch.

PyPI's torchvision wheel is built for CUDA. Beside a CPU torch its compiled part cannot be
loaded, the operators ``torchvision::nms`` and ``torchvision::qnms`` are never declared, and
``import torchvision`` stops with ``operator torchvision::nms does not exist``. This module
waits for the first import of torchvision and, only on that very error, declares the two schemas
and imports again. Where torch and torchvision match it does nothing, and it imports neither.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

_MISSING = "torchvision::nms does not exist"
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_libraries: list[object] = []  # torch forgets a schema when its Library is collected


def _declare_missing_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(name + _SCHEMA)
    _libraries.append(library)


class _RetryingLoader(importlib.abc.Loader):
    """Torchvision's own loader, tried a second time once the schemas are declared."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        try:
            self._loader.exec_module(module)
        except RuntimeError as error:
            if _MISSING not in str(error):
                raise
            for name in [name for name in sys.modules if name.startswith("torchvision.")]:
                del sys.modules[name]
            _declare_missing_operators()
            self._loader.exec_module(module)


class _TorchvisionFinder(importlib.abc.MetaPathFinder):
    """Wrap torchvision's loader at its first import; leave every other module alone."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "torchvision":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _RetryingLoader(spec.loader)
        return spec


def install() -> None:
    """Watch for the first import of torchvision (idempotent; costs no import)."""
    if not any(isinstance(finder, _TorchvisionFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TorchvisionFinder())
