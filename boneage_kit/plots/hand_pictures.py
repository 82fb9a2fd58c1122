"""Radiographs as widgets need them: quick PNG bytes, crops, and bones that show their name."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Mapping

import contourpy
import numpy as np
from PIL import Image
from scipy import ndimage

from ..phantom import PhantomRadiograph
from .shown_figure import to_data_url

__all__ = ["bone_name", "crop", "growing_end", "hand_box", "outlines", "png_bytes", "svg"]

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}


def bone_name(name: str) -> str:
    """Return a label's name as a sentence uses it.

    >>> bone_name("metacarpal_3_epiphysis"), bone_name("distal_phalanx_1"), bone_name("radius")
    ('metacarpal III, epiphysis', 'distal phalanx I', 'radius')
    """
    stem, _, epiphysis = name.partition("_epiphysis")
    head, _, ray = stem.rpartition("_")
    bone = f"{head} {_ROMAN[ray]}" if ray in _ROMAN else stem
    bone = bone.replace("_", " ")
    return f"{bone}, epiphysis" if name.endswith("_epiphysis") else bone


def png_bytes(pixels: np.ndarray) -> bytes:
    """Return float pixels [H, W] in 0..1 as an 8-bit grey PNG, compressed fast.

    >>> png_bytes(np.zeros((4, 4)))[1:4]
    b'PNG'
    """
    out = io.BytesIO()
    grey = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(grey).save(out, format="PNG", compress_level=1)
    return out.getvalue()


def crop(drawn: PhantomRadiograph, bone: str, size: int = 96) -> np.ndarray:
    """Return a square cut-out [size, size] around the joint end of one bone, contrast stretched.

    The window holds the epiphysis (the gap where there is none yet) and the end of the shaft.

    >>> from boneage_kit import phantom
    >>> crop(phantom.render("F", 9.0, seed=0, size=256), "radius", size=48).shape
    (48, 48)
    """
    row, column, side = growing_end(drawn, bone)
    height, width = drawn.pixels.shape
    row = min(max(row, side / 2), height - 1 - side / 2)  # stay on the film
    column = min(max(column, side / 2), width - 1 - side / 2)
    rows = np.clip(np.linspace(row - side / 2, row + side / 2, size), 0, height - 1)
    columns = np.clip(np.linspace(column - side / 2, column + side / 2, size), 0, width - 1)
    grid = np.meshgrid(rows, columns, indexing="ij")
    piece = ndimage.map_coordinates(drawn.pixels, grid, order=1)
    low, high = np.percentile(piece, [1, 99.5])
    return np.clip((piece - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)


def growing_end(drawn: PhantomRadiograph, bone: str) -> tuple[float, float, float]:
    """Return (row, column, side) in pixels of the window on the growing end of one bone."""
    ids = {name: number for number, name in drawn.bones.items()}
    shaft = np.argwhere(drawn.labels == ids[bone])
    low, high = shaft.min(axis=0), shaft.max(axis=0)
    length = float(high[0] - low[0])
    # metacarpals II-V grow at the distal end; the forearm too; all others at the proximal one
    distal = bone in ("radius", "ulna") or (bone.startswith("metacarpal") and bone[-1] != "1")
    end = (
        shaft[shaft[:, 0] <= low[0] + 0.12 * length]
        if distal
        else (shaft[shaft[:, 0] >= high[0] - 0.12 * length])
    )
    row, column = end.mean(axis=0)
    side = 2.3 * max(float(np.ptp(end[:, 1])), 8.0)
    epiphysis = np.argwhere(drawn.labels == ids.get(f"{bone}_epiphysis", -1))
    if len(epiphysis):
        row = (row + epiphysis[:, 0].mean()) / 2
        column = (column + epiphysis[:, 1].mean()) / 2
        side = max(side, 1.9 * float(np.ptp(epiphysis[:, 1])))
    return float(row), float(column), side


def hand_box(labels: np.ndarray, margin: float = 0.05) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) in pixels around all bones, with a margin.

    The margin is a share of the picture's height and also holds the soft tissue.
    """
    rows, columns = np.flatnonzero(labels.any(axis=1)), np.flatnonzero(labels.any(axis=0))
    height, width = labels.shape
    if not len(rows):
        return 0, height, 0, width
    room = round(margin * height)
    return (
        max(rows[0] - room, 0),
        min(rows[-1] + room, height),
        max(columns[0] - room, 0),
        min(columns[-1] + room, width),
    )


