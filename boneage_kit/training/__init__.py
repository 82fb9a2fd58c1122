"""Training: fastai's Learner over batches that stay in memory, and what follows from it.

>>> from boneage_kit import training
>>> training.choose_device("cpu")
device(type='cpu')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .augment import Augmentation
    from .batches import Batches
    from .cross_validation import cross_validate
    from .device import choose_device
    from .few_images import few_images_recipe
    from .learner import Fitted, fit
    from .progress import somebody_watches
    from .reading import predict

_WHERE = {
    "Augmentation": "augment",
    "Batches": "batches",
    "Fitted": "learner",
    "choose_device": "device",
    "cross_validate": "cross_validation",
    "few_images_recipe": "few_images",
    "fit": "learner",
    "predict": "reading",
    "somebody_watches": "progress",
}

__all__ = [
    "Augmentation",
    "Batches",
    "Fitted",
    "choose_device",
    "cross_validate",
    "few_images_recipe",
    "fit",
    "predict",
    "somebody_watches",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
