"""How an epiphysis stands at a maturity: its width, height, gap, cap and fusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .growth import Clock

#: Height of a full-grown epiphysis as a share of the width of the shaft's end, from
#: full-size radiographs of the RSNA set measured by eye.
HEIGHT = {"MC": 0.78, "MC1": 0.34, "PP": 0.30, "MP": 0.30, "DP": 0.32, "radius": 0.40,
          "ulna": 0.34}


#: From where on ``hollow`` and ``facets`` count as seen.
HOLLOW, FACETS = 0.50, 0.40


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


def at(clock: Clock, age: float, scale: float) -> Epiphysis:
    """Return an epiphysis at its own bone age (years); ``scale`` is the shaft end's mm.

    >>> from boneage_kit.phantom.growth import clock
    >>> girl = clock("proximal_phalanx_3", "F")
    >>> at(girl, 0.5, 8.0).present, round(at(girl, 1.8, 8.0).width, 2), at(girl, 15, 12).fused
    (False, 0.53, 1.0)
    """
    c = clock
    soon = c.half_width + 0.4 * (c.as_wide - c.half_width)  # they widen fast at first
    width = float(np.interp(age, [c.appear, c.distinct, c.half_width, soon, c.as_wide - 0.3,
                                  c.as_wide, c.as_wide + 0.2, max(c.cap, c.as_wide + 0.4),
                                  c.fusion_end],
                            [0.10, 0.28, 0.525, 0.82, 0.955, 1.0, 1.02, 1.07, 1.05]))
    height = float(np.interp(age, [c.appear, c.distinct, c.half_width, c.as_wide, c.cap],
                             [0.30, 0.58, 0.82, 0.96, 1.0]))
    gap = float(np.interp(age, [c.appear, c.half_width, c.as_wide, c.cap, c.fusion_start],
                          [0.11, 0.060, 0.042, 0.032, 0.020])) * scale
    fused = float(np.clip((age - c.fusion_start) / (c.fusion_end - c.fusion_start), 0, 1))
    return Epiphysis(
        present=age >= c.appear,
        width=width,
        height=height,
        gap=float(np.clip(gap, 0.28, 0.9)),
        hollow=float(np.interp(age, [c.shape_e - 0.6, c.shape_e, max(c.cap, c.shape_e + 1)],
                               [0, HOLLOW, 1])),
        facets=float(np.interp(age, [c.shape_f - 0.8, c.shape_f, c.shape_g], [0, FACETS, 1])),
        cap=_rise(age, c.cap - 0.6, c.cap + 0.6),
        fused=fused,
        scar=float(np.interp(age, [c.fusion_start, c.fusion_end, c.fusion_end + 2.5],
                             [0.0, 1.0, 0.25])),
        edge=_rise(age, c.appear, c.distinct),
    )


def reach(state: Epiphysis, half_width: float, u: np.ndarray) -> np.ndarray:
    """Return how far (mm) the corners at ``u`` (-1 ulnar, 1 radial) grow toward the shaft.

    They are level with its end at cap 0.5; the radial side leads.
    """
    cap = np.clip(state.cap + 0.12 * state.cap * (1 - state.cap) * np.sign(u), 0, 1)
    past = np.maximum(cap - 0.5, 0)
    return 2 * cap * state.gap + half_width * (0.10 * np.minimum(1, past / 0.06) + 0.25 * past)


def bridged(fused: float, u: np.ndarray) -> np.ndarray:
    """Return how far the plate is closed at ``u`` (-1..1 of its width): the middle leads."""
    return np.clip(1.8 * fused - 0.8 * np.abs(u), 0, 1)


def shares(fused: float, merged: bool, t: np.ndarray, half: float) -> dict[str, object]:
    """Return what of a shaft is drawn apart, and what as one with its epiphysis, over ``t`` mm."""
    if not 0 < fused < 1:
        return {}
    closed = bridged(fused, t / half)
    return {"share_over": closed if merged else 1 - closed,
            "label_half": max(fused, 0.12) * half if merged else 1e9}


def _rise(age: float, start: float, end: float) -> float:
    return float(np.clip((age - start) / (end - start), 0, 1))
