"""The soft tissue of a hand as a thickness map: fingers, webs, palm, thenar, forearm."""

from __future__ import annotations

from functools import reduce

import numpy as np

from .hand import Hand

#: Grid (mm) on which the outline's smooth distance field is computed.
_GRID = 1.6


def thickness(
    hand: Hand,
    x: np.ndarray,
    y: np.ndarray,
    turn: tuple[float, float],
    shift: tuple[float, float],
    plump: float = 1.0,
) -> np.ndarray:
    """Return millimetres of soft tissue [rows, columns] at pixel centres ``x``, ``y`` (mm).

    The distance to the skin is found on a coarse grid, where it is smooth, and interpolated;
    the edge is then as sharp as the pixels are.
    ``turn`` (cos, sin) and ``shift`` (mm) lay the hand on the film; ``plump`` multiplies the
    widths.
    """
    gx = np.arange(x[0] - _GRID, x[-1] + 2 * _GRID, _GRID, dtype=np.float32)
    gy = np.arange(y[-1] - _GRID, y[0] + 2 * _GRID, _GRID, dtype=np.float32)[::-1]
    c, s = (np.float32(a) for a in turn)
    fx, fy = gx - np.float32(shift[0]), (gy - np.float32(shift[1]))[:, None]
    depth, round_edge, half = _field(hand, c * fx + s * fy, c * fy - s * fx, np.float32(plump))
    maps = [_upsample(a, gx, gy, x, y) for a in (depth, 1 / round_edge, half)]
    share = np.clip(maps[0] * maps[1], 0, 1)
    round_profile = np.sqrt(share * (2 - share))
    # flesh lies flat on the film: its edge is steeper than a circle's
    return maps[2] * (round_profile + np.sqrt(round_profile))


