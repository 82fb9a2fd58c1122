"""The chart of the timetable: what is drawn is what the table says."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from boneage_kit import maturity, plots

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize("sex", ["F", "M"])
def test_timetable_marks_what_is_there_and_what_is_still_to_come(sex):
    ax = plots.ossification_timetable(sex, age=8.5)
    table = maturity.ossification_table(sex)
    events = np.concatenate([table["appear_p50"].dropna(), table["cap_age"].dropna()])
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
    assert len(ax.get_yticklabels()) == len(table)
    assert any("8.5 years" in text.get_text() for text in ax.texts)


def test_score_leads_to_both_tables():
    ax = plots.rus_age_curves("M", score=501)
    assert [text.get_text() for text in ax.texts] == ["13.0", "14.3"]


def test_score_below_the_table_draws_no_age():
    assert not plots.rus_age_curves("M", score=3).texts


def test_reader_limits_write_their_numbers():
    bars = pd.DataFrame(
        {"label": ["a", "b"], "lower": [-1.0, -0.5], "upper": [1.0, 0.75], "mine": [False, True]}
    )
    ax = plots.reader_limits(bars)
    assert [text.get_text() for text in ax.texts] == ["-1.00 to +1.00", "-0.50 to +0.75"]
