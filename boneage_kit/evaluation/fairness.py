"""What small cells can tell about an error, and how much biases differ between groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ..errors import BadInput
from ..records.schema import CHILDREN
from .cell_differences import errors_of_children, holm
from .checked_table import child_errors, one_model


def precision_of_cells(
    predictions: pd.DataFrame,
    sizes: Sequence[int] = (5, 10, 20, 50, 100, 200, 500),
    measure: str = "mae",
) -> pd.DataFrame:
    """Return how precisely a cell of n children shows its error, given the spread of this model's.

    Parameters
    ----------
    measure
        ``"mae"``, or ``"bias"``: signed errors spread wider than absolute ones, so a bias needs
        more children.

    Returns
    -------
    pandas.DataFrame
        Columns ``n`` (children per cell), ``half_width`` (years: of the 95 % interval of the MAE or
        bias) and ``detectable`` (years: the true difference of two such cells that a two-sided test
        at 5 % finds in 80 % of studies, before any correction for looking at many cells).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> precision_of_cells(table, sizes=(10, 100)).round(2).values.tolist()
    [[10.0, 0.36, 0.63], [100.0, 0.1, 0.2]]
    """
    clean = one_model(predictions)
    if measure not in ("mae", "bias"):
        raise BadInput(f"There is no precision of {measure!r}.", 'Use "mae" or "bias".')
    signed = (clean["y_pred"] - clean["y_true"]).groupby(clean.children).mean()
    sd = (signed if measure == "bias" else child_errors(clean)["error"]).std(ddof=1)
    n = np.asarray(sizes)
    return pd.DataFrame(
        {
            "n": n,
            "half_width": stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n),
            "detectable": detectable_difference(sd, n),
        }
    )


def detectable_difference(sd: float, n: ArrayLike, cells: int = 2) -> np.ndarray:
    """Return the true difference of two cells' means (years) found in 80 % of studies.

    Parameters
    ----------
    sd
        SD of one child's error (years), signed or absolute.
    n
        Children per cell.
    cells
        Looked for among all pairs of so many cells (Bonferroni).

    >>> float(detectable_difference(1.0, 100).round(2))
    0.4
    """
    reach = stats.norm.ppf(1 - 0.025 / (cells * (cells - 1) // 2)) + stats.norm.ppf(0.8)
    return reach * sd * np.sqrt(2 / np.asarray(n, dtype=float))


def children_needed(predictions: pd.DataFrame, difference: float, cells: int = 2) -> int:
    """Return the children a cell needs to show a true difference of MAE (years).

    ``cells`` > 2 asks for it among all pairs of that many cells (Bonferroni).

    >>> table = pd.DataFrame({"image_id": range(100), "sex": "F", "y_true": 8.0,
    ...                       "y_pred": 8 + np.tile([0.0, 1.0], 50)})
    >>> children_needed(table, 0.2)
    100
    """
    if difference <= 0:
        raise BadInput(
            f"A difference of {difference:g} years cannot be looked for.",
            "Give the smallest difference that would matter, in years.",
        )
    sd = child_errors(one_model(predictions))["error"].std(ddof=1)
    return int(np.ceil((detectable_difference(sd, 1, cells) / difference) ** 2))


def pooled_cells(predictions: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return each cell's MAE drawn towards the common one, as far as chance explains the spread.

    Chance alone makes one of twenty cells the best and one the worst. Each cell's standard error is
    set against the true spread between cells (DerSimonian and Laird); with no true spread all
    cells get the common MAE.

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
    child = errors_of_children(one_model(predictions), *columns)
    cells = child.groupby(list(columns), observed=True)["error"].agg(["size", "mean", "var"])
    cells = cells[cells["size"] > 1]
    floor = max(child["error"].var() * 1e-6, 1e-12) if len(child) > 1 else 1e-12
    spread = np.maximum(cells["var"], floor) / cells["size"]
    weight = 1 / spread
    common = (weight * cells["mean"]).sum() / weight.sum() if len(cells) else np.nan
    q = (weight * (cells["mean"] - common) ** 2).sum()
    free = len(cells) - 1
    scale = weight.sum() - (weight**2).sum() / weight.sum() if len(cells) else 0.0
    between = max(0.0, (q - free) / scale) if free > 0 and scale > 0 else 0.0
    weight = 1 / (spread + between)
    common = (weight * cells["mean"]).sum() / weight.sum() if len(cells) else np.nan
    keep = between / (between + spread)
    table = cells.assign(pooled=common + keep * (cells["mean"] - common)).reset_index()
    table = table.rename(columns={"size": "n", "mean": "mae"}).drop(columns="var")
    table.attrs = {
        "between_sd": float(np.sqrt(between)),
        "p": float(stats.chi2.sf(q, free)) if free > 0 else 1.0,
    }
    return table


def group_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return how much each group's bias differs from that of the group trained on, by sex.

    Parameters
    ----------
    table
        What ``studies/group_mix.py`` keeps: one row per trained model, group and sex, with
        ``model, scenario, label, mix, seed, trained_on, group, sex, n, bias, sd``.

    Returns
    -------
    pandas.DataFrame
        ``model, scenario, label, mix, group, sex``, ``n``, ``seeds``, ``gap`` (years, mean of the
        seeds, group minus trained-on group), ``lower, upper`` (95 % over children), ``p``,
        ``p_holm`` (over the cells of one training mix), ``detectable`` (years: a true gap that
        so many children show in 80 % of studies, looked for in one cell), and ``effect`` (years:
        the gap less that of the same children, seeds and training without group effects; NaN
        where that was not trained). The chance in which children were chosen
        cancels in an effect, so an effect can be seen where a gap cannot.

    >>> rows = [{"model": "x", "scenario": "none", "label": "bone age", "mix": "one group",
    ...          "seed": 0, "trained_on": "CAU", "group": group, "sex": "F", "n": 400,
    ...          "bias": bias, "sd": 1.0} for group, bias in (("CAU", 0.1), ("HIS", 0.6))]
    >>> group_gaps(pd.DataFrame(rows)).round(2)[["group", "gap", "lower", "upper"]].values.tolist()
    [['HIS', 0.5, 0.36, 0.64]]
    """
    keys = ["model", "scenario", "label", "mix"]
    cells = table.groupby([*keys, "trained_on", "group", "sex"], as_index=False).agg(
        n=("n", "first"), seeds=("seed", "nunique"), bias=("bias", "mean"), sd=("sd", "mean")
    )
    own = cells[cells["group"] == cells["trained_on"]]
    both = cells[cells["group"] != cells["trained_on"]].merge(
        own[[*keys, "sex", "n", "bias", "sd"]], on=[*keys, "sex"], suffixes=("", "_own")
    )
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
    """Return what the gaps of one kind of model and mix say, a sentence or two per label.

    >>> rows = [{"model": "x", "scenario": "none", "label": "bone age", "mix": "one group",
    ...          "seed": 0, "trained_on": "CAU", "group": group, "sex": "F", "n": 400,
    ...          "bias": bias, "sd": 1.0} for group, bias in (("CAU", 0.1), ("HIS", 0.2))]
    >>> gaps_in_words(group_gaps(pd.DataFrame(rows)), "x")[0][:74]
    'Asked for bone age, without group effects: none of 1 cells differs from CA'
    """
    part = gaps[(gaps["model"] == model) & (gaps["mix"] == mix)]
    return [
        _gaps_of(rows, str(label), str(scenario))
        for (label, scenario), rows in sorted(
            part.groupby(["label", "scenario"]), key=lambda part: part[0][::-1], reverse=True
        )
    ]


