"""Figures of data show the numbers they are given, and tell things apart without colour."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from boneage_kit import phantom, plots

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def test_girls_stand_above_and_boys_below_with_their_counts():
    table = phantom.cohort(200, seed=3)
    ax = plots.ages_by_sex(table)
    for bars, sex, sign in zip(ax.containers, "FM", (1, -1), strict=True):
        ages = table.loc[table["sex"] == sex, "bone_age"]
        counts = np.histogram(ages, np.arange(21))[0]
        assert np.array_equal([bar.get_height() for bar in bars], sign * counts)
    assert [text.get_text() for text in ax.texts] == [
        f"{word}: {(table['sex'] == sex).sum()}" for sex, word in (("F", "girls"), ("M", "boys"))
    ]
    assert {bars[0].get_hatch() for bars in ax.containers} == {"", "///"}  # not colour alone


def test_a_table_with_one_sex_is_drawn_too():
    plots.ages_by_sex(pd.DataFrame({"sex": ["F"], "bone_age": [8.0]}))


def test_grey_levels_add_up_to_one_and_differ_in_dashes():
    rng = np.random.default_rng(0)
    films = {"a": rng.random((40, 40)), "b": np.clip(rng.normal(0.5, 0.1, (30, 30)), 0, 1)}
    ax = plots.grey_levels(films)
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    for line, film in zip(ax.lines, films.values(), strict=True):
        shares = np.histogram(film, 64, (0, 1))[0] / film.size
        assert set(np.round(shares, 9)) <= set(np.round(line.get_ydata(), 9))


def test_shares_have_their_numbers_and_the_legend_their_hatches():
    shares = pd.DataFrame({"here": [0.4, 0.6], "there": [0.25, 0.75]}, index=["0-5 y", "5+ y"])
    ax = plots.label_shares(shares)
    assert sorted(text.get_text() for text in ax.texts) == ["25", "40", "60", "75"]
    handles = ax.get_legend().legend_handles
    assert [handle.get_hatch() for handle in handles] == ["", "///"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0-5 y", "5+ y"]


def test_estimates_stand_in_their_order_with_their_intervals():
    rows = pd.DataFrame(
        {"value": [1.0, 2.0], "lower": [0.8, 1.5], "upper": [1.2, 2.2]}, index=["first", "second"]
    )
    ax = plots.estimates(rows, "MAE (years)")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first on top
    drawn = {tuple(point) for points in ax.collections for point in points.get_offsets()}
    assert {(1.0, 0.0), (2.0, 1.0)} <= drawn


def test_the_band_of_an_error_by_size_is_the_range_of_the_seeds():
    table = pd.DataFrame({"n_train": [50, 50, 100, 100], "mae_years": [2.0, 2.4, 1.4, 1.5]})
    ax = plots.error_by_size(table)
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([2.2, 1.45])
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(1.4) and band.max() == pytest.approx(2.4)


def test_learning_curves_go_through_the_mean_of_folds_in_months():
    table = pd.DataFrame(
        {
            "method": "bonet",
            "n_train": [50, 50, 100],
            "mae_years": [2.0, 1.0, 0.5],
            "lower": 0.4,
            "upper": 2.5,
        }
    )
    line = plots.learning_curves(table).lines[0]
    assert line.get_ydata().tolist() == pytest.approx([18.0, 6.0])
    assert line.get_xdata().tolist() == [50, 100]
