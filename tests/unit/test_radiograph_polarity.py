from pathlib import Path

import numpy as np
import pytest

import boneage_kit as bk
from boneage_kit.radiograph import stretch, to_square
from boneage_kit.radiograph.polarity import UNSURE, film_in_page, polarity_score

THUMBNAILS = Path(__file__).parents[3] / "shared" / "real" / "rsna_thumbnails.zip"


def test_a_negative_has_the_negative_score():
    film = bk.phantom.render(sex="M", bone_age=10, seed=3, size=128).pixels
    assert polarity_score(1 - film) == pytest.approx(-polarity_score(film), abs=1e-3)


@pytest.mark.parametrize("age", [0.5, 3, 8, 13, 18])
@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_no_phantom_is_taken_for_its_negative(age, difficulty):
    film = bk.phantom.render(sex="F", bone_age=age, seed=1, size=200, difficulty=difficulty).pixels
    assert polarity_score(film) > -UNSURE
    assert polarity_score(1 - film) < UNSURE


@pytest.mark.parametrize(
    "film",
    [
        np.zeros((40, 40)),
        np.random.default_rng(0).random((50, 50)),
        np.tile(np.linspace(0, 1, 40), (40, 1)),
    ],
)
def test_pictures_that_do_not_tell(film):
    assert abs(polarity_score(film.astype("float32"))) < UNSURE


@pytest.mark.skipif(not THUMBNAILS.exists(), reason="needs ../shared/real/rsna_thumbnails.zip")
def test_hardly_any_real_film_or_negative_is_misjudged():
    dataset = bk.datasets.load(f"rsna:{THUMBNAILS}", n=600, verify=False)
    films = [dataset.pixels(i) for i in range(len(dataset))]
    judged = np.array([polarity_score(film) for film in films])
    negative = np.array([polarity_score(1 - film) for film in films])
    assert (judged < -UNSURE).sum() <= 2
    assert (negative > UNSURE).sum() <= 2
    assert (judged > UNSURE).sum() >= 590


def test_two_hands_on_one_film_are_looked_at_one_by_one():
    film = bk.phantom.render(sex="F", bone_age=8, seed=0, size=128).pixels
    both = np.hstack([film, film[:, ::-1]])
    assert polarity_score(both) > UNSURE and polarity_score(1 - both) < -UNSURE


@pytest.mark.parametrize("page", [0.0, 0.7, 1.0])
def test_the_page_around_a_film_does_not_decide(page):
    film = bk.phantom.render(sex="F", bone_age=8, seed=0, size=64).pixels * 0.9 + 0.05
    screen = np.full((200, 300), page, "float32")
    screen[60:124, 100:164] = film
    assert film_in_page(screen) == (60, 124, 100, 164)
    assert polarity_score(screen) > UNSURE
    screen[60:124, 100:164] = 1 - film
    assert polarity_score(screen) < -UNSURE


def test_stretching_spares_an_underexposed_hand_with_a_white_frame():
    film = np.full((100, 100), 0.02, "float32")
    film[30:, 40:60] = 0.1
    film[:3] = film[-3:] = 1.0
    assert stretch(film)[50, 50] > 0.7


def test_squares_keep_proportions_and_range():
    film = np.zeros((200, 100), "float32")
    film[50:150, 25:75] = 1
    square = to_square(film, 80, stretched=False)
    assert square.shape == (80, 80) and square.dtype == np.float32
    assert square[:, :19].max() == 0
    rows, columns = np.ptp(np.argwhere(square > 0.5), axis=0)
    assert rows / columns == pytest.approx(2, rel=0.06)
    assert to_square(film[:9, :9] + 0.5, 64).max() <= 1


def test_reducing_averages_and_does_not_alias():
    lines = np.zeros((200, 200), "float32")
    lines[::2] = 1
    np.testing.assert_allclose(to_square(lines, 50, stretched=False), 0.5, atol=0.02)


@pytest.mark.parametrize(
    "film, size", [(np.zeros((1, 9)), 8), (np.zeros((4, 4, 3)), 8), (np.zeros((9, 9)), 0)]
)
def test_what_is_no_picture_is_refused(film, size):
    with pytest.raises(bk.BadInput):
        to_square(film, size)
