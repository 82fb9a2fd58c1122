"""The state of a training after an epoch, in one file that replaces itself as a whole."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._io import write_bytes
from ..errors import BadInput

#: Identity, history, and the states of network and optimiser.
State = dict[str, Any]


def identity(settings: Mapping[str, Any], *tensors: Tensor) -> str:
    """Return a fingerprint of settings and data: only the same training may go on.

    >>> identity({"seed": 0}, torch.zeros(2)) == identity({"seed": 1}, torch.zeros(2))
    False
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for tensor in tensors:
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint; an interruption or a full disk leaves the one before.

    Raises
    ------
    OSError
        If it cannot be written. (torch's own writer raises RuntimeErrors of its file format.)
    """
    content = io.BytesIO()
    torch.save(_plain(state), content)
    write_bytes(path, content.getbuffer())


def _plain(value: Any) -> Any:
    """Turn fastai's numpy rates into floats: a checkpoint is read back without any pickled code."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value


def load(path: Path, expected: str, device: torch.device) -> State:
    """Return the checkpoint at ``path``; empty where there is none.

    Raises
    ------
    BadInput
        If the file is not a checkpoint, or belongs to a training with other settings or data.
    """
    if not path.exists():
        return {}
    try:
        state = torch.load(path, map_location=device, weights_only=True)
        stored_identity = state["identity"]
    except Exception as error:  # torch raises what it likes for a file that is not one
        raise BadInput(
            f"{path.name} is not a checkpoint of this kit.", "Delete it or name another file."
        ) from error
    if stored_identity != expected:
        raise BadInput(
            f"{path.name} belongs to a training with other settings or other data.",
            "Delete it to start anew, or name another file.",
        )
    return state
