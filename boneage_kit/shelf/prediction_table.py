"""What a stored model predicts for a data set, as a predictions table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from .._progress import is_interactive
from ..datasets import Dataset
from .picture_notes import notes_of
from .squares import squares
from .stored_model import StoredModel, interval

_COLUMNS = (
    "image_id",
    "sex",
    "y_true",
    "y_pred",
    "lower",
    "upper",
    "model",
    "group",
    "chronological_age",
    "reader_1",
    "reader_2",
    "source",
)
_WORDS = {"F": "female", "M": "male"}
#: Columns that stay out where no image has a value.
_WHERE_KNOWN = ("group", "chronological_age", "reader_1", "reader_2", "lower", "upper")


def predictions_of(
    stored: StoredModel, dataset: Dataset, rows: np.ndarray | None = None
) -> pd.DataFrame:
    """Return a predictions table of a stored model for (rows of) a data set.

    Ages in years, none below zero. ``y_true`` is the data set's bone age; images without one are
    predicted all the same and have NaN.
    """
    part = dataset if rows is None else dataset.subset(rows)
    images = prepared(stored, part)
    return _table(stored, part, np.maximum(_predicted(stored, part, images), 0.0))


def predictions_with_notes(stored: StoredModel, dataset: Dataset) -> pd.DataFrame:
    """Return predictions with two more columns on what is doubtful about each image.

    The ages are as the model gave them: :func:`is_possible` tells which may be shown.

    ``hand_recognised`` (bool), and ``notes`` (text, empty where there is nothing to say): what
    the decoder noted about the file and what is wrong with the picture.
    """
    images = prepared(stored, dataset)
    bar = tqdm(
        images,
        desc="Looking for hands",
        unit="image",
        delay=2,
        leave=False,
        disable=not is_interactive(),
    )
    pictures = [notes_of(image) for image in bar]
    sexes = dataset.table["sex"].tolist()
    table = _table(stored, dataset, _predicted(stored, dataset, images))
    table["hand_recognised"] = [picture.hand_recognised for picture in pictures]
    table["notes"] = [
        "; ".join(
            [
                *dataset.notes(row),
                *sex_note(dataset.sex_in_header(row), sexes[row], "the table's sex"),
                *picture.notes,
            ]
        )
        for row, picture in enumerate(pictures)
    ]
    return table


def sex_note(in_header: str | None, sex: str, whose: str) -> list[str]:
    """Return a note where a header says another sex than the one predicted for, else none.

    >>> sex_note("F", "M", "--sex")
    ['the header says female, and the prediction is for --sex M']
    >>> sex_note(None, "M", "--sex")
    []
    """
    if in_header in _WORDS and in_header != sex:
        return [f"the header says {_WORDS[in_header]}, and the prediction is for {whose} {sex}"]
    return []


def _predicted(stored: StoredModel, part: Dataset, images: np.ndarray) -> np.ndarray:
    return stored.predict(images, part.table["sex"].tolist())


def _table(stored: StoredModel, part: Dataset, years: np.ndarray) -> pd.DataFrame:
    table = part.table.copy()
    table["y_true"] = table.pop("bone_age")
    table["y_pred"] = years
    widths = stored.half_widths(table["sex"].tolist(), years)
    table["lower"], table["upper"] = interval(years, widths)
    table["model"] = stored.card["model"]
    return table[
        [
            name
            for name in _COLUMNS
            if name in table and not (name in _WHERE_KNOWN and table[name].isna().all())
        ]
    ]


def decodable(stored: StoredModel, dataset: Dataset) -> Dataset:
    """Return a data set without the images that cannot be decoded for a model.

    Its ``left_out`` and ``problems`` name them. A phantom is drawn and always whole.
    """
    return dataset if dataset.is_phantom else dataset.decodable(stored.size)


def prepared(stored: StoredModel, dataset: Dataset) -> np.ndarray:
    """Return a data set's images as a model wants them, uint8 [n, s, s].

    They are squeezed to squares where the model learned on such and these still have their
    proportions.
    """
    return squares(dataset, stored.size, squeezed=stored.squeezes)
