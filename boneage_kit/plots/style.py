"""Colours, markers and type that a projector and a colour-blind reader can use."""

from __future__ import annotations

import matplotlib as mpl
from cycler import cycler

from ..records.schema import CHILD, CHILDREN

__all__ = ["MARKERS", "PALETTE", "SEX_PLURAL", "SEX_WORD", "use_style"]

SEX_WORD, SEX_PLURAL = CHILD, CHILDREN

#: Okabe and Ito's colour-safe palette, by what it stands for in this kit.
PALETTE = {
    "F": "#D55E00",
    "M": "#0072B2",
    "phantom": "#009E73",
    "real": "#CC79A7",
    "model": "#0072B2",
    "floor": "#7F7F7F",
    "reader": "#E69F00",
    "accent": "#56B4E9",
    "ink": "#222222",
}
#: A second mark beside colour: sexes and sources differ in shape too.
MARKERS = {"F": "o", "M": "^", "phantom": "s", "real": "D"}


def use_style() -> None:
    """Set matplotlib's defaults for the kit: large type, light grid, no top and right frame.

    >>> use_style()
    >>> mpl.rcParams["font.size"]
    12.0
    """
    mpl.rcParams.update(
        {
            "font.size": 12,
            "axes.titlesize": 13,
            "axes.labelsize": 12,
            "legend.fontsize": 11,
            "xtick.labelsize": 11,
            "ytick.labelsize": 11,
            "figure.dpi": 100,
            "savefig.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.8,
            "axes.axisbelow": True,
            "lines.linewidth": 2,
            "image.cmap": "gray",
            "axes.prop_cycle": cycler(
                color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F"]
            ),
        }
    )
