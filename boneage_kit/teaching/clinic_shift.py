"""How unit 13 moves a network to a new clinic, and how few local labels help or harm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .. import evaluation
from ..errors import BadInput

__all__ = ["kept_in_words", "local_labels", "new_clinic", "take_off_the_bias"]


def new_clinic(
    children: pd.DataFrame, shift: float = 1.0, oldest: float = 12.0, n: int = 600, seed: int = 0
) -> pd.DataFrame:
    """Return children of a simulated clinic, on whose films a network reads everybody older.

    The clinic sees children up to ``oldest`` years only. The shift stands for another X-ray
    machine: it is added to each prediction, and boys get half as much again.

    Parameters
    ----------
    children
        Predictions table (years) of the network at home.
    shift
        Years by which girls are read older; boys by 1.5 times as much.
    oldest
        Largest label, in years.
    n
        Children of the clinic.
    seed
        Of the draw.

    Raises
    ------
    BadInput
        If there are fewer than ``n`` such children.

    >>> home = pd.DataFrame({"image_id": ["a", "b"], "sex": ["F", "M"], "y_true": 8.0})
    >>> home["y_pred"] = 8.0
    >>> new_clinic(home, shift=1.0, n=2).sort_values("sex", kind="stable")["y_pred"].tolist()
    [9.0, 9.5]
    """
    young = children[children["y_true"] <= oldest]
    if len(young) < n:
        raise BadInput(
            f"Only {len(young)} children are at most {oldest:g} years old.",
            "Ask for fewer children.",
        )
    some = young.sample(n, random_state=seed)
    return some.assign(y_pred=some["y_pred"] + shift * np.where(some["sex"] == "M", 1.5, 1.0))


def take_off_the_bias(local: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return predictions of other children less the mean error on the local labelled ones.

    >>> local = pd.DataFrame({"y_true": [8.0, 9.0], "y_pred": [9.0, 10.0]})
    >>> take_off_the_bias(local, pd.DataFrame({"y_pred": [12.0]}))["y_pred"].tolist()
    [11.0]
    """
    if local.empty:
        raise BadInput("There is no local label.", "Give at least one labelled child.")
    return others.assign(y_pred=others["y_pred"] - (local["y_pred"] - local["y_true"]).mean())


def local_labels(clinic: pd.DataFrame, n: int, draws: int = 40, seed: int = 0) -> pd.DataFrame:
    """Return what ``n`` local labels do to the error of a clinic's other children.

    ``n`` children, half girls and half boys, are drawn ``draws`` times; the others are the test.

    Parameters
    ----------
    clinic
        Predictions table (years) of one clinic.
    n
        Labelled children in each draw, 2 or more. A line for each sex needs 20.
    draws, seed
        How often, and the seed.

    Returns
    -------
    pandas.DataFrame
        Index: ``as it is``, ``one shift for all`` and (from 20 labels on) ``one line for each
        sex``. Columns ``median, best tenth, worst tenth``: mean absolute error in years over the
        draws; ``harmed``: share of the draws with a larger error than without a correction.

    >>> clinic = pd.DataFrame({"image_id": range(40), "sex": ["F", "M"] * 20, "y_true": 8.0})
    >>> local_labels(clinic.assign(y_pred=9.0), 4, draws=3)["median"].tolist()
    [1.0, 0.0]
    """
    half = n // 2
    if half < 1 or clinic["sex"].value_counts().reindex(["F", "M"], fill_value=0).min() <= half:
        raise BadInput(
            f"{n} labels cannot be drawn and leave children to test.",
            "Take at least 2, and fewer than twice the girls and twice the boys.",
        )
    rows: dict[str, list[float]] = {"as it is": [], "one shift for all": []}
    if half >= 10:
        rows["one line for each sex"] = []
    for draw in range(draws):
        local = clinic.groupby("sex").sample(half, random_state=1000 * seed + draw)
        others = clinic.drop(local.index)
        tables = [others, take_off_the_bias(local, others)]
        if half >= 10:
            tables.append(evaluation.recalibrate(local).apply(others))
        for name, table in zip(rows, tables, strict=True):
            rows[name].append(float((table["y_pred"] - table["y_true"]).abs().mean()))
    errors = pd.DataFrame(rows)
    return pd.DataFrame(
        {
            "median": errors.median(),
            "best tenth": errors.quantile(0.1),
            "worst tenth": errors.quantile(0.9),
            "harmed": (errors.sub(errors["as it is"], axis=0) > 0).mean(),
        }
    )


def kept_in_words(coverage: pd.DataFrame, promised: float = 0.9) -> str:
    """Return one sentence for each kind of interval: does it keep its promise?

    Parameters
    ----------
    coverage
        Index: which intervals; columns ``covered, covered_lower, covered_upper`` (shares) and
        ``width`` (years).
    promised
        The promised share.

    >>> table = pd.DataFrame({"covered": [0.7], "covered_lower": [0.65], "covered_upper": [0.75],
    ...                       "width": [4.0]}, index=["from home"])
    >>> print(kept_in_words(table))
    * from home: 70 % of the labels, width 4.0 years. The promise of 90 % is broken.
    """
    lines = []
    for name, row in coverage.iterrows():
        if row["covered_upper"] < promised:
            verdict = f"The promise of {promised:.0%} is broken."
        elif row["covered_lower"] > promised:
            verdict = "They hold more than promised: they are wider than needed."
        else:
            verdict = "Nothing speaks against the promise."
        verdict = verdict.replace("%", " %")
        lines.append(
            f"* {name}: {100 * row['covered']:.0f} % of the labels, "
            f"width {row['width']:.1f} years. {verdict}"
        )
    return "\n".join(lines)
