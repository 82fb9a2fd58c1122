"""The reading room: a worklist without ages, the atlas beside it, every answer kept at once."""

from __future__ import annotations

import html
import time
from pathlib import Path
from typing import Any

import ipywidgets as w
import pandas as pd
from matplotlib.figure import Figure

from .. import maturity
from ..datasets import Dataset
from ..errors import BadInput
from ..plots.hand_pictures import png_bytes
from ..plots.shown_figure import to_data_url
from ..plots.stage_examples import plate
from ..plots.style import SEX_WORD
from .film_viewer import FilmViewer
from .opinions import opinion_in_words
from .panel import Panel
from .reading_session import ReadingSession
from .results_panel import ResultsPanel

__all__ = ["ReadingRoom", "reading_room"]


def reading_room(
    records: Dataset | pd.DataFrame,
    reader: str = "me",
    path: str | Path = "readings.csv",
    repeats: int = 4,
    seed: int = 0,
    live: bool | None = None,
    opinion: pd.DataFrame | None = None,
) -> ReadingRoom:
    """Return a reading room over some hands.

    Parameters
    ----------
    records
        A :class:`~boneage_kit.datasets.Dataset`, or rows of :func:`boneage_kit.phantom.cohort`.
    reader
        Your name or initials; it stands in the file.
    path
        CSV that answers are added to at once; the room goes on after what is already in it.
    repeats
        Hands that come twice, unmarked, for your own intra-observer agreement.
    seed
        Of the order.
    live
        True: the widget; False: its picture; None: the widget where a person can use one.
    opinion
        Columns ``image_id`` and ``opinion`` (years), one row for each hand: a line beside the film
        shows it before the answer. These answers stand in the file under the reader's name followed
        by " with opinion", so that nobody takes them for answers without help.

    Raises
    ------
    BadInput
        If there is no hand to read, the reader has no name, the file is not one of readings, or
        opinions are given and a hand has none.

    >>> from boneage_kit import phantom
    >>> room = reading_room(phantom.cohort(3, seed=1), path="not-there.csv", repeats=1)
    >>> len(room.order), room.next_place()
    (4, 0)
    """
    return ReadingRoom(records, reader, path, repeats, seed, live, opinion)


