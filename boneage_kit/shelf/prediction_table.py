"""What a stored model predicts for a data set, as a predictions table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..datasets import Dataset
from .stored_model import StoredModel


def predictions_of(
    stored: StoredModel, dataset: Dataset, rows: np.ndarray | None = None
) -> pd.DataFrame:
    """Return a predictions table of a stored model for (rows of) a data set.

    ``y_true`` is the data set's bone age; rows without one are read all the same and have NaN.
    """
    part = dataset if rows is None else dataset.subset(rows)
    table = part.table.copy()
    if stored.card["input"]["squares"] == "squeezed" and not lost_proportions(part):
        images = np.stack([stored.prepare(part.pixels(i)) for i in range(len(part))])
    else:
        images = part.images(stored.size)
    table["y_true"] = table.pop("bone_age")
    table["y_pred"] = stored.read(images, table["sex"].tolist())
    widths = stored.half_widths(table["sex"].tolist())
    table["lower"] = np.maximum(table["y_pred"] - widths, 0.0)
    table["upper"] = table["y_pred"] + widths
    table["model"] = stored.card["model"]
    known = ["image_id", "sex", "y_true", "y_pred", "lower", "upper", "model", "group",
             "chronological_age", "reader_1", "reader_2", "source"]
    return table[[name for name in known if name in table and not (
        name in ("group", "chronological_age", "reader_1", "reader_2", "lower", "upper")
        and table[name].isna().all())]]


def lost_proportions(dataset: Dataset, sample: int = 8) -> bool:
    """Return whether the images are films squeezed into squares, as far as one can see.

    Films are higher than wide. Where every image of a sample of a real data set is exactly
    square, somebody has squeezed them (as the RSNA thumbnails are) or padded them.
    """
    if dataset.is_phantom or not len(dataset):
        return False
    rows = np.unique(np.linspace(0, len(dataset) - 1, sample).astype(int))
    return all(np.ptp(dataset.pixels(int(row)).shape) == 0 for row in rows)
