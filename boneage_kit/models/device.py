"""Where networks run, and from which random numbers: one rule for the whole kit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import nn

from .. import _settings
from ..errors import BadInput

Network = TypeVar("Network", bound=nn.Module)


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Return the device asked for, else ``$BONEAGE_KIT_DEVICE``, else CUDA, MPS or the CPU.

    Raises
    ------
    BadInput
        For a device that torch does not know or that is not there.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    asked = device or _settings.device()
    if not asked:
        return torch.device(_best())
    try:
        chosen = torch.device(asked)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(
            f"The device {asked!s} cannot be used here.",
            f"Leave it out; this machine offers {_best()!r}.",
        ) from error
    return chosen


def device_of(model: nn.Module) -> torch.device:
    """Return where a network's weights are (the CPU for a network without any).

    >>> device_of(nn.Linear(1, 1))
    device(type='cpu')
    """
    return next((weights.device for weights in model.parameters()), torch.device("cpu"))


def move(model: Network, device: torch.device | str = "cpu") -> Network:
    """Move a network to a device, its weights in the memory order that convolutions want.

    ``channels_last`` keeps the channels of a pixel side by side: about twice as fast on a CPU.

    >>> move(nn.Conv2d(3, 4, 1)).weight.is_contiguous(memory_format=torch.channels_last)
    True
    """
    model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let torch's random numbers follow from a seed while this lasts, and go on as before then.

    >>> with seeded(0):
    ...     first = torch.rand(1)
    >>> with seeded(0):
    ...     bool(torch.rand(1) == first)
    True
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def device_key() -> str:
    """Return the part of a cache's key that names this device (nothing for the CPU).

    >>> device_key() == ("" if choose_device().type == "cpu" else f"-{choose_device().type}")
    True
    """
    kind = choose_device().type
    return "" if kind == "cpu" else f"-{kind}"


@contextmanager
def repeatable() -> Iterator[None]:
    """Keep cuDNN, while this lasts, to algorithms that give the same digits each time.

    Without it convolutions add their gradients in whatever order the GPU finishes them.
    """
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = True
    try:
        yield
    finally:
        torch.backends.cudnn.deterministic = before


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
