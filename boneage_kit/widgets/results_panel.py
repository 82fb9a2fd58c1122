"""What a reader sees when every hand is read: own results, the kit's network, the export."""

from __future__ import annotations

import html

import ipywidgets as w

from ..errors import BadInput
from .reading_results import results_as_html
from .reading_session import ReadingSession

__all__ = ["ResultsPanel"]


class ResultsPanel:
    """The results of one reading session; hidden until :meth:`show`.

    The network predicts only when asked: it loads torch, and whoever guesses first learns more.
    """

    def __init__(self, session: ReadingSession) -> None:
        self.session = session
        self.ask = w.Button(
            description="And the kit's network?", button_style="primary", layout={"width": "190px"}
        )
        save = w.Button(description="Export as predictions table", layout={"width": "220px"})
        self.ask.on_click(lambda _: self.compare())
        save.on_click(lambda _: self.export())
        self.message, self.results = w.HTML(), w.HTML()
        self.box = w.VBox(
            [w.HBox([self.ask, save]), self.message, self.results], layout={"display": "none"}
        )

    def show(self, note: str = "") -> None:
        """Show the reader's own results."""
        self.results.value = results_as_html(self.session.predictions(), self.session.repeats())
        self._tell(
            f"{note} Before you press: on these hands, will the network err more or less "
            "than you? It takes up to a minute.".strip()
        )
        self.box.layout.display = None

    def compare(self) -> None:
        """Put the network's predictions beside the reader's answers; a failure is a sentence."""
        self.ask.disabled = True
        self._tell("The network looks at your hands ...")
        try:
            self.results.value = results_as_html(
                self.session.predictions(), self.session.repeats(), self.session.network()
            )
            self._tell("The network's predictions are below, beside your readings.")
        except BadInput as error:
            self._tell(str(error))
        except Exception as error:  # whatever it is, the reader's own results stay
            self._tell(
                f"The network could not predict these hands ({type(error).__name__}: "
                f"{error}). Your own results stay."
            )
        self.ask.disabled = False

    def export(self) -> None:
        """Write the predictions table beside the readings, and say what can be done with it."""
        try:
            name = self.session.export().name
            self._tell(
                f"Written: {name}. For its whole error analysis run, in a terminal: "
                f"boneage-kit evaluate {name}"
            )
        except (BadInput, OSError) as error:
            self._tell(f"The table could not be written: {error}")

    def _tell(self, text: str) -> None:
        self.message.value = f"<p style='font-size:15px'>{html.escape(text)}</p>"
