"""What a change of the group mix does to what is built on bone ages: invented children only.

The group scenario is invented children with published group averages. It teaches how to look for
unfairness and states nothing about a person.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from ..evaluation.clinical import clinical_call
from ..evaluation.metrics import wilson
from ..phantom.children import cohort


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
    rows = []
    for scenario in ("none", "published"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warning stands in this module's first lines
            children = cohort(n=n, seed=seed, group_effect=scenario)
        rng = np.random.default_rng(seed)
        children["reading"] = children["true_bone_age"] + rng.normal(0, reading_sd, n)
        learning = rng.random(n) < 0.5
        for name, mix in (
            ("one group", learning & (children["group"] == train_group).to_numpy()),
            ("all", learning),
        ):
            children[name] = _age_from_reading(children[mix], children)
        for group, test in children[~learning].groupby("group"):
            rows += [
                {"scenario": scenario, "group": group, "n": len(test), **row}
                for row in _group_quantities(test)
            ]
    return pd.DataFrame(rows)


def _age_from_reading(train: pd.DataFrame, children: pd.DataFrame) -> np.ndarray:
    """Return the chronological age that the reading suggests, by one cubic per sex."""
    ages = np.empty(len(children))
    for sex in ("F", "M"):
        fitted_on, of_sex = train[train["sex"] == sex], (children["sex"] == sex).to_numpy()
        readings = fitted_on["reading"]
        curve = np.polynomial.Polynomial.fit(readings, fitted_on["chronological_age"], 3)
        within = children.loc[of_sex, "reading"].clip(readings.min(), readings.max())
        ages[of_sex] = curve(within)
    return ages


def _group_quantities(test: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for name, error in (
        ("bone age bias", test["reading"] - test["true_bone_age"]),
        ("age bias, trained on one group", test["one group"] - test["chronological_age"]),
        ("age bias, trained on all", test["all"] - test["chronological_age"]),
    ):
        half = 1.96 * error.sem()
        rows.append(
            {
                "quantity": name,
                "value": error.mean(),
                "lower": error.mean() - half,
                "upper": error.mean() + half,
            }
        )
    calls = clinical_call(test["reading"], test["chronological_age"], test["sex"])
    for call in ("advanced", "delayed"):
        share = wilson(float((calls == call).mean()), len(test))
        rows.append({"quantity": f"called {call}", **share._asdict()})
    return rows
