"""Refuse files that do not hold one image; repair, with a note, what other viewers accept."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pydicom
from pydicom.dataset import FileDataset
from pydicom.encaps import generate_frames
from pydicom.uid import UID

from ...errors import BadInput
from ..codestream import Codestream, describe
from ..decoded import check_size
from .elements import number, text

#: Written with any case, spaces and signs -> as the standard writes it (PS3.3 C.7.6.3.1.2).
PHOTOMETRIC = {
    "".join(filter(str.isalnum, name)): name
    for name in (
        "MONOCHROME1",
        "MONOCHROME2",
        "PALETTE COLOR",
        "RGB",
        "YBR_FULL",
        "YBR_FULL_422",
        "YBR_PARTIAL_420",
        "YBR_PARTIAL_422",
        "YBR_ICT",
        "YBR_RCT",
    )
}
#: What a kind of codestream is compressed as, where the header says that nothing is.
_SYNTAX_OF = {
    "baseline JPEG": pydicom.uid.JPEGBaseline8Bit,
    "extended JPEG": pydicom.uid.JPEGExtended12Bit,
    "progressive JPEG": pydicom.uid.JPEGExtended12Bit,
    "lossless JPEG": pydicom.uid.JPEGLosslessSV1,
    "JPEG-LS": pydicom.uid.JPEGLSNearLossless,
    "JPEG 2000": pydicom.uid.JPEG2000,
    "": pydicom.uid.RLELossless,
}
#: Processes of JPEG that are retired and have no decoder of their own in pydicom (PS3.6 A).
_RETIRED = {f"1.2.840.10008.1.2.4.{number}" for number in (52, 53, 54, 55, 56)}
#: JPEG XL in DICOM (PS3.5 A.4.13), which pydicom has no names for.
_JPEG_XL = {f"1.2.840.10008.1.2.4.{number}" for number in (110, 111, 112)}
#: Pixels that are wrapped as if they were compressed (PS3.5 A.4.11).
_WRAPPED = "1.2.840.10008.1.2.1.98"
#: A deflated file that unpacks to more bytes than this is refused.
MOST_UNPACKED = 200_000_000
_LONGEST_META = 4096
_ITEM = b"\xfe\xff\x00\xe0"  # how encapsulated pixel data begins (PS3.5 A.4)
_UNDEFINED = 0xFFFFFFFF
_EXPORT_AGAIN = "It was cut, or only refers to an image: copy, download or export it again."
_NO_IMAGE = "Export the image itself; reports, structures and waveforms hold no pixels."


def refuse_bomb(data: bytes, name: str) -> None:
    """Refuse a deflated data set that unpacks to far more than a radiograph has (PS3.5 A.5).

    pydicom unpacks it whole, before anything can be looked at.
    """
    head = data[:_LONGEST_META]
    if pydicom.uid.DeflatedExplicitVRLittleEndian.encode() not in head:
        return
    start = 144 + int.from_bytes(head[140:144], "little")  # the length of group 2 (PS3.10 7.1)
    unpacker, packed, count = zlib.decompressobj(-zlib.MAX_WBITS), data[start:], 0
    while packed and count <= MOST_UNPACKED:
        count += len(unpacker.decompress(packed, 2**23))
        packed = unpacker.unconsumed_tail
    if count > MOST_UNPACKED:
        raise BadInput(
            f"{name} unpacks to more than {MOST_UNPACKED / 1e9:.1f} GB.",
            "It is no radiograph: export it again, uncompressed.",
        )


def complete(header: FileDataset, name: str) -> list[str]:
    """Make a header whole, and return a note for each thing that was put right.

    Raises
    ------
    BadInput
        If the object is no single picture: a report, a dose, a series, a mask.
    """
    _refuse_what_is_no_picture(header, name)
    notes: list[str] = []
    _complete_meta(header, name, notes)
    _complete_pixel_module(header, notes)
    stream = _agree_with_pixels(header, notes)
    if stream is not None:
        check_size(stream.height, stream.width, name)
    return notes


def _refuse_what_is_no_picture(header: FileDataset, name: str) -> None:
    kind = text(header, "SOPClassUID")
    if "PixelData" not in header:
        _refuse_pixels_elsewhere(header, name)
        kind = f" ({UID(kind).name})" if kind else ""
        raise BadInput(f"{name} is a DICOM object without an image{kind}.", _NO_IMAGE)
    frames = re.match(r"\d+", text(header, "NumberOfFrames"))
    if frames and int(frames[0]) > 1:
        raise BadInput(
            f"{name} holds {frames[0]} frames: a series or a film, not one radiograph.",
            "Export the frame with the hand as an image of its own.",
        )
    if text(header, "Modality") == "RTDOSE" or UID(kind).name == "RT Dose Storage":
        raise BadInput(f"{name} is a map of radiation dose, not a radiograph.", _NO_IMAGE)
    if not header.get_item("PixelData").value:
        raise BadInput(
            f"{name} has a header but no pixels (its PixelData is empty).", _EXPORT_AGAIN
        )
    element = header.get_item("PixelData")
    declared, there = getattr(element, "length", _UNDEFINED), len(element.value or b"")
    if declared != _UNDEFINED and declared > there:
        raise BadInput(
            f"{name} cannot be decoded as DICOM (it was cut: {there:,} of "
            f"{declared:,} bytes of its pixels are there).",
            "Copy, download or export it again.",
        )
    missing = [tag for tag in ("Rows", "Columns", "BitsAllocated") if number(header, tag) is None]
    if missing:
        raise BadInput(
            f"{name} lacks the tag(s) {', '.join(missing)}.",
            "Export it again from the archive; without them it cannot be unpacked.",
        )
    check_size(int(header.Rows), int(header.Columns), name)
    if header.BitsAllocated < 8:
        raise BadInput(f"{name} is a mask of {header.BitsAllocated} bit.", _NO_IMAGE)


def _refuse_pixels_elsewhere(header: FileDataset, name: str) -> None:
    """Refuse a picture without PixelData: its numbers are floats, or it was cut before them."""
    if "FloatPixelData" in header or "DoubleFloatPixelData" in header:
        raise BadInput(
            f"{name} holds its pixels as floating-point numbers, which no radiograph does.",
            "Export the radiograph itself.",
        )
    if number(header, "Rows") is not None and number(header, "BitsAllocated") is not None:
        raise BadInput(f"{name} has a picture's header but no pixels.", _EXPORT_AGAIN)


def _complete_meta(header: FileDataset, name: str, notes: list[str]) -> None:
    if not getattr(header, "file_meta", None):
        header.file_meta = pydicom.dataset.FileMetaDataset()
    said = header.file_meta.get("TransferSyntaxUID")
    if said and said.is_transfer_syntax:
        return
    if said and said.is_private:  # its pixels may be in any order or compression
        raise BadInput(
            f"{name} has the private transfer syntax {said}, which this kit cannot decode.",
            "Export it again with a transfer syntax of the standard, uncompressed.",
        )
    if not said and (stated := text(header, "TransferSyntaxUID")):  # group 2 in the data set
        header.file_meta.TransferSyntaxUID = UID(stated)
        return
    if said and header.PixelData[:4] == _ITEM and describe(first_frame(header)) is None:
        kind = "is compressed as JPEG XL" if said in _JPEG_XL else f"has transfer syntax {said}"
        raise BadInput(f"{name} {kind}, which this kit cannot decode.", "Export it uncompressed.")
    implicit, little = header.original_encoding
    header.file_meta.TransferSyntaxUID = (
        pydicom.uid.ImplicitVRLittleEndian
        if implicit
        else pydicom.uid.ExplicitVRLittleEndian
        if little
        else pydicom.uid.ExplicitVRBigEndian
    )
    what = f"the unknown TransferSyntaxUID {said}" if said else "TransferSyntaxUID missing"
    notes.append(f"{what}, told from the encoding")


def _complete_pixel_module(header: FileDataset, notes: list[str]) -> None:
    guesses: dict[str, Any] = {
        "SamplesPerPixel": 1,
        "BitsStored": header.BitsAllocated,
        "PixelRepresentation": 0,
    }
    for tag, value in guesses.items():
        if number(header, tag) is None:
            setattr(header, tag, value)
            notes.append(f"{tag} missing, taken as {value}")
    if header.PixelRepresentation not in (0, 1):
        notes.append(f"PixelRepresentation {header.PixelRepresentation} taken as 0")
        header.PixelRepresentation = 0
    if header.SamplesPerPixel > 1 and _holds_one_sample(header):
        notes.append(
            f"the header says {header.SamplesPerPixel} samples per pixel, but the pixels are there "
            "for one: decoded as grey"
        )
        header.SamplesPerPixel = 1
    if not 1 <= header.BitsStored <= header.BitsAllocated:
        notes.append(f"BitsStored {header.BitsStored} taken as {header.BitsAllocated}")
        header.BitsStored = header.BitsAllocated
    high = number(header, "HighBit")
    if high is None or not header.BitsStored <= high + 1 <= header.BitsAllocated:
        header.HighBit = header.BitsStored - 1
    _complete_photometric(header, notes)
    if header.SamplesPerPixel > 1 and number(header, "PlanarConfiguration") is None:
        header.PlanarConfiguration = 0
        notes.append("PlanarConfiguration missing, taken as 0 (colour by pixel)")
    header.NumberOfFrames = 1


def _holds_one_sample(header: FileDataset) -> bool:
    """Whether pixels that are not compressed have just the bytes of a grey picture."""
    needed = -(-header.Rows * header.Columns * header.BitsAllocated // 8)
    there = len(header.PixelData)
    return header.PixelData[:4] != _ITEM and there in (needed, needed + needed % 2)


def _complete_photometric(header: FileDataset, notes: list[str]) -> None:
    written = text(header, "PhotometricInterpretation")
    meant = photometric_of(header) or ""
    coloured = header.SamplesPerPixel > 1
    if meant and coloured == meant.startswith(("RGB", "YBR")):
        if meant != written:
            notes.append(f"the photometric interpretation '{written}' read as {meant}")
    else:
        meant = "RGB" if coloured else "MONOCHROME2"
        notes.append(
            f"PhotometricInterpretation '{written}' unknown here, taken as {meant}"
            if written
            else f"PhotometricInterpretation missing, taken as {meant}"
        )
    header.PhotometricInterpretation = meant


def photometric_of(header: FileDataset) -> str | None:
    """Return the photometric interpretation as the standard spells it, or None.

    >>> header = pydicom.Dataset(); header.PhotometricInterpretation = "MONOCHROME 2"
    >>> photometric_of(header)
    'MONOCHROME2'
    """
    written = text(header, "PhotometricInterpretation").upper()
    return PHOTOMETRIC.get("".join(filter(str.isalnum, written)))


def _agree_with_pixels(header: FileDataset, notes: list[str]) -> Codestream | None:
    """Believe the pixel data where it contradicts the header; return what it states."""
    if header.file_meta.TransferSyntaxUID == _WRAPPED and header.PixelData[:4] == _ITEM:
        header.PixelData = first_frame(header)
        header["PixelData"].is_undefined_length = False
        header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        return None
    syntax = header.file_meta.TransferSyntaxUID
    compressed = header.PixelData[:4] == _ITEM
    if syntax.is_encapsulated and not compressed:
        header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        notes.append(f"the header says {syntax.name}, but the pixels are not compressed")
        return None
    stream = describe(first_frame(header)) if compressed else None
    meant = _SYNTAX_OF.get(stream.kind if stream else "")
    if compressed and meant and (not syntax.is_encapsulated or stream and syntax in _RETIRED):
        header.file_meta.TransferSyntaxUID = meant
        notes.append(f"the header says {syntax.name}, the pixels were decoded as {meant.name}")
    if stream is not None:
        _believe(stream, header, notes)
    return stream


def first_frame(header: FileDataset) -> bytes:
    """Return the compressed picture, put together from its fragments."""
    return next(generate_frames(header.PixelData, number_of_frames=1))


def _believe_components(stream: Codestream, header: FileDataset, notes: list[str]) -> None:
    """Take grey for grey and colours for colours, where the header says the other."""
    if stream.components == header.SamplesPerPixel or stream.components not in (1, 3):
        return
    notes.append(
        f"the header says SamplesPerPixel {header.SamplesPerPixel}, the compressed picture "
        f"has {stream.components}"
    )
    header.SamplesPerPixel, header.PlanarConfiguration = stream.components, 0
    if stream.components == 1:
        header.PhotometricInterpretation = "MONOCHROME2"
    else:  # as encoders write colours (PS3.5 8.2.1); the decoders of other streams give RGB
        in_luma = stream.kind.endswith("JPEG") and stream.kind != "lossless JPEG"
        header.PhotometricInterpretation = "YBR_FULL_422" if in_luma else "RGB"


def _believe(stream: Codestream, header: FileDataset, notes: list[str]) -> None:
    if (stream.height, stream.width) != (header.Rows, header.Columns):
        notes.append(
            f"the header says {header.Columns} x {header.Rows} pixels, the compressed "
            f"picture has {stream.width} x {stream.height}"
        )
        header.Rows, header.Columns = stream.height, stream.width
    _believe_components(stream, header, notes)
    if stream.bits > 16:
        return
    allocated = 8 if stream.bits <= 8 else 16
    if stream.kind != "JPEG 2000" and allocated != header.BitsAllocated:  # pydicom sees to those
        notes.append(
            f"the header says {header.BitsAllocated} bits allocated, the compressed "
            f"picture has {stream.bits}"
        )
        header.BitsAllocated = allocated
        header.BitsStored = min(header.BitsStored, allocated)
        header.HighBit = header.BitsStored - 1
    lossless = stream.kind == "lossless JPEG" or header.file_meta.TransferSyntaxUID in (
        pydicom.uid.JPEGLSLossless,
        pydicom.uid.JPEG2000Lossless,
    )
    if not lossless and header.BitsStored < stream.bits <= header.BitsAllocated:
        header.BitsStored = stream.bits  # a lossy picture may overshoot BitsStored a little
        header.HighBit = stream.bits - 1
