"""Marks of maturity measured from the pixels of a hand radiograph, drawn or real alike.

A phantom's label map would give truer numbers, but a real film has none. So both kinds go through
the same function, which sees grey levels and rough places of the joints only. All lengths are
shares of the third proximal phalanx (joint space to joint space), because most films carry no
scale.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..errors import BadInput
from .grey_profiles import Axis, Gap, axis_between, closest, dark_lines, nearest_on

#: Rough places that :func:`measure_hand` starts from, each (row, column) in pixels.
PLACES = (
    "base2",
    "base3",
    "base5",
    "MCP2",
    "MCP3",
    "MCP5",
    "PIP3",
    "DIP3",
    "tip3",
    "radius_metaphysis",
    "ulna_metaphysis",
)
#: Shares of a bone's length at which its width is measured.
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
#: The bones on both sides of a joint.
_BESIDE = {"PIP": ("PP3", "MP3"), "MCP": ("MC3", "PP3"), "DIP": ("MP3", "DP3")}
_STEP = 0.25  # pixels between samples along and across a bone
#: How far the edges beside a joint space are looked for, and its greatest width, in those lengths.
_SEARCH = {"MCP": (0.16, 0.30), "PIP": (0.10, 0.11), "DIP": (0.10, 0.11)}
_SLACK = 0.16  # how far, in lengths of the phalanx, a joint may lie from its rough place


def measure_hand(pixels: np.ndarray, places: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Return marks of the third ray, the palm and the wrist of one left hand.

    Parameters
    ----------
    pixels
        Float [H, W], bone bright, true proportions (square pixels).
    places
        Rough (row, column) of each name in :data:`PLACES`: a phantom's ``landmarks`` or what a
        landmark network answers. A joint may be off by a sixth of the phalanx.

    Returns
    -------
    dict
        ``length_px`` of the third proximal phalanx; ``MCP``, ``PIP``, ``DIP``: width of the joint
        space at half depth, in shares of that length; ``PIP_peaks``: brightness of the base of the
        middle phalanx over that of the head beside it, both above the joint's grey; ``plate_PP3``
        and ``plate_MP3``: width of the growth plate, with ``_depth`` (0..1), ``_tilt`` (degrees),
        ``_wave`` (SD around the straight line); ``PP3_10`` .. ``MC3_90``: widths of shafts;
        ``palm_angle``: degrees between metacarpals II and V; ``radius_ulna``: the narrowest gap
        between the forearm bones. What could not be found is NaN.

    Raises
    ------
    BadInput
        If a place is missing.
    """
    missing = [name for name in PLACES if name not in places]
    if missing:
        raise BadInput(
            f"The places {', '.join(missing)} are missing.",
            f"Give a row and a column for each of {', '.join(PLACES)}.",
        )
    at = {name: np.asarray(places[name], float) for name in PLACES}
    pixels = np.asarray(pixels, float)
    return _Hand(pixels, at).marks()


