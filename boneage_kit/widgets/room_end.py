"""The end of a worklist: one's results, the kit's network on the same hands, and the export."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from ..errors import BadInput
from .reading_results import as_html

if TYPE_CHECKING:
    from .room import ReadingRoom

__all__ = ["RoomEnd"]


class RoomEnd:
    """What a reader sees when every hand is read; hidden until :meth:`show`.

    The network reads only when asked: it loads torch, and whoever guesses first learns more.
    """

    def __init__(self, room: ReadingRoom) -> None:
        import ipywidgets as w

        self.room = room
        self.ask = w.Button(description="And the kit's network?", button_style="primary",
                            layout={"width": "190px"})
        save = w.Button(description="Export as predictions table", layout={"width": "220px"})
        self.ask.on_click(lambda _: self.compare())
        save.on_click(lambda _: self.export())
        self.told, self.results = w.HTML(), w.HTML()
        self.box = w.VBox([w.HBox([self.ask, save]), self.told, self.results],
                          layout={"display": "none"})

    def show(self) -> None:
        """Show the reader's own results."""
        self.results.value = as_html(self.room.predictions(), self.room.repeats())
        self._tell("Before you press: on these hands, will the network err more or less than "
                   "you? It takes up to a minute.")
        self.box.layout.display = None

    def compare(self) -> None:
        """Put the network's readings beside one's own; what fails is told in a sentence."""
        self.ask.disabled = True
        self._tell("The network reads your hands ...")
        try:
            self.results.value = as_html(self.room.predictions(), self.room.repeats(),
                                         self.room.network())
            self._tell("The network's readings are below, beside yours.")
        except BadInput as error:
            self._tell(str(error))
        except Exception as error:  # whatever it is, the reader's own results stay
            self._tell(f"The network could not read these hands ({type(error).__name__}: "
                       f"{error}). Your own results stay.")
        self.ask.disabled = False

    def export(self) -> None:
        """Write the predictions table beside the readings, and say what can be done with it."""
        try:
            name = self.room.export().name
            self._tell(f"Written: {name}. For its whole error analysis run, in a terminal: "
                       f"boneage-kit evaluate {name}")
        except OSError as error:
            self._tell(f"The table could not be written: {error}")

    def _tell(self, words: str) -> None:
        self.told.value = f"<p style='font-size:15px'>{html.escape(words)}</p>"
