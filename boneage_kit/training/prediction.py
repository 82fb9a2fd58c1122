"""Ages from a trained network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from ..errors import BadInput
from ..models.device import choose_device, device_of, move
from .batches import images_as_bytes, sexes_as_numbers

#: Test-time augmentation: (rotation in degrees, scale); the first is the image as it is.
VIEWS = ((0.0, 1.0), (-8.0, 1.0), (8.0, 1.0), (0.0, 0.93), (0.0, 1.07))


def predict(
    model: nn.Module,
    images: ArrayLike,
    sexes: Sequence[object] | None,
    *,
    batch: int = 32,
    test_time_augmentation: bool = False,
    device: str | torch.device | None = None,
) -> np.ndarray:
    """Return bone ages in years, float64 [n].

    Parameters
    ----------
    model
        A network of :func:`boneage_kit.models.create`, trained. It comes back to the device and
        the mode that it was in.
    images
        uint8 [n, s, s].
    sexes
        "F"/"M" [n]; None only for a model that does not take sex.
    batch
        Images per step; it does not change the result beyond rounding.
    test_time_augmentation
        Average the predictions for five views (as it is, rotated by 8 degrees both ways, 7 %
        smaller and larger), at five times the cost. No flip: see
        :mod:`boneage_kit.training.augment`.

    Raises
    ------
    BadInput
        For images that are not bytes, an unknown sex, or a model whose output is not finite.

    >>> from boneage_kit import models
    >>> predict(models.create("bonet"), np.zeros((2, 64, 64), np.uint8), None).shape
    (2,)
    """
    chosen_device = choose_device(device)
    tensor = images_as_bytes(images)
    numbers = None if sexes is None else sexes_as_numbers(sexes, len(tensor))
    if numbers is None and getattr(model, "sex_input", False):
        raise BadInput(
            "This model takes the child's sex and got none.",
            'Give "F" or "M" for each image; it is never assumed.',
        )
    views = VIEWS if test_time_augmentation else VIEWS[:1]
    was_training, home = model.training, device_of(model)
    move(model, chosen_device).eval()
    ages = []
    with torch.inference_mode():
        for start in range(0, len(tensor), batch):
            part = tensor[start : start + batch].to(chosen_device).float().div_(255)
            sex = None if numbers is None else numbers[start : start + batch].to(chosen_device)
            by_view = [model(_view(part, *view), sex) for view in views]
            mean = torch.stack(by_view).mean(0)[:, 0]
            ages.append(mean.cpu().double())  # in this order: MPS has no float64
    model.train(was_training).to(home)
    years = torch.cat(ages).numpy()
    if not np.isfinite(years).all():
        raise BadInput(
            "The model's output is not a number.", "Train it anew; its weights are lost."
        )
    return years


def _view(images: Tensor, rotation: float, scale: float) -> Tensor:
    if (rotation, scale) != VIEWS[0]:
        angle = torch.tensor(np.radians(rotation))
        cosine, sine = angle.cos() / scale, angle.sin() / scale
        theta = torch.tensor([[cosine, -sine, 0], [sine, cosine, 0]], dtype=images.dtype)
        grid = nn.functional.affine_grid(
            theta.to(images.device).expand(len(images), 2, 3),
            list(images.shape),
            align_corners=False,
        )
        images = nn.functional.grid_sample(images, grid, align_corners=False)
    return images.contiguous(memory_format=torch.channels_last)
