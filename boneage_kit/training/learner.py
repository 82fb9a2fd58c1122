"""Training: fastai's Learner and its one-cycle policy over the kit's own batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import torch
from numpy.typing import ArrayLike
from torch import nn

from .. import models
from .._progress import is_interactive
from .._runtime import return_free_memory
from ..errors import BadInput
from ..models.device import choose_device, device_of, move, repeatable, seeded
from . import checkpoint as checkpoints
from ._fastai import DataLoaders, Learner, OptimWrapper
from .augment import Augmentation
from .batches import Batches
from .callbacks import EpochHistory, FiniteLoss, FreeMemory, SeededEpochs
from .losses import LOSSES, loss_of

if TYPE_CHECKING:
    from ..models import AgeModel

SCHEDULES = ("one_cycle", "fine_tune", "gradual", "head_only")
#: Images, ages and sexes, as :func:`fit` takes them.
Triple = tuple[ArrayLike, ArrayLike, Sequence[object]]


@dataclass(frozen=True)
class Fitted:
    """A trained model, and how the training went.

    Attributes
    ----------
    model
        The trained network, in evaluation mode.
    history
        One row per epoch: ``epoch`` (from 1), ``phase``, ``train_mae`` and ``valid_mae`` in years
        (the first with augmentation and dropout at work; the second NaN without validation).
    seconds
        Wall time of this call.
    images_per_second
        Training images per second over this call, validation included.
    settings
        Everything the training was called with, for a model card.
    """

    model: AgeModel
    history: pd.DataFrame
    seconds: float
    images_per_second: float
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Phase:
    """One call of ``fit_one_cycle``: how long, what is frozen, and its schedule."""

    name: str
    epochs: int
    frozen: bool | int  # True: all but the head; a number: all but that many groups
    rate: float | slice
    options: dict[str, float] = field(default_factory=dict)


def fit(
    model: str | AgeModel,
    images: ArrayLike,
    ages: ArrayLike,
    sexes: Sequence[object],
    *,
    validation: Triple | None = None,
    epochs: int = 12,
    batch: int = 32,
    seed: int = 0,
    learning_rate: float | None = None,
    schedule: str | None = None,
    freeze_epochs: int = 1,
    augment: bool | Augmentation = True,
    loss: str = "l1",
    weight_decay: float = 0.01,
    device: str | torch.device | None = None,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    **options: Any,
) -> Fitted:
    """Train a network to predict bone age, and return it with its history.

    fastai's Learner does the work: AdamW, the one-cycle policy (``fit_one_cycle``), and for
    pre-trained networks the two phases of its ``fine_tune`` (head alone, then everything with
    smaller rates for the body). The same machine, device, seed and number of threads give the
    same digits; another number of threads does not.

    Parameters
    ----------
    model
        A name of :func:`boneage_kit.models.names` (built with ``options``), or a network, which
        is trained in place.
    images, ages, sexes
        uint8 [n, s, s] as :meth:`Dataset.images` gives them, years [n], "F"/"M" [n].
    validation
        The same three, predicted after each epoch. They decide nothing: no early stopping, no
        choice of the best epoch.
    epochs
        Passes over the training images (``fine_tune``: after the frozen ones).
    batch
        Images per step.
    seed
        Of initial weights, order, augmentation and dropout.
    learning_rate
        The highest of the cycle. Default: 0.004 from scratch, 0.002 for ``fine_tune`` (halved
        for its second phase, as fastai does).
    schedule
        ``"one_cycle"``, ``"fine_tune"``, ``"gradual"`` (``fine_tune`` with one more step: the
        body's second half opens before its first) or ``"head_only"`` (the body stays frozen).
        Default: ``"one_cycle"`` for BoNet and networks without ImageNet weights, else
        ``"fine_tune"``.
    freeze_epochs
        Length of the first phase of ``fine_tune``.
    augment
        False for none, True for :class:`Augmentation`'s defaults, or your own.
    loss
        ``"l1"`` (years), ``"smooth_l1"``, ``"mse"`` (as is remembered of the paper), or
        ``"distribution"`` for a network whose head answers with a distribution over ages.
    device
        See :func:`choose_device`. The network comes back to where it was (one given by name: to
        the CPU).
    progress
        Show fastai's progress bars where somebody watches.
    checkpoint
        A file to keep the state in after each epoch. Where it exists already, the training goes
        on from it and ends with the same digits as if it had never stopped.
    options
        For a model given by name: passed to :func:`boneage_kit.models.create`.

    Raises
    ------
    BadInput
        For wrong shapes, ages in months, unknown sexes, a checkpoint of another training, or a
        loss that is not finite any more.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> hands = rng.integers(0, 255, (8, 32, 32), dtype=np.uint8)
    >>> fitted = fit("bonet", hands, rng.uniform(1, 18, 8), ["F", "M"] * 4, epochs=2, batch=4)
    >>> fitted.history.columns.tolist()
    ['epoch', 'phase', 'train_mae', 'valid_mae']
    """
    started = time.perf_counter()
    settings = _settings(locals())
    if epochs < 1 or loss not in LOSSES:
        raise BadInput(
            f"epochs={epochs} with loss={loss!r} is not possible.",
            f"Use 1 epoch or more, and one of {', '.join(LOSSES)}.",
        )
    chosen_device = choose_device(device)
    with seeded(seed), repeatable():
        if isinstance(model, str):
            schedule = schedule or _usual_schedule(model, options)
            model = models.create(model, **options)
        elif options:
            raise BadInput(
                f"{', '.join(options)}: not an argument of fit.",
                "Model options go with a model's name; build it with them.",
            )
        phases = _phases(schedule or "one_cycle", epochs, freeze_epochs, learning_rate)
        settings["schedule"] = schedule or "one_cycle"
        changes = Augmentation() if augment is True else (augment or None)
        train = Batches(
            images,
            ages,
            sexes,
            batch=batch,
            seed=seed,
            augmentation=changes,
            shuffle=True,
            device=chosen_device,
        )
        valid = Batches(*validation, batch=2 * batch, device=chosen_device) if validation else None
        n = train.n
        model.head.set_target(train.ages[:, 0].tolist())
        home = device_of(model)
        move(model, chosen_device)
        learner = _learner(model, train, valid, loss, weight_decay, chosen_device)
        history = _run(learner, phases, seed, settings, checkpoint, progress)
    model.eval().to(home)
    seconds = time.perf_counter() - started
    model.zero_grad(set_to_none=True)
    del learner, train, valid
    return_free_memory()
    table = pd.DataFrame(history, columns=["epoch", "phase", "train_mae", "valid_mae"])
    table["valid_mae"] = table["valid_mae"].astype(float)
    return Fitted(model, table, seconds, n * len(table) / seconds, settings)


def _settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """What the result depends on and can be written down; the data go by their fingerprint."""
    left_out = ("images", "ages", "sexes", "validation", "started", "progress", "checkpoint")
    settings = {key: value for key, value in arguments.items() if key not in left_out}
    if isinstance(settings["model"], nn.Module):
        settings["model"] = type(settings["model"]).__name__
    return {**settings, "device": str(settings["device"]), "augment": str(settings["augment"])}


def _usual_schedule(name: str, options: dict[str, Any]) -> str:
    pretrained = options.get("pretrained")
    if pretrained is None:
        pretrained = models.has_weights(name)
    return "fine_tune" if pretrained else "one_cycle"


def _phases(schedule: str, epochs: int, freeze_epochs: int, rate: float | None) -> list[_Phase]:
    """The calls of ``fit_one_cycle``; those of fine_tune are what ``Learner.fine_tune`` does."""
    if schedule not in SCHEDULES:
        raise BadInput(f"There is no schedule {schedule!r}.", f"Use one of {', '.join(SCHEDULES)}.")
    if schedule == "one_cycle":
        return [_Phase("all layers", epochs, False, rate or 4e-3)]
    rate = rate or 2e-3
    if schedule == "head_only":
        return [_Phase("head", epochs, True, slice(rate))]
    head = _Phase("head", freeze_epochs, True, slice(rate), {"pct_start": 0.99})
    rates = slice(rate / 2 / 100, rate / 2)
    body = _Phase("all layers", epochs, False, rates, {"pct_start": 0.3, "div": 5.0})
    if schedule == "gradual" and freeze_epochs:
        half = _Phase("last layers", freeze_epochs, 2, slice(rate / 20, rate / 2))
        return [head, half, body]
    return [head, body] if freeze_epochs else [body]


def _learner(
    model: AgeModel,
    train: Batches,
    valid: Batches | None,
    loss: str,
    weight_decay: float,
    device: torch.device,
) -> Learner:
    optimiser = partial(OptimWrapper, opt=torch.optim.AdamW, fused=device.type != "mps")
    learner = Learner(
        DataLoaders(train, valid or [], device=None),
        model,
        loss_func=loss_of(loss, model),
        opt_func=optimiser,
        splitter=lambda network: network.parameter_groups(),
        wd=weight_decay,
        cbs=[FiniteLoss(), FreeMemory()],
    )
    learner.dls._device = device
    return learner


def _run(
    learner: Learner,
    phases: list[_Phase],
    seed: int,
    settings: dict[str, Any],
    checkpoint: str | Path | None,
    progress: bool,
) -> list[dict[str, Any]]:
    """Run the phases, from the checkpoint on where there is one; return the history."""
    train = learner.dls.train
    path = Path(checkpoint) if checkpoint else None
    name = ""
    state: checkpoints.State = {}
    if path:
        first = list(learner.model.state_dict().values())
        name = checkpoints.identity(settings, train.images, train.ages, train.sexes, *first)
        state = checkpoints.load(path, name, train.device)
    learner.create_opt()
    history: list[dict[str, Any]] = list(state.get("history", []))
    if state:
        learner.model.load_state_dict(state["model"])
    before = 0
    for phase in phases:
        done = min(max(len(history) - before, 0), phase.epochs)

        def epoch_done(row: dict[str, Any], phase: _Phase = phase) -> None:
            history.append({"epoch": len(history) + 1, "phase": phase.name, **row})
            if path:
                checkpoints.save(
                    path,
                    {
                        "identity": name,
                        "history": history,
                        "model": learner.model.state_dict(),
                        "optimizer": learner.opt.opt.state_dict(),
                    },
                )

        if done < phase.epochs:
            callbacks = [SeededEpochs(seed, before), EpochHistory(epoch_done)]
            learner.freeze_to(-int(phase.frozen))  # 0: nothing; it forgets Adam's moments
            if done:
                learner.opt.opt.load_state_dict(state["optimizer"])
            _one_cycle(learner, phase, done, callbacks, progress)
        before += phase.epochs
    return history


def _one_cycle(learner: Learner, phase: _Phase, done: int, callbacks: list, progress: bool) -> None:
    with ExitStack() as stack:
        if not (progress and is_interactive()):
            stack.enter_context(learner.no_bar())
            stack.enter_context(learner.no_logging())
        learner.fit_one_cycle(
            phase.epochs, phase.rate, start_epoch=done, cbs=callbacks, **phase.options
        )
