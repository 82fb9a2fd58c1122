"""Features of a network that saw photographs only, as they are: nothing in it learns.

The paper's off-the-shelf way: an ImageNet network without its last layer describes each
radiograph once, and a linear regressor predicts the age from the description.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import ArrayLike

from ..models import create
from ..models.device import choose_device, device_key, move, seeded
from ..models.tensors import images_as_bytes
from .feature_cache import by_image

if TYPE_CHECKING:
    from ..models.age_model import AgeModel

BATCH = 64


def frozen_features(name: str, images: ArrayLike, progress: bool = True) -> np.ndarray:
    """Return a pre-trained network's features of many radiographs, float32 [n, d].

    Each image is described once and kept on disk under its own checksum; 10,000 of 128 pixels
    take EfficientNet-Lite0 under two minutes on two cores (``studies/frozen_features.py``).

    Parameters
    ----------
    name
        A network of :func:`boneage_kit.models.names` with ImageNet weights.
    images
        uint8 [n, s, s], bone bright.
    progress
        Show a progress bar to a person where it takes longer than two seconds.

    Raises
    ------
    BadInput
        For images that are not bytes, an unknown network, or weights that cannot be had.

    >>> frozen_features("efficientnet_lite0", np.zeros((2, 64, 64), np.uint8)).shape
    (2, 1280)
    """
    array = images_as_bytes(images)[:, 0].numpy()
    model = _network(name)
    width = describe(model, array[:1]).shape[1]
    key = f"frozen-{name}-{_weights_key(name)}{device_key()}"
    return by_image(key, array, lambda part: describe(model, part), width, batch=BATCH,
                    progress=progress)


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
        of_layers = network.forward_intermediates(grey(batch), indices=list(range(layers)),
                                                  intermediates_only=True)
    return [values[0].float().cpu().numpy() for values in of_layers]
