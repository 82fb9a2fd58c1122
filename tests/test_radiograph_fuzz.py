"""Damaged in any way, a file is read or refused: nothing else happens, and nothing hangs."""

import io

import numpy as np
import pydicom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from test_radiograph_dicom import bundled, saved, written
from test_radiograph_dicom_kinds import KINDS
from test_radiograph_pictures import lossless_jpeg, png
from test_radiograph_reading import encoded, hand, metaimage, tiff

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph


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
EDITS = st.lists(st.tuples(st.sampled_from(["set", "flip", "cut", "insert", "end"]),
                           st.floats(0, 1), st.binary(min_size=1, max_size=6)),
                 min_size=1, max_size=5)


def damaged(data, edits, header_only):
    data = bytearray(data)
    for kind, where, junk in edits:
        at = int(where * (min(len(data), 700) if header_only else len(data)))
        if kind == "set":
            data[at : at + len(junk)] = junk
        elif kind == "flip" and at < len(data):
            data[at] ^= 1 << junk[0] % 8
        elif kind == "cut":
            del data[at : at + junk[0] % 20 + 1]
        elif kind == "insert":
            data[at:at] = junk
        elif kind == "end" and junk[0] < 60:
            del data[at:]
    return bytes(data)


@settings(max_examples=400, deadline=2000, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(WHOLE)), EDITS, st.booleans())
def test_any_damage_gives_a_film_or_two_sentences(kind, edits, header_only):
    try:
        pixels = read_radiograph(damaged(WHOLE[kind], edits, header_only)).pixels
    except bk.BadInput as error:
        assert error.problem.endswith(".") and error.remedy and "\n" not in str(error)
    else:
        assert pixels.dtype == np.float32 and pixels.ndim == 2
        assert np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1
