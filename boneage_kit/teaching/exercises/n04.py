"""Exercises of unit 04: decode any bit depth."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from ...radiograph import read_radiograph
from . import Wrong, exercise


def _three_files(folder: Path) -> dict[str, tuple[Path, np.ndarray]]:
    """Return {what: (file, what it shows in 0..1)}: 8 bits, 16 bits, and 12 bits in 16."""
    film = np.zeros((96, 80))
    film[20:, 20:60] = np.linspace(0.2, 1, 40)
    film[30:60, 35:45] = 0.5
    files = {}
    for what, top, dtype in (
        ("8-bit", 255, "uint8"),
        ("16-bit", 65535, "uint16"),
        ("12-bit (in 16)", 4095, "uint16"),
    ):
        path = folder / f"{what[:2].strip('-')}.png"
        Image.fromarray(np.rint(film * top).astype(dtype)).save(path)
        files[what] = (path, film)
    return files


def _decode(path: Path) -> np.ndarray:
    return read_radiograph(path, invert=False).pixels


@exercise(
    "04.1",
    hint="Leave out convert: np.asarray(Image.open(path)) keeps the 16 bits. Then ask the array "
    "for its type or its largest value before you divide.",
    solution="""
    def my_reader(path):
        values = np.asarray(Image.open(path))
        top = 255 if values.dtype == np.uint8 else 2 ** int(values.max()).bit_length() - 1
        return values.astype("float32") / top
    """,
    passes=(
        _decode,
        lambda path: np.asarray(Image.open(path), float) / np.asarray(Image.open(path)).max(),
    ),
    fails=(
        lambda path: np.asarray(Image.open(path).convert("L"), "float32") / 255,
        lambda path: np.asarray(Image.open(path)).astype("uint8") / 255,
        lambda path: np.asarray(Image.open(path)).astype("float32") / 65535,
        lambda path: np.asarray(Image.open(path)).astype("float32"),
        lambda path: None,
        "a reader",
    ),
)
def sixteen_bits(answer: Callable[[Path], np.ndarray]) -> str:
    """Try the student's reader on three depths and name what went wrong with the first bad one."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("04.1", my_reader).')
    with tempfile.TemporaryDirectory() as folder:
        for what, (path, film) in _three_files(Path(folder)).items():
            _judge(np.asarray(answer(path), dtype=float), film, what)
    return "Three depths, one film. bk.read_radiograph does it for every format."


def _judge(pixels: np.ndarray, film: np.ndarray, what: str) -> None:
    if pixels.shape != film.shape:
        raise Wrong(
            f"From the {what} file came an array of shape {pixels.shape}; the film has "
            f"{film.shape}."
        )
    if pixels.min() < 0 or pixels.max() > 1.01:
        raise Wrong(
            f"The {what} file gives values from {pixels.min():g} to {pixels.max():g}; "
            "divide by the largest value this depth can hold."
        )
    white = (pixels > 0.99).mean()
    if white > 0.3:
        raise Wrong(
            f"On the {what} file {white:.0%} of your pixels are white: values above 255 "
            "are clipped before you divide."
        )
    if pixels.max() < 0.5:
        raise Wrong(
            f"The {what} file comes out nearly black, {pixels.max():.2f} at most: its "
            "values do not reach what you divide by."
        )
    if np.corrcoef(pixels.ravel(), film.ravel())[0, 1] < 0.99:
        raise Wrong(
            f"The {what} film is scrambled: grey levels fall where they should rise. "
            "Converting to uint8 keeps the last 8 bits only."
        )
