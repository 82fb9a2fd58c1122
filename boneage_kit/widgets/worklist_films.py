"""The films behind a worklist: their pixels, and how large a pixel is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from ..datasets import Dataset

__all__ = ["Films"]

_DRAWN = 768  # pixels: a phantom is drawn finely enough to be zoomed


class Films:
    """Radiographs by their ``image_id``, of a data set or of phantom records.

    Parameters
    ----------
    records
        A :class:`~boneage_kit.datasets.Dataset`, or rows of :func:`boneage_kit.phantom.children`.

    Raises
    ------
    BadInput
        If there is nothing to read.
    """

    def __init__(self, records: Any) -> None:
        self._dataset: Dataset | None = records if hasattr(records, "pixels") else None
        self.records: pd.DataFrame = getattr(records, "table", records).reset_index(drop=True)
        if self.records.empty:
            raise BadInput("There is no hand to read.", "Give at least one record.")
        self.ids = self.records["image_id"].astype(str).tolist()

    @property
    def drawn(self) -> bool:
        """Whether the kit draws these films itself."""
        return "true_bone_age" in self.records and "seed" in self.records

    def film(self, image_id: str) -> tuple[np.ndarray, tuple[float, float] | None]:
        """Return pixels, float32 [H, W] in 0..1, and a pixel's height and width in mm or None."""
        row = self.ids.index(image_id)
        if self.drawn:
            from ..phantom.children import render_row

            one = render_row(self.records.iloc[row], _DRAWN)
            return one.pixels, (one.pixel_spacing_mm, one.pixel_spacing_mm)
        return self._dataset.pixels(row), self._dataset.spacing(row)

    def as_dataset(self) -> Dataset:
        """Return the films as a data set, as networks read them."""
        if self._dataset is not None:
            return self._dataset
        from ..datasets.dataset import Dataset, empty_problems
        from ..datasets.phantom import PhantomPixels

        return Dataset("phantom", "phantom", self.records, empty_problems(),
                       PhantomPixels(self.records))
