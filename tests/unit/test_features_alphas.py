"""Alpha: too small learns the training images by heart, too large ignores the features."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import features, plots


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 70))
    ages = 9 + x[:, :10].sum(axis=1) + rng.normal(0, 2, 80)
    return features.error_by_alpha(x, ages, ["F", "M"] * 40, alphas=[1e-3, 50, 1e7])


def test_the_training_error_rises_with_alpha_and_the_left_out_error_has_a_best_one(table):
    assert table["training"].is_monotonic_increasing
    assert table["training"][0] < 0.1
    assert table["left_out"].idxmin() == 1
    assert table["left_out"][2] == pytest.approx(table["training"][2], rel=0.1)  # a constant


def test_equal_arguments_give_equal_tables():
    x, ages = np.random.default_rng(0).normal(size=(20, 4)), np.arange(20.0)
    one, two = (features.error_by_alpha(x, ages, alphas=[1.0]) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_the_chart_marks_the_alpha_and_keeps_the_floor_below_its_top(table):
    ax = plots.error_by_alpha(table, alpha=50, floor=30.0)
    assert ax.get_title().startswith("alpha = 50:")
    assert ax.get_ylim()[1] > 1.1 * 30
    assert {"floor", "training images", "left-out images"} <= {text.get_text() for text in ax.texts}
