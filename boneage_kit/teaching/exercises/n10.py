"""Exercises of unit 10: a broadcast MAE, reading a Bland-Altman plot, chance among cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from . import Wrong, exercise


def raw_output(n: int = 200, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return labels (n,) and a network's raw output (n, 1), both in years.

    >>> labels, output = raw_output()
    >>> labels.shape, output.shape
    ((200,), (200, 1))
    """
    rng = np.random.default_rng(seed)
    labels = rng.normal(10.5, 2.0, n)
    return labels, (labels + rng.normal(0, 0.9, n))[:, None]


def squeezed_model(n: int = 300, seed: int = 7) -> pd.DataFrame:
    """Return predictions (years) of a model that is right on average and pulled to the middle.

    >>> bool(abs((squeezed_model()["y_pred"] - squeezed_model()["y_true"]).mean()) < 0.1)
    True
    """
    rng = np.random.default_rng(seed)
    label = rng.uniform(2, 17, n)
    pred = 9.5 + 0.8 * (label - 9.5) + rng.normal(0, 0.5, n)
    return pd.DataFrame(
        {
            "image_id": [f"s{i:03d}" for i in range(n)],
            "sex": rng.choice(["F", "M"], n),
            "y_true": label,
            "y_pred": pred - (pred - label).mean(),
        }
    )


def sixteen_cells(n: int = 160, seed: int = 13) -> pd.DataFrame:
    """Return absolute errors (years) of children in 16 cells that do not differ at all.

    >>> sixteen_cells()["cell"].nunique()
    16
    """
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"cell": np.repeat(np.arange(16), n // 16), "error": np.abs(rng.normal(0, 0.9, n))}
    )


def _number(answer: Any, unit: str) -> float:
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise Wrong(f"Give one number in {unit}, such as 1.5.") from None


def _right_mae() -> tuple[float, float]:
    labels, output = raw_output()
    return float(np.abs(output[:, 0] - labels).mean()), float(np.abs(output - labels).mean())


@exercise(
    "10.1",
    hint="Print labels.shape, output.shape and (output - labels).shape.",
    solution="labels, output = n10.raw_output()\n"
    "answer = 12 * bk.evaluation.mae(labels, output[:, 0])",
    passes=(12 * _right_mae()[0],),
    fails=(_right_mae()[0], 12 * _right_mae()[1], "nine"),
)
def mae_of_a_column(answer: Any) -> str:
    """The MAE in months; names the mean over all pairs and the answer in years for what it is."""
    value = _number(answer, "months")
    right, pairs = _right_mae()
    if abs(value - 12 * pairs) < 0.2 or abs(value - pairs) < 0.02:
        raise Wrong(
            "That is the mean over all pairs: (200, 1) minus (200,) gives (200, 200), "
            "each output against each label. Take output[:, 0]."
        )
    if abs(value - right) < 0.02:
        raise Wrong("The shapes agree now, but this is in years; months were asked for.")
    if abs(value - 12 * right) > 0.1:
        raise Wrong("That is not the mean of |output - label|.")
    return (
        "The wrong one was no absurd number: how far two children drawn at random lie apart. "
        "That is why the kit refuses shapes that would broadcast."
    )


def _young_error() -> float:
    table = squeezed_model()
    middle = (table["y_pred"] + table["y_true"]) / 2
    line = np.polyfit(middle, table["y_pred"] - table["y_true"], 1)
    return float(np.polyval(line, 4.0))


@exercise(
    "10.2",
    hint="Go to 4 years on the horizontal axis, and read the middle of the cloud there.",
    solution="table = n10.squeezed_model()\n"
    'difference = table["y_pred"] - table["y_true"]\n'
    'middle = (table["y_pred"] + table["y_true"]) / 2\n'
    "answer = np.polyval(np.polyfit(middle, difference, 1), 4.0)",
    passes=(1.2, 1.0, _young_error()),
    fails=(0.0, -1.2, 3.0),
)
def error_of_the_young(answer: Any) -> str:
    """The mean error at four years, read off a sloping Bland-Altman plot."""
    value, right = _number(answer, "years"), _young_error()
    if abs(value) < 0.35:
        raise Wrong("That is the bias over all ages. The cloud slopes: read it at 4 years.")
    if abs(value + right) < 0.4:
        raise Wrong("The size is right and the sign is not: the difference is model minus label.")
    if abs(value - right) > 0.4:
        raise Wrong("Look again at the middle of the cloud above 4 years.")
    return (
        f"About {right:+.1f} years: small children are read too old, although the bias over "
        "all is zero, and one pair of limits does not describe all ages."
    )


def _observed_range() -> float:
    means = sixteen_cells().groupby("cell")["error"].mean()
    return float(means.max() - means.min())


def _chance_range(draws: int = 300) -> float:
    table = sixteen_cells()
    rng = np.random.default_rng(0)
    ranges = []
    for _ in range(draws):
        means = table.groupby(rng.permutation(table["cell"]))["error"].mean()
        ranges.append(means.max() - means.min())
    return float(np.mean(ranges))


@exercise(
    "10.3",
    hint='rng.permutation(children["cell"]) deals the children out anew; group the errors by it.',
    solution="children, rng = n10.sixteen_cells(), np.random.default_rng(0)\n"
    "ranges = []\n"
    "for _ in range(200):\n"
    '    means = children.groupby(rng.permutation(children["cell"]))["error"].mean()\n'
    "    ranges.append(means.max() - means.min())\n"
    "answer = np.mean(ranges)",
    passes=(_chance_range(60), _chance_range(200)),
    fails=(0.0, 2.5, _observed_range(), "large"),
)
def range_by_chance(answer: Any) -> str:
    """The mean range between the best and the worst of 16 cells when nothing differs."""
    value, right = _number(answer, "years"), _chance_range()
    if abs(value) < 0.05:
        raise Wrong("Zero is the true difference. What do cells of 10 children show?")
    if abs(value - _observed_range()) < 0.02:
        raise Wrong(
            "That is the range of the cells as they stand. Deal the children out anew, and see "
            "how large the range is on average."
        )
    if abs(value - right) > 0.06:
        raise Wrong(
            "Shuffle the cells, take the best and the worst cell's MAE, and average "
            "their difference over 200 shuffles."
        )
    return (
        f"About {right:.1f} years between best and worst with no difference at all. Whoever "
        "ranks small cells finds a loser every time."
    )
