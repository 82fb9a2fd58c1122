"""The ossification timetable as a chart, and the table from RUS score to age as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from .. import maturity
from .axes import axes_or_new
from .style import PALETTE, SEX_PLURAL

__all__ = ["ossification_timetable", "reader_limits", "rus_age_curves"]

_FUSED = "#444444"

#: Rows of the chart from top to bottom.
ROWS = ("forearm", "carpals", "sesamoids", "metacarpals", "proximal phalanges",
         "middle phalanges", "distal phalanges")  # fmt: skip
_BONE_BY_BONE = ("forearm", "carpals", "sesamoids")


@dataclass(frozen=True)
class TimetableRow:
    """One row of the chart: its name, its block, and the centres that stand on it.

    ``centres`` are rows of :func:`boneage_kit.maturity.ossification_table`, ages in years.
    """

    name: str
    block: int
    centres: pd.DataFrame

    @property
    def appears(self) -> tuple[float, float] | None:
        """Age (years) before which 5 % and 95 % of healthy children have it; None if unknown."""
        known = self.centres.dropna(subset=["appear_p95"])
        if known.empty:
            return None
        return float(known["appear_p5"].fillna(0.0).min()), float(known["appear_p95"].max())

    @property
    def fuses(self) -> tuple[float, float] | None:
        """Age (years) at which fusion begins and is complete; None for bones that do not fuse."""
        known = self.centres.dropna(subset=["fusion_end"])
        if known.empty:
            return None
        return float(known["fusion_start"].min()), float(known["fusion_end"].max())


def timetable_rows(sex: str) -> list[TimetableRow]:
    """Return the chart's rows from top to bottom; fingers II to V share one row per kind of bone.

    >>> [row.name for row in timetable_rows("F")][-3:]
    ['middle phalanges II to V', 'distal phalanx I', 'distal phalanges II to V']
    """
    table = maturity.ossification_table(sex)
    table["label"] = [
        _row_name(kind, name) for kind, name in zip(table["row"], table["name"], strict=True)
    ]
    rows = []
    for block, kind in enumerate(ROWS):
        part = table[table["row"] == kind]
        order = part.sort_values(["appear_p50", "centre"] if kind in _BONE_BY_BONE else "centre")
        for label in order["label"].drop_duplicates():
            centres = part[part["label"] == label].reset_index(drop=True)
            rows.append(TimetableRow(label, block, centres))
    return rows


def _row_name(kind: str, name: str) -> str:
    bone = short_name(name)
    if kind in _BONE_BY_BONE or bone.split()[-1] == "I":
        return bone
    return f"{kind} II to V"


def ossification_timetable(sex: str, age: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw when each centre appears (median, 5th to 95th percentile), caps and fuses.

    Parameters
    ----------
    sex
        ``"F"`` or ``"M"``.
    age
        Present bone age in years: marked with a line, and what is still to come is hollow.
    ax
        Axes to draw into, about 9 by 6 inches; new ones if None.

    >>> import matplotlib; matplotlib.use("agg")
    >>> ossification_timetable("F", age=8.5).get_xlabel()
    'Age in years'
    """
    ax = axes_or_new(ax, 9.5, 6.0)
    rows, colour = timetable_rows(sex), PALETTE[sex]
    y = np.array([i + 0.55 * row.block for i, row in enumerate(rows)])
    for place, row in zip(y, rows, strict=True):
        if row.appears:
            ax.hlines(place, *row.appears, color=colour, alpha=0.35, lw=7)
        if row.fuses:
            ax.hlines(place, *row.fuses, color=_FUSED, lw=7)
        for column, marker in (("appear_p50", "o"), ("cap_age", "s")):
            ages = row.centres[column].dropna().drop_duplicates()
            for when in ages:
                hollow = age is not None and when > age
                ax.plot(when, place, marker, mec=colour, mfc="white" if hollow else colour, ms=7)
    if age is not None:
        ax.axvline(age, color=PALETTE["ink"], ls="--", lw=1.5)
        ax.annotate(f"{age:.1f} years", (age, -1.2), xytext=(5, 0), va="center", fontsize=12,
                    textcoords="offset points")  # fmt: skip
    ax.set(
        yticks=y,
        yticklabels=[row.name for row in rows],
        xlim=(-0.3, 19.5),
        ylim=(y.max() + 0.8, -1.9),
        xlabel="Age in years",
        title=f"{_title(sex)}: when the centres of hand and wrist appear and fuse",
    )
    ax.tick_params(axis="y", labelsize=11.5, length=0)
    ax.grid(axis="y", visible=False)
    ax.set_xticks(range(0, 20, 2))
    ax.tick_params(axis="x", top=True, labeltop=True)
    ax.legend(
        *_legend(colour, age),
        handler_map={tuple: HandlerTuple(ndivide=None)},
        loc="upper center",
        bbox_to_anchor=(0.36, -0.12),
        ncols=2,
        frameon=False,
        fontsize=11.5,
    )
    return ax


def _legend(colour: str, age: float | None) -> tuple[list, list[str]]:
    """Return handles and texts that name every mark of the chart once."""

    def mark(shape: str, fill: str = colour) -> Line2D:
        return Line2D([], [], marker=shape, mec=colour, mfc=fill, ms=8, ls="none")

    entries: list[tuple[Any, str]] = [
        (
            Line2D([], [], color=colour, alpha=0.35, lw=7),
            "appears at these ages (5 % to 95 % of children)",
        ),
        (mark("o"), "half of the children have it (median)"),
        (mark("s"), "caps its shaft (metacarpals II to V: is as wide)"),
        (Line2D([], [], color=_FUSED, lw=7), "fuses, from beginning to end"),
    ]
    if age is not None:
        hollow = (mark("o", "white"), mark("s", "white"))
        entries.append((hollow, f"hollow: still to come at {age:.1f} years"))
    return [handle for handle, _ in entries], [text for _, text in entries]


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
        for system, age in zip(("TW3", "TW2"), ages, strict=True):
            ax.hlines(age, 0, score, color=PALETTE["ink"], lw=1.2, ls=":")
            above = age == max(ages)
            ax.annotate(
                f"{system}: {age:.1f} years",
                (0, age),
                xytext=(4, 3 if above else -3),
                textcoords="offset points",
                va="bottom" if above else "top",
                fontsize=12,
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
            (row.lower, i),
            xytext=(0, 5),
            textcoords="offset points",
            va="bottom",
            fontsize=11,
        )
    ax.axvline(0, color=PALETTE["ink"], lw=1)
    reach = 1.15 * max(abs(rows["lower"].min()), rows["upper"].max())
    ax.set(
        yticks=y,
        yticklabels=rows["label"],
        ylim=(len(rows) - 0.6, -0.7),
        xlim=(-reach, reach),
        xlabel="Difference of two readings, years (95 % limits of agreement)",
    )
    ax.grid(axis="y", visible=False)
    return ax


def _title(sex: str) -> str:
    return SEX_PLURAL[sex].capitalize()


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
