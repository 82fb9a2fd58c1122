"""Several tables of other children side by side: the figures, and what their shapes share.

Errors on phantoms and on real children are never averaged or ranked. What may be compared is the
shape: is there a pull to the middle in both, is the same age the worst, do girls and boys differ?
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .agreement import bland_altman
from .comparison import constant_predictor, reweighted_mae
from .headline import summary
from .metrics import mae
from .prediction_intervals import conformal_out_of_fold, coverage
from .shrinkage import pull_to_the_middle
from .strata import by, differences


def side_by_side(
    tables: Mapping[str, pd.DataFrame], n_bootstrap: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Return one column a table: its headline figures and the shape of its errors.

    Parameters
    ----------
    tables
        Name to one model's predictions (years), at least 50 children each.

    Returns
    -------
    pandas.DataFrame
        Rows ``children``, ``MAE`` with ``MAE lower, MAE upper``, ``MAE of the constant``, ``MAE,
        every age alike``, ``bias``, ``lower limit``, ``upper limit`` (years), ``slope over the
        label`` and ``... prediction`` with ``lower, upper`` (years of error a year of age),
        ``worst age`` and ``its MAE``, ``girls minus boys`` (years of MAE) with ``p``, ``covered``,
        ``least covered age`` and ``covered there`` (shares, conformal 90 % intervals).

    >>> import numpy as np
    >>> ages = np.linspace(2, 17, 100)
    >>> one = pd.DataFrame({"image_id": range(100), "sex": ["F", "M"] * 50, "y_true": ages,
    ...                     "y_pred": ages + np.tile([-0.5, 0.75, 0.1, 0.2], 25)})
    >>> side_by_side({"a": one}).loc[["children", "worst age"], "a"].tolist()
    [100, '10-15 y']
    """
    return pd.DataFrame({name: pd.Series(_column(table, n_bootstrap, seed), dtype=object)
                         for name, table in tables.items()})


def _column(table: pd.DataFrame, n_bootstrap: int, seed: int) -> dict[str, object]:
    head = summary(table, n_bootstrap, seed)
    floor = constant_predictor(table, table)
    limits = bland_altman(table["y_pred"], table["y_true"], children=table["image_id"])
    found: dict[str, object] = {
        "children": int(head.loc["MAE", "n"]), "MAE": head.loc["MAE", "value"],
        "MAE lower": head.loc["MAE", "lower"], "MAE upper": head.loc["MAE", "upper"],
        "MAE of the constant": mae(floor["y_true"], floor["y_pred"]),
        "MAE, every age alike": reweighted_mae(table, n=50).loc["re-weighted", "value"],
        "bias": limits.bias, "lower limit": limits.lower, "upper limit": limits.upper,
    }
    pull = pull_to_the_middle(table)
    for axis in ("label", "prediction"):
        name = f"slope over the {axis}"
        found |= {name: pull.loc[axis, "slope"], f"{name}, lower": pull.loc[axis, "lower"],
                  f"{name}, upper": pull.loc[axis, "upper"]}
    bands = by(table, "age_band", n_bootstrap=2)
    worst = bands.loc[bands["mae"].where(~bands["small"]).fillna(-1).idxmax()]
    sexes = differences(table, "sex").iloc[0]
    cells = coverage(conformal_out_of_fold(table, 0.9, seed=seed), "age_band")
    least = cells.loc[cells["covered"].where(~cells["small"]).fillna(2).idxmin()]
    total = (cells["covered"] * cells["n"]).sum() / cells["n"].sum()
    return found | {
        "worst age": str(worst["age_band"]), "its MAE": worst["mae"],
        "girls minus boys": sexes["difference"], "girls minus boys, p": sexes["p"],
        "covered": total, "least covered age": str(least["age_band"]),
        "covered there": least["covered"],
    }


def shapes_in_words(table: pd.DataFrame, a: str, b: str) -> list[str]:
    """Return what the errors of columns ``a`` and ``b`` have in common and where they differ.

    Parameters
    ----------
    table
        From :func:`side_by_side`.
    a, b
        Two of its columns, such as the phantom and the real one.

    >>> import numpy as np
    >>> rng, ages = np.random.default_rng(0), np.linspace(2, 17, 300)
    >>> one = pd.DataFrame({"image_id": range(300), "sex": ["F", "M"] * 150, "y_true": ages})
    >>> flat = one.assign(y_pred=ages + rng.normal(0, 0.5, 300))
    >>> pulled = one.assign(y_pred=9.5 + 0.8 * (ages - 9.5) + rng.normal(0, 0.5, 300))
    >>> shapes_in_words(side_by_side({"x": flat, "y": pulled}), "x", "y")[1]
    'Pull to the middle: in y only (-2.4 months of error a year of label), not in x.'
    """
    one, two = table[a], table[b]
    return [_size(one, two, a, b), _pull(one, two, a, b), _flat(one, two, a, b),
            _worst(one, two, a, b), _sexes(one, two, a, b), _covered(one, two, a, b)]


def _size(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    parts = [f"{100 * (1 - col['MAE'] / col['MAE of the constant']):.0f} % below the constant in "
             f"{name} ({col['MAE']:.2f} against {col['MAE of the constant']:.2f} years)"
             for name, col in ((a, one), (b, two))]
    return (f"Distance to the floor: {' and '.join(parts)}. The two MAEs are of other children, "
            "labels and films, and are not to be ranked.")


def _pull(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    name = "slope over the label"
    pulled = [(label, 12 * col[name]) for label, col in ((a, one), (b, two))
              if col[f"{name}, upper"] < 0]
    if len(pulled) == 2:
        sizes = " and ".join(f"{slope:.1f} in {label}" for label, slope in pulled)
        return f"Pull to the middle: in both ({sizes}, months of error a year of label)."
    if not pulled:
        return f"Pull to the middle: neither in {a} nor in {b}."
    (label, slope), other = pulled[0], b if pulled[0][0] == a else a
    return (f"Pull to the middle: in {label} only ({slope:.1f} months of error a year of label), "
            f"not in {other}.")


def _flat(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    name, texts = "slope over the prediction", []
    for label, col in ((a, one), (b, two)):
        flat = col[f"{name}, lower"] <= 0 <= col[f"{name}, upper"]
        texts.append(f"in {label} " + ("a reading means what it says" if flat else
                                       f"it is off by {12 * col[name]:+.1f} months a year"))
    return f"Along the prediction: {'; '.join(texts)}."


def _worst(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    text = [f"{col['worst age']} in {label} ({col['its MAE']:.2f} years)"
            for label, col in ((a, one), (b, two))]
    same = "the same" if one["worst age"] == two["worst age"] else "not the same"
    return f"The worst age is {same}: {' and '.join(text)}."


def _sexes(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    texts = []
    for label, col in ((a, one), (b, two)):
        gap, p = col["girls minus boys"], col["girls minus boys, p"]
        who = "girls" if gap < 0 else "boys"
        texts.append(f"in {label} {who} are read better by {12 * abs(gap):.1f} months "
                     f"(p = {p:.2g})" if p < 0.05 else
                     f"in {label} no difference that chance would not give (p = {p:.2g})")
    return f"Girls and boys: {'; '.join(texts)}."


def _covered(one: pd.Series, two: pd.Series, a: str, b: str) -> str:
    texts = [f"{100 * col['covered']:.0f} % in {label}, least at {col['least covered age']} "
             f"({100 * col['covered there']:.0f} %)" for label, col in ((a, one), (b, two))]
    return f"90 % intervals hold {' and '.join(texts)}."
