"""Several tables of other children side by side: the figures, and what their shapes share.

Errors on phantoms and on real children are never averaged or ranked. What may be compared is the
shape: is there a pull to the middle in both, is the same age the worst, do girls and boys differ?
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..records.schema import CHILDREN
from .agreement import bland_altman
from .cell_differences import differences
from .checked_table import one_model
from .error_curve import error_off_zero
from .floor import constant_out_of_fold
from .headline import summary
from .metrics import mae
from .prediction_intervals import conformal_out_of_fold, coverage
from .reweighting import reweighted_mae
from .shrinkage import pull_to_the_middle
from .worst_strata import worst_stratum


def side_by_side(
    tables: Mapping[str, pd.DataFrame], n_bootstrap: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Return one column per table: its headline figures and the shape of its errors.

    Parameters
    ----------
    tables
        Name to one model's predictions (years), at least 50 children each.

    Returns
    -------
    pandas.DataFrame
        Rows ``children``, ``MAE`` with ``MAE lower, MAE upper``, ``MAE of the constant``, ``MAE,
        every age alike``, ``bias``, ``lower limit``, ``upper limit`` (years), ``slope over the
        label`` with ``lower, upper`` (years of error per year of age), ``off at predictions of``
        and ``off by`` (years; where the smoothed error along the prediction is furthest from zero,
        all ages judged together; None where it is nowhere), ``worst age`` and ``its MAE`` with
        ``lower, upper`` (an interval that holds for all age bands together), ``girls minus boys``
        (years of MAE) with ``p``, ``covered``, ``least covered age`` and ``covered there`` (shares,
        conformal 90 % intervals).

    >>> import numpy as np
    >>> ages = np.linspace(2, 17, 100)
    >>> table = pd.DataFrame({"image_id": range(100), "sex": ["F", "M"] * 50, "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75, 0.1, 0.2], 25)})
    >>> side_by_side({"a": table}).loc[["children", "worst age"], "a"].tolist()
    [100, '10-15 y']
    """
    return pd.DataFrame(
        {
            name: pd.Series(_column(table, n_bootstrap, seed), dtype=object)
            for name, table in tables.items()
        }
    )


