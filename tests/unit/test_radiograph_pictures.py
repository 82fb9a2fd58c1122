"""PNG, TIFF, JPEG, JPEG 2000, WebP and MetaImage: depth, compressions, pages, extreme values."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image
from radiograph_files import encoded, hand, lossless_jpeg, metaimage, png, tiff

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph

FILM = np.zeros((96, 80))
FILM[20:, 24:56] = np.linspace(0.4, 1, 32)
DEEP = (FILM * 4095).astype("uint16")  # 12 bits in 16
EIGHT = np.rint(FILM * 255).astype("uint8")


def stacked(*bands):
    return np.stack(bands, axis=-1)


OPAQUE = np.full_like(DEEP, 65535)


@pytest.mark.parametrize(
    "data",
    [
        png(stacked(DEEP, DEEP, DEEP), 2),
        png(stacked(DEEP, OPAQUE), 4),
        png(stacked(DEEP, DEEP, DEEP, OPAQUE), 6),
        png(stacked(DEEP), 0),
    ],
    ids=["RGB", "grey and alpha", "RGBA", "grey"],
)
def test_sixteen_bits_of_every_png_are_kept(data):
    radiograph = read_radiograph(data)
    np.testing.assert_allclose(radiograph.pixels, DEEP / 4095, atol=1e-6)
    assert radiograph.meta["bits"] == 12 and radiograph.meta["notes"] == []


def test_colours_and_transparency_of_sixteen_bits_are_reduced_at_sixteen_bits():
    red = np.zeros_like(DEEP)
    radiograph = read_radiograph(png(stacked(red, DEEP * 8, red), 2), invert=False)
    top = 2 ** int(np.rint(DEEP.max() * 8 * 0.587)).bit_length() - 1
    np.testing.assert_allclose(radiograph.pixels, DEEP * 8 * 0.587 / top, atol=1e-4)
    half = read_radiograph(png(stacked(DEEP, OPAQUE // 2), 4))
    assert "transparency laid over black" in half.meta["notes"]
    np.testing.assert_allclose(half.pixels, DEEP // 2 / 2047, atol=2e-3)


def pillow_tiff(picture, compression, **options):
    return encoded(picture, "TIFF", compression=compression, **options)


@pytest.mark.parametrize(
    "compression, atol",
    [
        ("raw", 0.003),
        ("tiff_lzw", 0.003),
        ("tiff_adobe_deflate", 0.003),
        ("tiff_deflate", 0.003),
        ("packbits", 0.003),
        ("jpeg", 0.06),
        ("zstd", 0.003),
        ("lzma", 0.003),
    ],
)
def test_every_usual_compression_of_tiff_is_read(compression, atol):
    radiograph = read_radiograph(pillow_tiff(Image.fromarray(EIGHT), compression))
    np.testing.assert_allclose(radiograph.pixels, EIGHT / 255, atol=atol)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "zstd", "tiff_adobe_deflate"])
def test_sixteen_bits_of_compressed_tiff_are_kept(compression):
    radiograph = read_radiograph(pillow_tiff(Image.fromarray(DEEP), compression))
    np.testing.assert_allclose(radiograph.pixels, DEEP / 4095, atol=1e-6)


def lzw_of(bands):
    """Re-write a tifffile's TIFF of 16-bit colours with LZW codes that pack nothing."""
    codes = []
    for at in range(0, len(bands), 200):  # Clear, then up to 200 literal bytes of 9 bits
        codes += [256, *bands[at : at + 200]]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_sixteen_bit_colours_of_lzw_tiff_are_kept(byteorder):
    colours = stacked(DEEP, DEEP, DEEP).astype(f"{byteorder}u2")
    data = strip_tiff(lzw_of(colours.tobytes()), byteorder)
    np.testing.assert_allclose(read_radiograph(data).pixels, DEEP / 4095, atol=1e-6)


def strip_tiff(strip, byteorder):
    """A TIFF of one LZW strip of 16-bit RGB (TIFF 6.0, section 2)."""
    tags = [
        (256, 80),
        (257, 96),
        (258, 16),
        (259, 5),
        (262, 2),
        (273, 200),
        (277, 3),
        (278, 96),
        (279, len(strip)),
        (284, 1),
    ]
    out = struct.pack(byteorder + "2sHIH", b"II" if byteorder == "<" else b"MM", 42, 8, len(tags))
    for tag, value in tags:
        if tag == 258:  # one number of bits per band, kept elsewhere
            out += struct.pack(byteorder + "HHII", tag, 3, 3, 190)
        else:
            out += struct.pack(byteorder + "HHII", tag, 4, 1, value)
    out += bytes(190 - len(out)) + struct.pack(byteorder + "3H", 16, 16, 16)
    return out + bytes(200 - len(out)) + strip


