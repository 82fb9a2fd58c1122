"""Image files that are damaged, of another kind, or in the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from dataset_layouts import png
from radiograph_files import BAD, bundled, encoded, film, hand, written

from .base import Fault, as_somebody, film_in_words


def reads(data: bytes, name: str = "film.png") -> Callable[[Path], str]:
    def act(folder: Path) -> str:
        path = folder / name
        path.write_bytes(data)
        return film_in_words(path)

    return act


def place(make: Callable[[Path], Path]) -> Callable[[Path], str]:
    return lambda folder: film_in_words(make(folder))


def loop(folder: Path) -> Path:
    (folder / "loop.png").symlink_to(folder / "loop.png")
    return folder / "loop.png"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.png")
    return folder / "pipe.png"


def unreadable(folder: Path) -> str:
    """Read a file without permission."""
    path = folder / "locked.png"
    path.write_bytes(png(0))
    path.chmod(0)
    return as_somebody(f"import boneage_kit as bk; bk.read_radiograph({str(path)!r})")


FILES = [
    *(
        Fault("an image file", tried, reads(data), expected or "refused")
        for tried, (data, expected) in BAD.items()
    ),
    Fault(
        "an image file", "JPEG named .dcm", reads(encoded(hand(), "JPEG"), "film.dcm"), "holds JPEG"
    ),
    Fault("an image file", "DICOM named .png", reads(written(), "film.png"), "holds DICOM"),
    Fault(
        "an image file",
        "a file that is not there",
        place(lambda f: f / "gone.png"),
        "cannot be opened",
    ),
    Fault("an image file", "a folder in its place", place(lambda f: f), "is a folder"),
    Fault("an image file", "a link to itself", place(loop), "cannot be opened"),
    Fault("an image file", "a named pipe", place(pipe), "not a regular file"),
    Fault(
        "an image file",
        "a name with a zero byte",
        lambda f: film_in_words(Path("a\0b.png")),
        "cannot be opened",
    ),
    Fault("an image file", "no permission to read it", unreadable, "Permission denied"),
]

DICOM = [
    Fault("DICOM", tried, reads(data, "film.dcm"), expected)
    for tried, data, expected in [
        ("no tag Rows", written(Rows=None), "lacks the tag"),
        ("no photometric interpretation", written(PhotometricInterpretation=None), "missing"),
        (
            "no bit tags",
            written(HighBit=None, PixelRepresentation=None, BitsStored=None),
            "missing, taken as",
        ),
        ("60000 x 60000 claimed", written(Rows=60000, Columns=60000), "million"),
        ("three frames claimed", written(NumberOfFrames=3), "3 frames"),
        ("two real frames", Path(bundled("SC_rgb_rle_2frame.dcm")).read_bytes(), "2 frames"),
        ("pixels cut off", written()[:2000], "it was cut"),
        ("cut in the header", written()[:200], "without an image"),
        ("a report, no image", Path(bundled("reportsi.dcm")).read_bytes(), "without an image"),
        ("a segmentation mask", Path(bundled("liver_1frame.dcm")).read_bytes(), "mask"),
        ("5 x 5 pixels", written(film()[:5, :5]), "5 x 5"),
        ("one grey level", written(np.zeros((32, 32), "uint16")), "one grey level"),
        ("24 bits allocated to one sample", written(BitsAllocated=24), "cannot be decoded"),
        ("a window of width 0", written(WindowCenter=5, WindowWidth=0), "read, 80 x 96"),
        ("a right hand", written(ImageLaterality="R"), "right hand"),
        ("text burnt into the pixels", written(BurnedInAnnotation="YES"), "burnt"),
        ("raw detector data", written(PresentationIntentType="FOR PROCESSING"), "raw detector"),
        (
            "a slope of zero",
            written(RescaleSlope=0, RescaleIntercept=0),
            "a rescale slope of 0 was left aside",
        ),
        (
            "a private transfer syntax",
            written().replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.99999.1.2.1\x00"),
            "the private transfer syntax 1.2.840.99999.1.2.1",
        ),
        (
            "a transfer syntax that the standard does not know",
            written().replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.9\x00"),
            "told from the encoding",
        ),
    ]
]
