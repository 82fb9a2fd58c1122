"""What the kit adds to fastai's training loop."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch

from .._runtime import return_free_memory
from ..errors import BadInput
from ._fastai import Callback


class SeededEpochs(Callback):
    """Let the randomness of an epoch follow from seed and epoch alone (order, changes, dropout)."""

    order = -20

    def __init__(self, seed: int, first_epoch: int) -> None:
        self.seed, self.first_epoch = seed, first_epoch

    def before_epoch(self) -> None:
        """Seed order, augmentation and dropout of the epoch."""
        epoch = self.first_epoch + self.epoch
        self.dls.train.epoch = epoch
        torch.manual_seed(int(np.random.SeedSequence([self.seed, epoch, 2]).generate_state(1)[0]))


class FiniteLoss(Callback):
    """Stop at the first loss that is not a number, and say where and what to do."""

    order = 10

    def after_loss(self) -> None:
        """Refuse a training loss that is not finite."""
        if self.training and not torch.isfinite(self.loss):
            rate = self.opt.hypers[-1]["lr"]
            raise BadInput(
                f"The training loss became {self.loss.item()} in epoch {self.epoch + 1}, step "
                f"{self.iter + 1}, at a learning rate of {rate:.2g}.",
                "Use a smaller learning_rate.",
            )


class FreeMemory(Callback):
    """Return free memory to the system once a minute.

    The kit lets glibc keep large buffers (``_process.keep_free_memory``). A training at 192 px
    grew from 4 to 11 GB within an hour, and the system ended it: probably gaps in the heap that
    small buffers between the large ones keep open.
    """

    order = 90
    SECONDS = 60.0

    def before_fit(self) -> None:
        """Start the clock."""
        self.last = time.monotonic()

    def after_batch(self) -> None:
        """Return what is free where a minute is over."""
        if time.monotonic() - self.last >= self.SECONDS:
            return_free_memory()
            self.last = time.monotonic()


class EpochHistory(Callback):
    """Note each epoch's mean absolute error in years, and hand it on when the epoch is over.

    The training error is measured in the training steps: with augmentation and dropout, and
    while the network was still learning.
    """

    order = 80  # after the optimiser has stepped and fastai has recorded

    def __init__(self, done: Callable[[dict[str, float | None]], None]) -> None:
        self.done = done
        self.before_epoch()  # a resumed training cancels its first epochs before this is called

    def before_epoch(self) -> None:
        """Begin both sums."""
        self.sums = {True: 0.0, False: 0.0}
        self.counts = {True: 0, False: 0}

    def after_batch(self) -> None:
        """Add the batch's absolute errors."""
        ages = self.yb[0]
        self.sums[self.training] += (self.pred.detach() - ages).abs().sum().item()
        self.counts[self.training] += len(ages)

    def after_epoch(self) -> None:
        """Hand the epoch's errors on."""
        if not self.counts[True]:  # an epoch that a resumed training skips
            return
        train, valid = (
            self.sums[key] / self.counts[key] if self.counts[key] else None for key in (True, False)
        )
        self.done({"train_mae": train, "valid_mae": valid})
