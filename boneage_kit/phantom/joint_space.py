"""The space that a film shows between two bones of a finger, from bone to bone on its axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from .growth import rows

#: SDs (of the logarithm) of a child's joint spaces: all of a hand together, and each on its own.
_HAND_SD, _OWN_SD = 0.16, 0.07
_NARROWEST = 0.35  # mm; a healthy joint is never closed


@dataclass(frozen=True)
class JointSpaces:
    """A child's own joint spaces, as factors on the table; by default those of the table."""

    factors: dict[str, float] = field(default_factory=dict)

    def mm(self, joint: str, sex: str, age: float) -> float:
        """Return the space (mm) of a joint such as ``MCP3`` at a bone age (years).

        It is the space after all cartilage of the epiphyses has turned to bone.

        >>> JointSpaces().mm("MCP3", "F", 16.0) < JointSpaces().mm("MCP3", "F", 8.0)
        True
        """
        ages, spaces = _series(joint[:-1], sex)
        return max(_NARROWEST, float(np.interp(age, ages, spaces)) * self.factors.get(joint, 1.0))


@cache
def _series(joint: str, sex: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    table = [row for row in rows("joint_space") if row["joint"] == joint and row["sex"] == sex]
    return (
        tuple(float(row["bone_age_years"]) for row in table),
        tuple(float(row["space_mm"]) for row in table),
    )


def draw_joints(variation: float, rng: np.random.Generator) -> JointSpaces:
    """Return a child's joint spaces: one factor for the hand, a smaller one for each joint."""
    names = [
        f"{joint}{ray}"
        for ray in range(1, 6)
        for joint in (("MCP", "IP") if ray == 1 else ("MCP", "PIP", "DIP"))
    ]
    hand, own = rng.standard_normal(), rng.standard_normal(len(names))
    v = min(variation, 1.5)
    together = _HAND_SD * float(np.clip(hand, -2.5, 2.5))
    return JointSpaces(
        {
            name: float(np.exp(v * (together + _OWN_SD * float(np.clip(z, -2.5, 2.5)))))
            for name, z in zip(names, own, strict=True)
        }
    )
