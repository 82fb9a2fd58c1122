"""The pull to the middle: young children predicted too old, old ones too young.

The same errors slope differently over three axes, and each answers another question. Noise in the
label alone tilts the first one (regression dilution), so a slope is shown with what noise explains.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from .agreement import line_slope
from .checked_table import one_model
from .error_curve import AXES, age_axis
from .readers import has_two_readers, label_noise_sd


def pull_to_the_middle(predictions: pd.DataFrame, noise_sd: float | None = None) -> pd.DataFrame:
    """Return the slope of the error over each of the three axes, and what noise explains of it.

    Let labels err with SD ``noise_sd`` around the truth. Then even a perfect model's error falls
    along the *label* with slope -noise²/variance of the labels: that part comes from the label.
    Along the *prediction* a well calibrated model has slope zero. Along the *mean* the slope is
    zero when both spread alike, whatever the noise: the axis of Bland and Altman. A slope is that
    of a straight line; :func:`error_off_zero` judges a smooth curve.

    Parameters
    ----------
    noise_sd
        SD in years of the label's own error; None: from the two readers, where they are there.

    Returns
    -------
    pandas.DataFrame
        One row per axis: ``slope, lower, upper`` (years of error per year of age, 95 %),
        ``from_noise`` (slope that label noise alone gives; NaN where unknown or not applicable),
        ``corrected`` (the slope against the noise-free label, by errors-in-variables) and
        ``question``.

    Source: Bland and Altman 1995, Lancet 346:1085-1087; Fuller 1987, Measurement Error Models,
    chapter 1 (the correction).

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.uniform(2, 17, 4000)
    >>> table = pd.DataFrame({"image_id": range(4000), "sex": "F", "y_pred": truth,
    ...                       "y_true": np.clip(truth + rng.normal(0, 1, 4000), 0, None)})
    >>> pull = pull_to_the_middle(table, noise_sd=1.0)
    >>> pull.loc["label", ["slope", "from_noise"]].astype(float).round(2).tolist()
    [-0.05, -0.05]
    >>> bool(abs(pull.loc["label", "corrected"]) < 0.005)
    True
    """
    clean = one_model(predictions)
    error = (clean["y_pred"] - clean["y_true"]).to_numpy()
    variance = clean["y_true"].var(ddof=1) if len(clean) > 1 else 0.0
    if noise_sd is not None and noise_sd**2 >= variance:
        raise BadInput(
            f"A label noise of {noise_sd:g} years exceeds the spread of the labels.",
            "Give the SD of one label's error in years.",
        )
    if noise_sd is None and has_two_readers(clean):
        noise_sd = label_noise_sd(clean)
    rows: dict[str, dict[str, object]] = {}
    for axis, question in AXES.items():
        value, lower, upper = line_slope(age_axis(clean, axis), error, children=clean.n_children)
        rows[axis] = {
            "slope": value,
            "lower": lower,
            "upper": upper,
            "from_noise": np.nan,
            "corrected": np.nan,
            "question": question,
        }
        if axis == "label" and noise_sd is not None and noise_sd**2 < variance:
            share = noise_sd**2 / variance
            rows[axis] |= {"from_noise": -share, "corrected": (1 + value) / (1 - share) - 1}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("axis")
