import numpy as np
import pandas as pd

from boneage_kit import plots

HISTORY = pd.DataFrame(
    {"epoch": [1, 2, 3], "train_mae": [9.0, 2.0, 1.0], "valid_mae": [30.0, 2.1, 1.9]}
)


def test_a_wild_epoch_does_not_hide_the_curves():
    ax = plots.training_curves(HISTORY, floor=2.5)
    assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] < 35
    wild = HISTORY.assign(valid_mae=[3.0, 300.0, 1.9])
    assert plots.training_curves(wild, floor=2.5).get_ylim()[1] < 10
    assert {text.get_text() for text in ax.texts} == {
        "training 1.0 y",
        "validation 1.9 y",
        "floor 2.5 y",
    }


def test_the_axis_ends_with_the_training_and_an_epoch_beyond_it_is_marked():
    wild = HISTORY.assign(valid_mae=[3.0, 300.0, 1.9])
    ax = plots.training_curves(wild, floor=2.5)
    assert ax.get_xlim() == (1, 3)  # no empty third that looks like an aborted run
    assert ax.get_legend().get_texts()[0].get_text() == "validation: above the axis"
    calm = HISTORY.assign(train_mae=[3.0, 2.0, 1.0], valid_mae=[3.0, 2.1, 1.9])
    assert plots.training_curves(calm, floor=2.5).get_legend() is None


def test_names_at_the_ends_do_not_collide():
    close = HISTORY.assign(train_mae=[3.0, 2.0, 1.9], valid_mae=[3.0, 2.1, 1.9])
    ax = plots.training_curves(close, floor=1.95)
    heights = sorted(text.xy[1] for text in ax.texts)
    assert all(b - a > 0.05 * ax.get_ylim()[1] for a, b in zip(heights, heights[1:], strict=False))


def test_the_error_curve_is_the_mean_with_the_range_of_the_seeds():
    table = pd.DataFrame({"n_train": [50, 50, 100], "mae_years": [2.0, 2.4, 1.5]})
    ax = plots.error_by_size(table, floor=3.0)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [2.2, 1.5])
    assert len(ax.collections) == 1
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["50", "100"]


def test_an_untouched_grid_shows_the_image_as_it_is():
    image = np.random.default_rng(0).integers(0, 255, (32, 32), dtype=np.uint8)
    places = (np.arange(32) + 0.5) / 16 - 1
    grid = np.stack(np.meshgrid(places, places), -1)
    axes = plots.deformations(np.stack([image, image]), np.stack([grid, 0.5 * grid]))
    np.testing.assert_allclose(axes[1, 0].images[0].get_array(), image, atol=1e-6)
    assert not np.allclose(axes[1, 1].images[0].get_array(), image)
    coarse = (np.arange(4) + 0.5) / 2 - 1  # a layer's maps are smaller than the image
    axes = plots.deformations(image[None], np.stack(np.meshgrid(coarse, coarse), -1)[None])
    np.testing.assert_allclose(axes[1, 0].images[0].get_array(), image, atol=1e-6)
    ends = [line.get_xdata() for line in axes[0, 0].lines if len(line.get_xdata()) > 1]
    assert min(map(min, ends)) == -0.5 and max(map(max, ends)) == 31.5  # it fills the frame


def test_the_floor_has_room_above_it_and_a_name_and_the_interval_is_a_band():
    table = pd.DataFrame({"n_train": [50, 100], "mae_years": [2, 1], "lower": 0.8, "upper": 2.4})
    ax = plots.error_by_size(table, floor=3.0)
    assert ax.get_ylim()[1] >= 1.1 * 3.0
    assert "floor" in {text.get_text() for text in ax.texts}
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == 0.8 and band.max() == 2.4


def test_a_map_is_dark_where_it_answers_as_on_empty_film():
    film = np.zeros((8, 8))
    answer = np.full((6, 8, 8), 0.7)  # bright on empty film
    answer[0, 3, 3] = 0.1
    axes = plots.maps_of_layers(film, [("layer 1", answer)], columns=2)
    drawn = axes[0, 0].images[0].get_array()
    assert drawn[0, 0] == 0 and drawn[3, 3] == drawn.max() > 0
    assert "2 of 6 maps" in axes[0, 0].texts[0].get_text()


def test_filters_are_drawn_on_one_grey_scale_around_zero():
    axes = plots.filters([("random", np.eye(3)[None]), ("trained", -2 * np.eye(3)[None])], 1)
    first, second = (ax.images[0] for ax in axes)
    assert first.get_clim() == second.get_clim() == (-1, 1)
    assert np.nanmax(first.get_array()) == 1 and np.nanmin(second.get_array()) == -1


def test_views_stand_beside_the_image():
    axes = plots.augmented_views(np.zeros((8, 8), np.uint8), np.zeros((3, 8, 8)))
    assert [ax.get_title() for ax in axes] == ["as it is", "draw 1", "draw 2", "draw 3"]


def test_every_training_is_a_dot_and_the_floor_is_on_the_axis():
    table = pd.DataFrame({"method": ["a", "a", "b"], "mae_years": [2.0, 2.4, 1.5]})
    ax = plots.errors_of_trainings(table, floor=4.0)
    dots = sorted(float(x) for group in ax.collections for x, _ in group.get_offsets())
    assert dots == [1.5, 2.0, 2.4]
    assert ax.get_xlim()[1] > 4.0 and "floor" in {text.get_text() for text in ax.texts}
    means = [line.get_xdata()[0] for line in ax.lines if len(set(line.get_ydata())) == 2]
    assert {2.2, 1.5} <= {round(float(mean), 6) for mean in means}


def test_learning_curves_can_be_drawn_without_their_bands():
    table = pd.DataFrame(
        {"method": "bonet", "n_train": [50, 100], "mae_years": 2.0, "lower": 1.8, "upper": 2.2}
    )
    assert len(plots.learning_curves(table).collections) == 1
    assert len(plots.learning_curves(table, bands=False).collections) == 0
