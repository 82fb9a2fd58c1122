"""The form of a child's growth plates: width, tilt, waves, what is projected shut, the scar.

A plate is a wavy disc about a millimetre thick. The ray meets it at an angle, so parts of it are
covered by bone in front and behind: on a film it is a dark line of changing width and depth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from .growth import rows
from .shapes import Box, N


@dataclass(frozen=True)
class GrowthPlate:
    """How one plate differs from a plane disc; the defaults are the mean of the table.

    ``width`` multiplies its mm; ``tilt`` is its slope against the bone; ``waves`` holds amplitude
    (shares of half the bone's width) and phase of one and of two waves across; ``shut`` the share
    of it that bone covers, ``uneven`` how much that share differs across; ``lines`` multiplies the
    white lines on both sides; ``first`` is where (-1..1 of the width) it begins to close and
    ``patches`` how unevenly; ``scar`` how much of a line stays; ``cone`` is the height of
    a cone that the epiphysis drives into the shaft, in half-widths.
    """

    width: float = 1.0
    tilt: float = 0.0
    waves: tuple[float, float, float, float] = (0.03, 0.4, 0.02, 1.0)
    shut: float = 0.3
    uneven: float = 0.0
    lines: float = 1.0
    first: float = 0.0
    patches: float = 0.0
    scar: float = 0.3
    cone: float = 0.0

    def shift(self, u: np.ndarray) -> np.ndarray:
        """Return how far the plate lies off its plane at ``u`` (-1..1), in half-widths."""
        one, phase, two, other = self.waves
        return (
            self.tilt * u
            + one * np.sin(np.pi * u + phase)
            + two * np.sin(2 * np.pi * u + other)
            + self.cone * np.clip(1 - np.abs(u) / 0.7, 0, 1)
        )

    def covered(self, u: np.ndarray) -> np.ndarray:
        """Return which share of the plate's depth bone covers at ``u``."""
        return np.clip(self.shut * (1 + self.uneven * self._patch(u)), 0.0, 0.95)

    def closed(self, fused: float, u: np.ndarray) -> np.ndarray:
        """Return how far the plate is closed at ``u``: the middle leads, in patches."""
        patchy = 1.6 * self.patches * fused * (1 - fused) * self._patch(u)
        return np.clip(1.8 * fused - 0.8 * np.abs(u - self.first) + patchy, 0, 1)

    def left_of_scar(self, u: np.ndarray) -> np.ndarray:
        """Return how much of the scar is seen at ``u``: it is interrupted."""
        return np.clip(self.scar * (0.6 + 0.8 * self._patch(u)), 0, 1)

    def _patch(self, u: np.ndarray) -> np.ndarray:
        _, phase, _, other = self.waves
        return 0.6 * np.sin(1.3 * np.pi * u + 7 * phase) + 0.4 * np.sin(3.1 * np.pi * u + 5 * other)


def sheet(
    half: float,
    depth: float,
    low: np.ndarray,
    high: np.ndarray,
    share: np.ndarray,
    spongy: float,
    origin: tuple[float, float],
    axis: tuple[float, float],
) -> Box:
    """Return a thin disc of bone across a shaft, between the curves ``low`` and ``high`` (mm).

    ``share`` is how much of it is there over ``half`` mm to both sides; it has no label.
    """
    side, none = np.full(N, half), np.zeros(N)
    return Box(
        0,
        origin,
        axis,
        float(low.min()),
        float(high.max()),
        -side,
        side,
        np.full(N, depth),
        none,
        none,
        np.full(N, spongy),
        half,
        low,
        high,
        shell_bottom=0.0,
        shell_top=0.0,
        rounding=0.2,
        share_over=share,
    )


def draw_plates(
    bones: Iterable[str], variation: float, rng: np.random.Generator
) -> dict[str, GrowthPlate]:
    """Return a plate for each bone: a child's share in width and scar, the rest the bone's own.

    The spreads stand in ``growth_plate.csv``; at ``variation`` 0 every plate is the table's mean.
    """
    bones = list(bones)
    hand, own = rng.standard_normal(6).clip(-2.5, 2.5), rng.standard_normal((len(bones), 10))
    chance = rng.random((len(bones) + 1, 2))
    return {
        bone: _plate(bone, variation, hand, z.clip(-2.5, 2.5), chance[i + 1], chance[0])
        for i, (bone, z) in enumerate(zip(bones, own, strict=True))
    }


def _plate(
    bone: str,
    variation: float,
    hand: np.ndarray,
    z: np.ndarray,
    chance: np.ndarray,
    of_hand: np.ndarray,
) -> GrowthPlate:
    kind = _kind(bone)
    mean, sd = _form(kind)
    v = min(variation, 1.5)
    # a scar stays in some hands only, and there in some bones
    scar = (
        mean["scar"]
        if v == 0
        else float(
            (of_hand[0] < mean["scar_hands"]) * (chance[0] < mean["scar_bones"]) * (0.5 + chance[1])
        )
    )
    return GrowthPlate(
        width=float(np.exp(v * sd["width"] * (0.6 * hand[0] + 0.8 * z[0]))),
        tilt=v * sd["tilt"] * float(z[1]),
        waves=(
            mean["wave"] * float(np.exp(0.5 * v * z[2])),
            0.4 + 2 * v * float(z[3]),
            0.45 * mean["wave"] * float(np.exp(0.5 * v * z[4])),
            1.0 + 2 * v * float(z[5]),
        ),
        shut=float(np.clip(mean["shut"] + v * sd["shut"] * (0.6 * hand[1] + 0.8 * z[6]), 0, 0.95)),
        uneven=0.6 * v,
        lines=float(np.exp(v * sd["lines"] * (0.6 * hand[2] + 0.8 * z[7]))),
        first=0.35 * v * float(np.clip(z[8], -1.5, 1.5)),
        patches=v,
        scar=scar,
    )


def _kind(bone: str) -> str:
    if bone in ("radius", "ulna"):
        return "forearm"
    return "head" if bone.startswith("metacarpal") and not bone.endswith("1") else "base"


@cache
def _form(kind: str) -> tuple[dict[str, float], dict[str, float]]:
    table = [row for row in rows("growth_plate") if row["kind"] == kind]
    return (
        {row["quantity"]: float(row["mean"]) for row in table},
        {row["quantity"]: float(row["sd"] or 0) for row in table},
    )
