"""The reading room: a worklist without ages, the atlas beside it, every answer kept at once."""

from __future__ import annotations

import base64
import html
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import maturity
from ..errors import BadInput
from .atlas import plate
from .panel import Panel
from .picture import png_bytes
from .reading_results import as_html
from .readings import (
    append_reading,
    load_readings,
    predictions_of,
    repeats_of,
    simulate_readings,
    worklist,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReadingRoom", "reading_room"]

_SHOWN = 512


def reading_room(records: Any, reader: str = "me", path: str | Path = "readings.csv",
                 repeats: int = 4, seed: int = 0, live: bool | None = None) -> ReadingRoom:
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
    """
    return ReadingRoom(records, reader, path, repeats, seed, live)


class ReadingRoom(Panel):
    """See :func:`reading_room`. Readings, predictions and repeats are there at any time."""

    def __init__(self, records: Any, reader: str, path: str | Path, repeats: int, seed: int,
                 live: bool | None = None) -> None:
        super().__init__(live)
        self.records: pd.DataFrame = getattr(records, "table", records).reset_index(drop=True)
        if self.records.empty:
            raise BadInput("There is no hand to read.", "Give at least one record.")
        self._source = records if hasattr(records, "pixels") else None
        self._ids = self.records["image_id"].astype(str).tolist()
        self.reader, self.path, self.seed = reader, Path(path), seed
        self.order = worklist(self._ids, min(repeats, len(self._ids)), seed)

    # -- the state, without the widget -----------------------------------------------------

    def readings(self) -> pd.DataFrame:
        """Return this reader's answers for the hands of this room."""
        table = load_readings(self.path, self.reader)
        return table[table["image_id"].isin(self._ids)].reset_index(drop=True)

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
        row = self._ids.index(image_id)
        if self._source is not None:
            return self._source.pixels(row)
        from ..phantom.cohort import render_row

        return render_row(self.records.iloc[row], _SHOWN).pixels

    # -- live ------------------------------------------------------------------------------

    def build(self) -> Any:
        """Return the widget."""
        import ipywidgets as w

        wide = {"description_width": "120px"}
        self._title, self._hand, self._atlas = w.HTML(), w.HTML(), w.HTML()
        self._window = w.FloatRangeSlider(value=(0, 1), min=0, max=1, step=0.01, style=wide,
                                          description="Window", readout_format=".2f")
        self._zoom = w.FloatSlider(value=1, min=1, max=4, step=0.25, description="Zoom",
                                   style=wide)
        self._invert = w.Checkbox(value=False, description="Invert")
        self._plate = w.SelectionSlider(options=[("0 m", 0.0)], description="Atlas plate",
                                        style=wide, layout={"width": "420px"})
        short = {"width": "190px"}
        self._years = w.BoundedIntText(value=0, min=0, max=20, description="Your answer, years",
                                       style={"description_width": "130px"}, layout=short)
        self._months = w.BoundedIntText(value=0, min=0, max=11, description="months",
                                        style={"description_width": "60px"},
                                        layout={"width": "120px"})
        self._said = w.HTML()
        take = w.Button(description="Answer with this plate", layout={"width": "200px"})
        keep = w.Button(description="Save and next", button_style="primary",
                        layout={"width": "160px"})
        take.on_click(lambda _: self._take(self._plate.value))
        keep.on_click(lambda _: self._keep())
        for control in (self._years, self._months):
            control.observe(lambda _: setattr(self, "_given", True), "value")
        for control in (self._window, self._zoom, self._invert):
            control.observe(lambda _: self._draw(), "value")
        self._plate.observe(lambda _: self._draw_atlas(), "value")
        left = w.VBox([self._hand, self._window, self._zoom, self._invert])
        right = w.VBox([self._atlas, self._plate, take, w.HBox([self._years, self._months]), keep])
        self._work = w.HBox([left, right], layout={"flex_flow": "row wrap"})
        self._open()
        return w.VBox([self._title, self._work, self._said])

    def _open(self) -> None:
        place = self.next_place()
        if place is None:
            self._work.layout.display = "none"
            self._said.value = as_html(self.predictions(), self.repeats())
            self._title.value = "<h3>All read</h3>"
            return
        name = self.order[place][0]
        row = self.records.iloc[self._ids.index(name)]
        word = {"F": "girl", "M": "boy"}[row["sex"]]
        self._sex, self._shown, self._since = row["sex"], self.pixels(name), time.monotonic()
        plates = maturity.gp_plate_ages(row["sex"])
        self._plate.options = [(maturity.age_in_words(age), float(age)) for age in plates]
        self._plate.value = float(plates[len(plates) // 2])
        self._take(0.0)
        self._given = False
        self._window.value = tuple(np.percentile(self._shown, [1, 99.7]).round(2).tolist())
        self._draw()
        self._draw_atlas()
        # last: who sees the new number can answer at once, nothing is reset any more
        self._title.value = f"<h3>Hand {place + 1} of {len(self.order)}: {word}</h3>"

    def _take(self, age: float) -> None:
        self._years.value, self._months.value = divmod(round(12 * age), 12)
        self._given = True

    def _draw(self) -> None:
        low, high = self._window.value
        pixels = np.clip((self._shown - low) / max(high - low, 0.01), 0, 1)
        pixels = 1 - pixels if self._invert.value else pixels
        data = base64.b64encode(png_bytes(pixels)).decode("ascii")
        self._hand.value = (
            '<div style="width:440px;height:440px;overflow:auto;background:black">'
            f'<img alt="Radiograph to read" src="data:image/png;base64,{data}" '
            f'style="width:{round(100 * self._zoom.value)}%"/></div>')

    def _draw_atlas(self) -> None:
        pixels = plate(self._sex, self._plate.value).pixels
        data = base64.b64encode(png_bytes(pixels)).decode("ascii")
        text = f"Phantom atlas plate, {maturity.age_in_words(self._plate.value)}"
        self._atlas.value = (f'<img alt="{text}" src="data:image/png;base64,{data}" width="380"/>'
                             f"<div>{text}</div>")

    def _keep(self) -> None:
        if not self._given:
            self._said.value = "Give a bone age first: by a plate, or in years and months."
            return
        self.answer(self._years.value + self._months.value / 12, time.monotonic() - self._since)
        self._said.value = f"Saved in {html.escape(self.path.name)}."
        self._open()

    # -- static ----------------------------------------------------------------------------

    def static_figure(self) -> Any:
        """Return the first hand of the worklist beside two plates to compare it with."""
        from matplotlib.figure import Figure

        name = self.order[0][0]
        sex = self.records.iloc[self._ids.index(name)]["sex"]
        word = {"F": "girl", "M": "boy"}[sex]
        plates = maturity.gp_plate_ages(sex)
        shown = [plates[len(plates) // 2], plates[len(plates) // 2 + 3]]
        figure = Figure(figsize=(10.5, 3.9), layout="constrained")
        axes = figure.subplots(1, 3)
        pictures = [(self.pixels(name), f"Hand 1 of {len(self.order)}: {word}. How old?")]
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
