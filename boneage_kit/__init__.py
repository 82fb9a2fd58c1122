"""boneage_kit: bone age from hand radiographs, for teaching and reproduction.

Importing the package costs no torch and no fastai: the rooms below load when first used.

>>> import boneage_kit as bk
>>> bk.maturity.nearest_gp_plate(8.4, sex="F")
8.83...
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import _torchvision_pair
from .errors import BadInput

_torchvision_pair.install()

__version__ = "0.1.0"

_ROOMS = (
    "datasets",
    "evaluation",
    "execution",
    "lesson",
    "maturity",
    "models",
    "paper",
    "phantom",
    "plots",
    "presets",
    "radiograph",
    "training",
    "widgets",
)
_NAMES = {"read_radiograph": "radiograph", "Radiograph": "radiograph"}

__all__ = ["BadInput", "Radiograph", "__version__", "read_radiograph", *_ROOMS]

if TYPE_CHECKING:
    from .radiograph import Radiograph, read_radiograph


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
