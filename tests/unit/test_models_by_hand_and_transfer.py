"""Features by hand, frozen features, stored models and the commands that make and use them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import boneage_kit as bk
from boneage_kit import cli, datasets
from boneage_kit.features import feature_cache, handcrafted
from boneage_kit.features.feature_model import FeatureModel
from boneage_kit.shelf import stored_model
from boneage_kit.training import learning_curve, pretraining
from boneage_kit.training.recipes import names, recipe

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "real"


@pytest.fixture(scope="module")
def phantom():
    return datasets.load("phantom", 12).images(96)


def test_a_hand_is_found_turned_and_mirrored(phantom):
    image = phantom[3]
    hand = handcrafted.locate(image)[0]
    assert hand.found
    for turned in (image[:, ::-1], np.rot90(image)):
        again = handcrafted.locate(np.ascontiguousarray(turned))[0]
        assert again.found and abs(again.scale - hand.scale) < 0.05


def test_regions_turn_with_the_hand(phantom):
    hands = phantom[:6]
    upright = np.stack([handcrafted.describe(hand) for hand in hands])
    turned = np.stack(
        [handcrafted.describe(np.ascontiguousarray(np.rot90(hand))) for hand in hands]
    )
    same = np.linalg.norm(upright - turned, axis=1)
    other = np.linalg.norm(upright - np.roll(upright, 1, axis=0), axis=1)
    assert np.median(same) < 0.7 * np.median(other)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((64, 64), np.uint8),
        np.full((64, 64), 255, np.uint8),
        np.eye(96, dtype=np.uint8) * 255,
    ],
)
def test_what_is_no_hand_gives_finite_features_and_says_so(image):
    assert not handcrafted.locate(image)[0].found
    assert np.isfinite(handcrafted.describe(image)).all()


def test_features_refuse_what_is_not_bytes_or_too_small():
    with pytest.raises(bk.BadInput, match="uint8"):
        handcrafted.features(np.zeros((1, 64, 64)))
    with pytest.raises(bk.BadInput, match="16 pixels"):
        handcrafted.features(np.zeros((1, 16, 16), np.uint8))


def test_a_torn_feature_cache_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path))
    images = np.random.default_rng(0).integers(0, 255, (3, 8, 8), dtype=np.uint8)

    def mean(part):
        return part.reshape(len(part), -1).mean(axis=1, keepdims=True)

    first = feature_cache.by_image("torn", images, mean, 1, batch=2)
    file = next(tmp_path.rglob("torn*.npz"))
    file.write_bytes(file.read_bytes()[:40])
    assert (feature_cache.by_image("torn", images, mean, 1, batch=2) == first).all()


def test_a_probe_reads_as_ridge_on_frozen_features_does(phantom):
    from boneage_kit import training

    ages, sexes = np.linspace(3, 15, 12), ["F", "M"] * 6
    network = pretraining.probe(None, phantom, ages, sexes)
    frozen = bk.features.frozen_features("efficientnet_lite0", phantom)
    ridge = FeatureModel("efficientnet_lite0").fit_features(frozen, ages, sexes)
    expected = ridge.predict_features(frozen, sexes)
    assert training.predict(network, phantom, sexes) == pytest.approx(expected, abs=1e-3)


def test_a_stored_reader_reads_the_same_and_damage_is_noticed(tmp_path, phantom):
    reader = FeatureModel("handcrafted").fit(phantom, np.linspace(3, 15, 12), ["F", "M"] * 6)
    card = {
        **stored_model.load().card,
        "model": "handcrafted",
        "options": {},
        "metrics": {},
        "interval": {"coverage": 0.9, "half_width_years": {}},
    }
    stored = stored_model.save(tmp_path, reader, card)
    sexes = ["F"] * 12
    assert stored.predict(phantom, sexes) == pytest.approx(reader.predict(phantom, sexes), abs=1e-3)
    weights = tmp_path / stored_model.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(bk.BadInput, match="not those that its card describes"):
        stored_model.load(tmp_path)
    with pytest.raises(bk.BadInput, match="no model in"):
        stored_model.load(tmp_path / "nothing")


def test_every_recipe_is_whole():
    for name in names():
        assert recipe(name).size >= 96
    with pytest.raises(bk.BadInput, match="no model 'resnet'"):
        recipe("resnet")


def test_train_then_predict(tmp_path, capsys):
    out = tmp_path / "model"
    command = [
        "train",
        "--data",
        "phantom",
        "--n",
        "40",
        "--preset",
        "smoke",
        "--model",
        "handcrafted",
        "--out",
        str(out),
    ]
    assert cli.main(command) == 0
    assert "phantom: no clinical figure" in capsys.readouterr().out
    table = pd.read_csv(out / "predictions.csv")
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["mae_years"]["value"] == pytest.approx(
        (table["y_pred"] - table["y_true"]).abs().mean(), abs=1e-3
    )
    before = (out / "metrics.json").stat().st_mtime_ns
    assert cli.main(command) == 0 and (out / "metrics.json").stat().st_mtime_ns == before
    assert cli.main([*command[:-1], str(out), "--seed", "1"]) == 2
    film = bk.phantom.render(sex="F", bone_age=9.0, seed=1, size=256)
    path = bk.phantom.write_png(film, tmp_path / "hand.png")
    capsys.readouterr()
    assert cli.main(["predict", "--model", str(out), "--json", "--sex", "F", str(path)]) == 0
    reading = json.loads(capsys.readouterr().out)["readings"][0]
    assert 0 <= reading["bone_age_years"] < 20 and reading["hand_recognised"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["predict", "--sex", "F"], "Name images or a data set"),
        (["predict", "hand.png"], "child's sex is needed"),
        (["predict", "--data", "phantom"], "table to write"),
        (["train", "--data", "phantom", "--model", "alexnet", "--out", "x"], "no model 'alexnet'"),
    ],
)
def test_commands_refuse_with_one_line(arguments, says, capsys):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_the_shipped_model_reads_and_names_its_terms():
    stored = stored_model.load()
    assert stored.card["weights"]["bytes"] < 10e6
    assert "non-commercial" in stored.card["terms"]["weights"]
    assert "Halabi" in stored.card["terms"]["data"]
    image = stored.prepare(np.random.default_rng(0).random((200, 150)).astype("float32"))
    assert image.shape == (stored.size, stored.size)
    assert 0 <= stored.predict(image[None], ["F"])[0] < 25


def test_a_curve_uses_each_size_once():
    table = pd.DataFrame(
        {"image_id": range(30), "sex": ["F", "M"] * 15, "bone_age": np.linspace(2, 17, 30)}
    )
    found = learning_curve.curve(
        "floor",
        lambda rows, seed: np.full(30, 9.0),
        table,
        table,
        [10, 30, 99],
        repeats=2,
        n_bootstrap=100,
    )
    assert found["n_train"].tolist() == [10, 10, 30]


@pytest.mark.skipif(not REAL.exists(), reason="needs the real radiographs in ../shared/real")
@pytest.mark.slow
def test_regions_hit_expert_boxes_on_real_hands():
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "studies"))
    import handcrafted_regions as judge

    boxes = judge.read_boxes(REAL / "ossification_boxes.csv")
    images = judge.read_images(REAL / "rsna_thumbnails.zip", boxes["image_id"].unique())
    ordered = sorted(images, key=int)
    table, found = judge.judge(boxes, images, ordered[1::2], ordered[::2])
    hit = table.set_index("region")["hit finder"]
    assert found >= 82 and hit["DIP"] > 0.8 and hit["Wrist"] > 0.9


def test_every_stage_is_pooled_beside_the_last_one_in_one_pass(phantom):
    from boneage_kit.features import frozen

    last = frozen.frozen_features("efficientnet_lite0", phantom[:4])
    every = frozen.frozen_features("efficientnet_lite0", phantom[:4], stages="all")
    assert every.shape == (4, 1280 + 6 * (16 + 24 + 40 + 112 + 320))
    assert every[:, :1280] == pytest.approx(last, abs=1e-4)
    first = frozen.maps("efficientnet_lite0", phantom[0], 1)[0]  # (16, 48, 48)
    assert every[0, 1280:1296] == pytest.approx(first.mean((1, 2)), abs=1e-4)
    assert every[0, 1296:1312] == pytest.approx(first.std((1, 2)), abs=1e-4)
    corner = first[0, :24, :24].mean()
    assert every[0, 1312] == pytest.approx(corner, abs=1e-4)
    with pytest.raises(bk.BadInput, match="stages"):
        frozen.frozen_features("efficientnet_lite0", phantom[:1], stages="some")
