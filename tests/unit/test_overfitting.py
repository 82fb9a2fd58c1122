"""Sentences about training curves follow the numbers, also where the opposite holds."""

import pandas as pd
import pytest

from boneage_kit import evaluation
from boneage_kit.errors import BadInput


def history(train, valid):
    return pd.DataFrame({"train_mae": [5.0, train], "valid_mae": [5.0, valid]})


@pytest.mark.parametrize(
    ("train", "valid", "said", "not_said"),
    [
        (0.7, 3.0, "overfits: it errs 2.3 years less", "close"),
        (1.9, 2.1, "The two errors are close", "overfits"),
        (1.6, 1.2, "The validation error is the smaller one", "overfits"),
        (3.0, 3.6, "overfits a little: it errs 0.6 years less", "close"),
        (3.3, 3.6, "The two errors are close", "overfits"),
    ],
)
def test_the_gap_is_named_as_it_is(train, valid, said, not_said):
    text = evaluation.curves_in_words(history(train, valid), floor=4.0)
    assert said in text and not_said not in text and "beats the floor" in text


def test_a_network_that_does_not_beat_the_floor_is_said_not_to():
    assert "does not beat it" in evaluation.curves_in_words(history(0.5, 4.2), floor=4.0)
    assert "about as good as" in evaluation.curves_in_words(history(0.5, 3.95), floor=4.0)


@pytest.mark.parametrize("valid", [3.9, 6.3])
def test_a_network_that_fails_on_its_own_training_images_is_not_said_to_overfit(valid):
    text = evaluation.curves_in_words(history(4.5, valid), floor=4.2)
    assert "learned little" in text and "overfits" not in text and "close" not in text


def test_a_change_rises_falls_or_stays():
    text = evaluation.change_in_words(history(0.7, 3.0), history(1.9, 2.1))
    assert "training error rises from 0.7 to 1.9" in text
    assert "validation error falls from 3.0 to 2.1" in text and "falls from 2.3 to 0.2" in text
    worse = evaluation.change_in_words(history(1.9, 2.1), history(0.7, 3.0))
    assert "training error falls" in worse and "validation error rises" in worse
    assert "stays near 2.1" in evaluation.change_in_words(history(1.0, 2.1), history(1.0, 2.15))


def test_a_training_without_validation_is_refused():
    with pytest.raises(BadInput, match="not watched"):
        evaluation.curves_in_words(history(1.0, float("nan")), floor=4.0)
