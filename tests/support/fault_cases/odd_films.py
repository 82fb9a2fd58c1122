"""Films whose header, wrapping or picture is odd: they are read, named, or a doubt is said."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from dicom_kinds import LEVELS, raw, rgb, with_table
from PIL import Image
from radiograph_files import EXPECTED, encoded, film, hand, metaimage, png, tiff, written

import boneage_kit as bk

from .base import Fault, film_in_words
from .image_files import reads
from .sibling_films import BASELINE, BYTES, JPEG, changed, compressed

#: As the standard has them; pydicom does not know all of their names.
JPEG_XL, DEFLATED_FRAME = "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.8.1"
RUN_LENGTHS = "1.2.840.10008.1.2.5"
WRAPPED, VIDEO = "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.4.100"


def under(syntax: str, data: bytes) -> bytes:
    """Return an object with compressed pixels under a transfer syntax that pydicom cannot write."""
    known = VIDEO if len(syntax) == len(VIDEO) else BASELINE
    old, new = (name.encode() + b"\0" * (len(name) % 2) for name in (known, syntax))
    return changed(compressed(data, known)).replace(old, new)


def is_the_film(data: bytes) -> Callable[[Path], str]:
    """Say how far the picture is from the one that was drawn, beside what is said of it."""

    def act(folder: Path) -> str:
        (folder / "film.dcm").write_bytes(data)
        off = np.abs(bk.read_radiograph(folder / "film.dcm").pixels - EXPECTED).mean()
        return f"{film_in_words(folder / 'film.dcm')}; off by {off:.3f}"

    return act


def groups(sequence: str, **tags: object) -> Callable[[pydicom.Dataset], None]:
    def change(header: pydicom.Dataset) -> None:
        item, frame = pydicom.Dataset(), pydicom.Dataset()
        for keyword, value in tags.items():
            setattr(item, keyword, value)
        setattr(frame, sequence, [item])
        header.PerFrameFunctionalGroupsSequence = [frame]

    return change


def colours_called_grey(header: pydicom.Dataset) -> None:
    compressed(encoded(np.repeat(BYTES[..., None], 3, axis=2), "JPEG", quality=95), BASELINE)(
        header
    )
    header.BitsAllocated = header.BitsStored = 8
    header.HighBit = 7


def grey_called_colours(header: pydicom.Dataset) -> None:
    colours_called_grey(header)
    compressed(JPEG, BASELINE)(header)
    header.SamplesPerPixel, header.PhotometricInterpretation = 3, "RGB"
    header.PlanarConfiguration = 0


def modality_and_window() -> bytes:
    data = written(4095 - film(), WindowCenter=2048, WindowWidth=4096)
    return with_table("ModalityLUTSequence", (4095 - LEVELS).tolist(), data=data)


RIGHT_FILM = {
    "a modality LUT before a window": (modality_and_window(), "off by 0.000"),
    "grey called colours, JPEG": (
        changed(grey_called_colours),
        "SamplesPerPixel 3, the compressed picture has 1",
    ),
    "colours called grey, JPEG": (changed(colours_called_grey), "picture has 3"),
    "DICM without the 128 bytes before it": (written()[128:], "off by 0.000"),
    "pixels wrapped as if compressed": (under(WRAPPED, film().tobytes()), "off by 0.000"),
    "PixelRepresentation 2": (
        raw(written(film(65535), bits=16), "PixelRepresentation", 2, "US"),
        "PixelRepresentation 2 taken as 0; off by 0.000",
    ),
    "a preamble of TIFF": (b"II*\0" + bytes(124) + written()[128:], "off by 0.000"),
    "a preamble of JPEG": (b"\xff\xd8\xff\xe0" + bytes(124) + written()[128:], "off by 0.000"),
    "a decimal comma in the slope": (
        raw(raw(written(), "RescaleSlope", "1,0"), "RescaleIntercept", "0,0"),
        "off by 0.000",
    ),
    "a window with the zero byte behind it": (
        raw(raw(written(), "WindowCenter", "2048\0"), "WindowWidth", "4096 "),
        "off by 0.000",
    ),
    "a window in words": (
        raw(raw(written(), "WindowCenter", "auto"), "WindowWidth", "auto"),
        "off by 0.000",
    ),
    "a VOI LUT of 9 bits": (
        with_table("VOILUTSequence", (LEVELS // 8).tolist(), bits=9),
        "by 0.000",
    ),
    "a VOI LUT as UN": (
        with_table("VOILUTSequence", LEVELS.astype("<u2").tobytes(), vr="UN", count=4096),
        "off by 0.000",
    ),
    "the pixels twice, one frame": (
        changed(lambda header: setattr(header, "PixelData", header.PixelData * 2)),
        "off by 0.000",
    ),
}
NAMED = {
    "compressed as JPEG XL": (under(JPEG_XL, b"\xff\x0a" + bytes(90)), "compressed as JPEG XL"),
    "a deflated frame": (under(DEFLATED_FRAME, bytes(90)), f"has transfer syntax {DEFLATED_FRAME}"),
    "right hand in the functional group": (
        changed(groups("FrameAnatomySequence", FrameLaterality="R")),
        "right hand",
    ),
    "right hand in the name of the body part": (
        written(BodyPartExamined="HAND_R"),
        "right hand",
    ),
    "the body part LOWER EXTREMITY": (written(BodyPartExamined="LOWER EXTREMITY"), "LOWER"),
    "the body part FOREARM": (written(BodyPartExamined="FOREARM"), "body part FOREARM"),
    "the body part UPPER GI": (written(BodyPartExamined="UPPER GI"), "body part UPPER GI"),
    "the body part UPPER EXTREMITY": (written(BodyPartExamined="UPPER EXTREMITY"), "read, 80"),
    "raw data in small letters": (
        raw(written(), "PresentationIntentType", "for processing"),
        "raw detector data",
    ),
    "colours with presentation INVERSE": (
        rgb(PresentationLUTShape="INVERSE"),
        "read, 80 x 96",
    ),
}


def phone_picture() -> bytes:
    """Return a phone's JPEG: a second, smaller picture stands behind the first."""
    file = io.BytesIO()
    first, second = (Image.fromarray(hand()[::step, ::step]) for step in (1, 2))
    first.save(file, "MPO", save_all=True, append_images=[second])
    return file.getvalue()


