"""Features as differences from the average hand, for layers that must tell hands apart."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Standardise(nn.BatchNorm1d):
    """Subtract each feature's mean over hands and divide by its spread; no weights.

    Maps behind a ReLU are positive and much alike in all hands. A layer that takes hundreds of
    them moves, with each step of a large learning rate, by about the same for every hand. After a
    few such steps its own ReLUs answer zero for all hands and never learn again. Differences from
    the average hand have both signs, and add up to no such step (Ioffe and Szegedy 2015,
    arXiv:1502.03167, give the normalisation; its use here is ours).

    Parameters
    ----------
    n_features
        Width of the features (B, n_features).

    >>> import torch
    >>> features = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    >>> Standardise(2)(features).round().tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """

    def __init__(self, n_features: int) -> None:
        super().__init__(n_features, affine=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return standardised features (B, n_features); one hand alone takes the means so far."""
        learns = self.training and len(features) > 1
        return F.batch_norm(
            features, self.running_mean, self.running_var, training=learns, eps=self.eps
        )
