"""Variants of healthy hands: a short fifth middle phalanx, an incurved finger, odd epiphyses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .growth import rows

#: Where the variants sit.
SHORT_BONE, CLEFT_BONE = "middle_phalanx_5", "metacarpal_2"
CONE_BONES = ("middle_phalanx_5", "distal_phalanx_1")
SESAMOID_JOINTS = ("mcp2", "mcp5", "ip1")


@dataclass(frozen=True)
class Variants:
    """What one hand has of them: ``short`` shares of the usual length of the fifth middle phalanx,
    ``incurved`` degrees of the little finger's end toward the ring finger, ``cleft`` depth (0..1)
    of the notch at the base of metacarpal II, ``cone`` height of a cone (half-widths) on
    ``cone_bone``; ``sesamoids`` mm of an adult's at :data:`SESAMOID_JOINTS`,
    0 where there is none."""

    short: float = 1.0
    incurved: float = 0.0
    cleft: float = 0.0
    cone: float = 0.0
    cone_bone: str = CONE_BONES[0]
    sesamoids: tuple[float, float, float] = (0.0, 0.0, 0.0)


def draw_variants(variation: float, rng: np.random.Generator) -> Variants:
    """Return the variants of one child, each as frequent as ``variants.csv`` says; none at 0."""
    table = {row["variant"]: (float(row["share"]), float(row["size"])) for row in rows("variants")}
    chance, size, which = rng.random(len(table)), rng.random(len(table)), rng.random()
    has = {
        name: (chance[i] < share * min(variation, 1.0), 0.7 + 0.6 * size[i], full)
        for i, (name, (share, full)) in enumerate(table.items())
    }

    def of(name: str) -> float:
        present, own, full = has[name]
        return own * full if present else 0.0

    short = of("short_middle_phalanx_5")
    cone = of("cone_epiphysis")
    on_thumb = cone and not short and which >= 0.5
    return Variants(
        short=min(short, 0.9) or 1.0,
        incurved=of("clinodactyly"),
        cleft=min(of("pseudo_epiphysis"), 1.0),
        cone=cone,
        cone_bone=CONE_BONES[1] if on_thumb else CONE_BONES[0],
        sesamoids=(of("sesamoid_mcp2"), of("sesamoid_mcp5"), of("sesamoid_ip1")),
    )
