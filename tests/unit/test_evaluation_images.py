"""Robustness, input checks and saliency on predictors and pictures with a known answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from boneage_kit import BadInput, phantom
from boneage_kit.probing.input_checks import UNLIKE, learn_inputs, measure_check
from boneage_kit.probing.perturbations import PERTURBATIONS
from boneage_kit.probing.robustness import dose_response, worst_doses
from boneage_kit.probing.robustness_words import responses_in_words
from boneage_kit.probing.saliency import (
    edges,
    grad_cam,
    occlusion_map,
    randomised,
    similarity,
)
from boneage_kit.probing.saliency_check import (
    Case,
    check_cases,
    growth_regions,
    maps_of,
    score_map,
)


@pytest.fixture(scope="module")
def hands():
    """Forty small phantom hands as bytes, with their table."""
    table = phantom.cohort(n=70, seed=3, difficulty=0.1)
    images = [
        phantom.render(row.sex, row.true_bone_age, int(row.seed), 48, 0.1).pixels
        for row in table.itertuples()
    ]
    return np.rint(np.stack(images) * 255).astype(np.uint8), table


def by_brightness(images, sexes):
    """A predictor that depends on nothing but the mean grey value."""
    return images.mean(axis=(1, 2)) / 10


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_perturbations_keep_shape_and_type_change_something_and_leave_the_input(name, hands):
    images = hands[0][:3]
    before = images.copy()
    one = PERTURBATIONS[name]
    assert (one(images, one.doses[0]) == images).all()
    for dose in one.doses[1:]:
        changed = one(images, dose)
        assert changed.shape == images.shape and changed.dtype == np.uint8
        assert (one(images, dose) == changed).all()
    assert (changed != images).any()
    assert (images == before).all()


def test_known_perturbations_do_what_they_say(hands):
    image = hands[0][:1]
    assert (PERTURBATIONS["flip"](image, 1) == image[:, :, ::-1]).all()
    assert (PERTURBATIONS["inversion"](image, 1) == 255 - image).all()
    assert (PERTURBATIONS["rotation"](image, 180) == image[:, ::-1, ::-1]).mean() > 0.95
    assert (PERTURBATIONS["clipped 16 bit"](image, 16)[image >= 16] == 255).all()
    assert len(np.unique(PERTURBATIONS["bit depth"](image, 2))) <= 4
    square = np.zeros((1, 40, 40), np.uint8)
    square[0, 15:25, 15:25] = 200
    area = [(PERTURBATIONS["scale"](square, dose) > 100).sum() for dose in (60, 100, 125)]
    assert area[0] < 50 < area[1] == 100 < area[2]


def test_dose_response_of_a_predictor_whose_error_is_known(hands):
    images = np.full((20, 8, 8), 100, np.uint8)
    table = pd.DataFrame({"sex": "M", "bone_age": 10.0, "chronological_age": 10.0}, index=range(20))
    found = dose_response(
        by_brightness, images, table, perturbations=["brightness", "flip"], n_bootstrap=20
    ).set_index(["perturbation", "dose"])
    assert found.loc[("brightness", 0.0), "mae"] == 0
    assert found.loc[("brightness", 20.0), "mae"] == pytest.approx(5.1)
    assert found.loc[("brightness", -40.0), "bias"] == pytest.approx(-10.0)  # clipped at black
    assert found.loc[("brightness", 20.0), ["moved", "changed_calls"]].tolist() == [1.0, 1.0]
    assert found.loc[("flip", 1.0), ["mae", "moved", "changed_calls"]].tolist() == [0.0, 0.0, 0.0]
    worst = worst_doses(found.reset_index())
    assert worst.loc[0, ["perturbation", "dose"]].tolist() == ["brightness", 40.0]


def test_fewer_doses_keep_the_untouched_and_the_strongest():
    images, table = np.zeros((4, 8, 8), np.uint8), pd.DataFrame({"sex": "F", "bone_age": [5.0] * 4})
    found = dose_response(
        by_brightness, images, table, perturbations=["rotation"], doses=3, n_bootstrap=10
    )
    assert len(found) == 3 and {0.0, 180.0} < set(found["dose"])


def test_robustness_refuses_what_it_cannot_use():
    images, table = np.zeros((4, 8, 8), np.uint8), pd.DataFrame({"sex": "F", "bone_age": [5.0] * 4})
    with pytest.raises(BadInput, match="no perturbation 'melt'"):
        dose_response(by_brightness, images, table, perturbations=["melt"])
    with pytest.raises(BadInput, match="Give uint8"):
        dose_response(by_brightness, images / 255, table)
    with pytest.raises(BadInput, match="one finite age"):
        dose_response(lambda x, s: np.full(len(x), np.nan), images, table)


def test_the_input_check_names_what_is_wrong_and_rarely_cries_wolf(hands):
    images = hands[0]
    check = learn_inputs(images[:60])
    fresh = images[60:]
    said = {
        "as it is": fresh,
        "mirrored": fresh[:, :, ::-1],
        "inverted": 255 - fresh,
        "turned by 180": fresh[:, ::-1, ::-1],
    }
    for word, pictures in said.items():
        warnings = check(np.ascontiguousarray(pictures))["warning"]
        right = (warnings == "") if word == "as it is" else warnings.str.startswith(word)
        assert right.mean() >= 0.7, word
    stripes = np.tile(np.array([0, 255], np.uint8).repeat(6), (4, 48, 4))
    assert (check(stripes)["warning"] == UNLIKE).all()


def test_occlusion_finds_the_patch_that_a_predictor_uses():
    image = np.full((48, 48), 20, np.uint8)
    image[10:16, 30:36] = 220

    def corner(images, sexes):
        return images[:, 10:16, 30:36].mean(axis=(1, 2)) / 20

    found = occlusion_map(corner, image, "F", patch=6, stride=3)
    used = np.zeros((48, 48), bool)
    used[10:16, 30:36] = True
    scores = score_map(found, {"used": used, "hand": np.ones((48, 48), bool)})
    assert scores.loc["used", "auc"] > 0.95 and scores.loc["used", "enrichment"] > 5


def test_grad_cam_finds_the_half_that_a_network_uses():
    import torch

    torch.manual_seed(0)

    class Right(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(1, 4, 3, padding=1)

        def forward(self, images, sex):
            maps = self.conv(images)
            return (maps[..., 16:] ** 2).mean(dim=(1, 2, 3)).reshape(-1, 1)

    image = np.zeros((32, 32), np.uint8)
    image[8:24, 20:28] = 255
    cam = grad_cam(Right(), image, "F")
    assert cam.shape == (32, 32) and cam[10:22, 22:26].mean() > 3 * cam[:, :16].mean()
    with pytest.raises(BadInput, match="No convolution"):
        grad_cam(Right(), image, "F", smallest=64)


def test_shuffling_weights_changes_a_map_of_the_model_and_not_one_of_the_image():
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 5),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 5),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 1),
    )
    empty = randomised(model)
    for a, b in zip(model.parameters(), empty.parameters(), strict=True):
        assert torch.equal(a.flatten().sort().values, b.flatten().sort().values)
    assert not torch.equal(model[0].weight, empty[0].weight)
    image = (np.random.default_rng(0).random((32, 32)) * 255).astype(np.uint8)
    assert similarity(edges(image), edges(image)) == pytest.approx(1)


def test_growth_regions_are_where_the_label_map_says():
    hand = phantom.render("F", 9.0, seed=1, size=160)
    regions = growth_regions(hand)
    names = {name for name in hand.bones.values() if name.endswith("_epiphysis")}
    at = np.isin(hand.labels, [i for i, name in hand.bones.items() if name in names])
    assert regions["growth plates"][at].all()
    together = sum(regions[name].astype(int) for name in regions if name != "hand")
    assert together.max() == 1 and (together[regions["hand"]] == 1).mean() > 0.99
    old = growth_regions(phantom.render("M", 18.9, seed=1, size=160, variation=0))
    assert old["growth plates"].sum() < 0.5 * regions["growth plates"].sum()


def test_a_perfect_map_scores_one_and_a_flat_map_a_half():
    regions = growth_regions(phantom.render("M", 10.0, seed=2, size=96))
    perfect = score_map(regions["growth plates"].astype(float), regions)
    assert perfect.loc["growth plates", "auc"] == 1
    flat = score_map(np.ones((96, 96)), regions)
    assert flat["auc"].tolist() == pytest.approx([0.5] * len(flat))
    assert flat["enrichment"].tolist() == pytest.approx([1.0] * len(flat))


def test_counts_of_the_input_check_are_those_of_its_warnings(hands):
    images, _ = hands
    check = learn_inputs(images)
    noise = np.random.default_rng(0).integers(0, 255, (20, 48, 48), dtype=np.uint8)
    found = measure_check(check, images[:30], {"noise": noise}).set_index("picture")
    assert found.loc["as it is", "warned"] == (check(images[:30])["warning"] != "").mean()
    assert found.loc["noise", "n"] == 20 and found.loc["noise", "warned"] > 0.9
    assert (found["lower"] <= found["warned"]).all()
    assert found.loc["inverted", "named"] <= found.loc["inverted", "warned"]


def test_a_check_is_asked_at_each_dose(hands):
    images, table = hands
    check = learn_inputs(images)
    found = dose_response(
        by_brightness,
        images[:20],
        table.head(20),
        perturbations=["inversion"],
        n_bootstrap=20,
        check=check,
    ).set_index("dose")
    assert found.loc[1.0, "warned"] > 0.8 > 0.3 > found.loc[0.0, "warned"]
    words = responses_in_words(found.reset_index())
    assert "inversion" in words[0] and "at least 80 % of the images with inversion" in words[-1]


def test_robustness_shows_a_model_only_children_held_back_from_it(tmp_path):
    from boneage_kit import datasets
    from boneage_kit.cli import robustness
    from boneage_kit.shelf import stored_model
    from boneage_kit.shelf.train_model import train
    from boneage_kit.training.recipes import recipe

    dataset = datasets.load("phantom", 60)
    train(dataset, recipe("handcrafted"), tmp_path / "model", progress=False)
    stored = stored_model.load(tmp_path / "model")
    test = set(datasets.split(dataset.table, 0, validation=0.1, test=0.1).test)
    chosen, others, whose = robustness._unseen(stored, "phantom", 100, 0)
    names = dataset.table["image_id"]
    assert set(chosen.table["image_id"]) == set(names.iloc[sorted(test)])
    assert "held back" in whose and len(chosen) + len(others) == 60
    chosen, _, whose = robustness._unseen(
        stored_model.StoredModel(
            stored.arrays, {**stored.card, "data": {**stored.card["data"], "checksum": "other"}}
        ),
        "phantom",
        30,
        0,
    )
    assert len(chosen) == 30 and whose == "children"


def test_an_ideal_looker_is_found_and_a_blind_one_is_not():
    import torch

    class Blind(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Conv2d(1, 2, 3, padding=1)
            self.weight = torch.nn.Parameter(torch.zeros(2, 2))

        def forward(self, x, sex):
            return 0 * self.layer(x).mean(dim=(1, 2, 3))[:, None] + 8

    hand = phantom.render("F", 8.0, seed=3, size=64)
    case = Case(np.rint(hand.pixels * 255).astype(np.uint8), "F", growth_regions(hand))
    found = check_cases(Blind(), [case], methods=("occlusion", "ideal looker"))
    plates = found[(found["region"] == "growth plates") & (found["weights"] == "learned")]
    auc = plates.set_index("method")["auc"]
    assert auc["occlusion"] == pytest.approx(0.5) and auc["ideal looker"] > 0.7
    assert set(maps_of(Blind(), case.image, "F", ["occlusion"])) == {"occlusion"}


def test_what_is_fused_is_no_growth_plate():
    old = phantom.render("F", 17.9, seed=1, size=96, variation=0)
    assert not growth_regions(old)["growth plates"].any()
    assert not growth_regions(old)["carpals"].any()
