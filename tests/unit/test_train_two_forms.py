"""``shelf.train`` on two forms of the same children, and from a model that was begun."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from boneage_kit import datasets, shelf, training
from boneage_kit.errors import BadInput
from boneage_kit.shelf import model_card
from boneage_kit.shelf.training_images import TrainingImages

RECIPE = replace(training.recipe("bonet"), stages=((32, 1), (32, 1)), batch=16)


@pytest.fixture(scope="module")
def hands() -> datasets.Dataset:
    return datasets.load("phantom", n=60)


@pytest.fixture(scope="module")
def first(hands, tmp_path_factory):
    out = tmp_path_factory.mktemp("first") / "model"
    return out, shelf.train(hands, RECIPE, out, progress=False)


def test_a_child_held_back_in_one_form_is_learned_in_none(hands):
    split = datasets.split(hands.table, 0, test=0.1, validation=0.1)
    images = TrainingImages(hands, split, hands.subset(np.arange(0, 60, 2)))
    held = set(hands.table["image_id"].iloc[np.concatenate([split.validation, split.test])])
    assert held
    assert not held & set(images.table["image_id"])
    shown = images.table.iloc[images.shown].reset_index()
    counts = shown["index"].value_counts()
    further = np.arange(len(images.table)) >= len(split.train)
    assert counts.sort_index().tolist() == np.where(further, 2, 1).tolist()
    assert images.pixels(32).shape == (len(images.shown), 32, 32)


def test_further_images_are_judged_and_named_on_the_card(hands, tmp_path):
    metrics = shelf.train(hands, RECIPE, tmp_path / "out", progress=False, more=hands)
    more = json.loads((tmp_path / "out" / "card.json").read_text())["data"]["more"]
    assert (more["n_train"], more["n_validation"], more["n_test"]) == (48, 6, 6)
    assert metrics["more"]["n"] == 60
    # with so few children held back nothing is said of an error
    assert "mae_months" not in metrics["more"]
    again = shelf.train(hands, RECIPE, tmp_path / "out", progress=False, more=hands)
    assert again == metrics
    with pytest.raises(BadInput, match="other data or settings"):
        shelf.train(hands, RECIPE, tmp_path / "out", progress=False)


def test_a_training_goes_on_from_a_model_of_the_same_split(hands, first, tmp_path):
    start, _ = first
    shelf.train(hands, RECIPE, tmp_path / "next", progress=False, start=start)
    card = json.loads((tmp_path / "next" / "card.json").read_text())
    before = json.loads((start / "card.json").read_text())
    assert card["training"]["start"]["sha256"] == before["weights"]["sha256"]
    history = pd.read_csv(tmp_path / "next" / "history.csv")
    assert history["stage"].tolist() == [2]


def test_a_model_that_may_know_the_children_held_back_is_no_start(hands, first, tmp_path):
    start, _ = first
    with pytest.raises(BadInput, match="may know children"):
        shelf.train(hands, RECIPE, tmp_path / "a", seed=1, progress=False, start=start)
    with pytest.raises(BadInput, match="may know children"):
        other = hands.subset(np.arange(50))
        shelf.train(other, RECIPE, tmp_path / "b", progress=False, start=start)
    with pytest.raises(BadInput, match="another network, or has another input"):
        shelf.train(hands, RECIPE, tmp_path / "c", progress=False, start=start, sex_input=False)


@pytest.mark.parametrize(
    "scale",
    [
        {"age_years": [2, 8, 5], "factor": [1, 1, 1]},
        {"age_years": [2, 8], "factor": [1, 1, 1]},
        {"age_years": [2, 8], "factor": [1, -1]},
    ],
)
def test_an_impossible_scale_of_an_interval_is_refused(first, scale):
    card = json.loads((first[0] / "card.json").read_text())
    card["interval"]["scale"] = scale
    with pytest.raises(BadInput):
        model_card.check_card(card, "runs/x")


def test_intervals_follow_the_predicted_age(first):
    stored = shelf.load(first[0])
    stored.card["interval"] = {
        "coverage": 0.9,
        "half_width_years": {"F": 1.0, "M": 2.0},
        "scale": {"age_years": [2.0, 12.0], "factor": [0.5, 1.5]},
    }
    widths = stored.half_widths(["F", "M", "F"], np.array([2.0, 7.0, 30.0]))
    assert widths.tolist() == [0.5, 2.0, 1.5]
