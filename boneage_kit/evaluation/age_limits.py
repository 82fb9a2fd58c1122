"""The ages that a prediction may name: a network trained for a few passes can say any number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import BadInput
from ..records import OLDEST_PLAUSIBLE_YEARS, YOUNGEST_PLAUSIBLE_YEARS


def possible_ages(years: ArrayLike) -> np.ndarray:
    """Return predicted ages within 0 to 25 years: what lies outside becomes the nearest limit.

    No child has such an age, and :func:`boneage_kit.records.check_predictions` refuses a table
    that holds one. The error of such a prediction stays large: a bad model still looks bad.

    Parameters
    ----------
    years
        What a model predicted, numbers of any shape, in years.

    Returns
    -------
    numpy.ndarray
        float64 of the same shape, in 0..25.

    Raises
    ------
    BadInput
        If a number is NaN or infinite: then the model has predicted nothing.

    >>> possible_ages([-0.3, 8.5, 29.0]).tolist()
    [0.0, 8.5, 25.0]
    """
    ages = np.asarray(years, dtype=float)
    lost = int((~np.isfinite(ages)).sum())
    if lost:
        raise BadInput(
            f"{lost} of {ages.size} predicted ages are NaN or infinite.",
            "Train the model anew, or leave these images out.",
        )
    return np.clip(ages, YOUNGEST_PLAUSIBLE_YEARS, OLDEST_PLAUSIBLE_YEARS)
