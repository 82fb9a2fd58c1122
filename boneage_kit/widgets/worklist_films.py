"""The films behind a worklist: their pixels, and how large a pixel is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..datasets import Dataset
from ..datasets.phantom import PhantomPixels
from ..datasets.problems import Problems
from ..errors import BadInput
from ..phantom import render_row

__all__ = ["Films"]

_PHANTOM_PIXELS = 768  # finely enough to be zoomed


class Films:
    """Radiographs by their ``image_id``, of a data set or of phantom records.

    Parameters
    ----------
    records
        A :class:`~boneage_kit.datasets.Dataset`, or rows of :func:`boneage_kit.phantom.cohort`.

    Raises
    ------
    BadInput
        If there are no records or films, or an ``image_id`` is missing or stands twice.
    """

    def __init__(self, records: Dataset | pd.DataFrame) -> None:
        self._dataset = records if isinstance(records, Dataset) else None
        table = records.table if isinstance(records, Dataset) else records
        self.records: pd.DataFrame = table.reset_index(drop=True)
        if self.records.empty:
            raise BadInput("There is no hand to read.", "Give at least one record.")
        self.ids = self.records["image_id"].astype(str).tolist()
        self._check_ids()
        if self._dataset is None and not self.are_drawn:
            raise BadInput(
                "These records have no films.",
                "Give a data set, or rows of boneage_kit.phantom.cohort().",
            )

    def _check_ids(self) -> None:
        names = self.records["image_id"]
        missing = names.isna() | (names.astype(str).str.strip() == "")
        if missing.any():
            raise BadInput(
                f"Record {int(missing.idxmax()) + 1} has no image_id.",
                "Give each hand a name of its own.",
            )
        twice = names.astype(str).duplicated()
        if twice.any():
            raise BadInput(
                f"Two records have the image_id {self.ids[int(twice.idxmax())]!r}.",
                "Give each hand a name of its own.",
            )

    @property
    def are_drawn(self) -> bool:
        """Whether the kit draws these films itself."""
        return "true_bone_age" in self.records and "seed" in self.records

    def film(self, image_id: str) -> tuple[np.ndarray, tuple[float, float] | None]:
        """Return pixels, float32 [H, W] in 0..1, and a pixel's height and width in mm or None."""
        row = self.ids.index(image_id)
        if self._dataset is not None and not self.are_drawn:
            return self._dataset.pixels(row), self._dataset.spacing(row)
        drawn = render_row(self.records.iloc[row], _PHANTOM_PIXELS)
        return drawn.pixels, (drawn.pixel_spacing_mm, drawn.pixel_spacing_mm)

    def as_dataset(self) -> Dataset:
        """Return the films as a data set, as networks take them."""
        if self._dataset is not None:
            return self._dataset
        return Dataset("phantom", "phantom", self.records, Problems(), PhantomPixels(self.records))
