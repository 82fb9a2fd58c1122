"""A figure or table that follows sliders, and the same at its start where no slider can be used."""

from __future__ import annotations

import html
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as w
import pandas as pd

from ..errors import BadInput
from ..plots.shown_figure import ShownFigure, check_alt, figure_of, to_png
from .panel import Panel

__all__ = ["Slider", "SliderPanel"]

_MOST = 500  # positions of all sliders together
_STYLE = "<style>.bk-sliders .widget-label, .bk-sliders .widget-readout {font-size: 15px}</style>"


@dataclass(frozen=True)
class Slider:
    """The allowed values of one parameter.

    Parameters
    ----------
    values
        At least two; numbers or words.
    label
        What a student reads; the parameter's name unless given.
    unit
        Such as ``"years"``; it stands behind each value.
    start
        The value at the beginning; the first one unless given.

    >>> Slider([0, 0.1, 0.2], "noise", start=0.1).said("noise")
    'noise (0, 0.1, 0.2)'
    """

    values: Sequence[Any]
    label: str = ""
    unit: str = ""
    start: Any = None

    def __post_init__(self) -> None:
        if len(self.values) < 2:
            raise BadInput(
                f"A slider has {len(self.values)} value(s).", "Give at least two to choose from."
            )
        if self.start is not None and self.start not in self.values:
            raise BadInput(
                f"A slider cannot start at {self.start!r}.", f"Give one of {list(self.values)}."
            )

    @property
    def first(self) -> Any:
        """The value at the beginning."""
        return self.values[0] if self.start is None else self.start

    def text(self, value: Any) -> str:
        """Return a value with its unit."""
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        return f"{shown} {self.unit}".strip()

    def said(self, name: str) -> str:
        """Return label and values in words."""
        values = ", ".join(
            self.text(value).removesuffix(self.unit).strip() for value in self.values
        )
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.label or name.replace('_', ' ')} ({values}{unit})"


class SliderPanel(Panel):
    """What a function gives at the values of some sliders; see :meth:`Lesson.explore`.

    Parameters
    ----------
    function
        Takes the parameters by name. It returns a matplotlib figure or axes, or a table.
    sliders
        By the parameter's name.
    alt
        What the figure shows, or a function of the same parameters that says it. A table needs
        none.
    caption
        A line under a figure.
    live
        As of :class:`.panel.Panel`.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        sliders: Mapping[str, Slider],
        alt: str | Callable[..., str] = "",
        caption: str = "",
        live: bool | None = None,
    ) -> None:
        super().__init__(live)
        if not sliders:
            raise BadInput("There is nothing to move.", "Give a parameter, noise=[0, 0.1, 0.2].")
        self.function, self.sliders = function, dict(sliders)
        self._alt, self.caption = alt, caption
        self._shown: dict[tuple, ShownFigure | pd.DataFrame] = {}
        if len(self.positions()) > _MOST:
            raise BadInput(
                f"The sliders have {len(self.positions())} positions together.",
                f"Give fewer values: at most {_MOST} positions can be tried.",
            )

    def positions(self) -> list[dict[str, Any]]:
        """Return the parameters at every position of the sliders."""
        values = itertools.product(*(slider.values for slider in self.sliders.values()))
        return [dict(zip(self.sliders, one, strict=True)) for one in values]

    def start(self) -> dict[str, Any]:
        """Return the parameters at the beginning."""
        return {name: slider.first for name, slider in self.sliders.items()}

    def at(self, **values: Any) -> ShownFigure | pd.DataFrame:
        """Return what is shown at some values; each position is computed once only.

        Raises
        ------
        BadInput
            If the function gives no figure and no table, or a figure has no description.
        """
        key = tuple(values[name] for name in self.sliders)
        if key not in self._shown:
            self._shown[key] = self._compute(values)
        return self._shown[key]

    def _compute(self, values: dict[str, Any]) -> ShownFigure | pd.DataFrame:
        given = self.function(**values)
        if isinstance(given, pd.Series):
            given = given.to_frame()
        if isinstance(given, pd.DataFrame):
            return given
        if not hasattr(given, "get_figure"):
            raise BadInput(
                f"The function gives {type(given).__name__}.",
                "Let it return a matplotlib figure or axes, or a DataFrame.",
            )
        alt = check_alt(self._alt(**values) if callable(self._alt) else self._alt)
        try:
            return ShownFigure(to_png(given), alt, self.caption)
        finally:
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close(figure_of(given))

    # -- live ------------------------------------------------------------------------------

    def build(self) -> w.Box:
        """Return the widget: the sliders above what they change."""
        self.controls = {
            name: w.SelectionSlider(
                options=[(slider.text(value), value) for value in slider.values],
                value=slider.first,
                description=slider.label or name.replace("_", " "),
                continuous_update=False,
                style={"description_width": "initial"},
                layout={"width": "440px"},
            )
            for name, slider in self.sliders.items()
        }
        output = w.interactive_output(self._display, self.controls)
        rows = w.HBox(list(self.controls.values()), layout={"flex_flow": "row wrap"})
        rows.add_class("bk-sliders")
        return w.VBox([w.HTML(_STYLE), rows, output])

    def _display(self, **values: Any) -> None:
        from IPython.display import display

        display(self.at(**values))

    # -- static ----------------------------------------------------------------------------

    def movable(self) -> str:
        """Return in words what can be moved."""
        said = "; ".join(slider.said(name) for name, slider in self.sliders.items())
        return f"In JupyterLab you can move: {said}."

    def _now(self) -> str:
        said = "; ".join(
            f"{slider.label or name.replace('_', ' ')} {slider.text(slider.first)}"
            for name, slider in self.sliders.items()
        )
        return f"Shown here: {said}."

    def html(self) -> str:
        """Return what the start values give, and what can be moved."""
        shown = self.at(**self.start())
        body = shown.to_html() if isinstance(shown, pd.DataFrame) else shown._repr_html_()
        return f"{body}<p>{html.escape(f'{self._now()} {self.movable()}')}</p>"

    def alt(self) -> str:
        """Return the same as text."""
        shown = self.at(**self.start())
        return f"{shown!r}\n{self._now()} {self.movable()}"
