"""The reading room: a worklist without ages, the atlas beside it, every answer kept at once."""

from __future__ import annotations

import base64
import html
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _io, maturity
from ..errors import BadInput
from ..plots.hand_pictures import png_bytes
from .atlas import plate
from .network_reading import NetworkReading, read_by_network
from .panel import Panel
from .readings import (
    append_reading,
    load_readings,
    predictions_of,
    repeats_of,
    simulate_readings,
    worklist,
)
from .worklist_films import Films

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["ReadingRoom", "reading_room"]

_WORD = {"F": "girl", "M": "boy"}


def reading_room(records: Any, reader: str = "me", path: str | Path = "readings.csv",
                 repeats: int = 4, seed: int = 0, live: bool | None = None) -> ReadingRoom:
    """Return a reading room over some hands.

    Parameters
    ----------
    records
        A :class:`~boneage_kit.datasets.Dataset`, or rows of :func:`boneage_kit.phantom.children`.
    reader
        Your name or initials; it stands in the file.
    path
        CSV that answers are added to at once; the room goes on after what is already in it.
    repeats
        Hands that come twice, unmarked, for your own intra-observer agreement.
    seed
        Of the order.
    """
    return ReadingRoom(records, reader, path, repeats, seed, live)


class ReadingRoom(Panel):
    """See :func:`reading_room`. Readings, predictions and repeats are there at any time."""

    def __init__(self, records: Any, reader: str, path: str | Path, repeats: int, seed: int,
                 live: bool | None = None) -> None:
        super().__init__(live)
        self.films = Films(records)
        self.records: pd.DataFrame = self.films.records
        self.reader, self.path, self.seed = reader, Path(path), seed
        self.order = worklist(self.films.ids, min(repeats, len(self.films.ids)), seed)

    # -- the state, without the widget -----------------------------------------------------

    def readings(self) -> pd.DataFrame:
        """Return this reader's answers for the hands of this room."""
        table = load_readings(self.path, self.reader)
        return table[table["image_id"].isin(self.films.ids)].reset_index(drop=True)

    def next_place(self) -> int | None:
        """Return the place on the worklist that is to be read next, or None at the end."""
        table = self.readings()
        done = set(zip(table["image_id"], table["occasion"], strict=True))
        return next((i for i, entry in enumerate(self.order) if entry not in done), None)

    def answer(self, bone_age: float, seconds: float = float("nan")) -> None:
        """Keep an answer (years) for the hand that is next on the worklist."""
        place = self.next_place()
        if place is None:
            raise BadInput("Every hand of this worklist is read.",
                           "Name another file to read them again.")
        append_reading(self.path, self.reader, *self.order[place], bone_age, seconds)

    def predictions(self) -> pd.DataFrame:
        """Return the first readings as the kit's predictions table."""
        return predictions_of(self.readings(), self.records)

    def export(self, path: str | Path | None = None) -> Path:
        """Write :meth:`predictions` as CSV, beside the readings unless a path is given."""
        path = self.path.with_name(f"{self.path.stem}_predictions.csv") if path is None else path
        table = self.predictions()
        _io.write_atomically(Path(path), lambda file: table.to_csv(file, index=False))
        return Path(path)

    def network(self) -> NetworkReading:
        """Return what the kit's network reads on the same hands; this loads torch."""
        return read_by_network(self.films)

    def repeats(self) -> pd.DataFrame:
        """Return the hands read twice, with both readings."""
        return repeats_of(self.readings())

    def readings_or_simulated(self) -> pd.DataFrame:
        """Return your readings when the worklist is done; before that a simulated reader's."""
        if self.next_place() is None:
            return self.readings()
        return simulate_readings(self.records, self.order, self.seed)

    def pixels(self, image_id: str) -> np.ndarray:
        """Return one radiograph, float32 [H, W] in 0..1."""
        return self.films.film(image_id)[0]

    # -- live ------------------------------------------------------------------------------

    def build(self) -> Any:
        """Return the widget."""
        import ipywidgets as w

        from .film_viewer import FilmViewer
        from .room_end import RoomEnd

        self._title, self._said = w.HTML(), w.HTML()
        self._viewer = FilmViewer()
        self._viewer.on_msg(lambda _, message, __: self._hear(message))
        self._work = w.HBox([self._viewer, self._answer_side()], layout={"flex_flow": "row wrap"})
        self._end = RoomEnd(self)
        box = w.VBox([self._title, self._work, self._said, self._end.box])
        self._open()
        return box

    def _answer_side(self) -> Any:
        import ipywidgets as w

        self._atlas = w.HTML()
        self._plate = w.SelectionSlider(options=[("0 m", 0.0)], description="Atlas plate",
                                        style={"description_width": "80px"},
                                        layout={"width": "380px"})
        take = w.Button(description="Take this plate as the answer", layout={"width": "230px"})
        take.on_click(lambda _: self._viewer.fill(*_years_and_months(self._plate.value)))
        self._plate.observe(lambda _: self._draw_atlas(), "value")
        return w.VBox([self._atlas, self._plate, take], layout={"margin": "0 0 0 12px"})

    def _open(self) -> None:
        place = self.next_place()
        if place is None:
            self._work.layout.display = "none"
            self._end.show()
            self._title.value = "<h3>All read</h3>"
            return
        name = self.order[place][0]
        row = self.records.iloc[self.films.ids.index(name)]
        pixels, spacing = self.films.film(name)
        self._sex, self._since = row["sex"], time.monotonic()
        plates = maturity.gp_plate_ages(row["sex"])
        self._plate.options = [(maturity.age_in_words(age), float(age)) for age in plates]
        self._plate.value = float(plates[len(plates) // 2])
        self._draw_atlas()
        words = f"Hand {place + 1} of {len(self.order)}: {_WORD[row['sex']]}"
        self._viewer.show(pixels, spacing, f"{words}, radiograph to read.", place)
        self._title.value = f"<h3 style='margin:2px 0'>{words}</h3>"

    def _step(self, direction: int) -> None:
        ages = [age for _, age in self._plate.options]
        place = ages.index(self._plate.value) + direction
        if 0 <= place < len(ages):
            self._plate.value = ages[place]

    def _draw_atlas(self) -> None:
        pixels = plate(self._sex, self._plate.value).pixels
        data = base64.b64encode(png_bytes(pixels)).decode("ascii")
        text = (f"Phantom atlas plate, {_WORD[self._sex]}, "
                f"{maturity.age_in_words(self._plate.value)}")
        self._atlas.value = (f'<img alt="{text}" src="data:image/png;base64,{data}" width="400" '
                             f'style="display:block"/><div style="font-size:14px">{text}</div>')

    def _hear(self, message: dict[str, Any]) -> None:
        """Take what the film's page sends: another plate, or an answer."""
        self._step(message.get("plate", 0))
        if "years" not in message or message["place"] != self.next_place():
            return  # an answer that came twice
        try:
            self.answer(message["years"] + message["months"] / 12, time.monotonic() - self._since)
        except (BadInput, OSError) as error:
            self._viewer.refuse(f"Not saved: {error}")
            return
        self._said.value = f"Saved in {html.escape(self.path.name)}."
        self._open()

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Any:
        """Return the first hand of the worklist beside two plates to compare it with."""
        from matplotlib.figure import Figure

        name = self.order[0][0]
        sex = self.records.iloc[self.films.ids.index(name)]["sex"]
        plates = maturity.gp_plate_ages(sex)
        shown = [plates[len(plates) // 2], plates[len(plates) // 2 + 3]]
        figure = Figure(figsize=(10.5, 3.9), layout="constrained")
        axes = figure.subplots(1, 3)
        pictures = [(self.pixels(name), f"Hand 1 of {len(self.order)}: {_WORD[sex]}. How old?")]
        pictures += [(plate(sex, float(age)).pixels, f"Phantom plate, {maturity.age_in_words(age)}")
                     for age in shown]
        for ax, (pixels, title) in zip(axes, pictures, strict=True):
            ax.imshow(pixels, cmap="gray", vmin=0, vmax=1)
            ax.set(title=title, xticks=[], yticks=[])
            ax.grid(False)
        return figure

    def alt(self) -> str:
        """Return the same in words."""
        return (f"Reading room with {len(self.order)} radiographs to read, some of them twice and "
                "unmarked: the first hand without its age, beside phantom atlas plates to "
                "compare it with. Each answer is a bone age in years and is saved at once.")


def _years_and_months(age: float) -> tuple[int, int]:
    return divmod(round(12 * age), 12)
