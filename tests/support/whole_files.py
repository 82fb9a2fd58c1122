"""Whole files of each format, by name: what the fuzzing test and study damage."""

import io

import numpy as np
import pydicom
from dicom_kinds import KINDS
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from radiograph_files import (
    bundled,
    encoded,
    hand,
    lossless_jpeg,
    metaimage,
    png,
    saved,
    tiff,
    written,
)


def compressed(syntax):
    header = pydicom.dcmread(io.BytesIO(written()))
    header.compress(syntax, generate_instance_uid=False)
    return saved(header)


WHOLE = {
    "PNG": encoded(hand(), "PNG"),
    "16-bit PNG": encoded(hand("uint16", 4095), "PNG"),
    "JPEG": encoded(hand(), "JPEG"),
    "BMP": encoded(hand(), "BMP"),
    "TIFF": tiff(hand("uint16", 999), compression="zlib"),
    "MetaImage": metaimage(hand("uint16", 4095)),
    "DICOM": written(WindowCenter=5, WindowWidth=9, RescaleSlope=1, RescaleIntercept=0),
    "RLE": compressed(RLELossless),
    "JPEG-LS": compressed(JPEGLSLossless),
    "JPEG 2000": compressed(JPEG2000Lossless),
    "JPEG lossless": open(bundled("SC_rgb_jpeg_gdcm.dcm"), "rb").read(),
    "16-bit RGB PNG": png(np.repeat(hand("uint16", 4095)[..., None], 3, axis=-1), 2),
    "LZW TIFF": encoded(hand("uint16", 999), "TIFF", compression="tiff_lzw"),
    "JPEG 2000 file": encoded(hand(), "JPEG2000"),
    "lossless JPEG": lossless_jpeg(hand("uint16", 4095)),
    "packed MetaImage": metaimage(hand("uint16", 99), extra="CompressedData = True\n"),
    "VOI LUT": KINDS["VOI LUT of 8 bits, packed"][0],
    "modality LUT": KINDS["modality LUT in OW"][0],
    "functional groups": KINDS["functional groups"][0],
    "12-bit JPEG": open(bundled("JPEG-lossy.dcm"), "rb").read(),
    "implicit VR": open(bundled("MR_small_implicit.dcm"), "rb").read(),
}
