"""What stands on a film beside the hand, and that none of it touches the truth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from boneage_kit.phantom import render, rendering
from boneage_kit.phantom.film import Film
from boneage_kit.phantom.film_variety import draw_film


def films(difficulty, n=300):
    return [draw_film(difficulty, np.random.Generator(np.random.Philox(i))) for i in range(n)]


def test_an_atlas_plate_has_nothing_on_it():
    assert draw_film(0.0, np.random.default_rng(0)) == Film()
    assert render("F", 9.0, seed=1, size=128).pixels[:, :6].max() < 0.05


def test_everyday_films_vary_as_often_as_counted():
    drawn = films(1.0)
    assert 0.88 < np.mean([film.marker is not None for film in drawn]) < 1
    assert 0.18 < np.mean([film.fog > 0.1 for film in drawn]) < 0.35
    assert 0.06 < np.mean([film.contrast < 0.65 for film in drawn]) < 0.2
    assert 0.2 < np.mean([film.edges is not None for film in drawn]) < 0.37
    assert np.std([film.rotation for film in drawn]) > 5


def test_variety_grows_with_difficulty():
    spread = [np.std([film.pose.spread[1] for film in films(d)]) for d in (0.2, 0.6, 1.0)]
    assert spread[0] < spread[1] < spread[2]


@pytest.mark.parametrize("worn", [{"ring": "proximal_phalanx_4"}, {"cast": 7.0}])
def test_what_is_worn_is_seen_and_not_labelled(monkeypatch, worn):
    bare = render("M", 10.0, seed=2, size=256)
    plain = rendering.draw_film
    monkeypatch.setattr(
        rendering, "draw_film", lambda d, rng: dataclasses.replace(plain(d, rng), **worn)
    )
    clad = render("M", 10.0, seed=2, size=256)
    assert np.array_equal(bare.labels, clad.labels)
    assert np.abs(clad.pixels - bare.pixels).max() > 0.1


def test_pixels_stay_in_range_on_the_wildest_films():
    for seed in range(12):
        pixels = render("F", 12.0, seed=seed, size=96, difficulty=1.0).pixels
        assert np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1
