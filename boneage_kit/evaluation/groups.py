"""Groups: what a change of the group mix does to what is built on a reading.

The group scenario is invented children with published group averages. It teaches how to look for
unfairness and states nothing about a person.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from .clinical import clinical_call
from .fairness import detectable_difference
from .metrics import wilson
from .strata import holm

_SEX = {"F": "girls", "M": "boys"}


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


def group_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return how much each group's bias differs from the trained-on group's, sex by sex.

    Parameters
    ----------
    table
        What ``benchmarks/group_mix.py`` keeps: one row a trained model, group and sex, with
        ``model, scenario, label, mix, seed, trained_on, group, sex, n, bias, sd``.

    Returns
    -------
    pandas.DataFrame
        ``model, scenario, label, mix, group, sex``, ``n``, ``seeds``, ``gap`` (years, mean of the
        seeds, group minus trained-on group), ``lower, upper`` (95 % over children), ``p``,
        ``p_holm`` (over the cells of one training mix), ``detectable`` (years: a true gap that
        so many children show in 80 % of studies, looked for in one cell), and ``effect`` (years:
        the gap less that of the same children, seeds and training without group effects; NaN
        where that was not trained). Pairing takes out what chance gave these children, so an
        effect can be seen where a gap cannot.

    >>> rows = [{"model": "x", "scenario": "none", "label": "bone age", "mix": "one group",
    ...          "seed": 0, "trained_on": "CAU", "group": group, "sex": "F", "n": 400,
    ...          "bias": bias, "sd": 1.0} for group, bias in (("CAU", 0.1), ("HIS", 0.6))]
    >>> group_gaps(pd.DataFrame(rows)).round(2)[["group", "gap", "lower", "upper"]].values.tolist()
    [['HIS', 0.5, 0.36, 0.64]]
    """
    keys = ["model", "scenario", "label", "mix"]
    cells = table.groupby([*keys, "trained_on", "group", "sex"], as_index=False).agg(
        n=("n", "first"), seeds=("seed", "nunique"), bias=("bias", "mean"), sd=("sd", "mean"))
    own = cells[cells["group"] == cells["trained_on"]]
    both = cells[cells["group"] != cells["trained_on"]].merge(
        own[[*keys, "sex", "n", "bias", "sd"]], on=[*keys, "sex"], suffixes=("", "_own"))
    error = np.sqrt(both["sd"] ** 2 / both["n"] + both["sd_own"] ** 2 / both["n_own"])
    both["gap"] = both["bias"] - both["bias_own"]
    both["lower"], both["upper"] = both["gap"] - 1.96 * error, both["gap"] + 1.96 * error
    both["p"] = 2 * stats.norm.sf((both["gap"] / error).abs())
    both["p_holm"] = both.groupby(keys)["p"].transform(lambda p: holm(p))
    both["detectable"] = detectable_difference(both["sd"], both[["n", "n_own"]].min(axis=1))
    cell = ["model", "label", "mix", "group", "sex"]
    without = both[both["scenario"] == "none"].set_index(cell)["gap"].rename("effect")
    both = both.join(without, on=cell)
    both["effect"] = (both["gap"] - both["effect"]).where(both["scenario"] == "published")
    return both.drop(columns=["bias", "sd", "n_own", "bias_own", "sd_own"])


def gaps_in_words(gaps: pd.DataFrame, model: str, mix: str = "one group") -> list[str]:
    """Return what the gaps of one kind of model and mix say, a sentence or two a question asked.

    >>> rows = [{"model": "x", "scenario": "none", "label": "bone age", "mix": "one group",
    ...          "seed": 0, "trained_on": "CAU", "group": group, "sex": "F", "n": 400,
    ...          "bias": bias, "sd": 1.0} for group, bias in (("CAU", 0.1), ("HIS", 0.2))]
    >>> gaps_in_words(group_gaps(pd.DataFrame(rows)), "x")[0][:74]
    'Asked for bone age, without group effects: none of 1 cells differs from CA'
    """
    part = gaps[(gaps["model"] == model) & (gaps["mix"] == mix)]
    return [_gaps_of(rows, str(label), str(scenario)) for (label, scenario), rows in
            sorted(part.groupby(["label", "scenario"]), key=lambda one: one[0][::-1],
                   reverse=True)]


def _gaps_of(rows: pd.DataFrame, label: str, scenario: str) -> str:
    clear = rows[rows["p_holm"] < 0.05]
    one = rows.loc[rows["gap"].abs().idxmax()]
    how = "with published averages" if scenario == "published" else "without group effects"
    count = f"{len(clear)} of {len(rows)} cells differ" if len(clear) else (
        f"none of {len(rows)} cells differs")
    return (f"Asked for {label}, {how}: {count} from {one['trained_on']} children of the same sex "
            f"after correction for many looks; the largest gap is {one['gap']:+.2f} years "
            f"({one['lower']:+.2f} to {one['upper']:+.2f}) in {one['group']} {_SEX[one['sex']]} "
            f"({one['n']} children, trainings: {one['seeds']}). A gap "
            f"under {rows['detectable'].median():.2f} years could easily have been missed."
            + _paired(rows.dropna(subset=["effect"])))


def _paired(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    one = rows.loc[rows["effect"].abs().idxmax()]
    return (f" Against the same children without these averages, the gap moves by "
            f"{rows['effect'].abs().mean():.2f} years on average, most in {one['group']} "
            f"{_SEX[one['sex']]} ({one['effect']:+.2f}).")