def outlines(labels: np.ndarray, bones: Mapping[int, str]) -> dict[str, list[np.ndarray]]:
    """Return each structure's outline as closed polygons of (x, y) pixels.

    Shafts and their epiphyses are separate; what is hidden behind another bone has no outline.
    """
    by_name: dict[str, list[np.ndarray]] = {}
    for number, window in enumerate(ndimage.find_objects(labels), start=1):
        if window is None or number not in bones:
            continue
        mask = np.pad((labels[window] == number).astype(np.float32), 1)
        lines = contourpy.contour_generator(z=mask).lines(0.5)
        offset = np.array([window[1].start - 1 + 0.5, window[0].start - 1 + 0.5])
        by_name[bones[number]] = [line[::2] + offset for line in lines if len(line) > 6]
    return {name: lines for name, lines in by_name.items() if lines}


def svg(drawn: PhantomRadiograph, height: int, chosen: Iterable[str] = (), text: str = "") -> str:
    """Return the hand as SVG in which each bone shows its name under pointer, finger or focus.

    The name stands at the top of the picture, without a kernel and without a script. Each bone
    carries its label-map name as ``data-pick``, for a widget that hears clicks.

    Parameters
    ----------
    drawn
        What :func:`boneage_kit.phantom.render` returns.
    height
        Shown height in pixels; the picture is cropped to the hand.
    chosen
        Names of structures to outline.
    text
        What the picture shows, for a screen reader.
    """
    top, bottom, left, right = hand_box(drawn.labels)
    high, wide = bottom - top, right - left
    picture = to_data_url(png_bytes(drawn.pixels[top:bottom, left:right]))
    chosen, pixel = set(chosen), high / height
    by_name = outlines(drawn.labels, drawn.bones)
    band = round(26 * pixel)  # above the film, so that a name hides no finger
    place = f'x="{left + wide / 2:.0f}" y="{top - 8 * pixel:.1f}" font-size="{16 * pixel:.1f}"'
    shapes = "".join(
        _bone(name, by_name[name], name in chosen, place) for name in sorted(by_name, key=_last)
    )
    return (
        f'<svg class="bk-hand" role="img" aria-label="{html.escape(text)}" '
        f'height="{round(height + 26)}" width="{round(height * wide / high)}" '
        f'viewBox="{left} {top - band} {wide} {high + band}"><style>{_STYLE}</style>'
        f'<rect class="bk-band" x="{left}" y="{top - band}" width="{wide}" height="{band}"/>'
        f'<image href="{picture}" x="{left}" y="{top}" width="{wide}" height="{high}"/>'
        f'<text class="bk-ask" text-anchor="middle" {place}>point at a bone</text>{shapes}</svg>'
    )


_STYLE = (
    ".bk-hand path{fill:transparent;stroke:none;stroke-width:1.6;cursor:pointer}"
    ".bk-hand g.on path{stroke:#E69F00;stroke-width:2.2}"
    ".bk-hand g:hover path,.bk-hand g:focus path{stroke:#56B4E9;stroke-width:2.2}"
    ".bk-hand g{outline:none}"
    ".bk-hand .bk-band{fill:#222}"
    ".bk-hand text{fill:white;font-family:sans-serif;pointer-events:none}"
    ".bk-hand .bk-ask{fill:#ccc}"
    ".bk-hand g text{display:none}"
    ".bk-hand g:hover text,.bk-hand g:focus text{display:block}"
    ".bk-hand:has(g:hover) .bk-ask,.bk-hand:has(g:focus) .bk-ask{display:none}"
    ".bk-hand:has(g:hover) g:focus:not(:hover) text{display:none}"
)


def _last(name: str) -> tuple[bool, str]:
    """Sort epiphyses and small bones after the shafts, so that a finger can reach them."""
    return name.endswith("_epiphysis"), name


def _bone(name: str, lines: list[np.ndarray], chosen: bool, place: str) -> str:
    data = "".join("M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in line) + "Z" for line in lines)
    on, said = (' class="on"' if chosen else ""), html.escape(bone_name(name))
    return (
        f'<g{on} tabindex="-1" data-pick="{name}"><path d="{data}"/>'
        f'<text text-anchor="middle" {place}>{said}</text></g>'
    )
