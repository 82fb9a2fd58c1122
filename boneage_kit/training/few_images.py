"""BoNet from few images: how long it trains."""

from __future__ import annotations

from ..presets import Preset

#: So many images set how long a smaller set trains: 50 images get as many steps as 160 do.
FEWEST = 160


def few_images_recipe(n: int, preset: Preset) -> dict[str, float]:
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
    epochs = round(preset.epochs_few * max(1.0, FEWEST / n))
    batch = 32 if n >= 200 else 16
    return {"epochs": epochs, "batch": batch, "learning_rate": 4e-3 * batch / 32}
