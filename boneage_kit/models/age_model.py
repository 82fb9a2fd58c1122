"""What every network of the kit shares: features of an image in, years out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import BadInput

SEX_FEATURES = 32  # ours: as wide as the usual sex branch of the RSNA 2017 winner


class AgeHead(nn.Module):
    """Features (and the child's sex, where asked for) to one age in years.

    The output neuron is linear. It works in standard scores, and two buffers turn them into
    years, so that the first step of a training already starts at the mean age of the training
    set. :meth:`set_target` fills the buffers; they are saved with the weights.

    Parameters
    ----------
    n_features
        Width of the features that come in.
    hidden
        Width of the hidden layer; 0 for none.
    dropout
        Probability with which a feature is dropped while training.
    sex_input
        Whether sex enters, as a learned vector of 32 numbers beside the image's features.

    >>> head = AgeHead(8, hidden=4, sex_input=True).set_target([6.0, 8.0, 10.0])
    >>> head(torch.zeros(2, 8), torch.tensor([0, 1])).shape
    torch.Size([2, 1])
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self, n_features: int, *, hidden: int = 0, dropout: float = 0.0, sex_input: bool = False
    ) -> None:
        super().__init__()
        self.sex_input = sex_input
        self.sex = nn.Embedding(2, SEX_FEATURES) if sex_input else None
        width = n_features + (SEX_FEATURES if sex_input else 0)
        layers: list[nn.Module] = [nn.Dropout(dropout)]
        if hidden:
            layers += [nn.Linear(width, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout)]
        layers.append(nn.Linear(hidden or width, 1))
        self.layers = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor(10.0))
        self.register_buffer("scale", torch.tensor(4.0))

    def set_target(self, ages: Iterable[float]) -> AgeHead:
        """Take the mean and standard deviation (years) of the training ages."""
        years = torch.as_tensor(list(ages), dtype=torch.float64)
        self.mean.fill_(years.mean().item())
        spread = years.std().item() if len(years) > 1 else 0.0
        self.scale.fill_(max(spread, 0.5))  # half a year: a single age must not divide by zero
        return self

    def set_line(self, slopes: np.ndarray, intercept: float) -> AgeHead:
        """Make this head a straight line: years = intercept + slopes x (features, sex).

        Parameters
        ----------
        slopes
            float64 [F], or [F + 1] where the head takes the sex: the last one belongs to -1 for F
            and +1 for M, as :func:`boneage_kit.features.with_sex` writes them.
        intercept
            Years.

        Raises
        ------
        BadInput
            For a head with a hidden layer, or another number of slopes.

        >>> head = AgeHead(2).set_line(np.array([1.0, 2.0]), 3.0)
        >>> head(torch.tensor([[10.0, 100.0]])).item()
        213.0
        """
        line = self.layers[-1]
        assert isinstance(line, nn.Linear)
        n_features = line.in_features - (SEX_FEATURES if self.sex else 0)
        expected = n_features + int(self.sex_input)
        if len(self.layers) > 2 or len(slopes) != expected:
            raise BadInput(
                f"{len(slopes)} slopes do not fit this head.",
                f"Give {expected} slopes, and a head without a hidden layer.",
            )
        with torch.no_grad():
            line.weight.zero_()
            line.weight[0, :n_features] = torch.tensor(slopes[:n_features])
            if self.sex is not None:
                self.sex.weight[:, 0] = torch.tensor([-1.0, 1.0])
                line.weight[0, n_features] = float(slopes[-1])
            line.bias[0] = float(intercept) - self.mean.item()
            for value in (line.weight, line.bias):
                value /= self.scale
        return self

    def forward(self, features: Tensor, sex: Tensor | None = None) -> Tensor:
        """Return years (B, 1) from features (B, F) and sex (B,), 0 for F and 1 for M."""
        return self.mean + self.scale * self.layers(self.with_sex(features, sex))  # (B, 1)

    def with_sex(self, features: Tensor, sex: Tensor | None) -> Tensor:
        """Return features (B, F), and behind them, where the sex is an input, its 32 numbers."""
        if self.sex is None:
            return features
        if sex is None:
            raise BadInput(
                "This model takes the child's sex and got none.",
                'Pass sex, 0 for "F" and 1 for "M"; it is never assumed.',
            )
        return torch.cat([features, self.sex(sex.long())], dim=1)  # (B, F + 32)


class AgeModel(nn.Module):
    """A network that predicts bone age: ``body`` gives features, ``head`` gives years.

    Parameters
    ----------
    body
        Images (B, 1, H, W) in 0..1 to features (B, F).
    head
        Features to years.

    >>> body = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())
    >>> model = AgeModel(body, AgeHead(4))
    >>> model(torch.rand(3, 1, 32, 32)).shape
    torch.Size([3, 1])
    """

    def __init__(self, body: nn.Module, head: AgeHead) -> None:
        super().__init__()
        self.body = body
        self.head = head

    @property
    def sex_input(self) -> bool:
        """Whether the model takes the child's sex."""
        return self.head.sex_input

    def features(self, images: Tensor) -> Tensor:
        """Return the features (B, F) of images (B, 1, H, W) in 0..1."""
        return self.body(images)

    def forward(self, images: Tensor, sex: Tensor | None = None) -> Tensor:
        """Return bone age in years (B, 1) for images (B, 1, H, W) and sex (B,), 0 F, 1 M."""
        return self.head(self.features(images), sex)

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Return the body's first half, its second half and the head: what unfreezing opens.

        The halves are cut by number of tensors, so that a pre-trained network's general layers
        stand apart from its special ones.
        """
        body = list(self.body.parameters())
        cut = len(body) // 2
        return [body[:cut], body[cut:], list(self.head.parameters())]
