"""Films as other archives and programs write them: siblings of the cases that were reported."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable

import numpy as np
import pydicom
import tifffile
from dicom_kinds import big_endian, raw, rle
from PIL import Image, PngImagePlugin
from pydicom.encaps import encapsulate
from radiograph_files import PNG, encoded, film, hand, metaimage, saved, tiff, written

from .base import Fault
from .image_files import reads

BYTES = (film() // 16).astype("uint8")
PICTURE = Image.fromarray(hand())
PALETTE = PICTURE.convert("P")
JPEG = encoded(BYTES, "JPEG", quality=95)


def changed(change: Callable[[pydicom.Dataset], object], **tags: object) -> bytes:
    header = pydicom.dcmread(io.BytesIO(written(**tags)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what is wrong on purpose
        change(header)
    return saved(header)


def frames(header: pydicom.Dataset) -> None:
    header.NumberOfFrames = 5
    header.PixelData = header.PixelData * 5


def private_block(header: pydicom.Dataset) -> None:
    header.private_block(0x29, "ACME 1.0", create=True).add_new(0x10, "OB", bytes(200_000))


def palette(entries: int, bits: int, short: bool = False) -> Callable[[pydicom.Dataset], None]:
    def change(header: pydicom.Dataset) -> None:
        header.set_pixel_data((film() / 4095 * (entries - 1)).astype("uint8"), "PALETTE COLOR", 8)
        levels = np.linspace(0, 2**bits - 1, entries).astype("u1" if bits == 8 else "<u2").tobytes()
        for colour in ("Red", "Green", "Blue"):
            name = f"{colour}PaletteColorLookupTable"
            header.add_new(f"{name}Descriptor", "US", [entries, 0, bits])
            header.add_new(f"{name}Data", "OW", levels[:10] if short else levels)

    return change


def compressed(data: bytes, syntax: str) -> Callable[[pydicom.Dataset], None]:
    def change(header: pydicom.Dataset) -> None:
        header.PixelData = encapsulate([data])
        header["PixelData"].VR = "OB"
        header["PixelData"].is_undefined_length = True
        header.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)

    return change


def float_pixels(header: pydicom.Dataset) -> None:
    del header.PixelData
    header.FloatPixelData, header.BitsAllocated = film().astype("float32").tobytes(), 32


def icon_only(header: pydicom.Dataset) -> None:
    icon = pydicom.Dataset()
    icon.Rows = icon.Columns = 16
    icon.PixelData, icon.BitsAllocated = bytes(256), 8
    header.IconImageSequence = [icon]
    del header.PixelData


def four_samples(header: pydicom.Dataset) -> None:
    header.set_pixel_data(np.repeat(BYTES[..., None], 3, axis=2), "RGB", 8)
    header.SamplesPerPixel, header.PhotometricInterpretation = 4, "ARGB"
    header.PixelData = np.repeat(BYTES[..., None], 4, axis=2).tobytes()


def deflated(header: pydicom.Dataset) -> None:
    header.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian


BASELINE, H264 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.102"
MPEG2 = "1.2.840.10008.1.2.4.100"
OBJECTS = {
    "five frames": (changed(frames), "5 frames"),
    "a number of frames of 0": (raw(written(), "NumberOfFrames", "0"), "read, 80 x 96"),
    "200,000 bytes of private tags": (changed(private_block), "read, 80 x 96"),
    "a palette of 8 bits": (changed(palette(256, 8)), "reduced to grey"),
    "a palette of 16 bits": (changed(palette(256, 16)), "reduced to grey"),
    "a palette that is too short": (changed(palette(256, 8, short=True)), "cannot be decoded"),
    "deflated": (changed(deflated), "read, 80 x 96"),
    "pixels as floating-point numbers": (changed(float_pixels), "floating-point numbers"),
    "an icon and no picture": (changed(icon_only), "a picture's header but no pixels"),
    "empty pixel data": (raw(written(), "PixelData", b"", "OW"), "no pixels"),
    "compressed, and only a beginning and an end": (
        changed(compressed(b"\xff\xd8\xff\xd9", BASELINE)),
        "cannot be decoded as DICOM",
    ),
    "compressed, and cut": (changed(compressed(JPEG[:300], BASELINE)), "ends too early"),
    "compressed, and of noise": (changed(compressed(b"hello" * 50, BASELINE)), "cannot be decoded"),
    "a video, MPEG-2": (changed(compressed(bytes(200), MPEG2)), "compressed as MPEG2"),
    "a video, H.264": (changed(compressed(bytes(200), H264)), "compressed as MPEG-4"),
    "run lengths, cut": (rle(written())[:-400], "no pixels"),
    "big endian, cut": (big_endian()[:3000], "it was cut"),
    "four samples per pixel": (changed(four_samples), "4 samples per pixel"),
    "no rows": (written(Rows=0), "80 x 0 pixels"),
    "a photometric interpretation of printers": (
        written(PhotometricInterpretation="CMYK"),
        "'CMYK' unknown here",
    ),
    "a slope that is no number": (
        raw(written(RescaleIntercept=0), "RescaleSlope", "nan", "DS"),
        "slope 'nan' is no number",
    ),
    "a slope of 1e300": (written(RescaleSlope="1e300", RescaleIntercept=0), "read, 80 x 96"),
    "a window of 1e30": (written(WindowCenter="1e30", WindowWidth="1e30"), "shows nothing"),
    "an unknown character set": (
        raw(written(), "SpecificCharacterSet", "ISO_IR 999"),
        "read, 80 x 96",
    ),
    "a picture of an ultrasound": (written(Modality="US"), "modality US"),
    "a picture of magnetic resonance": (written(Modality="MR"), "modality MR"),
    "the sex O": (written(PatientSex="O"), "read, 80 x 96"),
    "both hands": (written(ImageLaterality="B"), "both hands"),
    "a pelvis": (written(BodyPartExamined="PELVIS"), "body part PELVIS"),
    "a spacing of 0": (written(PixelSpacing=[0, 0]), "read, 80 x 96"),
    "1,000 zeros behind its end": (written() + bytes(1000), "read, 80 x 96"),
}


def with_text(size: int) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "x" * size, zip=True)
    return encoded(PICTURE, "PNG", pnginfo=text)


def with_orientation(value: int) -> bytes:
    exif = Image.Exif()
    exif[274] = value
    return encoded(PICTURE, "JPEG", exif=exif)


def one_undefined() -> np.ndarray:
    values = hand("float32", 1.0)
    values[3, 3] = np.nan
    return values


def with_height(height: int) -> bytes:
    size, other = struct.pack(">HH", 64, 48), struct.pack(">HH", height, height or 48)
    return encoded(PICTURE, "JPEG").replace(size, other)


def big_tiff() -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, hand(), bigtiff=True)
    return file.getvalue()


TRANSPARENT = np.dstack([hand(), hand(), hand(), np.zeros_like(hand())])
PICTURES = {
    "PNG with a palette and transparency": (
        encoded(PALETTE, "PNG", transparency=0),
        "transparency laid over black",
    ),
    "PNG of 2 bits": (encoded(PICTURE.quantize(4), "PNG", bits=2), "read, 48 x 64"),
    "PNG that is transparent everywhere": (
        encoded(Image.fromarray(TRANSPARENT), "PNG"),
        "one grey level",
    ),
    "PNG with text behind its end": (PNG + b"more" * 50, "read, 48 x 64"),
    "PNG with a comment of 2 MB in 2 kB": (with_text(2_000_000), "cannot be decoded as PNG"),
    "TIFF of printing colours, LZW": (
        encoded(PICTURE.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        "separated colours",
    ),
    "TIFF of Lab colours": (
        encoded(PICTURE.convert("RGB").convert("LAB"), "TIFF"),
        "cielab colours",
    ),
    "TIFF with a palette": (encoded(PALETTE, "TIFF"), "palette colours"),
    "TIFF of a fax": (encoded(PICTURE.convert("1"), "TIFF", compression="group4"), "1 bit"),
    "TIFF with one undefined value": (tiff(one_undefined()), "undefined"),
    "TIFF of half floats": (tiff(hand("float16", 1)), "spread over black to white"),
    "TIFF of signed bytes": (tiff((hand().astype(int) - 128).astype("int8")), "spread over"),
    "TIFF of 64-bit numbers": (tiff(hand("uint64", 2**60)), "read, 48 x 64"),
    "TIFF of three pages": (
        tiff(np.stack([hand()] * 3), photometric="minisblack"),
        "3 pages",
    ),
    "BigTIFF": (big_tiff(), "read, 48 x 64"),
    "TIFF, big endian, 12 bits": (tiff(hand("uint16", 4095), byteorder=">"), "read, 48 x 64"),
    "JPEG with an orientation that does not exist": (with_orientation(99), "read, 48 x 64"),
    "JPEG turned and mirrored": (with_orientation(5), "turned as its EXIF orientation says"),
    "JPEG of height 0": (with_height(0), "cannot be decoded as JPEG"),
    "JPEG of 65500 x 65500": (with_height(65500), "far more pixels"),
    "MetaImage with numbers as text": (
        metaimage(hand(), "MET_UCHAR", extra="BinaryData = False\n"),
        "numbers as text",
    ),
    "MetaImage of a negative size": (
        metaimage(hand(), "MET_UCHAR").replace(b"48 64", b"-48 64"),
        "the size -48 64",
    ),
    "NRRD": (b"NRRD0004\ntype: uchar\n", "NRRD"),
    "Photoshop": (b"8BPS\0\1" + bytes(100), "Photoshop"),
    "Word": (b"PK\3\4" + bytes(50), "zip archive"),
    "RAR": (b"Rar!\x1a\x07" + bytes(50), "RAR archive"),
    "a film of a phone": (b"\0\0\0\x18ftypmp42" + bytes(100), "a film"),
    "portable pixmap": (encoded(PICTURE, "PPM"), "no image format"),
}

SIBLING_FILMS = [
    *(
        Fault("DICOM", tried, reads(data, "film.dcm"), says)
        for tried, (data, says) in OBJECTS.items()
    ),
    *(Fault("an image file", tried, reads(data), says) for tried, (data, says) in PICTURES.items()),
]
