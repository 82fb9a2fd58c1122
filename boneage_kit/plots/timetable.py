"""The ossification timetable as a chart, and the table from RUS score to age as a curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .. import maturity
from .axes import axes_or_new
from .style import PALETTE, SEX_PLURAL

__all__ = ["ossification_timetable", "reader_limits", "rus_age_curves"]

#: Rows of the chart from top to bottom.
ROWS = ("forearm", "carpals", "sesamoids", "metacarpals", "proximal phalanges",
         "middle phalanges", "distal phalanges")  # fmt: skip


def ossification_timetable(sex: str, age: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw when each centre appears (median, 5th to 95th percentile), caps and fuses.

    Parameters
    ----------
    sex
        ``"F"`` or ``"M"``.
    age
        Present bone age in years: marked with a line, and what is already there is filled.
    ax
        Axes to draw into, about 9 by 7 inches; new ones if None.

    >>> import matplotlib; matplotlib.use("agg")
    >>> ossification_timetable("F", age=8.5).get_xlabel()
    'Age in years'
    """
    ax = axes_or_new(ax, 9.5, 9.5)
    table = maturity.ossification_table(sex)
    table["order"] = table["row"].map({name: i for i, name in enumerate(ROWS)})
    table["within"] = table["appear_p50"].where(table["row"].isin(["carpals", "forearm"]), 0)
    table = table.sort_values(["order", "within", "centre"]).reset_index(drop=True)
    y = np.arange(len(table)) + 0.8 * table["order"]
    colour = PALETTE[sex]
    ax.hlines(
        y,
        table["appear_p5"].fillna(table["appear_p50"]),
        table["appear_p95"],
        color=colour,
        alpha=0.45,
        lw=5,
        label="appears, 5th to 95th percentile",
    )
    _marks(ax, table["appear_p50"], y, "o", colour, age, "appears, median")
    _marks(ax, table["cap_age"], y, "s", colour, age, "as wide as the shaft, or capping it")
    ax.hlines(
        y,
        table["fusion_start"],
        table["fusion_end"],
        color="#444444",
        lw=5,
        label="fuses, beginning to end",
    )
    if age is not None:
        ax.plot([], [], "o", mec=colour, mfc="white", ms=7, label="hollow: still to come")
        ax.axvline(age, color=PALETTE["ink"], ls="--", lw=1.5)
        ax.annotate(
            f"{age:.1f} years",
            (age, -1.6),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    ax.set(
        yticks=y,
        yticklabels=[short_name(name) for name in table["name"]],
        xlim=(-0.3, 19.5),
        ylim=(y.max() + 1, -2.6),
        xlabel="Age in years",
        title=f"{_title(sex)}: when the centres of hand and wrist appear and fuse",
    )
    ax.tick_params(axis="y", labelsize=11, length=0)
    ax.grid(axis="y", visible=False)
    ax.set_xticks(range(0, 20, 2))
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.065), ncols=2, frameon=False)
    return ax


def rus_age_curves(sex: str, score: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw the TW3 and TW2 tables from RUS score to bone age, and where one score leads.

    >>> import matplotlib; matplotlib.use("agg")
    >>> rus_age_curves("M", score=501).get_ylabel()
    'Bone age in years'
    """
    ax = axes_or_new(ax, 7, 4.5)
    table = maturity.tw_age_table(sex)
    for system, style in (("TW3", "-"), ("TW2", "--")):
        rows = table[table["system"] == system]
        ax.plot(rows["score"], rows["bone_age"], style, color=PALETTE[sex], label=system)
    if score is not None and score >= table.query("system == 'TW3'")["score"].min():
        ages = (maturity.tw3_rus_bone_age(score, sex), maturity.tw2_rus_bone_age(score, sex))
        ax.vlines(score, 0, max(ages), color=PALETTE["ink"], lw=1.2, ls=":")
        for age in ages:
            ax.hlines(age, 0, score, color=PALETTE["ink"], lw=1.2, ls=":")
            ax.annotate(
                f"{age:.1f}", (0, age), xytext=(4, 3), textcoords="offset points", fontsize=11
            )
    ax.set(
        xlim=(0, 1010),
        ylim=(0, 19),
        xlabel="RUS score",
        ylabel="Bone age in years",
        title=f"{_title(sex)}: one score, two tables",
    )
    ax.legend(loc="lower right")
    return ax


def reader_limits(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw limits of agreement as bars: a table with ``label``, ``lower``, ``upper`` (years).

    A column ``mine`` (True/False) marks bars to be told from the published ones by shape.

    >>> import matplotlib; matplotlib.use("agg")
    >>> bars = pd.DataFrame({"label": ["A"], "lower": [-1.0], "upper": [1.2]})
    >>> reader_limits(bars).get_xlabel()
    'Difference of two readings, years (95 % limits of agreement)'
    """
    ax = axes_or_new(ax, 8, 0.9 + 0.55 * len(rows))
    y = np.arange(len(rows))
    own = rows["mine"].to_numpy(bool) if "mine" in rows else np.zeros(len(rows), bool)
    for chosen, marker, colour in ((~own, "|", PALETTE["reader"]), (own, "D", PALETTE["M"])):
        ax.hlines(y[chosen], rows["lower"][chosen], rows["upper"][chosen], color=colour, lw=5)
        for end in ("lower", "upper"):
            ax.plot(rows[end][chosen], y[chosen], marker, color=colour, ms=9, ls="none")
    for i, row in enumerate(rows.itertuples()):
        ax.annotate(
            f"{row.lower:+.2f} to {row.upper:+.2f}",
            (row.upper, i),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    ax.axvline(0, color=PALETTE["ink"], lw=1)
    reach = 1.9 * max(abs(rows["lower"].min()), rows["upper"].max())
    ax.set(
        yticks=y,
        yticklabels=rows["label"],
        ylim=(len(rows) - 0.4, -0.6),
        xlim=(-0.62 * reach, reach),
        xlabel="Difference of two readings, years (95 % limits of agreement)",
    )
    ax.grid(axis="y", visible=False)
    return ax


def _title(sex: str) -> str:
    return SEX_PLURAL[sex].capitalize()


def _marks(
    ax: Axes,
    ages: pd.Series,
    y: np.ndarray,
    marker: str,
    colour: str,
    age: float | None,
    label: str,
) -> None:
    reached = ages.notna() if age is None else ages.notna() & (ages <= age)
    ahead = ages.notna() & ~reached
    ax.plot([], [], marker, color=colour, ms=7, ls="none", label=label)
    ax.plot(ages[reached], y[reached], marker, color=colour, ms=7, ls="none")
    ax.plot(ages[ahead], y[ahead], marker, mec=colour, mfc="white", ms=7, ls="none")


def short_name(name: str) -> str:
    """Return a centre's name without what the chart says already.

    >>> short_name("metacarpal I, epiphysis")
    'metacarpal I'
    """
    return (
        name.removesuffix(", epiphysis")
        .removesuffix(", distal epiphysis")
        .replace(" of the thumb", "")
    )
