"""One reader's way through a worklist, without a widget: what is answered, and what comes next."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from .. import _io
from ..datasets import Dataset
from ..errors import BadInput
from .network_predictions import NetworkPredictions, predict_by_network
from .opinions import ADVISED, checked_opinions, weigh_opinions
from .readings import predictions_of, repeats_of, simulate_readings, worklist
from .readings_file import append_reading, check_reader, parse_readings
from .readings_lines import set_aside_text
from .readings_names import answers_of, meant_ids, plain_name
from .worklist_films import Films

__all__ = ["ReadingSession"]


class ReadingSession:
    """Readings, predictions and repeats of one reader, there at any time.

    Parameters
    ----------
    records, reader, path, repeats, seed, opinion
        As of :func:`boneage_kit.widgets.reading_room`.

    Raises
    ------
    BadInput
        If there is no hand to read, the reader has no name, or the file is not one of readings.
    """

    def __init__(
        self,
        records: Dataset | pd.DataFrame,
        reader: str,
        path: str | Path,
        repeats: int,
        seed: int,
        opinion: pd.DataFrame | None = None,
    ) -> None:
        self.films = Films(records)
        self.records = self.films.records
        self.reader, self.path, self.seed = check_reader(reader), Path(path), seed
        #: Years by image id, shown before the answer; None where the reader reads alone.
        self.opinion: pd.Series | None = None
        if opinion is not None:
            self.opinion = checked_opinions(opinion, self.films.ids)
            self.reader += ADVISED
        self.order = worklist(self.films.ids, min(repeats, len(self.films.ids)), seed)
        #: Hands whose film could not be decoded, with the reason; they are left out.
        self.undecodable: dict[str, str] = {}
        # refuses a file of something else now, not at the first answer
        if note := self.set_aside():
            warnings.warn(note, stacklevel=4)  # where reading_room is called

    def readings(self) -> pd.DataFrame:
        """Return this reader's answers for the hands of this worklist."""
        own = answers_of(parse_readings(self.path)[0], self.reader)
        meant = own["image_id"].map(meant_ids(own["image_id"], self.films.ids))
        table = own.assign(image_id=meant, equal=meant == own["image_id"])[meant.notna()]
        # an answer under the image's own id counts before one under another spelling
        table = table.sort_values("equal", kind="stable")
        table = table.drop_duplicates(["image_id", "occasion"], keep="last").sort_index()
        return table.drop(columns="equal").reset_index(drop=True)

    def set_aside(self) -> str:
        """Return which lines and answers of the file are left out, or are spelled otherwise."""
        table, lines = parse_readings(self.path)
        notes = [set_aside_text(self.path, lines), self._readers_note(table)]
        return " ".join(note for note in [*notes, self._images_note(table)] if note)

    def _readers_note(self, table: pd.DataFrame) -> str:
        others = [name for name in table["reader"].unique() if name != self.reader]
        spelled = [name for name in others if plain_name(name) == plain_name(self.reader)]
        if spelled:
            return (
                f"{self.path.name} spells the reader {self.reader!r} also as {spelled[0]!r}; "
                "these answers count."
            )
        if not others or (table["reader"] == self.reader).any():
            return ""
        names = ", ".join(map(repr, others[:3])) + (" and others" if len(others) > 3 else "")
        return (
            f"{self.path.name} holds answers by {names} and none by {self.reader!r}, "
            "so the room starts at its first hand."
        )

    def _images_note(self, table: pd.DataFrame) -> str:
        own = answers_of(table, self.reader)["image_id"]
        meant = meant_ids(own, self.films.ids)
        spelled = [(name, image) for name, image in meant.items() if name != image]
        unmatched = [name for name in own.unique() if name not in meant]
        notes = []
        if spelled:
            written, image = spelled[0]
            notes.append(
                f"{self.path.name} spells images otherwise than this worklist "
                f"({len(spelled)} in all), such as {written!r} for {image!r}; their answers count."
            )
        if unmatched:
            notes.append(
                f"{self.path.name} names images that are not on this worklist ({len(unmatched)} in "
                f"all), such as {unmatched[0]!r}; their answers are left out here."
            )
        return " ".join(notes)

    def next_place(self) -> int | None:
        """Return the place on the worklist that is to be read next, or None at the end."""
        table = self.readings()
        done = set(zip(table["image_id"], table["occasion"], strict=True))
        return next(
            (
                i
                for i, (name, occasion) in enumerate(self.order)
                if (name, occasion) not in done and name not in self.undecodable
            ),
            None,
        )

    def answer(
        self, bone_age: float, seconds: float = float("nan"), place: int | None = None
    ) -> None:
        """Keep an answer (years) for a place of the worklist; the next one unless given."""
        place = self.next_place() if place is None else place
        if place is None:
            raise BadInput(
                "Every hand of this worklist is read.", "Name another file to read them again."
            )
        append_reading(self.path, self.reader, *self.order[place], bone_age, seconds)

    def predictions(self) -> pd.DataFrame:
        """Return the first readings as the kit's predictions table."""
        return predictions_of(self.readings(), self.records)

    def export(self, path: str | Path | None = None) -> Path:
        """Write :meth:`predictions` as CSV, beside the readings unless a path is given."""
        path = self.path.with_name(f"{self.path.stem}_predictions.csv") if path is None else path
        table = self.predictions()
        # what is no UTF-8 in a name comes back as it was
        _io.write_atomically(
            Path(path),
            lambda file: table.to_csv(file, index=False, errors="surrogateescape"),
        )
        return Path(path)

    def network(self) -> NetworkPredictions:
        """Return what the kit's network predicts on the same hands; this loads torch."""
        return predict_by_network(self.films)

    def repeats(self) -> pd.DataFrame:
        """Return the hands read twice, with both readings."""
        return repeats_of(self.readings())

    def readings_or_simulated(self) -> pd.DataFrame:
        """Return your readings when the worklist is done; before that a simulated reader's."""
        if self.next_place() is None:
            return self.readings()
        return self.simulated_readings()

    def simulated_readings(self) -> pd.DataFrame:
        """Return a simulated reader's; with opinions, one who goes half of the way to them."""
        simulated = simulate_readings(self.records, self.order, self.seed)
        if self.opinion is None:
            return simulated
        return weigh_opinions(simulated, self.opinion).assign(reader="simulated" + ADVISED)

    def pixels(self, image_id: str) -> np.ndarray:
        """Return one radiograph, float32 [H, W] in 0..1."""
        return self.films.film(image_id)[0]

    def first_film(self) -> tuple[str, np.ndarray]:
        """Return name and pixels of the first hand whose film can be decoded."""
        reason = ""
        for name, _ in self.order:
            try:
                return name, self.pixels(name)
            except (BadInput, OSError) as error:
                reason = reason or f"{name}: {error}"
        raise BadInput(f"None of these films can be decoded. {reason}", "Give other films.")

    def sex_of(self, image_id: str) -> str:
        """Return ``"F"`` or ``"M"``."""
        return str(self.records["sex"].iloc[self.films.ids.index(image_id)])
