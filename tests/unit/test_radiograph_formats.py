"""One list of formats, told by first bytes; limits that hold before anything is unpacked."""

import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pydicom
import pytest
from PIL import Image
from radiograph_files import (
    BAD,
    encoded,
    film,
    hand,
    metaimage,
    png_claiming,
    tiff,
    without_preamble,
    written,
)

import boneage_kit as bk
from boneage_kit.radiograph import FIRST_BYTES, FORMATS, read_radiograph, recognise
from boneage_kit.radiograph.quiet import QUIET

PICTURE = Image.fromarray(hand())
SAMPLES = {
    "PNG": [encoded(PICTURE, "PNG")],
    "JPEG": [encoded(PICTURE, "JPEG")],
    "JPEG-LS": [b"\xff\xd8\xff\xf7" + bytes(50)],
    "JPEG 2000": [encoded(PICTURE, "JPEG2000"), encoded(PICTURE, "JPEG2000", no_jp2=True)],
    "TIFF": [tiff(hand()), tiff(hand(), byteorder=">"), tiff(hand(), bigtiff=True)],
    "BMP": [encoded(PICTURE, "BMP")],
    "GIF": [encoded(PICTURE, "GIF")],
    "WebP": [encoded(PICTURE, "WEBP")],
    "MetaImage": [metaimage(hand(), "MET_UCHAR")],
    "DICOM": [written(), without_preamble(written())],
}


@pytest.mark.parametrize("format_", FORMATS)
def test_first_bytes_tell_every_format(format_):
    for data in SAMPLES[format_]:
        assert recognise(data[:FIRST_BYTES]) == format_


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89",
        b"id,boneage,male\n1,94,False\n",
        b"BMI,age\n21,9\n" * 20,
        b"BM\n" * 60,
        b"BMI at 14 yrs:(kg)\n",
        b"Comment,age\n1,2\n",
        b"ObjectType;x\n",
        b"\x08\x00" + b"\xff" * 200,
        bytes(300),
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<html>",
        b"\x93NUMPY" + bytes(200),
        b"RIFFxxxxWAVE",
    ],
)
def test_what_is_no_image_is_not_taken_for_one(data):
    assert recognise(data) is None


@pytest.mark.parametrize("name", ["1.2.840.113619.2.5.100", "IM0001", "film.IMA", "00000001"])
def test_dicom_is_read_by_any_name(name, tmp_path):
    (tmp_path / name).write_bytes(written())
    assert read_radiograph(tmp_path / name).meta["notes"] == []


def test_every_sample_but_the_stub_is_read():
    for format_, samples in SAMPLES.items():
        for data in samples if format_ != "JPEG-LS" else []:
            assert read_radiograph(data).meta["format"] == format_


def test_the_room_shows_what_it_exports():
    assert dir(bk.radiograph) == sorted(bk.radiograph.__all__)
    assert {"read_radiograph", "Radiograph", "recognise", "FORMATS"} <= set(dir(bk.radiograph))


def test_common_mistakes_are_named():
    for start, what in [
        (b"\x93NUMPY", "NumPy array"),
        (b"Rar!", "RAR"),
        (b"8BPS", "Photoshop"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"MATLAB 5.0", "MATLAB"),
    ]:
        with pytest.raises(bk.BadInput, match=what):
            read_radiograph(start + bytes(500))


MEASURED = """
import resource, sys, time
import boneage_kit as bk
bk.read_radiograph({warm!r})
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000,) * 2)
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    {read}
except bk.BadInput as error:
    print("refused", error)
seconds = time.process_time() - start
print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3)
"""


