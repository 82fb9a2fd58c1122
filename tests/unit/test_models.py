import math

import numpy as np
import pytest
import torch

import boneage_kit as bk
from boneage_kit import models, training
from boneage_kit.errors import BadInput
from boneage_kit.models import imagenet
from boneage_kit.models.age_model import AgeHead
from boneage_kit.models.backbones import GreyToImageNet
from boneage_kit.models.spatial_transformer import PACE, REACH, SpatialTransformer
from boneage_kit.models.standardise import Standardise


@pytest.mark.slow
def test_every_name_builds_and_reads_years_from_grey_images():
    images, sex = torch.rand(2, 1, 64, 64), torch.tensor([0, 1])
    for row in models.names().itertuples():
        model = models.create(row.name, pretrained=None if row.name == "bonet" else False).eval()
        assert model(images).shape == (2, 1), row.name
        assert model.features(images).ndim == 2
        groups = model.parameter_groups()
        assert sum(map(len, groups)) == len(list(model.parameters())), row.name
    assert models.create("bonet", sex_input=True)(images, sex).shape == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "alexnet"}, "no model 'alexnet'"),
        ({"name": "bonet", "n_conv": 7}, "7 convolutional"),
        ({"name": "bonet", "deformation": "elastic"}, "'elastic'"),
        ({"name": "bonet", "pretrained": True}, "from scratch"),
        ({"name": "bonet", "colour": True}, "colour"),
        ({"name": "overfeat", "pretrained": True}, "not offered any more"),
    ],
)
def test_what_cannot_be_built_is_refused_with_the_reason(arguments, says):
    with pytest.raises(bk.BadInput, match=says):
        models.create(**arguments)


def test_a_sex_that_is_asked_for_is_never_assumed():
    model = models.create("bonet", sex_input=True)
    with pytest.raises(bk.BadInput, match="sex"):
        model(torch.rand(1, 1, 64, 64))


def test_sex_changes_the_reading_only_where_it_is_an_input():
    images = torch.rand(2, 1, 64, 64)
    girls, boys = torch.zeros(2), torch.ones(2)
    for sex_input in (False, True):
        model = models.create("bonet", sex_input=sex_input).eval()
        assert torch.equal(model(images, girls), model(images, boys)) is not sex_input


