"""Where networks run: one rule for the whole kit."""

from __future__ import annotations

import os

import torch

from ..errors import BadInput

VARIABLE = "BONEAGE_KIT_DEVICE"


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Return the device asked for, else ``$BONEAGE_KIT_DEVICE``, else CUDA, MPS or the CPU.

    Raises
    ------
    BadInput
        For a device that torch does not know or that is not there.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    asked = device or os.environ.get(VARIABLE)
    if not asked:
        return torch.device(_best())
    try:
        chosen = torch.device(asked)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"The device {asked!s} cannot be used here.",
                       f"Leave it out; this machine offers {_best()!r}.") from error
    return chosen


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
