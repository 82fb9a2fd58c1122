"""Groups: how much a reading's bias differs between groups, and what that count can show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from .fairness import detectable_difference
from .strata import holm

_SEX = {"F": "girls", "M": "boys"}


def group_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return how much each group's bias differs from the trained-on group's, sex by sex.

    Parameters
    ----------
    table
        What ``studies/group_mix.py`` keeps: one row a trained model, group and sex, with
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
