"""Figures of errors and promises: one sign, marks where the numbers put them, bold where lost."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
import pytest

from boneage_kit import evaluation, plots
from boneage_kit.errors import BadInput

AGES = np.linspace(2, 17, 80)
TABLE = pd.DataFrame({"image_id": range(80), "sex": ["F", "M"] * 40, "y_true": AGES})


def test_a_model_that_is_a_year_too_old_stands_a_year_above_zero_in_both_figures():
    too_old = TABLE.assign(y_pred=AGES + 1 + np.tile([0.1, -0.1, -0.1, 0.1], 20))
    dots = plots.calibration(too_old).containers[0].lines[0]
    assert np.allclose(dots.get_ydata(), 1, atol=0.12)
    ax = plots.error_along_age(too_old, n_bootstrap=20)
    assert np.allclose(ax.get_lines()[0].get_ydata(), 1, atol=0.12)
    for drawn in (ax, plots.calibration(too_old)):
        assert "prediction minus label (years)" in drawn.get_ylabel()
        high, low = (next(t for t in drawn.texts if t.get_text() == f"predicted too {end}")
                     for end in ("old", "young"))  # fmt: skip
        assert high.xy[1] > low.xy[1]


def test_the_floor_is_bold_only_in_rows_where_the_model_is_no_better():
    cells = evaluation.by(TABLE.assign(y_pred=AGES + 1), "age_band", n_bootstrap=20)
    floor = cells.assign(mae=[3.0, 3.0, 0.5, 3.0])
    ax = plots.error_by_cell(cells, "age_band", floor=floor)
    weights = [text.get_fontweight() for text in ax.texts]
    assert weights == ["normal", "normal", "bold", "normal"]


def responses(name, unit, doses, maes):
    return pd.DataFrame(
        {"perturbation": name, "dose": doses, "unit": unit, "mae": maes,
         "lower": np.array(maes) - 0.1, "upper": np.array(maes) + 0.1, "moved": 0.5, "n": 60}
    )  # fmt: skip


def test_doses_stand_where_their_number_puts_them_and_categories_have_no_line():
    table = pd.concat(
        [responses("rotation", "degrees", [-45.0, 0, 20, 180], [1.0, 0.6, 0.8, 1.5]),
         responses("flip", "mirrored", [0.0, 1.0], [0.6, 0.7])]
    )  # fmt: skip
    turned, mirrored = plots.dose_response(table).axes[:2]
    line = turned.containers[0].lines[0]
    assert line.get_xdata().tolist() == [-45, 0, 20, 180] and line.get_linestyle() == "-"
    assert mirrored.containers[0].lines[0].get_linestyle() == "None"
    assert [tick.get_text() for tick in mirrored.get_xticklabels()] == ["no", "yes"]


def test_the_most_harmful_change_stands_first_with_its_share_of_moved_predictions():
    table = pd.concat(
        [responses("shift", "% of the side", [0.0, 20.0], [0.6, 0.7]),
         responses("blur", "SD, % of the side", [0.0, 4.0], [0.6, 5.0])]
    )  # fmt: skip
    left, right = plots.worst_changes(table, most=2).axes
    assert [t.get_text() for t in left.get_yticklabels()][0] == "blur (SD 4 % of the side)"
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the first row on top
    assert [bar.get_width() for bar in right.patches] == [50, 50]
    assert "0.60 years" in left.get_title()


def test_dealt_cells_draw_each_cell_once_and_refuse_cells_of_one_child():
    ax = plots.dealt_cells(np.arange(40.0), 4, draws=10)
    assert len(ax.get_lines()[0].get_xdata()) == 4
    with pytest.raises(BadInput, match="cannot be dealt"):
        plots.dealt_cells(np.arange(40.0), 21)


def test_an_interval_past_the_last_plate_is_not_given_a_number():
    row = pd.DataFrame({"image_id": ["7"], "sex": ["M"], "y_true": [16.0], "y_pred": [17.0],
                        "lower": [13.5], "upper": [23.1]})  # fmt: skip
    title = plots.worst_cases([np.zeros((8, 8))], row).axes[0].get_title("left")
    assert "13.5 to over 19" in title and "23" not in title