def packed_tiff(bits: int) -> bytes:
    """Return a TIFF of 64 x 64 pixels whose bits stand behind each other."""
    entries = [(256, 64), (257, 64), (258, bits), (259, 1), (262, 1), (273, 200), (277, 1),
               (278, 64), (279, 64 * 64 * bits // 8)]  # fmt: skip
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return (head + body).ljust(200, b"\0") + bytes(range(256)) * (64 * 64 * bits // 8 // 256)


GREY_ALPHA = np.dstack([hand(), np.full_like(hand(), 255)])
PICTURES = {
    "a phone's JPEG of two pictures": (phone_picture(), "picture 1 of 2"),
    "JPEG 2000 of grey and alpha": (
        encoded(Image.fromarray(GREY_ALPHA, "LA"), "JPEG2000"),
        "read, 48 x 64",
    ),
    "TIFF of 10 bits, packed": (packed_tiff(10), "packs 10 bits per pixel"),
    "TIFF of 14 bits, packed": (packed_tiff(14), "packs 14 bits per pixel"),
    "a web page with a byte order mark": (b"\xef\xbb\xbf<!DOCTYPE html>", "a web page"),
    "PNG of 16-bit colours": (
        png(np.repeat(hand("uint16", 65535)[..., None], 3, axis=2), 2),
        "read, 48 x 64",
    ),
    "TIFF of five channels": (
        tiff(np.dstack([hand()] * 5), planarconfig="contig"),
        "read, 48 x 64",
    ),
    "MetaImage with Windows' lines": (
        metaimage(hand("uint16", 4095)).replace(b"\n", b"\r\n", 7),
        "read, 48 x 64",
    ),
}


def cut_lzw() -> bytes:
    """Return a TIFF whose compressed strip ends early; libtiff has something to say about it."""
    whole = bytearray(encoded(hand(), "TIFF", compression="tiff_lzw"))
    whole[60:90] = b"\x5a" * 30
    return bytes(whole)


def empty_segment(header: pydicom.Dataset) -> None:
    """Give run lengths of which the first segment holds nothing."""
    compressed(struct.pack("<16I", 2, 64, 64, *[0] * 13) + b"\x81\0" * 200, RUN_LENGTHS)(header)


def on_terminal(data: bytes) -> Callable[[Path], str]:
    """Read a film; tell what came to the process's standard error, past Python too."""

    def act(folder: Path) -> str:
        (folder / "film").write_bytes(data)
        kept, written_there = os.dup(2), folder / "terminal"
        with open(written_there, "wb") as file:
            os.dup2(file.fileno(), 2)
            try:
                said = film_in_words(folder / "film")
            except bk.BadInput as error:
                said = f"refused: {error}"
            finally:
                os.dup2(kept, 2)
                os.close(kept)
        return f"{said} On the terminal: {written_there.read_bytes()[:200]!r}"

    return act


SILENT = "On the terminal: b''"
LOUD = {
    "run lengths of which a segment is empty": changed(empty_segment),
    "TIFF, LZW, damaged": cut_lzw(),
    "TIFF, LZW, cut": encoded(hand(), "TIFF", compression="tiff_lzw")[:180],
}


def given(source: object) -> Callable[[Path], str]:
    """Hand ``read_radiograph`` what is no file."""
    return lambda folder: str(bk.read_radiograph(source).pixels.shape)  # type: ignore[arg-type]


ODD_FILMS = [
    *(Fault("DICOM", tried, is_the_film(data), says) for tried, (data, says) in RIGHT_FILM.items()),
    *(
        Fault("DICOM", tried, reads(data, "film.dcm"), says)
        for tried, (data, says) in NAMED.items()
    ),
    *(Fault("an image file", tried, reads(data), says) for tried, (data, says) in PICTURES.items()),
    *(
        Fault("an image file", f"{tried}: what the terminal shows", on_terminal(data), SILENT)
        for tried, data in LOUD.items()
    ),
    Fault("an image file", "an array", given(hand()), "is not read from ndarray"),
    Fault("an image file", "nothing", given(None), "is not read from nothing"),
]
