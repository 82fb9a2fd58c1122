"""What every widget here shares: live where a person sits before it, a picture elsewhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w
from matplotlib.figure import Figure

from .. import _settings
from ..plots.shown_figure import ShownFigure, to_png

__all__ = ["KeyGuard", "Panel", "has_live_frontend"]

_VIEW = "application/vnd.jupyter.widget-view+json"
#: The class by which ``key_guard.js`` and ``film_viewer.js`` find the widget they belong to.
_PANEL_CLASS = "bk-panel"


def has_live_frontend() -> bool:
    """Tell whether a person can use widgets here: JupyterLab, Notebook, Colab, VS Code, Lite.

    Under papermill, nbval and nbconvert nobody sits there; then the picture alone is shown, so
    that a saved notebook never points at a widget that is gone. ``BONEAGE_KIT_WIDGETS=1`` or
    ``0`` decides it by hand.

    >>> has_live_frontend() in (True, False)
    True
    """
    decided = _settings.live_widgets()
    if decided is not None:
        return decided
    if _settings.run_folder():
        return False
    started_by_server = "JPY_SESSION_NAME" in os.environ
    return (
        started_by_server
        or "google.colab" in sys.modules
        or "VSCODE_PID" in os.environ
        or sys.platform == "emscripten"
    )


class KeyGuard(anywidget.AnyWidget):
    """Keeps keys that are pressed inside a panel away from the notebook; it shows nothing."""

    _esm = Path(__file__).with_name("key_guard.js")


class Panel:
    """A widget with a static fallback that tells the same at the widget's default.

    Subclasses build an ipywidgets box in :meth:`build`, and give the fallback in
    :meth:`static_figure` (a matplotlib figure) and :meth:`alt` (the same in words). A fallback that
    is no picture overrides :meth:`html` instead of :meth:`static_figure`.

    Parameters
    ----------
    live
        True: show the widget; False: show the picture; None: find out.
    """

    def __init__(self, live: bool | None = None) -> None:
        self.live = has_live_frontend() if live is None else live
        self._box: w.VBox | None = None

    @property
    def box(self) -> w.VBox:
        """The ipywidgets box with its key guard; built when first asked for."""
        if self._box is None:
            self._box = w.VBox([self.build(), KeyGuard()])
            self._box.add_class(_PANEL_CLASS)
        return self._box

    def build(self) -> w.Box:
        """Return the ipywidgets box."""
        raise NotImplementedError

    def static_figure(self) -> Figure:
        """Return the fallback as a matplotlib figure."""
        raise NotImplementedError

    def alt(self) -> str:
        """Return what the fallback shows, in words."""
        raise NotImplementedError

    def png(self) -> bytes:
        """Return the fallback as a PNG; the figure is closed."""
        figure = self.static_figure()
        try:
            return to_png(figure, dpi=90)
        finally:
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close(figure)

    def html(self) -> str:
        """Return the fallback as HTML."""
        return ShownFigure(self.png(), self.alt(), "")._repr_html_()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        data: dict[str, Any] = {"text/plain": self.alt(), "text/html": self.html()}
        if self.live:  # the same in ipywidgets 7.7 and 8
            data[_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return data

    def __repr__(self) -> str:
        return self.alt()