@pytest.mark.parametrize("n_conv", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("deformation", [None, "affine", "tps"])
def test_bonet_has_the_layers_that_were_asked_for(n_conv, deformation):
    model = models.create("bonet", n_conv=n_conv, deformation=deformation)
    kinds = [type(layer) for layer in model.body]
    assert kinds.count(torch.nn.Conv2d) == n_conv
    assert kinds.count(SpatialTransformer) == (deformation is not None)
    assert model(torch.rand(2, 1, 48, 48)).shape == (2, 1)


@pytest.mark.parametrize("kind", ["affine", "tps"])
def test_the_deformation_layer_starts_as_the_identity_and_can_learn(kind):
    layer = SpatialTransformer(4, kind=kind)
    maps = torch.rand(3, 4, 10, 10)
    torch.testing.assert_close(layer(maps), maps, atol=1e-4, rtol=0)
    layer(maps)[:, :, 2:5].sum().backward()
    assert layer.localisation[-1].bias.grad.abs().sum() > 0


def test_the_affine_layer_reads_where_its_six_numbers_say():
    layer = SpatialTransformer(1)
    one_column = 2 / 8  # of eight, to the right
    with torch.no_grad():
        layer.localisation[-1].bias[2] = math.atanh(one_column / REACH) / PACE
    maps = torch.arange(8.0).repeat(8, 1)[None, None]
    torch.testing.assert_close(layer(maps)[0, 0, 0, :7], torch.arange(1.0, 8.0))


@pytest.mark.parametrize("kind", ["affine", "tps"])
def test_the_deformation_layer_never_looks_off_the_image(kind):
    layer = SpatialTransformer(2, kind=kind)
    with torch.no_grad():
        layer.localisation[-1].bias.uniform_(-1e6, 1e6)
    corner = 1 + 3 * REACH  # of the affine map: itself, one more for each of its three numbers
    assert layer.grid(torch.rand(2, 2, 8, 8)).abs().max() <= (corner if kind == "affine" else 3)


def test_bonet_keeps_its_hidden_units_and_tells_hands_apart_even_at_five_times_its_rate():
    rng = np.random.default_rng(0)
    ages = rng.uniform(2, 18, 64)
    hands = (rng.random((64, 32, 32)) * 60 + 10 * ages[:, None, None]).astype(np.uint8)
    hands[:, :, :16] //= 2  # an edge, so that local contrast leaves something
    sexes = ["F", "M"] * 32
    model = training.fit(
        "bonet", hands, ages, sexes, epochs=12, batch=16, learning_rate=0.02, progress=False
    ).model
    layers = list(model.body)
    images = torch.from_numpy(hands)[:, None].float() / 255
    with torch.inference_mode():
        hidden = model.head.layers[1](model.features(images))
        grids = model.deformation_grid(images)
    assert layers[model.deform_at].localisation[-1].weight.abs().max() > 0
    assert ((hidden <= 0).all(0)).float().mean() < 0.5
    assert grids.std(0).max() > 1e-4


def test_one_hand_alone_is_standardised_by_the_hands_before_it():
    layer = Standardise(3).train()
    layer(torch.rand(16, 3))
    alone = layer(torch.rand(1, 3))
    assert torch.isfinite(alone).all() and alone.abs().sum() > 0


def test_the_spline_passes_through_its_control_points():
    layer = SpatialTransformer(1, kind="tps", control_points=3)
    shifts = torch.zeros(1, 9, 2)
    shifts[0, 4] = torch.tensor([0.2, -0.1])  # the middle one
    grid = layer._spline_grid(shifts, 101, 101)
    torch.testing.assert_close(grid[0, 50, 50], torch.tensor([0.2, -0.1]), atol=1e-3, rtol=0)
    assert grid[0, 0, 0].add(1).abs().max() < 0.02  # the corners stay


def test_the_packaged_weights_are_those_of_imagenet():
    import timm

    body = imagenet.load_lite0(timm.create_model("tf_efficientnet_lite0", pretrained=False))
    total = sum(
        float(tensor.double().sum())
        for name, tensor in body.state_dict().items()
        if tensor.is_floating_point() and not name.startswith("classifier.")
    )
    assert total == pytest.approx(426_133.9274, abs=0.01)
    from skimage import data

    cat = torch.from_numpy(data.chelsea()[0:300, 75:375].copy()).permute(2, 0, 1)[None] / 255
    cat = torch.nn.functional.interpolate(cat, (224, 224), mode="bilinear", antialias=True)
    statistics = imagenet.INCEPTION
    with torch.inference_mode():
        scores = body.eval()((cat - statistics.mean[0]) / statistics.std[0])
    assert scores.argmax().item() in (281, 282, 285)  # tabby, tiger cat, Egyptian cat


def test_weights_that_do_not_fit_are_refused_before_any_is_copied():
    import timm

    wrong = timm.create_model("tf_efficientnet_lite1", pretrained=False)
    before = {name: tensor.clone() for name, tensor in wrong.state_dict().items()}
    with pytest.raises(bk.BadInput, match="do not fit"):
        imagenet.load_lite0(wrong)
    assert all(torch.equal(before[name], tensor) for name, tensor in wrong.state_dict().items())


def test_grey_becomes_what_the_imagenet_weights_were_trained_on():
    statistics = imagenet.TORCHVISION
    out = GreyToImageNet(*statistics)(torch.full((1, 1, 2, 2), 0.5))
    expected = (0.5 - np.array(statistics.mean)) / np.array(statistics.std)
    np.testing.assert_allclose(out[0, :, 0, 0], expected, rtol=1e-6)


def test_local_contrast_does_not_see_exposure():
    layer = models.local_contrast.LocalContrast(floor=0.0)
    image = torch.rand(1, 1, 40, 40)
    torch.testing.assert_close(layer(image), layer(0.3 * image + 0.2), atol=1e-3, rtol=1e-3)


def test_weights_that_need_a_network_say_so_without_one(monkeypatch):
    from urllib.error import URLError

    import torchvision.models

    def no_network(**options):
        raise URLError("offline")

    monkeypatch.setattr(torchvision.models, "vgg16", no_network)
    with pytest.raises(bk.BadInput, match="efficientnet_lite0"):
        models.create("vgg16", pretrained=True)


def test_an_option_that_a_model_does_not_have_is_named_with_those_it_has():
    with pytest.raises(BadInput, match="no option 'n_layers'.*n_conv"):
        models.create("bonet", n_layers=3)
    with pytest.raises(TypeError):  # a wrong value is not called a wrong option
        models.create("bonet", n_conv="five")


def test_a_head_becomes_the_line_it_is_given():
    head = AgeHead(3, sex_input=True).set_target([2.0, 8.0])
    head.set_line(np.array([1.0, 2.0, 3.0, 0.5]), 7.0)
    ages = head(torch.tensor([[1.0, 1, 1], [0, 0, 0]]), torch.tensor([0, 1]))
    assert ages[:, 0].tolist() == pytest.approx([7 + 6 - 0.5, 7.5], abs=1e-5)
    with pytest.raises(BadInput, match="slopes"):
        head.set_line(np.ones(3), 0.0)
    with pytest.raises(BadInput, match="hidden"):
        AgeHead(3, hidden=2).set_line(np.ones(3), 0.0)