def _field(
    hand: Hand, x: np.ndarray, y: np.ndarray, plump: np.float32
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distance inside the skin, radius of the edge and half thickness, all mm, on the grid.

    Fingers and palm are shapes of their own; where two meet, their distances blend smoothly over
    0.085 of the palm's length (a smooth union), and the nearer shape decides edge and thickness.
    """
    parts = [*_fingers(hand, x, y, plump), *_palm(hand, x, y, plump)]
    blend = np.float32(0.085 * hand.palm)
    depth = parts[0][0]
    for d, _, _ in parts[1:]:
        gap = np.maximum(blend - np.abs(depth - d), 0)
        depth = np.maximum(depth, d) + gap * gap / (4 * blend)
    total, edge, half = (np.zeros_like(depth) for _ in range(3))
    for d, r, h in parts:
        weight = np.maximum(d - depth + 2.5 * blend, 0) + np.float32(1e-3)
        weight *= weight
        total, edge, half = total + weight, edge + weight * r, half + weight * h
    return depth, edge / total, half / total


def _capsule(
    x: np.ndarray,
    y: np.ndarray,
    a: tuple[float, float],
    b: tuple[float, float],
    ra: float,
    rb: float,
) -> np.ndarray:
    f = np.float32
    dx, dy = b[0] - a[0], b[1] - a[1]
    px, py = x - f(a[0]), y - f(a[1])
    along = np.clip((px * f(dx) + py * f(dy)) * f(1 / (dx * dx + dy * dy)), 0, 1)
    px, py = px - along * f(dx), py - along * f(dy)
    return f(ra) + along * f(rb - ra) - np.sqrt(px * px + py * py)


def _polygon(x: np.ndarray, y: np.ndarray, corners: list[tuple[float, float]]) -> np.ndarray:
    """Return the depth inside a convex polygon whose corners run clockwise."""
    sides = []
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        dx, dy = bx - ax, by - ay
        length = max((dx * dx + dy * dy) ** 0.5, 1e-3)
        sides.append(
            (x - np.float32(ax)) * np.float32(dy / length)
            - (y - np.float32(ay)) * np.float32(dx / length)
        )
    return reduce(np.minimum, sides)


def _fingers(hand: Hand, x: np.ndarray, y: np.ndarray, plump: np.float32) -> list:
    parts = []
    marks = hand.landmarks
    adult = hand.bones["proximal_phalanx_3"].adult
    chubby = (1 - adult) * 0.01
    for ray in range(1, 6):
        base = hand.bones[f"proximal_phalanx_{ray}"].size.base
        end = hand.bones[f"distal_phalanx_{ray}"].size.base
        middle = base if ray == 1 else hand.bones[f"middle_phalanx_{ray}"].size.base
        r0 = (0.70 + 1.2 * chubby) * base * plump
        r1 = (0.66 + 1.2 * chubby) * base * plump
        r2 = (0.66 + 1.2 * chubby) * (middle if ray > 1 else 0.85 * middle) * plump
        r3 = (0.80 + 1.2 * chubby) * end * plump
        if ray == 1:  # the thumb is turned: it shows its thickness
            r0, r2, r3 = 1.20 * r0, 1.10 * r2, 0.94 * r3
        names = (
            [f"MCP{ray}", f"IP{ray}", f"tip{ray}"]
            if ray == 1
            else [f"MCP{ray}", f"PIP{ray}", f"DIP{ray}", f"tip{ray}"]
        )
        radii = [r0, r2, r3] if ray == 1 else [r0, r1, r2, r3]
        points = [marks[name] for name in names]
        (ax, ay), (bx, by) = points[-2], points[-1]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        reach = 1 - 0.62 * r3 / length
        points[-1] = (ax + (bx - ax) * reach, ay + (by - ay) * reach)
        for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False):
            r = float(ra + rb) / 2
            parts.append((_capsule(x, y, a, b, float(ra), float(rb)), r, 0.78 * r))
    return parts


def _palm(hand: Hand, x: np.ndarray, y: np.ndarray, plump: np.float32) -> list:
    palm, marks = hand.palm, hand.landmarks
    wide = float(plump) * (0.55 * palm + 0.45 * hand.girth * 66.0)
    thick = 10.5 * hand.girth * float(plump)

    def beside(name: str, dx: float, dy: float) -> tuple[float, float]:
        return marks[name][0] + dx * wide, marks[name][1] + dy * wide

    base5, base2 = (hand.axes[f"metacarpal_{ray}"][0] for ray in (5, 2))
    body = [
        (base5[0] - 0.21 * wide, base5[1] - 0.25 * wide),
        beside("MCP5", -0.18, -0.05),
        beside("MCP5", -0.10, 0.10),
        beside("MCP4", -0.02, 0.18),
        beside("MCP3", 0.02, 0.18),
        beside("MCP2", 0.06, 0.13),
        beside("MCP2", 0.18, -0.05),
        (base2[0] + 0.26 * wide, base2[1] - 0.15 * wide),
    ]
    origin1, axis1 = hand.axes["metacarpal_1"]
    head1 = marks["MCP1"]
    right = (axis1[1], -axis1[0])
    thenar = [
        (base2[0] - 0.05 * wide, base2[1] - 0.15 * wide),
        (base2[0] + 0.12 * wide, base2[1] + 0.62 * wide),
        (head1[0] - 0.10 * wide * right[0], head1[1] - 0.10 * wide * right[1]),
        (head1[0] + 0.19 * wide * right[0], head1[1] + 0.19 * wide * right[1]),
        (origin1[0] + 0.23 * wide * right[0], origin1[1] + 0.23 * wide * right[1]),
    ]
    web = [base2, _between(base2, marks["MCP2"], 0.88), _between(origin1, head1, 1.12), origin1]
    radius, ulna = marks["radius_metaphysis"], marks["ulna_metaphysis"]
    axis = hand.axes["radius"][1]
    side = (axis[1], -axis[0])
    wrist = _beside(
        ((radius[0] + ulna[0]) / 2, (radius[1] + ulna[1]) / 2),
        side,
        (2 * hand.radius_width - hand.wrist_width) / 4,
    )
    arm = 0.69 * hand.wrist_width * float(plump)
    far = (wrist[0] - 3 * palm * axis[0], wrist[1] - 3 * palm * axis[1])
    near = (wrist[0] + 0.35 * palm * axis[0], wrist[1] + 0.35 * palm * axis[1])
    middle = (0.5 * (base5[0] + base2[0]), base2[1])
    radial = _beside(near, side, 0.98 * arm)
    snuffbox = [base2, _beside(origin1, right, 0.23 * wide), radial, near]
    return [
        (_polygon(x, y, body), 0.62 * thick, thick),
        (_polygon(x, y, thenar), 0.9 * thick, 1.05 * thick),
        (_polygon(x, y, web), 0.9 * thick, 0.9 * thick),
        (_polygon(x, y, snuffbox), 0.9 * thick, 1.1 * thick),
        (_capsule(x, y, near, far, arm, 1.12 * arm), 0.7 * arm, 0.42 * arm),
        (_capsule(x, y, near, middle, 0.96 * arm, 1.00 * arm), 0.8 * thick, 1.50 * thick),
    ]


def _beside(a: tuple[float, float], side: tuple[float, float], mm: float) -> tuple[float, float]:
    return a[0] + mm * side[0], a[1] + mm * side[1]


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _upsample(
    a: np.ndarray, gx: np.ndarray, gy: np.ndarray, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Return a coarse map interpolated linearly at the pixels."""
    f = np.float32
    column, row = (x - gx[0]) / f(_GRID), (gy[0] - y) / f(_GRID)
    i, j = column.astype(np.intp), row.astype(np.intp)
    u, v = (column - i).astype(f), (row - j).astype(f)[:, None]
    a = a.astype(f)
    wide = a[:, i] + (a[:, i + 1] - a[:, i]) * u
    lower = wide[j]
    return lower + (wide[j + 1] - lower) * v