def bomb(kind):
    """A small file that claims far more pixels than a radiograph has."""
    if kind == "PNG":
        return png_claiming(9990, 9990)
    if kind == "TIFF":
        data = bytearray(tiff(hand()))
        for tag in (256, 257):
            at = data.find(struct.pack("<HH", tag, 4))
            at = at if at >= 0 else data.find(struct.pack("<HH", tag, 3))
            data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, 9990)
        return bytes(data)
    if kind == "DICOM":
        header = pydicom.dcmread(io.BytesIO(written()))
        header.Rows = header.Columns = 9990
        file = io.BytesIO()
        header.save_as(file, enforce_file_format=True)
        return file.getvalue()
    if kind == "MetaImage":
        data = metaimage(hand(), "MET_UCHAR", "CompressedData = True\n").replace(
            b"48 64", b"9990 9990"
        )
        return data[: -hand().size] + zlib.compress(bytes(10_000))
    if kind == "deflated DICOM":
        whole = _deflated(written())
        head = whole[: 144 + int.from_bytes(whole[140:144], "little")]
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return head + b"".join(packer.compress(bytes(10**7)) for _ in range(200)) + packer.flush()
    if kind == "deflated TIFF":
        return (
            tiff(np.zeros((20000, 4000), "uint8"), compression="zlib", rowsperstrip=20000)
            .replace(struct.pack("<HHII", 257, 4, 1, 20000), struct.pack("<HHII", 257, 4, 1, 64))
            .replace(
                struct.pack("<HHIHH", 257, 3, 1, 20000, 0), struct.pack("<HHIHH", 257, 3, 1, 64, 0)
            )
        )
    data = bytearray(encoded(PICTURE, "JPEG2000", no_jp2=True))
    data[8:16] = struct.pack(">II", 9990, 9990)
    return bytes(data)


def _deflated(data):
    header = pydicom.dcmread(io.BytesIO(data))
    header.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    file = io.BytesIO()
    header.save_as(file, enforce_file_format=True)
    return file.getvalue()


def test_a_deflated_dicom_is_read():
    assert np.array_equal(
        read_radiograph(_deflated(written())).pixels, read_radiograph(written()).pixels
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "PNG",
        "TIFF",
        "DICOM",
        "MetaImage",
        "JPEG 2000",
        "zeros",
        "text",
        "deflated DICOM",
        "deflated TIFF",
    ],
)
def test_gigantic_claims_cost_less_than_a_second_and_200_mb(kind, tmp_path):
    path, warm = tmp_path / "film", tmp_path / "warm.dcm"
    warm.write_bytes(written())
    if kind in ("zeros", "text"):
        with open(path, "wb") as file:
            file.write(b"" if kind == "zeros" else b"hello")
            file.truncate(450_000_000)
    else:
        path.write_bytes(bomb(kind))
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            MEASURED.format(warm=str(warm), read=f"bk.read_radiograph({str(path)!r})"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    refusal, measured = ran.stdout.splitlines()
    seconds, megabytes = map(float, measured.split())
    assert refusal.startswith("refused") and seconds < 1 and megabytes < 200


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_devices_and_endless_files_are_refused():
    with pytest.raises(bk.BadInput, match="not a regular file"):
        read_radiograph("/dev/zero")
    with open("/dev/zero", "rb") as file, pytest.raises(bk.BadInput, match="zeros"):
        read_radiograph(file)


def test_whatever_can_be_read_is_read_from_where_it_stands(tmp_path):
    class Stream:
        def __init__(self, data):
            self.read = io.BytesIO(data).read

    behind = io.BytesIO(b"junk" + written())
    behind.seek(4)
    for source in (Stream(written()), behind):
        assert np.array_equal(read_radiograph(source).pixels, read_radiograph(written()).pixels)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "film.dcm"
    with open(path, "wb") as file:
        file.write(written())
        file.truncate(600_000_000)
    with pytest.raises(bk.BadInput, match="0.6 GB"):
        read_radiograph(path)


def test_silence_ends_with_the_last_of_several_threads():
    """The first to come must not take the silence away from the second, nor leave it behind."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        second_in, first_out = threading.Event(), threading.Event()

        def second():
            with QUIET:
                second_in.set()
                first_out.wait(5)
                warnings.warn("quiet", stacklevel=1)

        thread = threading.Thread(target=second)
        with QUIET:
            thread.start()
            second_in.wait(5)
        first_out.set()
        thread.join()
        assert caught == []
        warnings.warn("loud", stacklevel=1)
    assert [str(each.message) for each in caught] == ["loud"]


def test_two_threads_read_what_one_reads():
    data = [written(), tiff(hand("uint16", 4095)), encoded(PICTURE, "PNG"), BAD["PDF"][0]] * 8
    alone = [_pixels(each) for each in data]
    together = [None] * len(data)

    def read(at):
        together[at] = _pixels(data[at])

    threads = [threading.Thread(target=read, args=[at]) for at in range(len(data))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert alone[0].shape == film().shape


def _pixels(data):
    try:
        return read_radiograph(data).pixels
    except bk.BadInput:
        return np.zeros(0)
