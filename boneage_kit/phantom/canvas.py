"""The film plane: solids become maps of mineral thickness and bone labels."""

from __future__ import annotations

from functools import cache, reduce

import numpy as np

from .shapes import TURNS, Blob, Box, N, Solid, pseudo_angle

#: Cancellous bone and fatty marrow in millimetres of cortical bone (excess over soft tissue),
#: from the coefficients of ``xray_attenuation.csv`` at 33 keV: (0.644 - 0.352) / (2.008 - 0.352)
#: and (0.269 - 0.352) / (2.008 - 0.352).
SPONGY, MARROW = 0.176, -0.05
_ZERO, _ONE = np.float32(0), np.float32(1)


class Canvas:
    """A frame of ``rows x columns`` pixels with its corner and pixel size in millimetres."""

    def __init__(
        self, shape: tuple[int, int], corner: tuple[float, float], spacing: tuple[float, float]
    ) -> None:
        rows, columns = shape
        self.corner, self.spacing, self.shape = corner, spacing, shape
        self.x = (corner[0] + (np.arange(columns) + 0.5) * spacing[1]).astype(np.float32)
        self.y = (corner[1] - (np.arange(rows) + 0.5) * spacing[0]).astype(np.float32)
        self.mineral = np.zeros(shape, np.float32)
        self.labels = np.zeros(shape, np.uint8)

    def pixel(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return (row, column) of a point given in millimetres."""
        return (
            (self.corner[1] - point[1]) / self.spacing[0] - 0.5,
            (point[0] - self.corner[0]) / self.spacing[1] - 0.5,
        )

    def draw(self, solid: Solid, density: float = 1.0) -> None:
        """Add one solid to the mineral map, ``density`` times, and paint its label there."""
        window = self._window(solid)
        if window is None:
            return
        (ox, oy), (ax, ay) = solid.origin, solid.axis
        x, y = self.x[window[1]] - np.float32(ox), self.y[window[0]] - np.float32(oy)
        s = x * np.float32(ax) + (y * np.float32(ay))[:, None]
        t = x * np.float32(ay) - (y * np.float32(ax))[:, None]
        strut = (t, s) if isinstance(solid, Box) and solid.crosswise else (s, t)
        # struts finer than a pixel average out, more or less as the pixel is large
        shown = min(1.0, max(0.25, _STRUTS_SEEN_MM / max(self.spacing)))
        grain = _grain(*strut, solid.grain * shown)
        mineral, inside = (
            _box(solid, s, t, grain) if isinstance(solid, Box) else _blob(solid, s, t, grain)
        )
        if density != 1:
            mineral *= np.float32(density)
        self.mineral[window] += mineral
        if solid.label:
            np.copyto(self.labels[window], np.uint8(solid.label), where=inside)

    def _window(self, solid: Solid) -> tuple[slice, slice] | None:
        s0, s1, t0, t1 = solid.extent
        (ox, oy), (ax, ay) = solid.origin, solid.axis
        xs = [ox + s * ax + t * ay for s in (s0, s1) for t in (t0, t1)]
        ys = [oy + s * ay - t * ax for s in (s0, s1) for t in (t0, t1)]
        r0, c0 = self.pixel((min(xs), max(ys)))
        r1, c1 = self.pixel((max(xs), min(ys)))
        r0, c0 = max(0, int(r0)), max(0, int(c0))
        r1, c1 = min(self.shape[0], int(r1) + 2), min(self.shape[1], int(c1) + 2)
        return (slice(r0, r1), slice(c0, c1)) if r1 > r0 and c1 > c0 else None


def _lookup(table: np.ndarray, index: np.ndarray) -> np.ndarray:
    return np.take(table, index, mode="clip")


def _root(square: np.ndarray) -> np.ndarray:
    np.maximum(square, _ZERO, out=square)
    return np.sqrt(square, out=square)


def _box(
    box: Box, s: np.ndarray, t: np.ndarray, grain: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    f = np.float32
    along = ((s - f(box.start)) * f((N - 1) / (box.stop - box.start)) + f(0.5)).astype(np.intp)
    over = ((t + f(box.reach)) * f((N - 1) / (2 * box.reach)) + f(0.5)).astype(np.intp)
    half = np.maximum((box.right - box.left) / 2, 1e-3)
    core = np.maximum(half - (box.shell_left + box.shell_right) / 2, 1e-3)
    middle = (box.right + box.left) / 2
    core_middle = middle + (box.shell_left - box.shell_right) / 2
    shell = np.minimum(box.shell_left, box.shell_right)
    core_depth = np.where(core > 2e-3, np.maximum(box.depth - shell, 0), 0)
    spongy = MARROW + (SPONGY - MARROW) * box.spongy
    tables = [
        a.astype(f)
        for a in (middle, 1 / half, 2 * box.depth, core_middle, 1 / core, 2 * core_depth, spongy)
    ]
    middle, half, depth, core_middle, core, core_depth, spongy = (_lookup(a, along) for a in tables)
    below = s - _lookup(box.bottom.astype(f), over)
    above = _lookup(box.top.astype(f), over) - s

    v = (t - middle) * half
    inside = (np.abs(v) < 1) & (below > 0) & (above > 0)
    outer = depth * _root(_ONE - v * v) * _edge(below, above, 0, 0, box.rounding)
    v = (t - core_middle) * core
    inner = core_depth * _root(_ONE - v * v)
    inner *= _edge(below, above, box.shell_bottom, box.shell_top, box.rounding)
    np.minimum(inner, outer, out=inner)
    if grain is not None:
        spongy = spongy * grain
    mineral = outer - inner + inner * spongy
    if box.share_along is not None:
        mineral *= _lookup(box.share_along.astype(f), along)
    if box.share_over is not None:
        mineral *= _lookup(box.share_over.astype(f), over)
        inside &= np.abs(t) < f(box.label_half)
    return mineral, inside


def _edge(
    below: np.ndarray, above: np.ndarray, shell_bottom: float, shell_top: float, rounding: float
) -> np.ndarray:
    """Return 0 at the ends of a box rising to 1 over ``rounding`` mm, as a rounded edge does."""
    f = np.float32
    e = np.minimum(below - f(shell_bottom), above - f(shell_top))
    e *= f(1 / rounding)
    np.clip(e, _ZERO, _ONE, out=e)
    return np.sqrt(e * (f(2) - e))


def _blob(
    blob: Blob, s: np.ndarray, t: np.ndarray, grain: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    f = np.float32
    turn = (pseudo_angle(s, t) * f(TURNS / 4) + f(0.5)).astype(np.intp)
    turn[turn >= TURNS] = 0
    distance = np.sqrt(s * s + t * t)
    v = distance * _lookup((1 / blob.radius).astype(f), turn)
    inside = v < 1
    core_radius = np.maximum(blob.radius - blob.shell, 1e-3)
    w = distance * _lookup((1 / core_radius).astype(f), turn)
    for a in (v, w):
        a *= a
        a *= a
    outer = f(2 * blob.depth) * _root(_ONE - v)
    inner = f(2 * max(blob.depth - blob.shell, 0)) * _root(_ONE - w)
    np.minimum(inner, outer, out=inner)
    core = f(MARROW + (SPONGY - MARROW) * blob.spongy)
    mineral = outer - inner + inner * (core if grain is None else core * grain)
    return mineral, inside


_TILE = 512
#: Pixels (mm) up to which struts have their full contrast.
_STRUTS_SEEN_MM = 0.28
#: Samples of the grain a millimetre, along and across the bone.
_ALONG, _ACROSS = 2.6, 9.0


@cache
def _trabeculae() -> np.ndarray:
    """Return a seamless tile [512, 512] of struts around 1: bright threads, darker meshes."""
    rng = np.random.Generator(np.random.Philox(20171))
    threads = _ridges(rng, reach=1) + _ridges(rng, reach=2)
    threads = threads - threads.mean()
    return np.clip(1 + 0.50 * threads / threads.std(), 0.2, 2.4).astype(np.float32)


def _ridges(rng: np.random.Generator, reach: int) -> np.ndarray:
    noise = rng.standard_normal((_TILE, _TILE))
    for axis in (0, 1, 0, 1):
        noise = reduce(np.add, [np.roll(noise, k, axis) for k in range(-reach, reach + 1)])
    return -np.abs(noise) / noise.std()


def _grain(s: np.ndarray, t: np.ndarray, contrast: float) -> np.ndarray:
    f = np.float32
    rows = (s * f(_ALONG) + f(8192)).astype(np.intp) & (_TILE - 1)
    columns = (t * f(_ACROSS) + f(8192)).astype(np.intp) & (_TILE - 1)
    grain = np.take(_trabeculae().reshape(-1), rows * _TILE + columns)
    return grain if contrast == 1 else f(1) + (grain - f(1)) * f(contrast)
