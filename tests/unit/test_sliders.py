"""Figures and tables that follow sliders: what is shown without them, and at each position."""

import pandas as pd
import pytest
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure

import boneage_kit as bk
from boneage_kit.errors import BadInput
from boneage_kit.plots.shown_figure import ShownFigure
from boneage_kit.widgets import Slider
from boneage_kit.widgets.sliders import SliderPanel


@pytest.fixture
def lesson():
    return bk.teaching.begin("00_test", preset="smoke", data=None)


def draw(noise):
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([0, noise])
    return figure


def alt(noise):
    return f"One straight line from zero to a height of {noise}."


def test_without_a_frontend_the_start_and_what_can_be_moved_are_shown(
    lesson, tmp_path, monkeypatch
):
    monkeypatch.setenv("BONEAGE_KIT_OUT", str(tmp_path))
    slider = Slider([0, 0.1, 0.2], "noise", "SD", start=0.1)
    shown = []
    monkeypatch.setattr("boneage_kit.teaching.lesson_figures.display", shown.append)
    lesson.explore(draw, name="line", alt=alt, noise=slider)
    data = shown[0]._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html"}
    assert data["text/plain"] == (
        f"Figure: {alt(0.1)}\nShown here: noise 0.1 SD. "
        "In JupyterLab you can move: noise (0, 0.1, 0.2 SD)."
    )
    assert f'alt="{alt(0.1)}"' in data["text/html"] and "you can move" in data["text/html"]
    assert (tmp_path / "figures" / "00_test" / "line.png").is_file()


def test_each_position_is_computed_once_and_a_slider_changes_what_is_shown():
    calls = []

    def table(n):
        calls.append(n)
        return pd.Series({"half": n / 2}, name="value")

    panel = SliderPanel(table, {"n": Slider([2, 4])}, live=True)
    assert "1.0" in panel.alt() and "1.0" in panel.html()
    panel.box  # noqa: B018 - builds the widget
    with capture_output():
        panel.controls["n"].value = 4
        panel.controls["n"].value = 2
    assert calls == [2, 4] and panel.at(n=4).loc["half", "value"] == 2
    assert not panel.controls["n"].continuous_update


def test_positions_are_all_values_of_all_sliders():
    panel = SliderPanel(draw, {"a": Slider([1, 2]), "b": Slider(["x", "y", "z"])})
    assert len(panel.positions()) == 6 and panel.start() == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    "function, sliders, text, problem",
    [
        (draw, {"noise": [1]}, alt, "1 value"),
        (draw, {}, alt, "nothing to move"),
        (draw, {"noise": [0, 1]}, "", "describes nothing"),
        (lambda noise: 3, {"noise": [0, 1]}, alt, "gives int"),
        (draw, {"noise": range(600)}, alt, "600 positions"),
    ],
)
def test_what_cannot_be_shown_is_refused(lesson, function, sliders, text, problem):
    with pytest.raises(BadInput, match=problem):
        lesson.explore(function, name="x", alt=text, **sliders)
    with pytest.raises(BadInput, match="no figure's name"):
        lesson.explore(draw, name="a b", alt=alt, noise=[0, 1])
    with pytest.raises(BadInput, match="cannot start at 3"):
        Slider([0, 1], start=3)


def test_an_axes_is_shown_as_its_figure():
    panel = SliderPanel(lambda noise: draw(noise).axes[0], {"noise": Slider([0, 1])}, alt)
    assert isinstance(panel.at(noise=1), ShownFigure) and panel.at(noise=1).alt == alt(1)
