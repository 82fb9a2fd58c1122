import numpy as np
import pytest
import torch

import boneage_kit as bk
from boneage_kit import models, training
from boneage_kit.models.age_distribution import AgeDistributionHead, DistributionLoss


def test_an_untrained_head_answers_the_training_mean():
    head = AgeDistributionHead(4).set_target([8.0, 10.0, 12.0])
    assert head(torch.zeros(3, 4)).detach().numpy() == pytest.approx(10.0, abs=0.05)


def test_the_probabilities_add_up_and_their_mean_is_the_prediction():
    head = AgeDistributionHead(4, sex_input=True).set_target([3.0, 17.0])
    torch.nn.init.normal_(head.layers[-1].weight)
    years = head(torch.randn(5, 4), torch.tensor([0, 1, 0, 1, 1]))
    probabilities = head.log_probabilities.exp()
    torch.testing.assert_close(probabilities.sum(1), torch.ones(5))
    torch.testing.assert_close((probabilities * head.ages).sum(1, keepdim=True), years)
    assert ((years > 0) & (years < 20)).all()


def test_of_two_distributions_with_the_same_mean_the_one_around_the_label_has_the_smaller_loss():
    head = AgeDistributionHead(1)
    loss, label = DistributionLoss(head), torch.tensor([[10.0]])
    losses = []
    for scores in (-0.5 * ((head.ages - 10) / 0.75) ** 2, -0.5 * ((head.ages - 10) / 5) ** 2):
        with torch.no_grad():
            head.layers[-1].bias.copy_(scores)
        losses.append(loss(head(torch.zeros(1, 1)), label).item())
    assert losses[0] == pytest.approx(0, abs=1e-4)
    assert losses[1] > 0.5


def test_the_loss_needs_a_head_with_a_distribution():
    hands = np.zeros((4, 32, 32), np.uint8)
    with pytest.raises(bk.BadInput, match="no distribution"):
        training.fit("bonet", hands, [4, 6, 8, 10], ["F", "M"] * 2, loss="distribution")


@pytest.mark.slow
def test_a_network_with_this_head_learns():
    rng = np.random.default_rng(0)
    ages = rng.uniform(2, 18, 48)
    hands = (rng.random((48, 32, 32)) * 60 + 10 * ages[:, None, None]).astype(np.uint8)
    model = models.create("efficientnet_lite0", distribution=True)
    fitted = training.fit(
        model, hands, ages, ["F", "M"] * 24, epochs=8, batch=16, loss="distribution",
        learning_rate=1e-3, progress=False, augment=False,
    )  # fmt: skip
    assert fitted.history["train_mae"].iloc[-1] < 0.7 * fitted.history["train_mae"].iloc[0]
