"""Figures of a lesson: shown with their description in words, and kept in a run.

A run's folder gets ``figures/<notebook>/<name>.png`` and ``<name>.json`` (alt text and caption).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
from IPython.display import display

from ..errors import BadInput
from ..plots import shown_figure
from .lesson_data import LessonData

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..widgets.sliders import Slider


class LessonFigures(LessonData):
    """The figures of one notebook: ``lesson.figure(...)`` and ``lesson.explore(...)``."""

    def figure(self, fig: Figure | Axes, name: str, *, alt: str, caption: str = "") -> None:
        """Show a figure with its description in words, keep both in a run, and close it.

        Parameters
        ----------
        fig
            A matplotlib figure, or axes on it. Nine inches wide fill a projected notebook.
        name
            The file's name in the run's folder: letters, digits, ``_`` and ``-``.
        alt
            What the figure shows, for somebody who cannot see it: a sentence or two.
        caption
            A line under the figure for everybody. Say "phantom" where it is one.

        Raises
        ------
        BadInput
            For a name that is no file name, or an alt text that describes nothing.
        """
        shown = shown_figure.ShownFigure(
            shown_figure.to_png(fig), shown_figure.check_alt(alt), caption
        )
        self._keep_figure(name, shown)
        plt.close(shown_figure.figure_of(fig))
        display(shown)

    def explore(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        alt: str | Callable[..., str] = "",
        caption: str = "",
        **parameters: Sequence[Any] | Slider,
    ) -> None:
        """Show what a function gives, with a slider for each parameter.

        Parameters
        ----------
        function
            Takes the parameters by name; returns a matplotlib figure or axes, or a DataFrame. Each
            position of the sliders must take less than a second or two.
        name
            The file's name in the run's folder, for a figure.
        alt
            What a figure shows: a text, or a function of the same parameters that returns it.
        caption
            A line under a figure.
        parameters
            For each parameter its allowed values, of which the first is shown first; or
            ``bk.widgets.Slider(values, label, unit, start)``.

        Raises
        ------
        BadInput
            For fewer than two values, or a figure without a description.

        >>> import pandas as pd
        >>> from boneage_kit import teaching
        >>> lesson = teaching.begin("06_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> lesson.explore(lambda n: pd.DataFrame({"half": [n / 2]}), name="halves", n=[2, 4])
           half
        0   1.0
        Shown here: n 2. In JupyterLab you can move: n (2, 4).
        """
        from ..widgets.sliders import Slider, SliderPanel  # keeps scipy out of a light start

        sliders = {
            key: given if isinstance(given, Slider) else Slider(given)
            for key, given in parameters.items()
        }
        panel = SliderPanel(function, sliders, alt, caption)
        shown = panel.at(**panel.start())
        if isinstance(shown, shown_figure.ShownFigure):
            self._keep_figure(name, shown)
        display(panel)

    def _keep_figure(self, name: str, shown: shown_figure.ShownFigure) -> None:
        """Write a figure and its description into the run's folder, if there is one."""
        if not re.fullmatch(r"[\w-]+", name):
            raise BadInput(f"{name!r} is no figure's name.", "Use letters, digits, _ and -.")
        if self.out is not None:
            folder = self.out / "figures" / self.notebook
            shown_figure.save(folder, name, shown.png, shown.alt, shown.caption)