def _column(table: pd.DataFrame, n_bootstrap: int, seed: int) -> dict[str, object]:
    table = one_model(table)
    head = summary(table, n_bootstrap, seed)
    floor = constant_out_of_fold(table)
    limits = bland_altman(table["y_pred"], table["y_true"], children=table.children)
    figures: dict[str, object] = {
        "children": int(head.loc["MAE", "n"]),
        "MAE": head.loc["MAE", "value"],
        "MAE lower": head.loc["MAE", "lower"],
        "MAE upper": head.loc["MAE", "upper"],
        "MAE of the constant": mae(floor["y_true"], floor["y_pred"]),
        "MAE, every age alike": reweighted_mae(table, n=50).loc["re-weighted", "value"],
        "bias": limits.bias,
        "lower limit": limits.lower,
        "upper limit": limits.upper,
    }
    pull = pull_to_the_middle(table).loc["label"]
    name = "slope over the label"
    figures |= {
        name: pull["slope"],
        f"{name}, lower": pull["lower"],
        f"{name}, upper": pull["upper"],
    }
    off = error_off_zero(table, "prediction", seed=seed)
    furthest = off.loc[off["error"].abs().idxmax()] if len(off) else {"age": None, "error": None}
    figures |= {"off at predictions of": furthest["age"], "off by": furthest["error"]}
    worst = worst_stratum(table)
    sexes = differences(table, "sex").iloc[0]
    cells = coverage(conformal_out_of_fold(table, 0.9, seed=seed), "age_band")
    least = cells.loc[cells["covered"].where(~cells["small"]).fillna(2).idxmin()]
    total = (cells["covered"] * cells["n"]).sum() / cells["n"].sum()
    return figures | {
        "worst age": worst.name,
        "its MAE": worst.mae,
        "its MAE, lower": worst.lower,
        "its MAE, upper": worst.upper,
        "girls minus boys": sexes["difference"],
        "girls minus boys, p": sexes["p"],
        "covered": total,
        "least covered age": str(least["age_band"]),
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
    >>> table = pd.DataFrame({"image_id": range(300), "sex": ["F", "M"] * 150, "y_true": ages})
    >>> flat = table.assign(y_pred=ages + rng.normal(0, 0.5, 300))
    >>> pulled = table.assign(y_pred=9.5 + 0.8 * (ages - 9.5) + rng.normal(0, 0.5, 300))
    >>> shapes_in_words(side_by_side({"x": flat, "y": pulled}), "x", "y")[1]
    'Pull to the middle: in y only (-2.4 months of error per year of label), not in x.'
    """
    first, second = table[a], table[b]
    return [
        _size(first, second, a, b),
        _pull(first, second, a, b),
        _off(first, second, a, b),
        _worst(first, second, a, b),
        _sexes(first, second, a, b),
        _covered(first, second, a, b),
    ]


def _size(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    parts = [
        f"{100 * (1 - col['MAE'] / col['MAE of the constant']):.0f} % below the constant in "
        f"{name} ({col['MAE']:.2f} against {col['MAE of the constant']:.2f} years)"
        for name, col in ((a, first), (b, second))
    ]
    return (
        f"Distance to the floor: {' and '.join(parts)}. The two MAEs are of other children, "
        "labels and films, and are not to be ranked."
    )


def _pull(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    name = "slope over the label"
    pulled = [
        (label, 12 * col[name])
        for label, col in ((a, first), (b, second))
        if col[f"{name}, upper"] < 0
    ]
    if len(pulled) == 2:
        sizes = " and ".join(f"{slope:.1f} in {label}" for label, slope in pulled)
        return f"Pull to the middle: in both ({sizes}, months of error per year of label)."
    if not pulled:
        return f"Pull to the middle: neither in {a} nor in {b}."
    (label, slope), other = pulled[0], b if pulled[0][0] == a else a
    return (
        f"Pull to the middle: in {label} only ({slope:.1f} months of error per year of label), "
        f"not in {other}."
    )


def _off(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    """Return where a smooth curve of the error along the prediction leaves zero."""
    texts = [
        f"in {label} no age is shown to be off"
        if col["off at predictions of"] is None
        else f"in {label} the error at predictions of about {col['off at predictions of']:.0f} "
        f"years is {12 * col['off by']:+.1f} months"
        for label, col in ((a, first), (b, second))
    ]
    return f"Along the prediction, by a smooth curve: {'; '.join(texts)}."


def _worst(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    text = [
        f"{col['worst age']} in {label} ({col['its MAE']:.2f} years, "
        f"{col['its MAE, lower']:.2f} to {col['its MAE, upper']:.2f}; "
        + ("above" if col["its MAE, lower"] > col["MAE"] else "not shown to be above")
        + f" the {col['MAE']:.2f} of all)"
        for label, col in ((a, first), (b, second))
    ]
    same = "the same" if first["worst age"] == second["worst age"] else "not the same"
    return (
        f"The worst age is {same}: {' and '.join(text)}. The intervals hold for all age bands "
        "together, because one band is always the worst."
    )


def _sexes(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    texts = []
    for label, col in ((a, first), (b, second)):
        gap, p = col["girls minus boys"], col["girls minus boys, p"]
        who = CHILDREN["F" if gap < 0 else "M"]
        texts.append(
            f"in {label} {who} have the smaller error, by {12 * abs(gap):.1f} months (p = {p:.2g})"
            if p < 0.05
            else f"in {label} no difference that chance would not give (p = {p:.2g})"
        )
    return f"Girls and boys: {'; '.join(texts)}."


def _covered(first: pd.Series, second: pd.Series, a: str, b: str) -> str:
    texts = [
        f"{100 * col['covered']:.0f} % in {label}, least at {col['least covered age']} "
        f"({100 * col['covered there']:.0f} %)"
        for label, col in ((a, first), (b, second))
    ]
    return f"90 % intervals hold {' and '.join(texts)}."