class ReadingRoom(ReadingSession, Panel):
    """See :func:`reading_room`. Readings, predictions and repeats are there at any time."""

    def __init__(
        self,
        records: Dataset | pd.DataFrame,
        reader: str,
        path: str | Path,
        repeats: int,
        seed: int,
        live: bool | None = None,
        opinion: pd.DataFrame | None = None,
    ) -> None:
        Panel.__init__(self, live)
        ReadingSession.__init__(self, records, reader, path, repeats, seed, opinion)
        self._place: int | None = None  # of the hand that is shown

    # -- live ------------------------------------------------------------------------------

    def build(self) -> w.VBox:
        """Return the widget."""
        self._title, self._status = w.HTML(), w.HTML()
        self._viewer = FilmViewer()
        self._viewer.on_msg(lambda _, message, __: self._receive(message))
        self._work = w.HBox([self._viewer, self._atlas_side()], layout={"flex_flow": "row wrap"})
        self._end = ResultsPanel(self)
        box = w.VBox([self._title, self._work, self._status, self._end.box])
        self._status.value = html.escape(self.set_aside())
        self._open()
        return box

    def _atlas_side(self) -> w.VBox:
        self._atlas = w.HTML()
        self._plate = w.SelectionSlider(
            options=[("0 m", 0.0)],
            description="Atlas plate",
            style={"description_width": "80px"},
            layout={"width": "380px"},
        )
        take = w.Button(description="Take this plate as the answer", layout={"width": "230px"})
        take.on_click(lambda _: self._viewer.fill(*_years_and_months(self._plate.value)))
        self._plate.observe(lambda _: self._draw_atlas(), "value")
        return w.VBox([self._atlas, self._plate, take], layout={"margin": "0 0 0 12px"})

    def _open(self, note: str = "") -> None:
        """Show the next hand, with what the reader must know first; or the results."""
        place, film = self._next_film()
        self._place = place
        if film is None or place is None:
            self._work.layout.display = "none"
            self._title.value = f"<h3>All read</h3>{self._left_out()}"
            self._end.show(note)
            return
        pixels, spacing = film
        self._sex, self._since = self.sex_of(self.order[place][0]), time.monotonic()
        plates = maturity.gp_plate_ages(self._sex)
        self._plate.options = [(maturity.age_in_words(age), float(age)) for age in plates]
        self._plate.value = float(plates[len(plates) // 2])
        self._draw_atlas()
        title = f"Hand {place + 1} of {len(self.order)}: {SEX_WORD[self._sex]}"
        if self.opinion is not None:
            title += f". {opinion_in_words(self.opinion[self.order[place][0]])}"
        self._viewer.show(pixels, spacing, f"{title}, radiograph to read.", place, note)
        self._title.value = f"<h3 style='margin:2px 0'>{title}</h3>{self._left_out()}"

    def _next_film(self) -> tuple[int | None, tuple | None]:
        """Return the next place and its film; a film that cannot be decoded is passed over."""
        while (place := self.next_place()) is not None:
            name = self.order[place][0]
            try:
                return place, self.films.film(name)
            except (BadInput, OSError) as error:
                self.undecodable[name] = str(error)
        return None, None

    def _left_out(self) -> str:
        if not self.undecodable:
            return ""
        name, reason = next(iter(self.undecodable.items()))
        return (
            f"<p>{len(self.undecodable)} hand(s) are left out. "
            f"{html.escape(f'{name}: {reason}')}</p>"
        )

    def _step(self, direction: int) -> None:
        ages = [age for _, age in self._plate.options]
        index = ages.index(self._plate.value) + direction
        if 0 <= index < len(ages):
            self._plate.value = ages[index]

    def _draw_atlas(self) -> None:
        text = (
            f"Phantom atlas plate, {SEX_WORD[self._sex]}, "
            f"{maturity.age_in_words(self._plate.value)}"
        )
        picture = to_data_url(png_bytes(plate(self._sex, self._plate.value).pixels))
        self._atlas.value = (
            f'<img alt="{text}" src="{picture}" width="400" '
            f'style="display:block"/><div style="font-size:14px">{text}</div>'
        )

    def _receive(self, message: dict[str, Any]) -> None:
        """Take what the film's page sends: another plate, or an answer."""
        self._step(message.get("plate", 0))
        if "years" not in message or message["place"] != self._place:
            return  # an answer that came twice: the next film is there already
        try:
            note = self._keep(message["years"] + message["months"] / 12)
            self._open(note)
        except (BadInput, OSError) as error:
            self._viewer.refuse(
                f"Not saved: {error} Your answer is still in the fields: "
                "press Save and next to send it again."
            )

    def _keep(self, years: float) -> str:
        """Keep an answer for the hand that is shown; return what its reader must be told."""
        if self.next_place() != self._place:
            return (
                "The hand before was answered in another window in the meantime. That answer "
                "counts; yours was not added."
            )
        # the hand that was shown, also where another window answers it at this moment
        self.answer(years, time.monotonic() - self._since, self._place)
        self._status.value = f"Saved in {html.escape(self.path.name)}."
        return ""

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Figure:
        """Return the first hand of the worklist beside two plates to compare it with."""
        name, first = self.first_film()
        sex = self.sex_of(name)
        heading = f"Hand 1 of {len(self.order)}: {SEX_WORD[sex]}. How old?"
        if self.opinion is not None:
            heading += f"\n{opinion_in_words(self.opinion[name])}"
        plates = maturity.gp_plate_ages(sex)
        shown = [plates[len(plates) // 2], plates[len(plates) // 2 + 3]]
        figure = Figure(figsize=(10.5, 3.9 if self.opinion is None else 4.2), layout="constrained")
        pictures = [(first, heading)]
        pictures += [
            (plate(sex, float(age)).pixels, f"Phantom plate, {maturity.age_in_words(age)}")
            for age in shown
        ]
        for ax, (pixels, title) in zip(figure.subplots(1, 3), pictures, strict=True):
            ax.imshow(pixels, cmap="gray", vmin=0, vmax=1)
            ax.set(title=title, xticks=[], yticks=[])
            ax.grid(False)
        return figure

    def alt(self) -> str:
        """Return the same in words."""
        beside = "" if self.opinion is None else " A network's opinion stands above each film."
        twice = any(occasion > 1 for _, occasion in self.order)
        some = ", some of them twice and unmarked" if twice else ""
        return (
            f"Reading room with {len(self.order)} radiographs to read{some}: "
            "the first hand without its age, beside phantom atlas plates to "
            f"compare it with.{beside} Each answer is a bone age in years and is saved at once."
        )


def _years_and_months(age: float) -> tuple[int, int]:
    return divmod(round(12 * age), 12)
