"""Every rule of "how long" and "how large" for a number of training images, in one place.

``presets.csv`` holds the sizes of the lessons, ``recipes.csv`` those of ``boneage-kit train``, and
``methods.csv`` of the benchmark which method learns from how many pixels. What follows from the
number of images stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

import numpy as np
import pandas as pd

from ..presets import Preset

#: So many images set how long a smaller set trains: 50 images get as many steps as 160 do.
FEWEST = 160
_FEW = 500  # below this many images a pre-trained network learns slowly
_MANY = 2000  # from here on larger batches, and fewer passes are enough
_IMAGES_SEEN = 16_000  # fine-tuning goes on until about so many were seen, within limits
_FROM_SCRATCH = 30  # passes of the benchmark's networks without ImageNet weights
_SAME_SIZE = 0.01  # folds of unequal size leave 8,080 images, or 8,081


class Recipe(TypedDict):
    """What :func:`boneage_kit.training.fit` takes: passes, images per step, highest rate."""

    epochs: int
    batch: int
    learning_rate: float


def few_images_recipe(n: int, preset: Preset) -> Recipe:
    """Return ``epochs``, ``batch`` and ``learning_rate`` for training BoNet on ``n`` images.

    Very few images are passed over more often: with the epochs of a large set they would get so
    few steps that the curve over the training size showed too short a training, and not the
    lack of images. Their batches are half as large and so is the rate: at twice that, two of
    three trainings on 100 phantoms ended at the floor, their deformation layer off the image.

    >>> from boneage_kit import presets
    >>> binder = presets.get("binder")
    >>> few_images_recipe(480, binder)
    {'epochs': 30, 'batch': 32, 'learning_rate': 0.004}
    >>> few_images_recipe(50, binder)
    {'epochs': 96, 'batch': 16, 'learning_rate': 0.002}
    """
    return from_scratch_recipe(n, preset.epochs_few)


def from_scratch_recipe(n: int, epochs: int = _FROM_SCRATCH) -> Recipe:
    """Return the same recipe for a given number of passes, whatever the preset.

    The benchmark takes the default: its studies are kept and compared, and must not depend on
    the preset of whoever runs them.

    >>> from_scratch_recipe(1112)
    {'epochs': 30, 'batch': 32, 'learning_rate': 0.004}
    """
    batch = 32 if n >= 200 else 16
    return {
        "epochs": round(epochs * max(1.0, FEWEST / n)),
        "batch": batch,
        "learning_rate": 4e-3 * batch / 32,
    }


def usual_epochs(n: int) -> int:
    """Return how often fine-tuning goes over ``n`` images.

    About 16,000 images are seen in all, with 6 passes at least and 20 at most. (The kept study
    on thumbnails is older: there 2,000 images were seen, in 8 to 15 passes, or 6 over many.)

    >>> [usual_epochs(n) for n in (25, 781, 1112, 8000)]
    [20, 20, 14, 6]
    """
    return int(np.clip(round(_IMAGES_SEEN / n), 6, 20))


def fine_tuning_recipe(n: int, epochs: int | None = None, batch: int | None = None) -> Recipe:
    """Return how a pre-trained network with a probed head is tuned on ``n`` images.

    Fewer than 500 images: slowly. Steps of 16 images, of 8 below 64 images and of 32 over many;
    a smaller ``batch`` that was asked for lowers the rate with it.

    >>> fine_tuning_recipe(50)
    {'epochs': 20, 'batch': 8, 'learning_rate': 0.0004}
    >>> fine_tuning_recipe(1112)
    {'epochs': 14, 'batch': 16, 'learning_rate': 0.001}
    """
    rate = (4e-4 if n < _FEW else 1e-3) * (min(batch, 16) / 16 if batch else 1)
    return {
        "epochs": epochs or usual_epochs(n),
        "batch": batch or (8 if n < 64 else 16 if n < _MANY else 32),
        "learning_rate": rate,
    }


def holds_statistics(n: int) -> bool:
    """Return whether batch normalisation is held still while tuning on ``n`` images.

    Measured anew on few batches of sixteen, its statistics would be noise.

    >>> holds_statistics(100), holds_statistics(1112)
    (True, False)
    """
    return n < _FEW


def phantoms_recipe(imagenet: bool, epochs: int | None = None) -> Recipe:
    """Return how a network learns phantoms: from ImageNet weights, or from random ones.

    >>> phantoms_recipe(imagenet=True)
    {'epochs': 6, 'batch': 16, 'learning_rate': 0.001}
    """
    return {
        "epochs": epochs or (6 if imagenet else 15),
        "batch": 16,
        "learning_rate": 1e-3 if imagenet else 3e-3,
    }


def usual_batch(n: int) -> int:
    """Return the images per step when a whole network learns ``n`` images from the start.

    >>> usual_batch(1112), usual_batch(8000)
    (16, 32)
    """
    return 32 if n >= _MANY else 16


def validation_share(n: int) -> float:
    """Return which share of ``n`` images sets the width of the prediction interval.

    >>> validation_share(976), validation_share(10101)
    (0.1, 0.05)
    """
    return 0.05 if n >= _MANY else 0.1


def near(sizes: pd.Series, n_train: int) -> pd.Series:
    """Return which training sizes lie within 1 % of one, and so count as that one.

    >>> near(pd.Series([100, 8080, 8081]), 8080).tolist()
    [False, True, True]
    """
    return (sizes - n_train).abs() <= _SAME_SIZE * n_train


def merged(sizes: Iterable[int]) -> dict[int, int]:
    """Return each training size, in rising order, and the one it counts as.

    >>> merged([8081, 100, 8080])
    {100: 100, 8080: 8080, 8081: 8080}
    """
    counts_as: dict[int, int] = {}
    last = 0
    for size in sorted({int(size) for size in sizes}):
        if not last or size > (1 + _SAME_SIZE) * last:
            last = size
        counts_as[size] = last
    return counts_as
