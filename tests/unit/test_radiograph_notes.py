"""Notes on headers that contradict their pixels, and notes that must not be there."""

import numpy as np
import pydicom
import pytest
from radiograph_files import film, written

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph


def notes(*given, **tags):
    return read_radiograph(written(*given, **tags)).meta["notes"]


def voi_lut(entries, declared):
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "US", [declared, 0, 12])
    item.add_new("LUTData", "US", entries)
    return pydicom.Sequence([item])


@pytest.mark.parametrize(("declared", "said"), [(4096, False), (5000, True)])
def test_a_table_that_is_shorter_than_it_declares_is_noted(declared, said):
    table = voi_lut(list(range(4096)), declared)
    text = "the VOI LUT has 4,096 of the 5,000 entries"
    assert any(text in note for note in notes(VOILUTSequence=table)) is said


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, "height 0.2, width 0.1 mm"),
        ({"PixelAspectRatio": [2, 1]}, "height 2, width 1)"),
        ({"PixelSpacing": [0.2, 0.2], "PixelAspectRatio": [1, 1]}, ""),
        ({"PixelSpacing": [0.2, 0.201]}, ""),
    ],
)
def test_pixels_that_are_not_square_are_noted(tags, said):
    about = [note for note in notes(**tags) if "not square" in note]
    assert len(about) == bool(said) and all(said in note for note in about)


def test_hardly_anything_missing_is_not_called_everything():
    whole = film()
    missing = written(whole, PixelData=whole.tobytes()[:-2])
    (note,) = read_radiograph(missing).meta["notes"]
    assert note.startswith("only 99.9% of the pixels")


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize("padding", [0, 65535])
def test_padding_as_background_does_not_make_polarity_doubtful(photometric, padding):
    drawn = bk.phantom.render(sex="F", bone_age=9.0, seed=1, size=128).pixels
    values = np.rint(1000 + 3000 * (drawn if photometric == "MONOCHROME2" else 1 - drawn))
    values = np.where(drawn < 0.15, padding, values).astype(np.uint16)
    radiograph = read_radiograph(written(values, photometric, 16, PixelPaddingValue=padding))
    assert not radiograph.meta["polarity_doubtful"], radiograph.meta["notes"]
    assert radiograph.pixels[values == padding].max() == 0


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "RGB"])
def test_grey_pixels_of_a_header_that_says_three_samples_are_decoded_as_grey(photometric):
    tags = {"SamplesPerPixel": 3, "PhotometricInterpretation": photometric}
    radiograph = read_radiograph(written(**tags))
    np.testing.assert_array_equal(radiograph.pixels, read_radiograph(written()).pixels)
    assert "3 samples per pixel" in radiograph.meta["notes"][0]
