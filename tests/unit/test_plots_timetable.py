"""The chart of the timetable: what is drawn is what the table says."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from boneage_kit import maturity, plots
from boneage_kit.plots import timetable

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize("sex", ["F", "M"])
def test_timetable_marks_what_is_there_and_what_is_still_to_come(sex):
    ax = plots.ossification_timetable(sex, age=8.5)
    rows = timetable.timetable_rows(sex)
    events = np.concatenate(
        [row.centres[name].dropna().unique() for row in rows for name in ("appear_p50", "cap_age")]
    )
    hollow = sum(
        len(line.get_xdata())
        for line in ax.lines
        if line.get_marker() in ("o", "s") and line.get_markerfacecolor() == "white"
    )
    filled = sum(
        len(line.get_xdata())
        for line in ax.lines
        if line.get_marker() in ("o", "s") and line.get_markerfacecolor() != "white"
    )
    assert (filled, hollow) == ((events <= 8.5).sum(), (events > 8.5).sum())
    assert [label.get_text() for label in ax.get_yticklabels()] == [row.name for row in rows]
    assert any("8.5 years" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize("sex", ["F", "M"])
def test_every_centre_stands_on_one_row_and_the_legend_names_every_mark(sex):
    rows, table = timetable.timetable_rows(sex), maturity.ossification_table(sex)
    shown = [name for row in rows for name in row.centres["centre"]]
    assert sorted(shown) == sorted(table["centre"])
    hand = next(row for row in rows if row.name == "distal phalanges II to V")
    part = table[table["centre"].isin(["DP2_epi", "DP3_epi", "DP4_epi", "DP5_epi"])]
    assert hand.appears == (part["appear_p5"].min(), part["appear_p95"].max())
    assert hand.fuses == (part["fusion_start"].min(), part["fusion_end"].max())
    named = [text.get_text() for text in plots.ossification_timetable(sex, 8.5).get_legend().texts]
    assert len(named) == 5 and named[-1] == "hollow: still to come at 8.5 years"
    assert len(plots.ossification_timetable(sex).get_legend().texts) == 4


def test_score_leads_to_both_tables():
    ax = plots.rus_age_curves("M", score=501)
    assert [text.get_text() for text in ax.texts] == ["TW3: 13.0 years", "TW2: 14.3 years"]


def test_score_below_the_table_draws_no_age():
    assert not plots.rus_age_curves("M", score=3).texts


def test_reader_limits_write_their_numbers():
    bars = pd.DataFrame(
        {"label": ["a", "b"], "lower": [-1.0, -0.5], "upper": [1.0, 0.75], "mine": [False, True]}
    )
    ax = plots.reader_limits(bars)
    assert [text.get_text() for text in ax.texts] == ["-1.00 to +1.00", "-0.50 to +0.75"]
