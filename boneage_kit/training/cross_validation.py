"""Out-of-fold readings: every child is read by a network that never saw it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import BadInput
from .learner import fit
from .reading import predict

CARRIED = ("group", "chronological_age", "reader_1", "reader_2", "source")


def cross_validate(
    model: str,
    images: ArrayLike,
    table: pd.DataFrame,
    folds: ArrayLike,
    *,
    seed: int = 0,
    test_time_augmentation: bool = False,
    **options: Any,
) -> pd.DataFrame:
    """Train a network once a fold, and return the readings of the children left out.

    Parameters
    ----------
    model
        A name of :func:`boneage_kit.models.names`; each fold starts from new weights.
    images
        uint8 [n, s, s].
    table
        The record schema, a row an image: ``image_id``, ``sex``, ``bone_age`` (years).
    folds
        A fold number for each row, as :func:`boneage_kit.datasets.folds` gives them: no child
        in two folds.
    options
        Passed to :func:`fit`.

    Returns
    -------
    pandas.DataFrame
        The predictions schema, in the table's order, with ``model``, ``fold`` and ``seed``.

    Raises
    ------
    BadInput
        If images, table and folds differ in number, or there is one fold only.

    >>> table = pd.DataFrame({"image_id": list("abcd"), "sex": ["F", "M"] * 2,
    ...                       "bone_age": [3.0, 6, 9, 12]})
    >>> hands = np.zeros((4, 32, 32), np.uint8)
    >>> cross_validate("bonet", hands, table, [0, 0, 1, 1], epochs=1)["fold"].tolist()
    [0, 0, 1, 1]
    """
    images, folds = np.asarray(images), np.asarray(folds)
    if not len(images) == len(table) == len(folds):
        raise BadInput(f"There are {len(images)} images, {len(table)} records and {len(folds)} "
                       "fold numbers.", "Give one of each for every image.")
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise BadInput("All images are in one fold.", "Use two folds or more.")
    ages, sexes = table["bone_age"].to_numpy(), table["sex"].to_numpy()
    years = np.full(len(table), np.nan)
    for number in numbers:
        train, test = folds != number, folds == number
        fitted = fit(model, images[train], ages[train], sexes[train], seed=seed, **options)
        years[test] = predict(fitted.model, images[test], sexes[test],
                              test_time_augmentation=test_time_augmentation)
    readings = pd.DataFrame({
        "image_id": table["image_id"].to_numpy(), "sex": sexes, "y_true": ages, "y_pred": years,
        "fold": folds, "seed": seed, "model": model,
    })
    return readings.join(table[[name for name in CARRIED if name in table]].reset_index(drop=True))