def _gaps_of(rows: pd.DataFrame, label: str, scenario: str) -> str:
    clear = rows[rows["p_holm"] < 0.05]
    largest = rows.loc[rows["gap"].abs().idxmax()]
    how = "with published averages" if scenario == "published" else "without group effects"
    count = (
        f"{len(clear)} of {len(rows)} cells differ"
        if len(clear)
        else (f"none of {len(rows)} cells differs")
    )
    return (
        f"Asked for {label}, {how}: {count} from {largest['trained_on']} children of the "
        f"same sex after correction for many looks; the largest gap is {largest['gap']:+.2f} "
        f"years ({largest['lower']:+.2f} to {largest['upper']:+.2f}) in {largest['group']} "
        f"{CHILDREN[largest['sex']]} ({largest['n']} children, trainings: "
        f"{largest['seeds']}). A gap under {rows['detectable'].median():.2f} years could "
        "easily have been missed." + _paired(rows.dropna(subset=["effect"]))
    )


def _paired(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    largest = rows.loc[rows["effect"].abs().idxmax()]
    return (
        f" Against the same children without these averages, the gap moves by "
        f"{rows['effect'].abs().mean():.2f} years on average, most in {largest['group']} "
        f"{CHILDREN[largest['sex']]} ({largest['effect']:+.2f})."
    )
