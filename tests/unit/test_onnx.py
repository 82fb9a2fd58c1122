"""Networks as ONNX graphs: the same ages as torch, without torch."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from boneage_kit import models, training
from boneage_kit.errors import BadInput
from boneage_kit.models import onnx_export, onnx_network, views
from boneage_kit.shelf import stored_model

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # as if it were not installed
import numpy as np
from boneage_kit.shelf import stored_model
print(stored_model.load().predict(np.zeros((2, 128, 128), np.uint8), ["F", "M"]).tolist())
"""


@pytest.fixture(scope="module")
def hands():
    return np.random.default_rng(0).integers(0, 255, (9, 72, 72), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("efficientnet_lite0", {"sex_input": True}),
        ("bonet", {"sex_input": True, "deformation": "affine"}),
        ("bonet", {"deformation": "tps"}),
        ("resnet18", {"pretrained": False}),
    ],
)
@pytest.mark.slow
def test_a_graph_predicts_as_torch_does_with_and_without_views(name, options, hands):
    model = models.create(name, **options).eval()
    weights = {key: value.numpy() for key, value in model.state_dict().items()}
    graph = onnx_network.OnnxNetwork(onnx_export.export(model, 72), weights)
    sexes = list("FMFMFMFMF") if model.sex_input else None
    for augmented in (False, True):
        ages = graph.predict(hands, sexes, test_time_augmentation=augmented)
        expected = training.predict(model, hands, sexes, test_time_augmentation=augmented)
        assert ages == pytest.approx(expected, abs=1e-4)


def test_the_views_are_those_of_torch(hands):
    import torch

    from boneage_kit.training.prediction import _view

    images = torch.from_numpy(hands)[:, None].float() / 255
    expected = torch.stack([_view(images, *view)[:, 0] for view in views.VIEWS], dim=1)
    own = views.all_views((hands / 255).astype(np.float32)).reshape(9, 5, 72, 72)
    assert np.abs(own - expected.numpy()).max() < 1e-4


def test_what_does_not_fit_is_refused(hands):
    model = models.create("bonet", sex_input=True).eval()
    weights = {key: value.numpy() for key, value in model.state_dict().items()}
    data = onnx_export.export(model, 72)
    graph = onnx_network.OnnxNetwork(data, weights)
    with pytest.raises(BadInput, match="72, 72"):
        graph.predict(hands[:, :64, :64], ["F"] * 9)
    with pytest.raises(BadInput, match="sexes"):
        graph.predict(hands, None)
    weights["body.1.weight"] = weights["body.1.weight"][:3]
    with pytest.raises(BadInput, match="do not belong together"):
        onnx_network.OnnxNetwork(data, weights)


def test_the_model_that_ships_predicts_without_torch_and_as_torch_does():
    output = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], check=True, capture_output=True, text=True
    ).stdout
    stored = stored_model.load()
    assert stored.graph is not None
    expected = training.predict(
        stored.model, np.zeros((2, 128, 128), np.uint8), ["F", "M"], test_time_augmentation=True
    )
    assert eval(output) == pytest.approx(expected, abs=1e-4)


def test_a_graph_of_other_weights_is_not_used(tmp_path):
    small = models.create("bonet").eval()
    card = {**stored_model.load().card, "model": "bonet", "options": {}}
    card["input"] = {**card["input"], "size": 64}
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        stored_model.save(folder, small, card)
        small = models.create("bonet").eval()  # other random weights
    assert stored_model.load(folders[0]).graph is not None
    shutil.copy(folders[1] / stored_model.GRAPH, folders[0])
    assert stored_model.load(folders[0]).graph is None
