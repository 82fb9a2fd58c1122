"""Phantoms reduced as the RSNA thumbnails were, and the figures of what transfers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from boneage_kit import phantom, plots


@pytest.fixture(scope="module")
def plate():
    return phantom.render("F", 10.0, seed=3, size=400)


def width_of(image: np.ndarray) -> float:
    return float((image > 0.2).any(axis=0).mean())


def test_a_thumbnail_takes_pixels_of_the_drawing_and_averages_none(plate):
    small = phantom.as_thumbnail(plate, grain=0)
    assert small.shape == (100, 100) and small.dtype == np.float32
    assert np.array_equal(small, plate.pixels[2::4, 2::4])


def test_a_cut_film_is_squeezed_into_the_square(plate):
    whole, cut = (
        phantom.as_thumbnail(plate, aspect=aspect, grain=0)
        for aspect in (None, phantom.FILM_ASPECT)
    )
    assert width_of(cut) == pytest.approx(width_of(whole) / phantom.FILM_ASPECT, rel=0.06)


def test_grain_is_the_films_own_and_stays_in_range(plate):
    once, again, none = (phantom.as_thumbnail(plate, grain=grain) for grain in (1, 1, 0))
    assert np.array_equal(once, again) and once.dtype == np.float32
    assert 0.003 < (once - none).std() < 0.1
    assert once.min() >= 0 and once.max() <= 1


def test_no_film_is_cut_narrower_than_the_hand(plate):
    narrow = phantom.as_thumbnail(plate, aspect=0.1, grain=0)
    bones = np.flatnonzero((plate.labels > 0).any(axis=0))
    assert width_of(narrow) < 1
    assert narrow.std() > 0 and np.ptp(bones) / 400 > 0.4
    assert narrow[:, 0].max() < 0.2 and narrow[:, -1].max() < 0.2


def test_the_figures_say_how_many_and_how_far():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"sex": ["F", "M"] * 30, "y_true": rng.uniform(2, 17, 60)})
    table["y_pred"] = 0.5 * table["y_true"] + 4
    axes = plots.both_directions(table, table)
    words = "\n".join(text.get_text() for text in axes[0].texts)
    assert "n = 60" in words and "r = 1.00" in words and "slope = 0.50" in words
    figure = plots.worst_readings(np.zeros((3, 20, 20), np.uint8), table.head(3))
    assert sum(bool(ax.get_title()) for ax in figure.axes) == 3
    plt.close("all")
