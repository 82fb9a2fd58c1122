"""Conclusions about ages, sexes and groups, each formed from the figures of one table."""

from __future__ import annotations

import numpy as np

from ..records.schema import CHILDREN
from .analysis import MOST_GROUPS, Analysis


def counted(n: int, one: str, several: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "child", "children")
    '1 child'
    """
    return f"{n} {one if n == 1 else several}"


def ages(analysis: Analysis) -> str:
    """Return the best and the worst age band, and how much of the worst is having been picked."""
    cells = analysis.cells("age_band")
    large = cells[~cells["small"]]
    if len(large) < 2:
        return "Too few age bands hold enough children to be compared."
    worst, best = large.loc[large["mae"].idxmax()], large.loc[large["mae"].idxmin()]
    pooled = analysis.pooled("age_band").astype({"age_band": object}).set_index("age_band")
    return (
        f"By age, the MAE runs from {best['mae']:.2f} years ({best['age_band']}) to "
        f"{worst['mae']:.2f} ({worst['age_band']}); the bias there is {best['bias']:+.2f} and "
        f"{worst['bias']:+.2f}. One of {len(cells)} bands always comes out worst, if only by "
        "chance. Corrected for this, its MAE is "
        f"{pooled.loc[worst['age_band'], 'pooled']:.2f} years."
    )


def against_floor(analysis: Analysis) -> str:
    """Return the age bands in which the model does no better than the floor; "" for few ages."""
    cells = analysis.cells("age_band")
    floor = analysis.floor_cells("age_band")["mae"]
    large = cells.assign(floor=floor)[~cells["small"]]
    if len(large) < 2:
        return ""
    lost = large[large["mae"] >= large["floor"]]
    if lost.empty:
        return "In every age band the model's MAE is smaller than the floor's."
    bands = "; ".join(
        f"{row.age_band} ({row.mae:.2f} years against {row.floor:.2f})" for row in lost.itertuples()
    )
    return (
        "The floor never looks at the image, and yet the model's MAE is no smaller than the "
        f"floor's at {bands}."
    )


def sexes(analysis: Analysis) -> str:
    """Return whether girls and boys differ in MAE."""
    if analysis.table["sex"].nunique() < 2:
        return "Only one sex is in the table."
    cells = analysis.cells("sex").set_index("sex")
    p = analysis.differences("sex")["p"].min()
    verdict = (
        "a difference beyond chance" if p < 0.05 else "chance alone can give such a difference"
    )
    return (
        f"The MAE is {cells.loc['F', 'mae']:.2f} years in girls and "
        f"{cells.loc['M', 'mae']:.2f} in boys: {verdict} (p = {p:.2g})."
    )


def groups(analysis: Analysis) -> str:
    """Return which cells of group and sex differ from the rest, and what could be missed."""
    if not analysis.has_groups:
        return "The table names no groups: nothing can be said about fairness between them."
    cells = analysis.differences("group", "sex")
    large = cells[~cells["small"]]
    small = int(cells["small"].sum())
    text = (
        f"Of {counted(len(cells), 'cell', 'cells')} of group and sex, {small} "
        f"{'is' if small == 1 else 'are'} too small to judge"
        if small
        else f"All {len(cells)} cells of group and sex hold enough children"
    )
    if analysis.grouped is not analysis.table:
        text = f"Of the {MOST_GROUPS} largest groups: {text[0].lower()}{text[1:]}"
    if large.empty:
        return text + "."
    clear = large[large["p_holm"] < 0.05]
    if clear.empty:
        half = (large["upper"] - large["lower"]).median() / 2
        return f"{text}; none differs from the rest once corrected for many looks" + (
            f", but a difference under about {half:.2f} years could not have been seen."
            if np.isfinite(half)
            else "."
        )
    names = ", ".join(
        f"{row.group} {CHILDREN[row.sex]} ({row.difference:+.2f} years)"
        for row in clear.itertuples()
    )
    return f"{text}; after correction for many looks these differ from the rest: {names}."
