"""BoNet: the paper's network, as far as its sources describe it."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from ..errors import BadInput
from .age_model import AgeHead, AgeModel
from .local_contrast import LocalContrast
from .spatial_transformer import SpatialTransformer
from .standardise import Standardise

CHANNELS = (24, 48, 64, 96, 128, 128)


class BoNet(AgeModel):
    """Five convolutional layers, a deformation layer, fully connected, one linear output.

    After Spampinato, Palazzo, Giordano, Aldinucci and Leonardi, *Deep learning for automated
    skeletal bone age assessment in X-ray images*, Med Image Anal 36 (2017) 41-51. Not the BoNet
    of Escobar et al. (MICCAI 2019), which is another model: Inception-v3 with hand-pose maps.

    **Known, from the abstract and the papers that cite it:** trained from scratch on whole-hand
    radiographs, end to end, as regression of age; five convolutional layers; a deformation layer
    (a spatial transformer acting on feature maps) for the non-rigid variation of hands; fully
    connected; one linear output; image only, sex not an input.

    **Ours, because no source we could read settles it** (each is an argument): kernels, strides
    and channels; batch normalisation; local contrast normalisation of the image; where the
    deformation layer sits and which kind it is; the hidden layer's width; dropout; averaging
    the last maps to a fixed grid, which lets any image size in; standardising that grid, without
    which 19 of 20 hidden units of the fully connected layer died, and some trainings with them.

    Parameters
    ----------
    sex_input
        Whether the child's sex enters beside the image (the paper: no; today: yes).
    n_conv
        Convolutional layers, 1 to 6 (the paper: 5).
    deformation
        ``"affine"``, ``"tps"`` (thin-plate spline) or ``None``.
    deform_after
        After which convolutional layer the deformation layer sits (at most ``n_conv``).
    channels
        Output channels of the layers in order; at least ``n_conv`` numbers.
    first_kernel, first_stride
        The first layer's kernel and stride; the others are 3 x 3 with stride 1.
    n_pool
        How many of the layers, from the first on, are followed by a 2 x 2 maximum.
    grid
        The last maps are averaged to ``grid`` x ``grid`` before the fully connected layer.
    hidden
        Width of the fully connected layer.
    dropout
        Dropout before the fully connected layer and before the output.
    batch_norm
        Batch normalisation after each convolution.
    local_contrast
        Normalise the image's local contrast before the first layer.

    Raises
    ------
    BadInput
        For an impossible number of layers or an unknown deformation.

    >>> import torch
    >>> model = BoNet()
    >>> model(torch.rand(2, 1, 96, 96)).shape  # (B, 1), years
    torch.Size([2, 1])
    >>> model.deformation_grid(torch.rand(2, 1, 96, 96)).shape[-1]  # (x, y) in -1..1
    2
    """

    def __init__(
        self,
        sex_input: bool = False,
        *,
        n_conv: int = 5,
        deformation: str | None = "affine",
        deform_after: int = 2,
        channels: Sequence[int] = CHANNELS,
        first_kernel: int = 5,
        first_stride: int = 2,
        n_pool: int = 3,
        grid: int = 4,
        hidden: int = 256,
        dropout: float = 0.2,
        batch_norm: bool = True,
        local_contrast: bool = True,
    ) -> None:
        if not 1 <= n_conv <= len(channels):
            raise BadInput(
                f"BoNet cannot have {n_conv} convolutional layers.",
                f"Use 1 to {len(channels)}, or give more channels.",
            )
        layers: list[nn.Module] = [LocalContrast()] if local_contrast else []
        deform_at = None
        width = 1
        for number in range(1, n_conv + 1):
            kernel, stride = (first_kernel, first_stride) if number == 1 else (3, 1)
            layers += _convolution(width, channels[number - 1], kernel, stride, batch_norm)
            width = channels[number - 1]
            if number <= n_pool:
                layers.append(nn.MaxPool2d(2))
            if deformation is not None and number == min(deform_after, n_conv):
                deform_at = len(layers)
                layers.append(SpatialTransformer(width, kind=deformation))
        n_features = width * grid * grid
        layers += [nn.AdaptiveAvgPool2d(grid), nn.Flatten(), Standardise(n_features)]
        head = AgeHead(n_features, hidden=hidden, dropout=dropout, sex_input=sex_input)
        super().__init__(nn.Sequential(*layers), head)
        self.deform_at = deform_at

    def deformation_grid(self, images: Tensor) -> Tensor:
        """Return where the deformation layer looks, (B, h, w, 2) as (x, y) in -1..1.

        Feature maps cover the whole image, so the same numbers are positions on the image.
        """
        if self.deform_at is None:
            raise BadInput("This BoNet has no deformation layer.", 'Build it with "affine".')
        layers = list(self.body.children())
        maps = nn.Sequential(*layers[: self.deform_at])(images)
        deformation = layers[self.deform_at]
        assert isinstance(deformation, SpatialTransformer)
        return deformation.grid(maps)


def _convolution(
    n_in: int, n_out: int, kernel: int, stride: int, batch_norm: bool
) -> list[nn.Module]:
    convolution = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=not batch_norm)
    norm = [nn.BatchNorm2d(n_out)] if batch_norm else []
    return [convolution, *norm, nn.ReLU(inplace=True)]
