import io
import os

import numpy as np
import pytest
from PIL import Image
from radiograph_files import BAD, PNG, encoded, hand, metaimage, tiff

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph

RAMP = np.tile(np.linspace(0, 1, 64), (48, 1))


@pytest.mark.parametrize(
    "data, bits",
    [
        (encoded(hand(), "PNG"), 8),
        (encoded(hand("uint16", 4095), "PNG"), 12),
        (encoded(hand("uint16", 65535), "PNG"), 16),
        (encoded(hand(), "JPEG", quality=95), 8),
        (encoded(hand(), "BMP"), 8),
        (tiff(hand()), 8),
        (tiff(hand("uint16", 1023)), 10),
        (tiff(hand("uint16", 65535), compression="zlib"), 16),
        (encoded(Image.fromarray(hand()).convert("RGB"), "PNG"), 8),
        (encoded(Image.fromarray(hand()).convert("P"), "PNG"), 8),
        (encoded(Image.fromarray(hand()).convert("RGBA"), "PNG"), 8),
    ],
)
def test_formats_and_depths_give_the_same_film(data, bits):
    radiograph = read_radiograph(data)
    assert radiograph.pixels.dtype == np.float32
    assert radiograph.meta["bits"] == bits
    np.testing.assert_allclose(radiograph.pixels, hand("float32", 1), atol=0.02)
    assert radiograph.meta["inverted"] is False


def test_sixteen_bits_are_not_clipped_to_white():
    values = np.rint(RAMP * 4095).astype("uint16")
    pixels = read_radiograph(encoded(values, "PNG"), invert=False).pixels
    np.testing.assert_allclose(pixels, values / 4095, atol=1e-6)
    assert (pixels > 0.99).mean() < 0.03  # Pillow's convert("L") makes 94 % of it white


@pytest.mark.parametrize(
    "dtype, top, kind", [("uint8", 255, "PNG"), ("uint16", 4095, "PNG"), ("uint8", 255, "JPEG")]
)
def test_a_negative_is_recognised_by_the_picture(dtype, top, kind):
    negative = (top - hand(dtype, top)).astype(dtype)
    radiograph = read_radiograph(encoded(negative, kind))
    assert radiograph.meta["inverted"] is True
    assert "darker" in radiograph.meta["inverted_because"]
    np.testing.assert_allclose(radiograph.pixels, hand("float32", 1), atol=0.03)


def test_the_caller_overrules_the_picture():
    radiograph = read_radiograph(encoded(hand(), "PNG"), invert=True)
    assert radiograph.meta["inverted"] and radiograph.meta["inverted_because"] == "you said so"
    assert radiograph.pixels[0, 0] == 1


def test_white_is_zero_in_a_tiff_that_says_so():
    radiograph = read_radiograph(tiff(255 - hand(), photometric="miniswhite"))
    np.testing.assert_allclose(radiograph.pixels, hand("float32", 1), atol=0.01)


def test_content_counts_and_not_the_ending(tmp_path):
    path = tmp_path / "film.dcm"
    path.write_bytes(encoded(hand(), "JPEG"))
    radiograph = read_radiograph(path)
    assert radiograph.meta["format"] == "JPEG"
    assert radiograph.meta["notes"] == ["the file ends in .dcm but holds JPEG"]


def test_paths_bytes_and_open_files_are_equal(tmp_path):
    path = tmp_path / "Ünïcode 名前.png"
    path.write_bytes(encoded(hand(), "PNG"))
    with open(path, "rb") as file:
        films = [
            read_radiograph(source).pixels for source in (path, str(path), path.read_bytes(), file)
        ]
    assert all(np.array_equal(films[0], film) for film in films)


def test_a_photo_turned_by_exif_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    radiograph = read_radiograph(encoded(hand(), "JPEG", exif=exif))
    assert radiograph.pixels.shape == (48, 64)
    assert "turned as its EXIF orientation says" in radiograph.meta["notes"]


def test_metaimage_with_its_spacing(tmp_path):
    data = metaimage(hand("uint16", 4095))
    radiograph = read_radiograph(data)
    assert radiograph.meta["format"] == "MetaImage"
    assert radiograph.meta["pixel_spacing_mm"] == pytest.approx((0.20, 0.15))
    np.testing.assert_allclose(radiograph.pixels, hand("float32", 1), atol=0.01)
    (tmp_path / "film.mhd").write_bytes(metaimage(hand("uint16", 4095), local=False))
    (tmp_path / "film.raw").write_bytes(hand("uint16", 4095).tobytes())
    assert np.array_equal(read_radiograph(tmp_path / "film.mhd").pixels, radiograph.pixels)


def test_an_mhd_does_not_reach_outside_its_folder(tmp_path):
    (tmp_path / "secret.raw").write_bytes(hand().tobytes())
    folder = tmp_path / "data"
    folder.mkdir()
    header = metaimage(hand(), "MET_UCHAR", local=False).replace(b"film.raw", b"../secret.raw")
    (folder / "film.mhd").write_bytes(header)
    with pytest.raises(bk.BadInput, match="elsewhere"):
        read_radiograph(folder / "film.mhd")


@pytest.mark.parametrize("case", BAD)
def test_bad_files_get_two_sentences(case, tmp_path):
    data, reason = BAD[case]
    path = tmp_path / "film.png"
    path.write_bytes(data)
    with pytest.raises(bk.BadInput) as caught:
        read_radiograph(path)
    error = caught.value
    assert reason is None or reason in error.problem
    assert error.problem.endswith(".") and error.remedy.endswith(".")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda p: p / "missing.png", "cannot be opened"),
        (lambda p: p, "is a folder"),
        (lambda p: "bad\x00name.png", "cannot be opened"),
        (lambda p: _link(p / "loop.png", p / "loop.png"), "cannot be opened"),
        (lambda p: _fifo(p / "pipe.png"), "not a regular file"),
    ],
)
def test_places_that_hold_no_file(make, reason, tmp_path):
    with pytest.raises(bk.BadInput, match=reason):
        read_radiograph(make(tmp_path))


def _link(path, target):
    path.symlink_to(target)
    return path


def _fifo(path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(path)
    return path


def test_an_unreadable_file_is_named(tmp_path):
    path = tmp_path / "locked.png"
    path.write_bytes(PNG)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")
    with pytest.raises(bk.BadInput, match="Permission denied"):
        read_radiograph(path)


def test_an_open_text_file_is_refused():
    with pytest.raises(bk.BadInput, match="gives text"):
        read_radiograph(io.StringIO("text"))
