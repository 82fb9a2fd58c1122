"""Groups: what few children a cell can tell, and what a change of the group mix does.

The group scenario is invented children with published group averages. It teaches how to look for
unfairness and states nothing about a person.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import BadInput
from .clinical import clinical_call
from .headline import one_model
from .metrics import wilson
from .runs import child_errors


def precision_of_cells(
    predictions: pd.DataFrame, sizes: Sequence[int] = (5, 10, 20, 50, 100, 200, 500)
) -> pd.DataFrame:
    """Return how exactly a cell of so many children can tell its MAE, given this model's errors.

    Returns
    -------
    pandas.DataFrame
        Columns ``n`` (children a cell), ``half_width`` (years: of the 95 % interval of the MAE)
        and ``detectable`` (years: true difference of two such cells that a test at 5 % finds in
        80 % of studies, two-sided, before any correction for looking at many cells).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> precision_of_cells(table, sizes=(10, 100)).round(2).values.tolist()
    [[10.0, 0.36, 0.63], [100.0, 0.1, 0.2]]
    """
    sd = child_errors(one_model(predictions))["error"].std(ddof=1)
    n = np.asarray(sizes)
    return pd.DataFrame({
        "n": n, "half_width": stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n),
        "detectable": (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * sd * np.sqrt(2 / n),
    })


def children_needed(predictions: pd.DataFrame, difference: float, cells: int = 2) -> int:
    """Return the children a cell needs to show a true difference of MAE (years).

    ``cells`` > 2 asks for it among all pairs of that many cells (Bonferroni).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> children_needed(table, 0.2)
    100
    """
    if difference <= 0:
        raise BadInput(f"A difference of {difference:g} years cannot be looked for.",
                       "Give the smallest difference that would matter, in years.")
    sd = child_errors(one_model(predictions))["error"].std(ddof=1)
    pairs = cells * (cells - 1) // 2
    reach = stats.norm.ppf(1 - 0.025 / pairs) + stats.norm.ppf(0.8)
    return int(np.ceil(2 * (reach * sd / difference) ** 2))


def pooled_cells(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return each cell's MAE drawn towards the common one, as far as chance explains the spread.

    The best cell of twenty is best by luck too. Cells are weighed by their own standard error
    against the true spread between cells (DerSimonian and Laird); with no true spread all of them
    get the common MAE.

    Returns
    -------
    pandas.DataFrame
        The columns, then ``n, mae, pooled`` (years); ``.attrs["between_sd"]`` is the estimated
        true SD between cells (years) and ``.attrs["p"]`` the chance of such a spread without any.

    Source: DerSimonian and Laird 1986, Control Clin Trials 7:177-188.

    >>> table = pd.DataFrame({"image_id": range(80), "sex": ["F", "M"] * 40, "y_true": 8.0})
    >>> table["y_pred"] = 8 + np.repeat([0.2, 0.4, 0.6, 0.8], 20)
    >>> pooled_cells(table, "sex").round(2)[["sex", "mae", "pooled"]].values.tolist()
    [['F', 0.5, 0.5], ['M', 0.5, 0.5]]
    """
    clean = child_errors(one_model(predictions), *columns)
    found = clean.groupby(list(columns), observed=True)["error"].agg(["size", "mean", "var"])
    found = found[found["size"] > 1]
    spread = np.maximum(found["var"], clean["error"].var() * 1e-6) / found["size"]
    weight = 1 / spread
    common = (weight * found["mean"]).sum() / weight.sum()
    q = (weight * (found["mean"] - common) ** 2).sum()
    free = len(found) - 1
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, (q - free) / scale) if free > 0 and scale > 0 else 0.0
    weight = 1 / (spread + between)
    common = (weight * found["mean"]).sum() / weight.sum()
    keep = between / (between + spread)
    table = found.assign(pooled=common + keep * (found["mean"] - common)).reset_index()
    table = table.rename(columns={"size": "n", "mean": "mae"}).drop(columns="var")
    table.attrs = {"between_sd": float(np.sqrt(between)),
                   "p": float(stats.chi2.sf(q, free)) if free > 0 else 1.0}
    return table


def group_scenario(
    train_group: str = "CAU", n: int = 4000, reading_sd: float = 0.6, seed: int = 0
) -> pd.DataFrame:
    """Return what a change of group does, in the phantom cohort's scenarios none and published.

    Invented children only, and no picture: a reader of bone age without any group bias is given
    as the true maturity plus an error of SD ``reading_sd`` years. Even so, two things built on it
    can treat groups differently: the call of advanced or delayed (the standard was made on one
    population), and a model that turns the reading into chronological age and has learned on one
    group only.

    Returns
    -------
    pandas.DataFrame
        Columns ``scenario, group, n, quantity, value, lower, upper``. Quantities: ``bone age
        bias`` (years, reading minus true), ``called advanced`` and ``called delayed`` (share of
        healthy children), ``age bias, trained on one group`` and ``..., trained on all`` (years,
        predicted minus actual chronological age).

    >>> table = group_scenario(n=400)
    >>> sorted(table["scenario"].unique())
    ['none', 'published']
    """
    from ..phantom.cohort import cohort

    rows = []
    for scenario in ("none", "published"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warning stands in this module's first lines
            children = cohort(n=n, seed=seed, group_effect=scenario)
        rng = np.random.default_rng(seed)
        children["reading"] = children["true_bone_age"] + rng.normal(0, reading_sd, n)
        learning = rng.random(n) < 0.5
        for name, mix in (("one group", learning & (children["group"] == train_group).to_numpy()),
                          ("all", learning)):
            children[name] = _age_from_reading(children[mix], children)
        for group, test in children[~learning].groupby("group"):
            rows += [{"scenario": scenario, "group": group, "n": len(test), **row}
                     for row in _group_quantities(test)]
    return pd.DataFrame(rows)


def _age_from_reading(train: pd.DataFrame, children: pd.DataFrame) -> np.ndarray:
    """Return chronological age guessed from the reading, by a cubic a sex fitted on ``train``."""
    ages = np.empty(len(children))
    for sex in ("F", "M"):
        known, asked = train[train["sex"] == sex], (children["sex"] == sex).to_numpy()
        curve = np.polynomial.Polynomial.fit(known["reading"], known["chronological_age"], 3)
        low, high = known["reading"].min(), known["reading"].max()
        ages[asked] = curve(children.loc[asked, "reading"].clip(low, high))
    return ages


def _group_quantities(test: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for name, error in (
        ("bone age bias", test["reading"] - test["true_bone_age"]),
        ("age bias, trained on one group", test["one group"] - test["chronological_age"]),
        ("age bias, trained on all", test["all"] - test["chronological_age"]),
    ):
        half = 1.96 * error.sem()
        rows.append({"quantity": name, "value": error.mean(), "lower": error.mean() - half,
                     "upper": error.mean() + half})
    calls = clinical_call(test["reading"], test["chronological_age"], test["sex"])
    for call in ("advanced", "delayed"):
        share = wilson(float((calls == call).mean()), len(test))
        rows.append({"quantity": f"called {call}", **share._asdict()})
    return rows
