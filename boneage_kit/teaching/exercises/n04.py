"""Exercises of unit 04: decode any bit depth, choose a window."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...phantom import render
from . import Unanswered, Wrong, exercise

#: Exercise 04.2: so much lighter than its growth plate the epiphysis of the radius must be shown.
CONTRAST = 0.4


def _four_files(folder: Path) -> dict[str, tuple[Path, np.ndarray]]:
    """Return {what: (file, what it shows in 0..1)}: 8 bits, 8 bits dark, 16 bits, 12 in 16."""
    film = np.zeros((96, 80))
    film[20:, 20:60] = np.linspace(0.2, 1, 40)
    film[30:60, 35:45] = 0.5
    files = {}
    for name, what, shown, top, dtype in (
        ("bright", "8-bit", film, 255, "uint8"),
        ("dark", "dark 8-bit", 0.4 * film, 255, "uint8"),
        ("deep", "16-bit", film, 65535, "uint16"),
        ("twelve", "12-bit (in 16)", film, 4095, "uint16"),
    ):
        path = folder / f"{name}.png"
        Image.fromarray(np.rint(shown * top).astype(dtype)).save(path)
        files[what] = (path, shown)
    return files


def _by_type_and_bits(path: Path) -> np.ndarray:
    values = np.asarray(Image.open(path))
    top = 255 if values.dtype == np.uint8 else 2 ** int(values.max()).bit_length() - 1
    return values.astype("float32") / top


def _by_bits_alone(path: Path) -> np.ndarray:
    values = np.asarray(Image.open(path))
    return values / (2 ** int(values.max()).bit_length() - 1)


def _by_cases(file: Path) -> np.ndarray:
    grey = np.array(Image.open(file))
    if grey.dtype.itemsize == 1:
        return np.round(grey / 255, 3)
    return np.round(grey / (65535 if grey.max() > 4095 else 4095), 3)


@exercise(
    "04.1",
    hint="Leave out convert: np.asarray(Image.open(path)) keeps the 16 bits. Divide by 255 if "
    "values.dtype == np.uint8. Else divide by the largest value of the bits in use: "
    "2 ** int(values.max()).bit_length() - 1.",
    solution="""
    def my_decoder(path):
        values = np.asarray(Image.open(path))
        top = 255 if values.dtype == np.uint8 else 2 ** int(values.max()).bit_length() - 1
        return values.astype("float32") / top
    """,
    passes=(_by_type_and_bits, _by_cases),
    fails=(
        lambda path: np.asarray(Image.open(path).convert("L"), "float32") / 255,
        lambda path: np.asarray(Image.open(path)) / np.asarray(Image.open(path)).max(),
        lambda path: np.asarray(Image.open(path)).astype("uint8") / 255,
        lambda path: np.asarray(Image.open(path)).astype("float32") / 65535,
        lambda path: np.asarray(Image.open(path)).astype("float32"),
        lambda path: np.asarray(Image.open(path)).astype("float32")[::2] / 255,
        lambda path: np.asarray(Image.open(path)) / np.asarray(Image.open(path)).max().bit_length(),
        _by_bits_alone,
        "a decoder",
    ),
)
def decode_any_depth(answer: Callable[[Path], np.ndarray]) -> str:
    """Try the student's function on four files and name what went wrong with the first bad one."""
    if not callable(answer):
        raise Wrong('Give the function itself: lesson.check("04.1", my_decoder).')
    if "read_radiograph" in getattr(getattr(answer, "__code__", None), "co_names", ()):
        raise Wrong(
            "read_radiograph does this already. Write it with np.asarray(Image.open(path)), so "
            "that you decide yourself by which number you divide."
        )
    with tempfile.TemporaryDirectory() as folder:
        for what, (path, film) in _four_files(Path(folder)).items():
            try:
                decoded = answer(path)
            except AttributeError as error:
                if "bit_length" not in str(error):
                    raise
                raise Wrong(
                    "Only numbers of Python have bit_length, and max() gives a number of NumPy. "
                    "Write int(values.max()).bit_length()."
                ) from None
            if decoded is None:
                raise Unanswered
            _judge(np.asarray(decoded, dtype=float), film, what)
    return "Four files come out as they are, the dark one too. bk.read_radiograph does it as well."


