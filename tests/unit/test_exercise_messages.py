"""A wrong answer is told what is wrong with it: the slips of a fresh reader of units 01 to 07."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from boneage_kit.evaluation import conformal, recalibrate
from boneage_kit.teaching import exercises, take_off_the_bias


def by_the_bits_in_use(path):
    values = np.asarray(Image.open(path))
    return values / (2 ** int(values.max()).bit_length() - 1)


def names_of_children(table):
    children = table["patient_id"].unique()
    return children[len(children) // 4 :], children[: len(children) // 4]


def the_test_first(table):
    is_test = table["patient_id"].isin(table["patient_id"].unique()[:22])
    return np.flatnonzero(is_test), np.flatnonzero(~is_test)


def trained(train, valid, augment="Augmentation(rotation=10)"):
    history = pd.DataFrame({"train_mae": [train], "valid_mae": [valid]})
    return SimpleNamespace(settings={"augment": augment}, history=history)


def by_one_shift(fit, rest, others):
    return conformal(take_off_the_bias(fit, rest), take_off_the_bias(fit, others), 0.9)


def by_lines(fit, rest, others):
    line = recalibrate(fit)
    return conformal(line.apply(rest), line.apply(others), 0.9)


def girls_then_boys(local, others):
    girls = local["sex"] == "F"
    return by_one_shift(local[girls], local[~girls], others)


@pytest.mark.parametrize(
    ("number", "answer", "words"),
    [
        ("01.1", 11, "pisiform is not there yet"),
        ("01.2", (75, 126), "divide by 12"),
        ("02.1", 12.4, "radius at H"),
        ("02.1", 11.7, "radius at G"),
        ("02.1", -0.45, "stage F"),
        ("02.1", 1.6, "says stage H"),
        ("02.2", [1.8, 1.7, 1.6, 1.8, 1.7], "girls read as boys"),
        ("03.1", lambda first, second: (second - first).mean(), "two numbers"),
        ("03.2", lambda read, truth: np.abs(read - truth).mean(), "error of the single readers"),
        ("03.2", lambda read, truth: (read.mean(axis=0) - truth).mean(), "the bias"),
        ("03.2", lambda read, truth: np.abs(read.mean() - truth).mean(), "number for all hands"),
        ("03.2", lambda read, truth: np.abs(read.mean(axis=1) - truth).mean(), "one row per"),
        ("03.2", lambda read, truth: np.abs(read.mean(axis=0) - truth), "returns 400 numbers"),
        ("04.1", lambda path: np.asarray(Image.open(path)).max().bit_length(), "int(values.max())"),
        ("04.1", by_the_bits_in_use, "bits that this picture uses"),
        ("04.2", (0.5, 1.0), "should be at least"),
        ("05.1", [1, 3, 4, 6], "its thumb points to the right"),
        ("05.2", names_of_children, "not names"),
        ("05.2", the_test_first, "training first"),
        ("06.1", SimpleNamespace(rotation=30, flip=20), "probability"),
        ("06.1", SimpleNamespace(rotation=30, flip=0.5), "50 of 100 training images"),
        ("06.1", SimpleNamespace(rotation=(-30, 30), flip=0.2), "one number for each"),
        ("06.2", trained(0.9, 3.0), "still overfitting"),
        ("13.3", lambda local, others: by_one_shift(local, local, others), "The same children"),
        ("13.3", lambda local, others: by_one_shift(local[:40], local[:40], others), "The same"),
        ("13.3", lambda local, others: by_lines(local, local, others), "The same children"),
        ("13.3", girls_then_boys, "children of one sex"),
        ("13.3", lambda local, others: conformal(local, others, 0.9), "predictions of others"),
        ("07.1", lambda a, b, c: (a - c).mean() - (b - c).mean(), "signs"),
    ],
)
def test_a_slip_is_named(number, answer, words):
    feedback = exercises.check(number, answer)
    assert feedback.right is False
    assert words in " ".join(feedback.text.split())


def test_an_sd_by_n_is_another_way_to_write_a_right_answer():
    def limits(first, second):
        difference = second - first
        return [np.mean(difference) + k * np.std(difference) for k in (-1.96, 1.96)]

    assert exercises.check("03.1", limits).right


@pytest.mark.parametrize("nothing", [None, ...])
def test_a_function_that_still_gives_nothing_is_not_answered_yet(nothing):
    feedback = exercises.check("03.2", lambda read, truth: nothing)
    assert feedback.right is None and "not answered yet" in feedback.text


def test_four_readers_halve_the_error_of_one_and_the_praise_says_so():
    right = exercises.check("03.2", lambda read, truth: np.abs(read.mean(axis=0) - truth).mean())
    one, two, four, nine = map(float, re.findall(r"0\.\d\d", right.text))
    assert right.right and one > two > four > nine and abs(one / four - 2) < 0.15


@pytest.mark.parametrize("way", [by_one_shift, by_lines])
@pytest.mark.parametrize(
    "split",
    [
        lambda local: (local[:50], local[50:]),
        lambda local: (local[50:], local[:50]),
        lambda local: (local[::2], local[1::2]),
        lambda local: (local[:60], local[60:]),
    ],
)
def test_any_split_and_both_ways_of_correction_are_right(way, split):
    answer = lambda local, others: way(*split(local), others)  # noqa: E731
    assert exercises.check("13.3", answer).right


def test_a_split_drawn_without_a_seed_is_right():
    def answer(local, others):
        fit = local.sample(frac=0.5)
        return by_one_shift(fit, local.drop(fit.index), others)

    assert exercises.check("13.3", answer).right