TURNS = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.T,
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).T,
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_tiff_is_turned_as_its_tag_says(orientation, compression):
    stored = np.ascontiguousarray(TURNS[orientation](EIGHT))
    if compression:
        data = pillow_tiff(Image.fromarray(stored), compression, tiffinfo={274: orientation})
    else:
        data = tiff(stored, extratags=[(274, "H", 1, orientation, True)])
    radiograph = read_radiograph(data)
    np.testing.assert_array_equal(radiograph.pixels, np.float32(EIGHT) * np.float32(1 / 255))
    turned = "turned as its TIFF orientation says" in radiograph.meta["notes"]
    assert turned == (orientation != 1)


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_its_exif_says(orientation, kind):
    exif = Image.Exif()
    exif[274] = orientation
    stored = np.ascontiguousarray(TURNS[orientation](EIGHT))
    options = {"quality": 95} | ({"lossless": True} if kind == "WEBP" else {})
    pixels = read_radiograph(encoded(Image.fromarray(stored), kind, exif=exif, **options)).pixels
    np.testing.assert_allclose(pixels, EIGHT / 255, atol=0.08 if kind == "JPEG" else 0.003)


@pytest.mark.parametrize(
    "data, bits",
    [
        (tiff(np.stack([EIGHT] * 3), photometric="rgb", planarconfig="separate"), 8),
        (tiff(np.stack([DEEP] * 3), photometric="rgb", planarconfig="separate"), 12),
        (tiff(stacked(DEEP, DEEP, DEEP), photometric="rgb"), 12),
        (tiff(stacked(DEEP, OPAQUE), photometric="minisblack", extrasamples=["unassalpha"]), 12),
        (tiff(stacked(EIGHT, EIGHT), photometric="minisblack", extrasamples=["unspecified"]), 8),
        (
            pillow_tiff(
                Image.merge("LA", [Image.fromarray(EIGHT), Image.new("L", (80, 96), 255)]),
                "tiff_lzw",
            ),
            8,
        ),
    ],
    ids=["planar", "planar 16", "RGB 16", "alpha 16", "unspecified sample", "LZW alpha"],
)
def test_colours_and_extra_samples_of_tiff(data, bits):
    radiograph = read_radiograph(data)
    np.testing.assert_allclose(radiograph.pixels, FILM, atol=0.003)
    assert radiograph.meta["bits"] == bits


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_white_is_zero_is_followed_in_every_compression(compression):
    picture = Image.fromarray(EIGHT)
    data = pillow_tiff(picture, compression, tiffinfo={262: 0})
    radiograph = read_radiograph(data)
    assert radiograph.meta["photometric"] == "MINISWHITE" and radiograph.meta["inverted"]
    with tifffile.TiffFile(io.BytesIO(tiff(EIGHT, photometric="miniswhite"))) as file:
        assert file.pages[0].photometric == 0
    np.testing.assert_allclose(
        read_radiograph(tiff(255 - EIGHT, photometric="miniswhite")).pixels, EIGHT / 255, atol=0.003
    )


