"""Image files made in memory: PNG, TIFF, MetaImage, JPEG, DICOM; good ones and bad ones."""

import io
import struct
import warnings
import zlib

import numpy as np
import pydicom
import tifffile
from PIL import Image
from pydicom.data import get_testdata_file


def hand(dtype="uint8", top=255, shape=(64, 48)):
    """A crude hand: bright in the middle, down to the lower edge."""
    film = np.zeros(shape)
    film[16:, 16:32] = np.linspace(0.5, 1, 16)
    return (film * top).astype(dtype)


def encoded(picture, kind, **options):
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(
        file, kind, **options
    )
    return file.getvalue()


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def metaimage(array, element="MET_USHORT", extra="", local=True):
    height, width = array.shape
    where = "LOCAL" if local else "film.raw"
    header = (
        f"ObjectType = Image\nNDims = 2\nDimSize = {width} {height}\nElementType = {element}"
        f"\nElementSpacing = 0.15 0.20\n{extra}ElementDataFile = {where}\n"
    )
    return header.encode() + (array.tobytes() if local else b"")


def png_claiming(width, height):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def png(bands, kind, depth=16, interlace=False):
    """A PNG of big-endian bands [H, W, n], with one filter after another."""
    rows = bands.astype(f">u{depth // 8}").reshape(bands.shape[0], -1).view("u1")
    size = bands.shape[-1] * depth // 8
    lines = bytearray()
    previous = np.zeros_like(rows[0])
    for at, row in enumerate(rows):
        left = np.concatenate([np.zeros(size, "u1"), row[:-size]])
        filtered = (row, row - left, row - previous)[at % 3]  # none, sub, up
        lines += bytes([at % 3]) + filtered.astype("u1").tobytes()
        previous = row

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", bands.shape[1], bands.shape[0], depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(lines)))
        + chunk(b"IEND", b"")
    )


def lossless_jpeg(values):
    """The smallest lossless JPEG: predictor 1, 17 codes of 5 bits (ISO 10918-1 H)."""
    table = bytes([0, 0, 0, 0, 17]) + bytes(11) + bytes(range(17))
    bits = []
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            here = int(values[row, column])
            before = (
                int(values[row, column - 1])
                if column
                else int(values[row - 1, 0])
                if row
                else 1 << 15
            )
            change = (here - before + 32768) % 65536 - 32768
            size = abs(change).bit_length()
            bits.append(f"{size:05b}")
            if 0 < size < 16:
                extra = change if change > 0 else change + (1 << size) - 1
                bits.append(f"{extra:0{size}b}")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    data = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    height, width = values.shape
    frame = struct.pack(">HBHHBBBB", 11, 16, height, width, 1, 1, 0x11, 0)
    scan = struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 0, 0)
    return (
        b"\xff\xd8\xff\xc3"
        + frame
        + b"\xff\xc4"
        + struct.pack(">HB", len(table) + 3, 0)
        + table
        + b"\xff\xda"
        + scan
        + data
        + b"\xff\xd9"
    )


def bundled(name):
    """A test file that pydicom's wheel brings along (it never downloads these)."""
    return get_testdata_file(name, download=False)


def film(top=4095, dtype="uint16"):
    values = np.zeros((96, 80))
    values[20:, 24:56] = np.linspace(0.4, 1, 32)
    return (values * top).astype(dtype)


def written(values=None, photometric="MONOCHROME2", bits=12, **tags):
    """The bytes of a DICOM file; a tag given as None is removed."""
    header = pydicom.Dataset()
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    header.PatientName, header.PatientID, header.PatientBirthDate = "Doe^Jane", "X1", "20100101"
    header.set_pixel_data(film() if values is None else values, photometric, bits)
    for keyword, value in tags.items():
        if value is None:
            delattr(header, keyword)
        else:
            setattr(header, keyword, value)
    return saved(header)


def saved(header):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header.save_as(file, enforce_file_format=True)
    return file.getvalue()


EXPECTED = film() / 4095.0


