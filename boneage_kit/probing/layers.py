"""What the layers of a trained network hold: their sizes, their filters and their maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from ..errors import BadInput
from ..models.age_model import AgeModel
from ..models.spatial_transformer import SpatialTransformer

__all__ = ["convolution_maps", "filters_in_words", "first_filters", "layer_table"]


def layer_table(model: AgeModel, pixels: int) -> pd.DataFrame:
    """Return one row per convolutional layer and for the rest: what it makes, and from how much.

    Parameters
    ----------
    model
        A network whose ``body`` is a plain sequence of layers, as BoNet's.
    pixels
        Side of the image.

    Returns
    -------
    pandas.DataFrame
        ``part``, ``maps`` (how many), ``side`` (of a map, in numbers), ``sees`` (side in pixels of
        the piece of the image on which one number of the map depends, without the layer that
        normalises the contrast; never more than the image), ``weights`` (numbers that learn).

    >>> from boneage_kit import models
    >>> layer_table(models.create("bonet"), 64)[["part", "maps", "side", "sees"]].head(2)
          part maps side sees
    0  layer 1   24   32    5
    1  layer 2   48   16   15
    """
    rows: list[tuple[Any, ...]] = []
    sees, step, number = 1, 1, 0
    side = pixels
    for layer in _sequence(model):
        weights = sum(value.numel() for value in layer.parameters())
        if isinstance(layer, nn.Conv2d):
            number += 1
            sees += (layer.kernel_size[0] - 1) * step
            step *= layer.stride[0]
            side = -(-side // layer.stride[0])
            sizes = (f"layer {number}", layer.out_channels, side, min(sees, pixels), weights)
            rows.append(sizes)
        elif isinstance(layer, nn.MaxPool2d):
            sees += step
            step *= 2
            side //= 2
        elif isinstance(layer, SpatialTransformer):
            rows.append(("deformation layer", rows[-1][1], side, "", weights))
        elif weights:  # batch normalisation belongs to the layer before it
            rows[-1] = (*rows[-1][:-1], rows[-1][-1] + weights)
    head = sum(value.numel() for value in model.head.parameters())
    rows.append(("fully connected and output", "", "", "", head))
    return pd.DataFrame(rows, columns=["part", "maps", "side", "sees", "weights"])


def convolution_maps(model: AgeModel, image: np.ndarray) -> list[np.ndarray]:
    """Return the maps after each convolutional layer (its ReLU), float32 [channels, h, w] each.

    Parameters
    ----------
    model
        A network whose ``body`` is a plain sequence of layers, as BoNet's.
    image
        uint8 [s, s], bone bright.

    >>> from boneage_kit import models
    >>> maps = convolution_maps(models.create("bonet"), np.zeros((64, 64), np.uint8))
    >>> [layer.shape for layer in maps][:2]
    [(24, 32, 32), (48, 16, 16)]
    """
    found, values = [], torch.from_numpy(np.asarray(image)[None, None].copy()).float() / 255
    model.eval()
    with torch.inference_mode():
        for layer in _sequence(model):
            values = layer(values)
            if isinstance(layer, nn.ReLU):
                found.append(values[0].numpy().copy())
    return found


def first_filters(model: AgeModel) -> np.ndarray:
    """Return the filters of the first convolutional layer, float32 [n, k, k].

    >>> from boneage_kit import models
    >>> first_filters(models.create("bonet")).shape
    (24, 5, 5)
    """
    first = next(layer for layer in _sequence(model) if isinstance(layer, nn.Conv2d))
    return first.weight.detach().cpu().numpy()[:, 0].copy()


def _sequence(model: AgeModel) -> list[nn.Module]:
    layers = list(model.body.children())
    if not any(isinstance(layer, nn.Conv2d) for layer in layers):
        raise BadInput(
            f"The body of this {type(model).__name__} is no plain sequence of layers.",
            "Use BoNet; features.frozen.maps shows the maps of photograph networks.",
        )
    return layers


def filters_in_words(start: np.ndarray, trained: np.ndarray) -> str:
    """Say how far training moved the filters of a layer away from their random start.

    Parameters
    ----------
    start, trained
        float [n, k, k]: the same filters before and after.

    >>> ramp = np.arange(9.0).reshape(1, 3, 3)
    >>> print(filters_in_words(ramp, 2 * ramp))
    Training changed the filters only a little: on average, a trained filter has a correlation of
    1.00 with its random start.
    """
    pairs = zip(start.reshape(len(start), -1), trained.reshape(len(trained), -1), strict=True)
    alike = float(np.mean([np.corrcoef(before, after)[0, 1] for before, after in pairs]))
    if alike >= 0.85:
        first = "Training changed the filters only a little"
    elif alike >= 0.5:
        first = "Training changed the filters, and their random start can still be seen"
    else:
        first = "Training made other filters out of the random ones"
    second = f"a trained filter has a correlation of {alike:.2f} with its random start."
    return f"{first}: on average, {second}"
