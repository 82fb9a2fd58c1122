"""Features of a network that saw photographs only, as they are: nothing in it learns.

The paper's off-the-shelf way: an ImageNet network without its last layer describes each
radiograph once, and a linear regressor predicts the age from the description. The layers in
between are computed in the same pass; their maps hold edges and textures that the last layer,
made to tell dogs from cats, has thrown away.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor, nn

from ..errors import BadInput
from ..models import create
from ..models.device import choose_device, device_key, move, seeded
from ..models.tensors import images_as_bytes
from .feature_cache import by_image

if TYPE_CHECKING:
    from ..models.age_model import AgeModel

BATCH = 64
_BATCH_LARGE_MAPS = 8  # VGG-16's first maps are as large as the image, times 64
STAGES = ("last", "all")


def frozen_features(
    name: str, images: ArrayLike, progress: bool = True, *, stages: str = "last"
) -> np.ndarray:
    """Return a pre-trained network's features of many radiographs, float32 [n, d].

    Each image is described once and kept on disk under its own checksum; 10,000 of 128 pixels
    take EfficientNet-Lite0 under a minute on two cores (``studies/frozen_features.py``).

    Parameters
    ----------
    name
        A network of :func:`boneage_kit.models.names` with ImageNet weights.
    images
        uint8 [n, s, s], bone bright.
    progress
        Show a progress bar to a person where it takes longer than two seconds.
    stages
        ``"last"``: the mean of the last maps. ``"all"``: beside it, of the maps of each stage,
        each channel's mean, standard deviation and 2 x 2 means, from the same pass
        (EfficientNet-Lite0: 4,352 features instead of 1,280).

    Raises
    ------
    BadInput
        For images that are not bytes, an unknown network, weights that cannot be had, or stages
        of a network that does not give them.

    >>> frozen_features("efficientnet_lite0", np.zeros((2, 64, 64), np.uint8)).shape
    (2, 1280)
    >>> frozen_features("efficientnet_lite0", np.zeros((2, 64, 64), np.uint8), stages="all").shape
    (2, 4352)
    """
    array = images_as_bytes(images)[:, 0].numpy()
    if stages not in STAGES:
        raise BadInput(f"There are no stages {stages!r}.", f"Use one of {', '.join(STAGES)}.")
    model = _network(name)
    compute = describe if stages == "last" else describe_stages
    width = compute(model, array[:1]).shape[1]
    key = f"frozen-{name}-{_weights_key(name)}{device_key()}"
    return by_image(
        key if stages == "last" else f"{key}-{stages}",
        array,
        lambda part: compute(model, part),
        width,
        batch=_BATCH_LARGE_MAPS if name.startswith("vgg16") else BATCH,
        progress=progress,
    )


@lru_cache(maxsize=1)
def _network(name: str) -> AgeModel:
    with seeded(0):  # of the head, which is not used; the caller's random numbers stay
        model = create(name, pretrained=True, sex_input=False)
    return move(model).eval()


@lru_cache
def _weights_key(name: str) -> str:
    """Return a key of weights and library, so that other weights never give old features."""
    digest = hashlib.sha256(importlib.metadata.version("torch").encode())
    for tensor in list(_network(name).body.state_dict().values())[:40]:
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:10]


def describe(model: AgeModel, part: np.ndarray) -> np.ndarray:
    """Return the last features, float32 [n, d], of images uint8 [n, s, s]."""
    device = choose_device()
    with torch.inference_mode():
        images = torch.from_numpy(part)[:, None].to(device).float().div_(255)
        return model.to(device).features(images).float().cpu().numpy()


def describe_stages(model: AgeModel, part: np.ndarray) -> np.ndarray:
    """Return features of every stage, float32 [n, d], of images uint8 [n, s, s]."""
    device = choose_device()
    grey, network = model.to(device).body.children()
    with torch.inference_mode():
        images = torch.from_numpy(part)[:, None].to(device).float().div_(255)
        last, stages = _stages_of(network, grey(images))
        pooled = [last.mean((2, 3)), *map(_pooled, stages)]
        return torch.cat(pooled, dim=1).float().cpu().numpy()


def _stages_of(network: nn.Module, images: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the last maps (B, C, h, w) and those of each stage, from one pass."""
    forward = getattr(network, "forward_intermediates", None)
    if forward is None:  # timm's networks have it
        raise BadInput(
            f"{type(network).__name__} does not give the maps of its stages.",
            "Use efficientnet_lite0.",
        )
    return forward(images)


def _pooled(maps: Tensor) -> Tensor:
    """Return mean, standard deviation and 2 x 2 means of each channel: (B, 6 * C)."""
    spread, mean = torch.std_mean(maps, (2, 3), correction=0)
    return torch.cat([mean, spread, F.adaptive_avg_pool2d(maps, 2).flatten(1)], dim=1)


def maps(name: str, image: ArrayLike, layers: int = 3) -> list[np.ndarray]:
    """Return the maps of some layers of a pre-trained network for one radiograph.

    Parameters
    ----------
    name
        ``"efficientnet_lite0"`` (others where timm's ``forward_intermediates`` knows them).
    image
        uint8 [s, s], bone bright.
    layers
        How many, from the first on; each has half the side of the one before.

    Returns
    -------
    list of numpy.ndarray
        float32 [channels, h, w] each.

    >>> [layer.shape for layer in maps("efficientnet_lite0", np.zeros((64, 64), np.uint8), 2)]
    [(16, 32, 32), (24, 16, 16)]
    """
    device = choose_device()
    grey, network = _network(name).to(device).body.children()
    with torch.inference_mode():
        batch = torch.from_numpy(np.asarray(image)[None, None].copy()).to(device).float() / 255
        _, stages = _stages_of(network, grey(batch))
    return [stage[0].float().cpu().numpy() for stage in stages[:layers]]
