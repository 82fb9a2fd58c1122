"""How an epiphysis stands at a maturity: its width, height, gap, cap and fusion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypedDict

import numpy as np

from .growth import Clock, rows
from .growth_plate import GrowthPlate

#: Height of a full-grown epiphysis as a share of the width of the shaft's end, from
#: full-size radiographs of the RSNA set measured by eye.
HEIGHT = {"MC": 0.82, "MC1": 0.37, "PP": 0.33, "MP": 0.32, "DP": 0.34, "radius": 0.37, "ulna": 0.34}

#: From where on ``hollow`` and ``facets`` count as seen; the same values in ``epiphysis_form.csv``.
HOLLOW, FACETS = 0.50, 0.40
#: Years before and after the mark in which the corners grow over the shaft (estimate).
_CAPPING = 0.6
#: Narrowest and widest growth plate in mm, by eye on full-size radiographs of the RSNA set.
_GAP_MM = (0.45, 1.3)
_GAP_OF_BASE_MM = (0.45, 1.7)


@dataclass(frozen=True)
class Epiphysis:
    """What is drawn of one epiphysis, and what its TW3 stage is read from.

    ``width`` is the share of the shaft end's width; ``height`` the share of its final height;
    ``gap`` the growth plate in mm; ``hollow`` (0..1) the joint face's own shape (concave or
    centrally thick); ``facets`` (0..1) the second shape mark; ``cap`` (0..1) how far the corners
    have grown over the shaft's, 0.5 when they are level with it;
    ``fused`` 0 (open) .. 1 (fused); ``scar`` 0..1 the line that is left.
    """

    present: bool
    width: float
    height: float
    gap: float
    hollow: float
    facets: float
    cap: float
    fused: float
    scar: float
    edge: float


def at(
    clock: Clock, age: float, scale: float, wide_plate: float = 1.0, *, of_base: bool = False
) -> Epiphysis:
    """Return an epiphysis at its own bone age (years); ``scale`` is its shaft's width in mm.

    ``wide_plate`` multiplies the growth plate's mm; ``of_base`` is a plate at the base of a bone
    of the hand, which is wider for its bone than those of metacarpal heads and forearm.

    ``epiphysis_form.csv`` has the values at each mark of the clock, with their sources.

    >>> from boneage_kit.phantom.growth import clock
    >>> girl = clock("proximal_phalanx_3", "F")
    >>> at(girl, 0.5, 8.0).present, round(at(girl, 1.8, 8.0).width, 2), at(girl, 15, 12).fused
    (False, 0.53, 1.0)
    """
    gap = scale * _value("gap_of_base" if of_base else "gap", clock, age)
    fused = (age - clock.fusion_start) / (clock.fusion_end - clock.fusion_start)
    return Epiphysis(
        present=age >= clock.appear,
        width=_value("width", clock, age),
        height=_value("height", clock, age),
        gap=wide_plate * float(np.clip(gap, *(_GAP_OF_BASE_MM if of_base else _GAP_MM))),
        hollow=_value("hollow", clock, age),
        facets=_value("facets", clock, age),
        cap=_rise(age, clock.cap - _CAPPING, clock.cap + _CAPPING),
        fused=float(np.clip(fused, 0, 1)),
        scar=_value("scar", clock, age),
        edge=_rise(age, clock.appear, clock.distinct),
    )


@cache
def _form(quantity: str) -> tuple[list[str], list[float], list[float]]:
    """Return the marks, the years after them and the values of ``epiphysis_form.csv``."""
    table = [row for row in rows("epiphysis_form") if row["quantity"] == quantity]
    return (
        [row["mark"] for row in table],
        [float(row["years_later"]) for row in table],
        [float(row["value"]) for row in table],
    )


def _value(quantity: str, clock: Clock, age: float) -> float:
    """Return a quantity at an age (years), interpolated between the marks of its bone."""
    marks, later, values = _form(quantity)
    ages = [getattr(clock, mark) + years for mark, years in zip(marks, later, strict=True)]
    return float(np.interp(age, ages, values))


def reach(state: Epiphysis, half_width: float, u: np.ndarray) -> np.ndarray:
    """Return how far (mm) the corners at ``u`` (-1 ulnar, 1 radial) grow toward the shaft.

    They are level with its end at cap 0.5; the radial side leads.
    """
    cap = np.clip(state.cap + 0.12 * state.cap * (1 - state.cap) * np.sign(u), 0, 1)
    past = np.maximum(cap - 0.5, 0)
    return 2 * cap * state.gap + half_width * (0.10 * np.minimum(1, past / 0.06) + 0.25 * past)


class Shares(TypedDict, total=False):
    """Options of a :class:`~boneage_kit.phantom.shapes.Box` that is partly there."""

    share_over: np.ndarray
    label_half: float


def shares(
    state: Epiphysis, merged: bool, t: np.ndarray, half: float, plate: GrowthPlate
) -> Shares:
    """Return the options of a shaft's box while its epiphysis fuses, over ``t`` mm; else none.

    The shaft is drawn twice then, alone and ``merged`` with its epiphysis. Each place across the
    plate shows the share of the one or the other.
    """
    fused = state.fused
    if not 0 < fused < 1:
        return {}
    closed = plate.closed(fused, t / half)
    return {
        "share_over": closed if merged else 1 - closed,
        "label_half": max(fused, 0.12) * half if merged else 1e9,
    }


def _rise(age: float, start: float, end: float) -> float:
    return float(np.clip((age - start) / (end - start), 0, 1))
