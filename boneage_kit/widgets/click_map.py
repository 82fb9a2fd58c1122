"""HTML in which a click is heard: a bone of a hand, a stage of a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

__all__ = ["ClickMap"]


class ClickMap(anywidget.AnyWidget):
    """HTML whose elements with a ``data-pick`` attribute call back with its value when clicked."""

    _esm = Path(__file__).with_name("click_map.js")
    value = traitlets.Unicode().tag(sync=True)

    def on_pick(self, heard: Callable[[str], object]) -> None:
        """Call ``heard`` with the ``data-pick`` of what a person clicks, taps or presses."""
        self.on_msg(lambda _, message, __: heard(str(message.get("pick", ""))))
