"""From thickness to film: attenuation, scatter, blur, quantum noise, response."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from .growth import rows

_TABLE = 8192
_DEEPEST = 6.0  # optical depth at which the look-up tables end


@dataclass(frozen=True)
class Exposure:
    """How the film was taken and developed.

    ``kvp`` 42 to 66; ``photons`` a pixel of 0.2 mm in air; ``scatter`` share of scattered to
    primary light; ``blur_mm`` radius of the detector's blur; ``detail`` how far the workstation
    lifts what differs from its surroundings of 12 mm (below 0: evens it out); ``uneven`` the SD
    of a slow drift of depth over the film (sixths of it); ``black`` the optical depth shown as 0,
    ``white`` that shown as 1 in shares of the film's own dense parts;
    ``gamma`` of it all.
    """

    kvp: float = 52.0
    photons: float = 4000.0
    scatter: float = 0.25
    blur_mm: float = 0.05
    detail: float = 0.0
    uneven: float = 0.0
    black: float = 0.03
    white: float = 1.0
    gamma: float = 1.0


@cache
def coefficients(kvp: float) -> tuple[float, float]:
    """Return attenuation (1/mm) of soft tissue, and of cortical bone in excess of it.

    Taken at the mean energy of the beam behind 20 mm of water, from ``xray_spectrum.csv`` and
    ``xray_attenuation.csv`` (interpolated).

    >>> [round(c, 3) for c in coefficients(50.0)]
    [0.034, 0.153]
    """
    beam = rows("xray_spectrum")
    energy = np.interp(
        kvp,
        [float(row["kVp"]) for row in beam],
        [float(row["mean_energy_after_20mm_water_keV"]) for row in beam],
    )

    def mu(material: str) -> float:
        table = [row for row in rows("xray_attenuation") if row["material"] == material]
        return (
            float(
                np.interp(
                    energy,
                    [float(row["energy_keV"]) for row in table],
                    [float(row["mu_per_cm"]) for row in table],
                )
            )
            / 10
        )

    soft = mu("soft_tissue_ICRU44")
    return soft, mu("cortical_bone_ICRU44") - soft


def expose(
    mineral: np.ndarray,
    soft: np.ndarray,
    exposure: Exposure,
    spacing: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the radiograph [H, W] float32 in 0..1, bone bright, from mm of mineral and tissue."""
    soft_mu, bone_mu = coefficients(exposure.kvp)
    depth = soft * np.float32(soft_mu) + mineral * np.float32(bone_mu)
    light = _take(_transmission(), depth)
    light = _blur(light, exposure.blur_mm / spacing)
    if exposure.scatter:
        light += np.float32(exposure.scatter) * _haze(light, spacing)
        light *= np.float32(1 / (1 + exposure.scatter))
    if exposure.photons:
        noise = rng.standard_normal(light.shape, dtype=np.float32)
        per_pixel = exposure.photons * (spacing / 0.2) ** 2
        np.maximum(light, np.float32(1e-3), out=light)
        light += noise * np.sqrt(light) * np.float32(per_pixel**-0.5)
    np.clip(light, np.float32(0.0026), np.float32(1), out=light)
    depth = _take_log(light)
    if exposure.uneven:
        depth *= 1 + np.float32(exposure.uneven) * _drift(depth.shape, rng)
    if exposure.detail:
        depth += np.float32(exposure.detail) * (depth - _haze(depth, spacing))
    return respond(depth, exposure)


def respond(depth: np.ndarray, exposure: Exposure) -> np.ndarray:
    """Return grey levels 0..1 from optical depth, as the film or the workstation shows them."""
    step = max(1, depth.shape[0] // 128)
    sample = np.sort(depth[::step, ::step], axis=None)
    sample = sample[sample > 0.15]
    dense = float(sample[int(0.993 * sample.size)]) if sample.size else 1.0
    shown = (depth - np.float32(exposure.black)) * np.float32(
        1 / (exposure.white * dense - exposure.black)
    )
    np.clip(shown, 0, 1, out=shown)
    if exposure.gamma == 1:
        return shown
    curve = (np.linspace(0, 1, 4096) ** exposure.gamma).astype(np.float32)
    return np.take(curve, (shown * np.float32(4095)).astype(np.intp))


@cache
def _transmission() -> np.ndarray:
    return np.exp(-np.linspace(0, _DEEPEST, _TABLE)).round(9).astype(np.float32)


@cache
def _depths() -> np.ndarray:
    light = np.maximum(np.linspace(0, 1, 4 * _TABLE), 1e-4)
    return (-np.log(light)).round(9).astype(np.float32)


def _take(table: np.ndarray, depth: np.ndarray) -> np.ndarray:
    index = depth * np.float32((_TABLE - 1) / _DEEPEST)
    return np.take(table, index.astype(np.intp), mode="clip")


def _take_log(light: np.ndarray) -> np.ndarray:
    index = light * np.float32(4 * _TABLE - 1)
    return np.take(_depths(), index.astype(np.intp), mode="clip")


def _blur(a: np.ndarray, pixels: float) -> np.ndarray:
    """Return ``a`` smoothed with a three-tap kernel of standard deviation ``pixels`` (< 0.8)."""
    side = np.float32(min(0.5 * pixels * pixels, 0.33))
    if side < 0.005:
        return a
    for axis in (0, 1):
        a = a.copy()
        body = a.swapaxes(0, axis)
        old = body.copy()
        body[1:-1] += side * (old[:-2] + old[2:] - 2 * old[1:-1])
    return a


def _haze(light: np.ndarray, spacing: float) -> np.ndarray:
    """Return the light spread over about 12 mm, as scatter spreads it."""
    step = max(1, int(round(4.0 / spacing)))
    rows_, columns = (n // step * step for n in light.shape)
    small = light[:rows_, :columns].reshape(rows_ // step, step, columns // step, step)
    small = small.mean(axis=(1, 3), dtype=np.float32)
    for axis in (0, 1, 0, 1):
        padded = np.pad(small, [(2, 2) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        n = small.shape[axis]
        taps = [padded.take(np.arange(k, k + n), axis) for k in range(5)]
        small = reduce(np.add, taps) / np.float32(5)
    return _stretch(_stretch(small, light.shape[0], step).T, light.shape[1], step).T


def _drift(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a smooth field [H, W] around 0: one deviate in each sixth of the film."""
    cells = np.clip(rng.standard_normal((6, 6), dtype=np.float32), -2, 2)
    rows_, columns = shape
    return _stretch(_stretch(cells, rows_, rows_ / 6).T, columns, columns / 6).T


def _stretch(a: np.ndarray, n: int, step: float) -> np.ndarray:
    source = np.clip((np.arange(n) + 0.5) / step - 0.5, 0, a.shape[0] - 1).astype(np.float32)
    i = np.minimum(source.astype(np.intp), max(a.shape[0] - 2, 0))
    share = (source - i)[:, None].astype(np.float32)
    following = np.minimum(i + 1, a.shape[0] - 1)
    return a[i] + (a[following] - a[i]) * share
