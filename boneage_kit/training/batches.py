"""Batches from images that stay in memory as bytes.

Hands are decoded once, to one byte per pixel: 10,000 of them at 128 px are 164 MB. A batch is cut
from that, changed as a whole and only then made float, so that a step waits for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ..errors import BadInput
from ..models.tensors import images_as_bytes, sexes_as_numbers
from ..records import OLDEST_PLAUSIBLE_YEARS
from .augment import Augmentation


def ages_as_years(ages: ArrayLike, n: int) -> Tensor:
    """Return ages as float32 (n, 1), a column like the predictions, so that nothing broadcasts.

    Raises
    ------
    BadInput
        If their number is not ``n``, or an age is missing, negative or in months.

    >>> ages_as_years([8.5, 10], 2).shape
    torch.Size([2, 1])
    """
    years = np.asarray(ages, dtype=np.float32)
    if years.shape != (n,):
        raise BadInput(
            f"There are {n} images and ages of shape {years.shape}.", "Give one age per image."
        )
    if not np.isfinite(years).all() or (years < 0).any():
        raise BadInput("An age is missing, infinite or negative.", "Leave those images out.")
    if (years > OLDEST_PLAUSIBLE_YEARS).any():
        raise BadInput(
            f"An age is {years.max():g}, which looks like months.",
            "Divide by 12: the kit takes years.",
        )
    return torch.from_numpy(years.reshape(-1, 1))


class Batches:
    """A data loader for fastai: ((images, sexes), ages) per batch, all on one device.

    The order and the augmentation of an epoch follow from ``seed`` and ``epoch`` alone, so that
    a training that was interrupted goes on with the very batches it would have had. All images
    are used in each epoch: two batches differ in size by one image at most.

    Parameters
    ----------
    images, ages, sexes
        uint8 [n, s, s], years [n], "F"/"M" [n].
    batch
        Images per step.
    seed
        Of order and augmentation.
    augmentation
        ``None``: images as they are.
    shuffle
        A new order in each epoch.
    device
        Where the images are kept and changed.

    >>> batches = Batches(np.zeros((5, 8, 8), np.uint8), [1.0] * 5, ["F"] * 5, batch=2)
    >>> [len(ages) for _, _, ages in batches]
    [2, 2, 1]
    """

    def __init__(
        self,
        images: ArrayLike,
        ages: ArrayLike,
        sexes: Sequence[object],
        *,
        batch: int = 32,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        shuffle: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        if batch < 1:
            raise BadInput(f"A batch of {batch} images is not possible.", "Use 1 or more.")
        self.images = images_as_bytes(images).to(device)
        self.n = len(self.images)
        self.ages = ages_as_years(ages, self.n).to(device)
        self.sexes = sexes_as_numbers(sexes, self.n).to(device)
        self.bs, self.seed, self.epoch = min(batch, self.n), seed, 0
        self.augmentation, self.shuffle, self.device = augmentation, shuffle, torch.device(device)

    def __len__(self) -> int:
        return -(-self.n // self.bs)

    def to(self, device: torch.device | str) -> Batches:
        """Move the images to a device (fastai asks for this)."""
        self.images, self.ages, self.sexes = (
            tensor.to(device) for tensor in (self.images, self.ages, self.sexes)
        )
        self.device = torch.device(device)
        return self

    def _generator(self, purpose: int) -> torch.Generator:
        numbers = np.random.SeedSequence([self.seed, self.epoch, purpose]).generate_state(2)
        device = self.device if purpose else "cpu"
        return torch.Generator(device=device).manual_seed(int(numbers[0]) << 16 ^ int(numbers[1]))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        order = torch.arange(self.n)
        if self.shuffle:
            order = torch.randperm(self.n, generator=self._generator(0))
        change = self._generator(1)
        for rows in torch.tensor_split(order.to(self.device), len(self)):
            images = self.images[rows]  # uint8 (B, 1, H, W)
            if self.augmentation:
                floats = self.augmentation(images, change)
            else:
                floats = images.float().div_(255)
            floats = floats.contiguous(memory_format=torch.channels_last)
            yield floats, self.sexes[rows], self.ages[rows]