@pytest.mark.parametrize("order", [1, -1])
def test_the_largest_page_is_the_film_and_the_others_are_named(order):
    pages = [EIGHT, EIGHT[::4, ::4]][::order]
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack")
    radiograph = read_radiograph(file.getvalue())
    assert radiograph.pixels.shape == EIGHT.shape
    assert radiograph.meta["notes"] == [f"page {1 if order == 1 else 2} of 2, the largest"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_spread_from_black_to_white(dtype):
    pixels = read_radiograph(tiff((FILM * 7 - 3).astype(dtype))).pixels
    np.testing.assert_allclose(pixels, FILM, atol=1e-5)


@pytest.mark.parametrize(
    "values, reason",
    [
        (np.where(FILM > 0.9, 1e308, np.where(FILM > 0.5, -1e308, 0)), "gigantic"),
        (np.where(FILM > 0.9, 3e38, FILM).astype("float32"), "gigantic"),
        (np.where(FILM > 0.9, np.nan, FILM), "undefined"),
        (np.where(FILM > 0.9, np.inf, FILM), "infinite"),
        (np.where(FILM > 0.9, -np.inf, FILM).astype("float32"), "infinite"),
        ((FILM + 1j).astype("complex64"), "complex64"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_extreme_values_are_refused_and_never_shown(values, reason):
    with pytest.raises(bk.BadInput, match=reason):
        read_radiograph(tiff(values))


@pytest.mark.parametrize(
    "kind, options",
    [
        ("JPEG2000", {}),
        ("JPEG2000", {"no_jp2": True}),
        ("WEBP", {"lossless": True}),
        ("BMP", {}),
        ("GIF", {}),
    ],
)
def test_other_formats_show_the_same_film(kind, options):
    radiograph = read_radiograph(encoded(Image.fromarray(EIGHT), kind, **options))
    np.testing.assert_allclose(radiograph.pixels, EIGHT / 255, atol=0.003)
    assert radiograph.meta["format"] in bk.radiograph.FORMATS


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}])
def test_twelve_bits_of_jpeg_2000_are_kept(options):
    radiograph = read_radiograph(encoded(Image.fromarray(DEEP), "JPEG2000", **options))
    np.testing.assert_allclose(radiograph.pixels, DEEP / 4095, atol=1e-6)
    assert radiograph.meta["compression"] == "JPEG 2000"


def test_a_lossless_jpeg_is_read_and_named():
    radiograph = read_radiograph(lossless_jpeg(DEEP))
    np.testing.assert_allclose(radiograph.pixels, DEEP / 4095, atol=1e-6)
    assert radiograph.meta["compression"] == "lossless JPEG" and radiograph.meta["bits"] == 12


@pytest.mark.parametrize(
    "element, dtype",
    [
        ("MET_UCHAR", "u1"),
        ("MET_SHORT", "i2"),
        ("MET_USHORT", "u2"),
        ("MET_INT", "i4"),
        ("MET_UINT", "u4"),
        ("MET_LONG", "i4"),
        ("MET_FLOAT", "f4"),
        ("MET_DOUBLE", "f8"),
        ("MET_ULONG_LONG", "u8"),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_metaimage_of_every_type_order_and_packing(element, dtype, order, packed):
    top = 255 if dtype == "u1" else 4095
    values = (FILM * top).astype(order + dtype)
    extra = f"BinaryDataByteOrderMSB = {order == '>'}\nCompressedData = {packed}\n"
    data = metaimage(values, element, extra)
    if packed:
        start = len(data) - values.nbytes
        data = data[:start] + zlib.compress(data[start:])
    np.testing.assert_allclose(read_radiograph(data).pixels, FILM, atol=0.01)


@pytest.mark.parametrize(
    "change, reason",
    [
        ((b"MET_USHORT", b"MET_STRING"), "type MET_STRING"),
        ((b"NDims", b"BinaryData = False\nNDims"), "numbers as text"),
        ((b"NDims", b"ElementNumberOfChannels = 3\nNDims"), "3 channels"),
        ((b"NDims", b"CompressedData = True\nNDims"), "cannot be decoded"),
    ],
)
def test_metaimage_that_cannot_be_decoded_is_named(change, reason):
    with pytest.raises(bk.BadInput, match=reason):
        read_radiograph(metaimage(hand("uint16", 999)).replace(*change, 1))


def test_metaimage_skips_the_raw_files_own_header(tmp_path):
    header = metaimage(DEEP, extra="HeaderSize = {}\n", local=False)
    (tmp_path / "film.raw").write_bytes(b"junk" * 5 + DEEP.tobytes())
    for size in ("20", "-1"):
        (tmp_path / "film.mhd").write_bytes(header.replace(b"{}", size.encode()))
        np.testing.assert_allclose(
            read_radiograph(tmp_path / "film.mhd").pixels, DEEP / 4095, atol=1e-6
        )


def test_good_files_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in (
            tiff((FILM * 7 - 3).astype("float32")),
            encoded(Image.fromarray(EIGHT), "GIF"),
            pillow_tiff(Image.fromarray(DEEP), "tiff_lzw"),
            metaimage(DEEP),
        ):
            read_radiograph(data)


def test_a_film_on_a_page_is_noted():
    page = np.full((400, 600), 255, "uint8")
    page[100:196, 200:280] = np.maximum(EIGHT, 3)
    radiograph = read_radiograph(encoded(Image.fromarray(page), "PNG"))
    assert not radiograph.meta["inverted"]
    assert radiograph.meta["notes"] == [
        "the film fills only 3% of the picture: cut it out of its page"
    ]


def test_a_picture_that_does_not_tell_is_doubtful_and_says_so():
    noise = np.random.default_rng(0).integers(0, 255, (64, 64)).astype("uint8")
    meta = read_radiograph(encoded(Image.fromarray(noise), "PNG")).meta
    assert meta["polarity_doubtful"] is True and "cannot be told" in meta["notes"][0]
    assert read_radiograph(encoded(EIGHT, "PNG")).meta["polarity_doubtful"] is False
