"""What a training makes small, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from ..errors import BadInput
from ..models.age_distribution import AgeDistributionHead, DistributionLoss

if TYPE_CHECKING:
    from ..models import AgeModel

_OF_ONE_NUMBER = {"l1": nn.L1Loss, "smooth_l1": nn.SmoothL1Loss, "mse": nn.MSELoss}
LOSSES = (*_OF_ONE_NUMBER, "distribution")


def loss_of(name: str, model: AgeModel) -> nn.Module:
    """Return the loss of predictions (B, 1) and labels (B, 1), both in years.

    Parameters
    ----------
    name
        One of :data:`LOSSES`.
    model
        The network. For ``"distribution"`` its head must give a distribution over ages.

    Raises
    ------
    BadInput
        For an unknown loss, or one that the network's head cannot have.

    >>> from boneage_kit import models
    >>> loss_of("distribution", models.create("bonet"))
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: This network's head gives one number and no distribution...
    """
    if name not in LOSSES:
        raise BadInput(f"There is no loss {name!r}.", f"Use one of {', '.join(LOSSES)}.")
    if name in _OF_ONE_NUMBER:
        return _OF_ONE_NUMBER[name]()
    if not isinstance(model.head, AgeDistributionHead):
        raise BadInput(
            "This network's head gives one number and no distribution over ages.",
            "Build the network with distribution=True, or use another loss.",
        )
    return DistributionLoss(model.head)
