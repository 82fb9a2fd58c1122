"""The pull to the middle: young children read too old, old ones too young.

The same errors slope differently over three axes, and each answers another question. Noise in the
label alone tilts the first one (regression dilution), so a slope is shown with what noise explains.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from .agreement import line_slope
from .headline import one_model
from .readers import has_two_readers, label_noise_sd

AXES = {
    "label": "Children whom the readers call this old: how far off is the model?",
    "prediction": "When the model says this age: how far off is it?",
    "mean": "Do model and readers spread their ages equally wide?",
}


def age_axis(predictions: pd.DataFrame, axis: str = "label") -> np.ndarray:
    """Return the ages in years to plot errors against: label, prediction, or mean of both.

    >>> age_axis(pd.DataFrame({"y_true": [8.0], "y_pred": [9.0]}), "mean").tolist()
    [8.5]
    """
    true, pred = (predictions[name].to_numpy(dtype=float) for name in ("y_true", "y_pred"))
    values = {"label": true, "prediction": pred, "mean": (true + pred) / 2}
    if axis not in values:
        raise BadInput(f"There is no axis {axis!r}.", f"Use one of {', '.join(values)}.")
    return values[axis]


def error_along_age(
    predictions: pd.DataFrame, axis: str = "label", *, bandwidth: float = 1.2, points: int = 50,
    n_bootstrap: int = 200, seed: int = 0,
) -> pd.DataFrame:
    """Return the smoothed signed error (prediction minus label) along age, with its 95 % band.

    A local straight line with Gaussian weights; the band is bootstrapped over children and holds
    at each age by itself. Ages with fewer than about five children nearby are left out.

    Parameters
    ----------
    axis
        ``"label"``, ``"prediction"`` or ``"mean"``: see :data:`AXES`.
    bandwidth
        SD of the weights in years.

    Returns
    -------
    pandas.DataFrame
        Columns ``age, error, lower, upper`` (years) and ``n_nearby`` (children by weight).

    >>> ages = np.linspace(2, 17, 200)
    >>> table = pd.DataFrame({"image_id": range(200), "sex": "F", "y_true": ages,
    ...                       "y_pred": 9.5 + 0.8 * (ages - 9.5)})
    >>> smooth = error_along_age(table, points=4, n_bootstrap=20)
    >>> smooth["error"].round(1).tolist()
    [1.5, 0.5, -0.5, -1.5]
    """
    clean = one_model(predictions)
    x = age_axis(clean, axis)
    y = (clean["y_pred"] - clean["y_true"]).to_numpy()
    grid = np.linspace(x.min(), x.max(), points)
    weight = np.exp(-0.5 * ((grid[:, None] - x) / bandwidth) ** 2)  # (points, n)
    nearby = weight.sum(axis=1)
    keep = nearby >= min(5, nearby.max())
    counts = _bootstrap_counts(clean["image_id"], n_bootstrap, seed)  # (n, draws)
    curves = _local_lines(weight, grid, x, y, np.column_stack([np.ones(x.size), counts]))
    lower, upper = np.nanquantile(curves[:, 1:], [0.025, 0.975], axis=1)
    table = pd.DataFrame({"age": grid, "error": curves[:, 0], "lower": lower, "upper": upper,
                          "n_nearby": nearby})
    return table[keep].reset_index(drop=True)


def _bootstrap_counts(image_id: pd.Series, draws: int, seed: int) -> np.ndarray:
    """Return how often each row is drawn, children as a whole: float (rows, draws)."""
    codes, children = pd.factorize(image_id)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(children.size, np.full(children.size, 1 / children.size), size=draws)
    return counts.T[codes].astype(float)


def _local_lines(
    weight: np.ndarray, grid: np.ndarray, x: np.ndarray, y: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Return the local line's height at each grid age for each column of row counts."""
    s0 = weight @ counts
    s1 = weight @ (counts * x[:, None])
    s2 = weight @ (counts * (x**2)[:, None])
    t0 = weight @ (counts * y[:, None])
    t1 = weight @ (counts * (x * y)[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        centre, level = s1 / s0, t0 / s0
        spread = s2 - s0 * centre**2
        slope = np.where(spread > 1e-9 * np.maximum(s2, 1e-9), (t1 - s1 * level) / spread, 0.0)
        return level + slope * (grid[:, None] - centre)


def pull_to_the_middle(
    predictions: pd.DataFrame, noise_sd: float | None = None
) -> pd.DataFrame:
    """Return the slope of the error over each of the three axes, and what noise explains of it.

    Let labels err with SD ``noise_sd`` around the truth. Then even a perfect model's error falls
    along the *label* with slope -noise²/variance of the labels: that much is no fault of the model.
    Along the *prediction* a well calibrated model has slope zero. Along the *mean* the slope is
    zero when both spread alike, whatever the noise: the axis of Bland and Altman.

    Parameters
    ----------
    noise_sd
        SD in years of the label's own error; None: from the two readers, where they are there.

    Returns
    -------
    pandas.DataFrame
        One row an axis: ``slope, lower, upper`` (years of error a year of age, 95 %),
        ``from_noise`` (slope that label noise alone gives; NaN where not known or not applicable),
        ``corrected`` (the slope against the noise-free label, by errors-in-variables) and
        ``question``.

    Source: Bland and Altman 1995, Lancet 346:1085-1087; Fuller 1987, Measurement Error Models,
    chapter 1 (the correction).

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.uniform(2, 17, 4000)
    >>> table = pd.DataFrame({"image_id": range(4000), "sex": "F", "y_pred": truth,
    ...                       "y_true": np.clip(truth + rng.normal(0, 1, 4000), 0, None)})
    >>> found = pull_to_the_middle(table, noise_sd=1.0)
    >>> found.loc["label", ["slope", "from_noise"]].astype(float).round(2).tolist()
    [-0.05, -0.05]
    >>> bool(abs(found.loc["label", "corrected"]) < 0.005)
    True
    """
    clean = one_model(predictions)
    error = (clean["y_pred"] - clean["y_true"]).to_numpy()
    if noise_sd is None and has_two_readers(clean):
        noise_sd = label_noise_sd(clean)
    rows = {}
    for axis, question in AXES.items():
        x = age_axis(clean, axis)
        slope = line_slope(x, error, children=clean["image_id"].nunique())
        rows[axis] = {**slope._asdict(), "from_noise": np.nan, "corrected": np.nan,
                      "question": question}
    if noise_sd is not None:
        variance = clean["y_true"].var(ddof=1)
        if noise_sd**2 >= variance:
            raise BadInput(f"A label noise of {noise_sd:g} years exceeds the spread of the labels.",
                           "Give the SD of one label's error in years.")
        share = noise_sd**2 / variance
        rows["label"]["from_noise"] = -share
        rows["label"]["corrected"] = (1 + rows["label"]["value"]) / (1 - share) - 1
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("axis")
    return table.rename(columns={"value": "slope"})
