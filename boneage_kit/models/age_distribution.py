"""A head that answers with a distribution over ages instead of one number.

Two readers of one film differ by months, and near the end of growth one picture fits several ages.
The head gives every half year a probability; the prediction is their mean. It learns from two
things at once: the error of the mean, and how far the distribution is from a bell around the
label (Gao et al. 2018, *Age estimation using expectation of label distribution learning*, IJCAI).
Width of the steps and of the bell are ours.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .age_model import SEX_FEATURES, AgeHead

STEP = 0.5  # years
OLDEST = 20.0  # years: the last step
BELL = 0.75  # years: the standard deviation of the bell around a label


class AgeDistributionHead(AgeHead):
    """Features (and the child's sex, where asked for) to probabilities of ages, and their mean.

    After a forward pass :attr:`log_probabilities` (B, 41) holds the distribution.

    >>> head = AgeDistributionHead(8).set_target([6.0, 8.0, 10.0])
    >>> years = head(torch.zeros(2, 8))
    >>> years.shape, head.log_probabilities.shape
    (torch.Size([2, 1]), torch.Size([2, 41]))
    """

    ages: Tensor

    def __init__(self, n_features: int, *, dropout: float = 0.0, sex_input: bool = False) -> None:
        super().__init__(n_features, dropout=dropout, sex_input=sex_input)
        self.register_buffer("ages", torch.arange(0, OLDEST + STEP / 2, STEP))
        width = n_features + (SEX_FEATURES if sex_input else 0)
        last = nn.Linear(width, len(self.ages))
        nn.init.zeros_(last.weight)
        self.layers[-1] = last
        self.log_probabilities = torch.empty(0)

    def set_target(self, ages: Iterable[float]) -> AgeDistributionHead:
        """Begin with the distribution of the training ages, in years."""
        super().set_target(ages)
        line = self.layers[-1]
        assert isinstance(line, nn.Linear)
        with torch.no_grad():
            line.bias.copy_(-0.5 * ((self.ages - self.mean) / self.scale) ** 2)
        return self

    def forward(self, features: Tensor, sex: Tensor | None = None) -> Tensor:
        """Return years (B, 1) from features (B, F) and sex (B,), 0 for F and 1 for M."""
        scores = self.layers(self.with_sex(features, sex))
        self.log_probabilities = F.log_softmax(scores, dim=1)  # (B, 41)
        return self.log_probabilities.exp() @ self.ages[:, None]  # (B, 1)


class DistributionLoss(nn.Module):
    """Mean absolute error in years, plus the distance of the distribution from the label's bell.

    >>> head = AgeDistributionHead(8).set_target([6.0, 8.0, 10.0])
    >>> loss = DistributionLoss(head)
    >>> bool(loss(head(torch.zeros(1, 8)), torch.tensor([[9.0]])) > 1)
    True
    """

    def __init__(self, head: AgeDistributionHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, years: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of predictions (B, 1) that the head has just made, in years."""
        bell = torch.softmax(-0.5 * ((self.head.ages - labels) / BELL) ** 2, dim=1)  # (B, 41)
        apart = F.kl_div(self.head.log_probabilities, bell, reduction="batchmean")
        return F.l1_loss(years, labels) + apart