def _judge(pixels: np.ndarray, film: np.ndarray, what: str) -> None:
    if pixels.shape != film.shape:
        raise Wrong(
            f"The {what} file gave an array of shape {pixels.shape}. The film has the shape "
            f"{film.shape}."
        )
    if pixels.min() < 0 or pixels.max() > 1.01:
        raise Wrong(
            f"The {what} file gives values from {pixels.min():g} to {pixels.max():g}. "
            "Divide by the largest value that this depth can hold."
        )
    white = (pixels > 0.99).mean()
    if white > 0.3:
        raise Wrong(
            f"On the {what} file {white:.0%} of your pixels are white. All values above 255 "
            "became 255 before you divided."
        )
    ratio = pixels.max() / film.max()
    if np.corrcoef(pixels.ravel(), film.ravel())[0, 1] < 0.99:
        raise Wrong(
            f"The {what} film is scrambled: its grey levels fall where they should rise. "
            "Converting to uint8 keeps the last 8 bits only."
        )
    if ratio > 1.05:
        by = (
            "the largest value of this picture"
            if pixels.max() > 0.999
            else "the largest value of the bits that this picture uses"
        )
        raise Wrong(
            f"The {what} film comes out {ratio:.1f} times as bright as it is. You divided by {by}. "
            "Divide by the largest value that its depth can hold: 255 for a file of 8 bits."
        )
    if np.abs(pixels - film).max() > 0.01:
        raise Wrong(
            f"The {what} film comes out too dark: its brightest pixel is {pixels.max():.2f} and "
            f"should be {film.max():.2f}. The number by which you divide is too large."
        )


@cache
def _radius() -> tuple[float, float, np.ndarray]:
    """Return the grey levels of the exercise's radius: plate, epiphysis, and all of its bone."""
    hand = render(sex="F", bone_age=9.0, seed=3, size=700)
    number = {name: key for key, name in hand.bones.items()}
    end = hand.labels == number["radius_epiphysis"]
    shaft = hand.labels == number["radius"]
    bottom, top = np.argwhere(end)[:, 0].max(), np.argwhere(shaft)[:, 0].min()
    columns = np.flatnonzero(end.any(axis=0) & shaft.any(axis=0))
    between = slice(min(bottom, top) - 2, max(bottom, top) + 4)
    gap = hand.pixels[between, columns[0] : columns[-1]][
        hand.labels[between, columns[0] : columns[-1]] == 0
    ]
    return float(np.median(gap)), float(np.median(hand.pixels[end])), hand.pixels[end | shaft]


@exercise(
    "04.2",
    hint="The growth plate of the radius has the grey level 0.67, and the bone beside it about 0.9 "
    "to 1. Let the window begin a little below 0.67 and end near 1. Its centre is the middle of "
    "these two numbers, its width is their difference.",
    solution="my_window = (0.8, 0.4)",
    passes=((0.8, 0.4), [0.75, 0.5], {"centre": 0.81, "width": 0.42}),
    fails=((0.5, 1.0), (0.3, 0.4), (0.8, 0.1), (1.0, 0.3), (1.5, 0.4), 0.8, (0.8, -0.4), "wide"),
)
def window_for_a_plate(answer: Any) -> str:
    """Take a window (centre, width) in which the radius shows its growth plate."""
    window = list(answer.values()) if isinstance(answer, dict) else answer
    try:
        centre, width = (float(value) for value in window)
    except (TypeError, ValueError):
        raise Wrong("Give two numbers, the centre and the width, such as (0.5, 1.0).") from None
    if width <= 0:
        raise Wrong("A window needs a width above 0: it spreads a range of values over the greys.")
    plate, epiphysis, bone = _radius()
    dark, light, shown = (
        np.clip((values - centre) / width + 0.5, 0, 1) for values in (plate, epiphysis, bone)
    )
    if shown.max() == 0:
        raise Wrong(
            "The whole radius is black: all of its values lie below the window. Move the centre "
            "down."
        )
    white = float((shown >= 1).mean())
    if white > 0.3:
        raise Wrong(
            f"{white:.0%} of the radius is plain white: these values lie above the window. Move "
            "the centre up, or make the window wider."
        )
    if light - dark < CONTRAST:
        raise Wrong(
            f"The epiphysis is shown at {light:.2f} and the growth plate at {dark:.2f}. The "
            f"difference is {light - dark:.2f}, and it should be at least {CONTRAST}. Let the "
            "window begin nearer to 0.67, the value of the plate."
        )
    return (
        f"The plate is shown at {dark:.2f} and the epiphysis at {light:.2f}. Look at the fingers "
        "too: in this window they are darker. One window rarely serves the whole hand."
    )
