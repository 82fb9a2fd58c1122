"""What a child may wear on the film: a ring, a plaster cast. Drawn like bone, labelled as none."""

from __future__ import annotations

import numpy as np

from .hand import Hand
from .shapes import Box, N

#: Mineral of a gold or steel band and of plaster, in shares of cortical bone (estimates).
_METAL, _PLASTER = 6.0, 0.16


def ring(hand: Hand, bone: str) -> Box:
    """Return a band around the finger at the middle of a phalanx."""
    (x, y), (ax, ay) = hand.axes[bone]
    along = 0.45 * hand.bones[bone].shaft
    reach = 0.72 * hand.bones[bone].size.base
    return _tube((x + ax * along, y + ay * along), (ax, ay), -1.3, 1.3, reach, 1.0, _METAL)


def cast(hand: Hand, thick: float) -> Box:
    """Return a plaster cast, ``thick`` mm, from the forearm to the middle of the palm."""
    axis = hand.axes["radius"][1]
    reach = 0.75 * hand.wrist_width + thick
    place = hand.landmarks["wrist"]
    return _tube(place, axis, -2.2 * hand.palm, 1.05 * hand.palm, reach, thick, _PLASTER)


def _tube(origin: tuple[float, float], axis: tuple[float, float], start: float, stop: float,
          reach: float, wall: float, mineral: float) -> Box:
    side, shell = np.full(N, reach), np.full(N, wall)
    return Box(0, origin, axis, start, stop, -side, side, 0.8 * side, shell, shell,
               np.full(N, 0.22), 1.02 * reach, np.full(N, start), np.full(N, stop),
               shell_bottom=0.0, shell_top=0.0, rounding=0.3, share_along=np.full(N, mineral))
