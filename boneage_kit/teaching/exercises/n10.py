"""Exercises of unit 10: take a pull away, find the group that a fair-looking model harms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ...evaluation import mae
from . import Wrong, exercise


def cautious_model(n: int = 400, seed: int = 7) -> pd.DataFrame:
    """Return predictions (years) of a simulated model that is unsure, and stays near the middle.

    >>> table = cautious_model()
    >>> bool(abs((table["y_pred"] - table["y_true"]).mean()) < 1e-9)
    True
    """
    rng = np.random.default_rng(seed)
    label = rng.uniform(2, 17, n)
    pred = 9.5 + 0.82 * (label + rng.normal(0, 2.0, n) - 9.5)
    return pd.DataFrame(
        {
            "image_id": [f"s{i:03d}" for i in range(n)],
            "sex": rng.choice(["F", "M"], n),
            "y_true": label,
            "y_pred": pred - (pred - label).mean(),
        }
    )


def fairness_report(n: int = 120) -> pd.DataFrame:
    """Return simulated predictions (years) in three invented groups with one and the same MAE.

    >>> table = fairness_report()
    >>> (table["y_pred"] - table["y_true"]).abs().groupby(table["group"]).mean().round(1).tolist()
    [0.8, 0.8, 0.8]
    """
    rng = np.random.default_rng(3)
    spread = stats.norm.ppf((np.arange(n) + 0.5) / n)
    parts = []
    for group, bias, sd in (("A", 0.0, 1.0), ("B", 0.6, 0.78), ("C", 0.0, 1.0)):
        label = rng.uniform(4, 16, n)
        parts.append(
            pd.DataFrame(
                {
                    "image_id": [f"{group}{i:03d}" for i in range(n)],
                    "sex": np.tile(["F", "M"], n // 2),
                    "group": group,
                    "y_true": label,
                    "y_pred": label + bias + sd * rng.permutation(spread),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _number(answer: Any, what: str) -> float:
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise Wrong(f"Give one number, {what}.") from None


def _stretched(factor: float) -> tuple[float, float]:
    """Return slope of the error over the label and MAE (years) after stretching."""
    table = cautious_model()
    label, middle = table["y_true"].to_numpy(), table["y_pred"].mean()
    pred = middle + factor * (table["y_pred"].to_numpy() - middle)
    return float(np.polyfit(label, pred - label, 1)[0]), mae(label, pred)


def _exact_factor() -> float:
    return 1 / (1 + _stretched(1.0)[0])


@exercise(
    "10.1",
    hint="Try 1.1, 1.2, 1.3 in the table. The slope must be near 0, above or below.",
    solution="factor = 1.2",
    passes=(1.2, 1.22, _exact_factor()),
    fails=(1.0, 0.8, 1.6, "more"),
)
def take_the_pull_away(answer: Any) -> str:
    """The factor that makes the slope over the label zero, and what it does to the MAE."""
    factor = _number(answer, "the factor by which you stretch, such as 1.5")
    slope, error = _stretched(factor)
    before = _stretched(1.0)[1]
    if factor <= 0:
        raise Wrong("A factor of zero or less turns the ages around. Take a number over 1.")
    if slope < -0.05 and factor < 1:
        raise Wrong(
            f"A factor under 1 squeezes: the slope is {slope:+.2f} now. Stretching takes a factor "
            "over 1."
        )
    if slope < -0.05:
        raise Wrong(f"The slope is still {slope:+.2f}. Stretch more.")
    if slope > 0.05:
        raise Wrong(f"The slope is now {slope:+.2f}, above zero. You stretched too far.")
    return (
        f"The slope over the label is {slope:+.2f}: young and old children are now right on "
        f"average. But the MAE rose from {before:.2f} to {error:.2f} years, because stretching "
        "enlarges every random error too. A model that is trained for a small error therefore "
        "chooses the pull."
    )


@exercise(
    "10.2",
    hint='evaluation.by(report, "group") has the columns mae and bias.',
    solution='cells = evaluation.by(n10.fairness_report(), "group", n_bootstrap=200)\n'
    'print(cells[["group", "mae", "bias"]])\n'
    'answer = ("B", 0.6)',
    passes=(("B", 0.6), ["B", 0.597], ("b", 0.62)),
    fails=(("A", 0.0), ("B", 0.8), ("B", -0.6), "B", ("C", 0.0), (0.6, "B")),
)
def unfair_at_equal_error(answer: Any) -> str:
    """The group that is predicted too old at the same MAE, and by how much."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise Wrong('Give a group and its bias in years, such as ("A", 0.1).')
    if str(answer[1]).strip().upper() in ("A", "B", "C"):
        raise Wrong('Give the group first and its bias in years after it, such as ("A", 0.1).')
    group, bias = str(answer[0]).strip().upper(), _number(answer[1], "the bias in years")
    table = fairness_report()
    signed = (table["y_pred"] - table["y_true"]).groupby(table["group"]).mean()
    if group not in signed.index:
        raise Wrong(f"There is no group {group}. The groups are A, B and C.")
    if group != "B":
        raise Wrong(
            f"The mean signed error of group {group} is {signed[group]:+.2f} years: this group is "
            "treated fairly. Compare the column bias of the three groups."
        )
    if abs(bias + signed["B"]) < 0.1:
        raise Wrong("The size is right and the sign is not. The error is prediction minus label.")
    if abs(bias - 0.8) < 0.05:
        raise Wrong("0.8 years is the MAE of this group, which is that of every group.")
    if abs(bias - signed["B"]) > 0.1:
        raise Wrong("The group is right. Its bias is another number: read the column bias.")
    return (
        f"All three groups have an MAE of 0.8 years, and yet group B is predicted "
        f"{signed['B']:.1f} years too old on average. Its children would be called advanced more "
        "often. A fairness report needs the signed error too."
    )