class _Hand:
    def __init__(self, pixels: np.ndarray, at: dict[str, np.ndarray]) -> None:
        self.pixels, self.at = pixels, at
        self.length = float(np.linalg.norm(at["PIP3"] - at["MCP3"]))
        names = ("base3", "MCP3", "PIP3", "DIP3", "tip3")
        self.axes = {
            bone: self._centred(at[a], at[b])
            for bone, a, b in zip(("MC3", "PP3", "MP3", "DP3"), names, names[1:], strict=False)
        }
        self.joints: dict[str, tuple[Axis, Gap, float]] = {}

    def marks(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for joint, (near, far) in _BESIDE.items():
            found |= self._joint(joint, near, far)
        if {"PIP", "MCP"} <= set(self.joints):
            self.length = float(np.linalg.norm(self.spot("PIP") - self.spot("MCP")))
        for joint, bone in (("MCP", "PP3"), ("PIP", "MP3")):
            found |= self._plate(joint, bone)
        found |= self._widths("PP3", "MCP", "PIP") | self._widths("MP3", "PIP", "DIP")
        found |= self._widths("MC3", "base", "MCP") | self._palm() | self._wrist()
        found = {
            name: value if name.endswith(_NO_LENGTH) else value / self.length
            for name, value in found.items()
        }
        return {"length_px": self.length, **found}

    def spot(self, joint: str) -> np.ndarray:
        """Return where (row, column) a joint's space was seen."""
        axis, gap, _ = self.joints[joint]
        return axis.origin + axis.along * gap.at

    def _centred(self, start: np.ndarray, stop: np.ndarray) -> Axis:
        """Return the axis of a bone: the middle between its two edges over half its length."""
        rough = axis_between(start, stop)
        long = float(np.linalg.norm(stop - start))
        s = np.linspace(0.3, 0.7, 9) * long
        edges = [self._edges(rough, place, long) for place in s]
        middles = np.array([(a + b) / 2 for a, b in edges])
        slope, offset = np.polyfit(s, middles, 1) if np.isfinite(middles).all() else (0.0, 0.0)
        slope = float(np.clip(slope, -0.25, 0.25))
        first, last = (
            rough.origin + rough.along * p + rough.across * (offset + slope * p)
            for p in (0.0, long)
        )
        return axis_between(first, last)

    def _edges(self, axis: Axis, s: float, long: float) -> tuple[float, float]:
        """Return where (pixels across the axis) the two edges of a bone lie."""
        reach = 0.36 * min(long, self.length)
        t = np.arange(-reach, reach + _STEP, _STEP)
        lines = axis.sample(self.pixels, s + np.arange(-2, 2.5) * 0.01 * long, t).mean(0)
        lines = gaussian_filter1d(lines, 0.5 / _STEP)
        middle, slope = len(t) // 2, np.gradient(lines)
        found = []
        for side, step in ((slice(middle, None), 1), (slice(middle, None, -1), -1)):
            grey, fall = lines[side], -step * slope[side]
            peak = int(np.argmax(grey[: int(0.75 * len(grey))]))
            edge = peak + int(np.argmax(fall[peak : peak + int(0.14 * self.length / _STEP)]))
            found.append(t[side][edge])
        return found[1], found[0]

    def _joint(self, joint: str, near: str, far: str) -> dict[str, float]:
        place, one, other = self.at[f"{joint}3"], self.axes[near], self.axes[far]
        axis = axis_between(
            nearest_on(one, place) - one.along * 0.35 * self.length,
            nearest_on(other, place) + other.along * 0.35 * self.length,
        )
        middle = float((place - axis.origin) @ axis.along)
        s = np.arange(middle - 0.45 * self.length, middle + 0.45 * self.length, _STEP)
        half = 0.05 * self.length
        t = np.linspace(-half, half, 9)
        columns = gaussian_filter1d(axis.sample(self.pixels, s, t), 0.3 / _STEP, axis=0)
        reach, widest = _SEARCH[joint]
        gaps = [
            gap
            for gap in dark_lines(columns.mean(1), s, reach * self.length)
            if abs(gap.at - middle) < _SLACK * self.length and gap.width < widest * self.length
        ]
        if not gaps:
            return {joint: np.nan, f"{joint}_peaks": np.nan}
        best = max(
            gaps,
            key=lambda gap: (
                gap.depth * np.exp(-0.5 * ((gap.at - middle) / (0.09 * self.length)) ** 2)
            ),
        )
        if joint != "MCP":  # a plate lies on the distal side of its joint
            nearer = [
                gap
                for gap in gaps
                if 0.05 < (best.at - gap.at) / self.length < 0.14
                and gap.depth > 0.7 * best.depth
                and gap.floor < best.floor + 0.02
            ]
            best = nearer[0] if nearer else best
        near_best = [
            closest(dark_lines(columns[:, i], s, reach * self.length), best.at, 0.06 * self.length)
            for i in range(len(t))
        ]
        own = [gap for gap in near_best if gap]
        if len(own) < 4:
            return {joint: np.nan, f"{joint}_peaks": np.nan}
        self.joints[joint] = axis, best, middle
        floor = best.floor
        return {
            joint: float(np.median([gap.width for gap in own])),
            f"{joint}_peaks": (best.after - floor) / max(best.before - floor, 1e-3),
        }

    def _plate(self, joint: str, bone: str) -> dict[str, float]:
        name = f"plate_{bone}"
        nothing = dict.fromkeys((name, f"{name}_depth", f"{name}_tilt", f"{name}_wave"), np.nan)
        if joint not in self.joints:
            return nothing
        axis, gap, _ = self.joints[joint]
        own = self.axes[bone]
        start = axis.origin + axis.along * gap.at
        own = Axis(nearest_on(own, start), own.along)
        left, right = self._edges(own, 0.30 * self.length, self.length)
        half = 0.5 * 1.25 * (right - left) / 2
        s = np.arange(-0.05, 0.36, _STEP / self.length) * self.length
        t = np.linspace(-half, half, 15)
        columns = gaussian_filter1d(own.sample(self.pixels, s, t), 0.3 / _STEP, axis=0)
        low, high = 0.045 * self.length, 0.27 * self.length
        lines = [
            gap
            for gap in dark_lines(columns[:, 4:11].mean(1), s, 0.10 * self.length)
            if low + gap.width / 2 < gap.at < high
        ]
        if not lines:
            return nothing | {f"{name}_depth": 0.0}
        best = max(lines, key=lambda line: line.depth)
        seen = [
            (t[i], line)
            for i in range(len(t))
            if (
                line := closest(
                    dark_lines(columns[:, i], s, 0.10 * self.length), best.at, 0.07 * self.length
                )
            )
        ]
        if len(seen) < 6:
            return nothing | {f"{name}_depth": best.depth}
        places, at = np.array([t for t, _ in seen]), np.array([line.at for _, line in seen])
        slope, offset = np.polyfit(places, at, 1)
        return {
            name: float(np.median([line.width for _, line in seen])),
            f"{name}_depth": float(np.median([line.depth for _, line in seen])),
            f"{name}_tilt": float(np.degrees(np.arctan(slope))),
            f"{name}_wave": float(np.std(at - slope * places - offset)),
        }

    def _widths(self, bone: str, first: str, last: str) -> dict[str, float]:
        names = [f"{bone}_{int(100 * share)}" for share in SHARES]
        if not {first, last} <= {*self.joints, "base"}:
            return dict.fromkeys(names, np.nan)
        start, stop = (
            self.at["base3"] if name == "base" else self.spot(name) for name in (first, last)
        )
        axis, long = axis_between(start, stop), float(np.linalg.norm(stop - start))
        edges = [self._edges(axis, share * long, long) for share in SHARES]
        return {name: right - left for name, (left, right) in zip(names, edges, strict=True)} | {
            f"{bone}_length": long
        }

    def _palm(self) -> dict[str, float]:
        two, five = (
            axis_between(self.at[f"base{ray}"], self.at[f"MCP{ray}"]).along for ray in (2, 5)
        )
        turn = two[0] * five[1] - two[1] * five[0]
        angle = float(np.degrees(np.arctan2(abs(turn), two @ five)))
        return {"palm_angle": angle}

    def _wrist(self) -> dict[str, float]:
        """Return the narrowest dark gap on lines from the ulna to the radius."""
        ulna, radius = self.at["ulna_metaphysis"], self.at["radius_metaphysis"]
        across = axis_between(ulna, radius)
        apart = float(np.linalg.norm(radius - ulna))
        s = np.arange(0.05 * apart, 0.85 * apart, _STEP)
        gaps = []
        for offset in np.arange(-0.08, 0.28, 0.03) * self.length:
            grey = across.sample(self.pixels, s, -offset + np.linspace(-1, 1, 5)).mean(1)
            lines = dark_lines(gaussian_filter1d(grey, 0.025 * apart / _STEP), s, 0.4 * apart)
            lines = [line for line in lines if line.depth > 0.2]
            if lines:
                gaps.append(max(lines, key=lambda line: line.depth).width)
        return {"radius_ulna": float(np.quantile(gaps, 0.15)) if len(gaps) > 3 else np.nan}


_NO_LENGTH = ("_peaks", "_depth", "_tilt", "_angle")
