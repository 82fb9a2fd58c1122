"""Let PyPI's torchvision import beside a CPU-only torch.

PyPI's torchvision wheel is built for CUDA. Beside a CPU torch its compiled part cannot be
loaded, the operators ``torchvision::nms`` and ``torchvision::qnms`` are never declared, and
``import torchvision`` stops with ``operator torchvision::nms does not exist``. This module
waits for the first import of torchvision and, only on that very error, declares the two schemas
and imports again. Where torch and torchvision match it does nothing, and it imports neither.

wrapt's import hooks run after an import that succeeded; this one has to catch its error, so the
finder is our own. An installed kit starts it in every Python of its environment, by
``tools/torchvision_pair.pth``, so that ``import timm`` needs no ``import boneage_kit`` before. That
is why the module imports next to nothing: it costs 3.5 ms.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
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


class _RetryingLoader:
    """Torchvision's own loader, tried a second time once the schemas are declared."""

    def __init__(self, loader) -> None:  # noqa: ANN001 (importlib.abc.Loader: 20 ms to import)
        self._loader = loader

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
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


class TorchvisionFinder:
    """Wrap torchvision's loader at its first import; leave every other module alone."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "torchvision":
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _RetryingLoader(spec.loader)  # type: ignore[assignment]
        return spec


def install() -> None:
    """Watch for the first import of torchvision (idempotent; costs no import)."""
    # by name: what the environment started is another class of this name
    if not any(type(finder).__name__ == TorchvisionFinder.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, TorchvisionFinder())  # type: ignore[arg-type]
