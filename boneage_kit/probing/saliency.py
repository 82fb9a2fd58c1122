"""Where a model looks: maps of a network, and the same network with nothing learned.

A heat map always shows something; :mod:`boneage_kit.probing.saliency_check` asks whether it
can be believed.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from scipy import ndimage, stats
from torch import Tensor, nn

from ..errors import BadInput
from ..features.feature_model import FeatureModel
from ..models import AgeModel, create
from ..models.device import device_of
from .robustness import Predictor


def patch_side(height: int) -> int:
    """Return the side in pixels of the patch that occlusion hides: an eighth of the image.

    >>> patch_side(96)
    12
    """
    return max(height // 8, 2)


def occlusion_map(
    predict: Predictor,
    image: np.ndarray,
    sex: str,
    *,
    patch: int | None = None,
    stride: int | None = None,
) -> np.ndarray:
    """Return how many years the prediction moves when a patch is hidden, float32 [h, w].

    Works for any predictor. A patch is replaced by a strong blur of itself: a black square would
    be a new object in the picture. Overlapping patches are averaged.

    Parameters
    ----------
    predict
        ``f(images uint8 [n, h, w], sexes) -> years``.
    image
        ``uint8 [h, w]``.
    patch, stride
        Side of the patch and step in pixels; None: an eighth of the side, and three
        quarters of the patch.

    Source: Zeiler and Fergus 2014, ECCV, LNCS 8689:818-833.

    >>> image = np.zeros((32, 32), np.uint8)
    >>> image[8:12, 8:12] = 200
    >>> saliency = occlusion_map(lambda x, s: x[:, 8:12, 8:12].mean(axis=(1, 2)) / 20, image, "F")
    >>> saliency[10, 10] > 5 * saliency[28, 28]
    np.True_
    """
    height, width = image.shape
    patch = patch or patch_side(height)
    stride = stride or max(3 * patch // 4, 1)
    blurred = ndimage.gaussian_filter(image.astype(np.float32), patch).astype(np.uint8)
    corners = [
        (row, column)
        for row in range(0, height - patch + 1, stride)
        for column in range(0, width - patch + 1, stride)
    ]
    hidden = np.repeat(image[None], len(corners) + 1, axis=0)
    for picture, (row, column) in zip(hidden[1:], corners, strict=True):
        at = np.s_[row : row + patch, column : column + patch]
        picture[at] = blurred[at]
    ages = np.asarray(predict(hidden, [sex] * len(hidden)), dtype=float).reshape(-1)
    total, count = np.zeros((2, height, width), np.float32)
    for moved, (row, column) in zip(np.abs(ages[1:] - ages[0]), corners, strict=True):
        total[row : row + patch, column : column + patch] += moved
        count[row : row + patch, column : column + patch] += 1
    return total / np.maximum(count, 1)


def grad_cam(model: nn.Module, image: np.ndarray, sex: str, *, smallest: int = 6) -> np.ndarray:
    """Return a gradient-weighted activation map of an age model, float32 [h, w], 0 to 1.

    For an age, evidence that a child is older and that it is younger both count, so the absolute
    value is kept where the original, made for classes, keeps the positive part.

    Parameters
    ----------
    model
        ``model(images float [b, 1, h, w] in 0..1, sex [b]) -> [b, 1]``.
    image, sex
        ``uint8 [h, w]`` and ``"F"`` or ``"M"``.
    smallest
        The deepest convolution whose map has at least this side is looked at: the very last
        ones of a small image have three by three cells and show little.

    Source: Selvaraju et al. 2017, ICCV, 618-626.
    """
    pixels = torch.from_numpy(np.ascontiguousarray(image)).float()[None, None] / 255
    number = torch.tensor([int(sex == "M")])
    was_training, home = model.training, device_of(model)
    model.eval()
    layer = _deepest_convolution(model, pixels, number, smallest)
    outputs: list[Tensor] = []
    with torch.enable_grad():
        hook = layer.register_forward_hook(lambda _, __, output: outputs.append(output))
        try:
            age = model(pixels.to(home).requires_grad_(), number.to(home)).sum()
        finally:
            hook.remove()
        maps = outputs[0]
        gradient = torch.autograd.grad(age, maps)[0]  # (1, c, h, w)
    model.train(was_training)
    weight = gradient.mean(dim=(2, 3), keepdim=True)
    weighted = (weight * maps).sum(1, keepdim=True).abs().detach()
    cam = (
        nn.functional.interpolate(weighted, size=image.shape, mode="bilinear", align_corners=False)[
            0, 0
        ]
        .cpu()
        .numpy()
    )
    return cam / max(float(cam.max()), 1e-12)


def _deepest_convolution(model: nn.Module, pixels: Tensor, sex: Tensor, smallest: int) -> nn.Module:
    """Return the last convolution whose maps have at least ``smallest`` pixels per side."""
    large_enough: list[nn.Module] = []
    home = device_of(model)

    def look(module: nn.Module, _: tuple, output: Tensor) -> None:
        if min(output.shape[-2:]) >= smallest:
            large_enough.append(module)

    hooks = [
        module.register_forward_hook(look)
        for module in model.modules()
        if isinstance(module, nn.Conv2d)
    ]
    try:
        with torch.no_grad():
            model(pixels.to(home), sex.to(home))
    finally:
        for hook in hooks:
            hook.remove()
    if not large_enough:
        raise BadInput(
            f"No convolution of this model has a map of {smallest} pixels per side.",
            "Use a larger image, or occlusion_map, which needs no convolution.",
        )
    return large_enough[-1]


def randomised(model: nn.Module, seed: int = 0) -> nn.Module:
    """Return a copy of a model with every weight shuffled within its tensor: nothing learned.

    Shuffling keeps each layer's scale, so that the signal neither dies nor explodes.

    Source: Adebayo et al. 2018, NeurIPS 31 (sanity checks for saliency maps).
    """
    generator = torch.Generator().manual_seed(seed)
    empty = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in empty.parameters():
            if parameter.dim() > 1:
                order = torch.randperm(parameter.numel(), generator=generator)
                flat = parameter.detach().cpu().reshape(-1)[order]
                parameter.copy_(flat.reshape(parameter.shape))
    return empty


def similarity(a: np.ndarray, b: np.ndarray, inside: np.ndarray | None = None) -> float:
    """Return Spearman's rank correlation of two maps, over ``inside`` (bool [h, w]) or all.

    >>> similarity(np.eye(4), np.eye(4))
    1.0
    """
    at = np.ones(a.shape, bool) if inside is None else inside
    if np.ptp(a[at]) == 0 or np.ptp(b[at]) == 0:
        return 0.0
    return float(stats.spearmanr(a[at], b[at]).statistic)


def edges(image: np.ndarray) -> np.ndarray:
    """Return the image's own edges, float32 [h, w]: a map that knows nothing about age.

    >>> edges(np.zeros((4, 4), np.uint8)).max()
    np.float32(0.0)
    """
    return ndimage.gaussian_gradient_magnitude(image.astype(np.float32), image.shape[0] / 64)


def network_of(model: FeatureModel) -> AgeModel:
    """Return a network that predicts as a network's frozen features with a ridge do.

    Its last layer is the ridge's line, so that gradients run from the age to the picture, and no
    features pass through the disk.

    Parameters
    ----------
    model
        A trained :class:`boneage_kit.features.FeatureModel` of a network's features and ridge.
    """
    if model.stages != "last":
        raise BadInput("A network's head sees the last stage only.", 'Use stages="last".')
    arrays = {name: value.astype(np.float64) for name, value in model.arrays().items()}
    network = create(model.source, sex_input=model.sex_input, hidden=0)
    network.head.mean.fill_(0.0)
    network.head.scale.fill_(1.0)
    slopes = arrays["coefficients"] / arrays["scale"]
    intercept = float(arrays["intercept"][0] - (slopes * arrays["mean"]).sum())
    network.head.set_line(slopes, intercept)
    return network.eval()