def without_preamble(data):
    header = pydicom.dcmread(io.BytesIO(data))
    file = io.BytesIO()
    plain = pydicom.Dataset(header)
    plain.save_as(file, implicit_vr=True, little_endian=True, enforce_file_format=False)
    return file.getvalue()


PNG, JPEG, TIFF = encoded(hand(), "PNG"), encoded(hand(), "JPEG"), tiff(hand())
noisy = np.random.default_rng(0).integers(0, 255, (64, 64)).astype("uint8")
ANIMATED = {
    kind: encoded(
        Image.fromarray(hand()), kind, save_all=True, append_images=[Image.fromarray(255 - hand())]
    )
    for kind in ("GIF", "PNG", "WEBP")
}
BAD = {
    "empty": (b"", "empty"),
    "one byte": (b"\x89", "no image format"),
    "zeros": (bytes(5000), "nothing but zeros"),
    "random": (noisy.tobytes(), "no image format"),
    "text": (b"hello world\n" * 50, "no image format"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "PDF": (b"%PDF-1.7 ...", "PDF"),
    "zip": (b"PK\x03\x04rest", "zip archive"),
    "gzip": (b"\x1f\x8brest", "gzip"),
    "git-lfs pointer": (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIC"),
    "PNG signature only": (PNG[:8], "cannot be decoded"),
    "PNG cut in its header": (PNG[:20], "cannot be decoded"),
    "PNG cut in half": (encoded(noisy, "PNG")[:2000], "cannot be decoded"),
    "PNG with a broken check sum": (PNG[:40] + b"XX" + PNG[42:], "cannot be decoded"),
    "PNG of 60000 x 60000": (png_claiming(60000, 60000), "million"),
    "PNG of 0 x 0": (png_claiming(0, 0), "0 x 0"),
    "PNG of one pixel": (encoded(np.ones((1, 1), "uint8"), "PNG"), "1 x 1"),
    "PNG one pixel high": (encoded(np.ones((1, 900), "uint8"), "PNG"), "900 x 1"),
    "PNG of one grey": (encoded(np.full((50, 50), 7, "uint16"), "PNG"), "one grey level"),
    "8-bit PNG of one grey": (encoded(np.full((50, 50), 7, "uint8"), "PNG"), "one grey level"),
    "1-bit PNG": (encoded(Image.fromarray(hand()).convert("1"), "PNG"), "1 bit"),
    "JPEG cut in half": (encoded(noisy, "JPEG")[:1500], "cannot be decoded"),
    "JPEG signature only": (JPEG[:4], "cannot be decoded"),
    "CMYK JPEG": (encoded(Image.fromarray(hand()).convert("CMYK"), "JPEG"), "CMYK"),
    "CMYK TIFF": (tiff(np.zeros((32, 32, 4), "uint8"), photometric="separated"), "separated"),
    "animated GIF": (ANIMATED["GIF"], "animated"),
    "animated PNG": (ANIMATED["PNG"], "animated"),
    "animated WebP": (ANIMATED["WEBP"], "animated"),
    "TIFF of two pages": (tiff(np.stack([hand(), hand()])), "2 pages"),
    "TIFF signature only": (TIFF[:8], "cannot be decoded"),
    "TIFF cut in half": (tiff(noisy)[:1000], "cannot be decoded"),
    "TIFF of one grey": (tiff(np.zeros((32, 32), "uint16")), "one grey level"),
    "TIFF of undefined values": (tiff(np.full((32, 32), np.nan, "float32")), "undefined"),
    "MetaImage without size": (b"ObjectType = Image\nNDims = 2\n", "size"),
    "MetaImage cut": (metaimage(hand("uint16", 999))[:400], "cannot be decoded"),
    "MetaImage of 3-D": (metaimage(hand()).replace(b"48 64", b"48 64 9"), "size"),
    "MetaImage of 10^12": (metaimage(hand()).replace(b"48 64", b"999999 999999"), "million"),
    "MetaImage elsewhere": (metaimage(hand(), local=False), "film.raw beside it"),
    "DICOM preamble only": (bytes(128) + b"DICM", "without an image"),
    "DICOM of noise": (bytes(128) + b"DICM" + noisy.tobytes(), None),
}
