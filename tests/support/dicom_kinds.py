"""DICOM headers as archives write them: each kind with its picture, and what its note must say."""

import io

import numpy as np
import pydicom
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless
from radiograph_files import EXPECTED, film, saved, written

LEVELS = np.arange(4096)
MARK = np.zeros((96, 80), bool)
MARK[2:6, 2:20] = True


def edited(data, edit):
    """The same file after a function has changed its header."""
    header = pydicom.dcmread(io.BytesIO(data))
    edit(header)
    return saved(header)


def table(entries, first=0, bits=12, vr="US", count=None):
    """A look-up table's item."""
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries) if count is None else count, first, bits])
    item.ModalityLUTType = "US"
    item.add_new("LUTData", vr, entries)
    return item


def with_table(keyword, *arguments, data=None, **options):
    return edited(
        data or written(), lambda header: setattr(header, keyword, [table(*arguments, **options)])
    )


def raw(data, keyword, value, vr=None):
    """The same file with an element that pydicom would not write by itself."""

    def edit(header):
        tag = pydicom.datadict.tag_for_keyword(keyword)
        element = pydicom.DataElement(
            tag,
            vr or pydicom.datadict.dictionary_VR(tag),
            value,
            validation_mode=0,
            already_converted=True,
        )
        header[tag] = element

    with pydicom.config.disable_value_validation():
        return edited(data, edit)


def with_syntax(data, old, new):
    """The same bytes under another transfer syntax, whose UID is as long."""
    assert data.count(old.encode() + b"\0") == 1 and len(old) == len(new)
    return data.replace(old.encode() + b"\0", new.encode() + b"\0")


def rle(data):
    header = pydicom.dcmread(io.BytesIO(data))
    header.compress(RLELossless, generate_instance_uid=False)
    return saved(header)


def words(values, bits=16, **tags):
    """A file whose 16-bit words are these, whatever BitsStored says."""
    return written(values, bits=16, BitsStored=bits, HighBit=tags.pop("HighBit", bits - 1), **tags)


def packed_twelve(values):
    flat = values.ravel().astype(np.uint16)
    first, second = flat[0::2], flat[1::2]
    return (
        np.stack([first & 255, first >> 8 | (second & 15) << 4, second >> 4], 1)
        .astype("uint8")
        .tobytes()
    )


def twelve_allocated():
    return edited(
        written(),
        lambda header: (
            header.__setattr__("BitsAllocated", 12)
            or header.__setattr__("PixelData", packed_twelve(film()))
        ),
    )


def enhanced():
    """A single frame whose rescale and window stand in functional groups."""

    def edit(header):
        rescale, window, shared, frame = (pydicom.Dataset() for _ in range(4))
        rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = -1, 4095, "US"
        window.WindowCenter, window.WindowWidth = 2048, 4096
        shared.PixelValueTransformationSequence = [rescale]
        frame.FrameVOILUTSequence = [window]
        header.SharedFunctionalGroupsSequence = [shared]
        header.PerFrameFunctionalGroupsSequence = [frame]

    return edited(written(4095 - film()), edit)


def big_endian():
    header = pydicom.dcmread(io.BytesIO(written()))
    header.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    header.PixelData = film().astype(">u2").tobytes()
    header["PixelData"].VR = "OW"
    file = io.BytesIO()
    pydicom.dcmwrite(file, header, little_endian=False, implicit_vr=False)
    return file.getvalue()


def rgb(**tags):
    values = np.repeat((EXPECTED * 255).round().astype("uint8")[..., None], 3, axis=-1)
    return written(values, "RGB", 8, **tags)


SIGNED = (film().astype("int32") - 2048).astype("int16")
PADDED = np.where(MARK, 0, 4095 - film(4000)).astype("uint16")
WRONG_VR = np.where(MARK, -2000, film()).astype("int16")
SHORT = film().tobytes()[: 40 * 80 * 2]
#: What was done to the film -> (file, picture, a piece of a note, "" for no note at all)
KINDS = {
    "negative slope and a window": (
        written(
            4095 - film(),
            RescaleSlope=-1,
            RescaleIntercept=4095,
            WindowCenter=2048,
            WindowWidth=4096,
        ),
        EXPECTED,
        "",
    ),
    "Agfa, 8 bits, slope -10": (
        written(
            255 - (EXPECTED * 255).round().astype("uint8"),
            bits=8,
            RescaleSlope=-10,
            RescaleIntercept=3000,
            WindowCenter=1725.5,
            WindowWidth=2551,
        ),
        EXPECTED,
        "",
    ),
    "a slope without an intercept": (written(RescaleSlope=3), EXPECTED, ""),
    "a slope of 0": (written(RescaleSlope=0, RescaleIntercept=5), EXPECTED, "slope of 0"),
    "several slopes": (
        raw(raw(written(), "RescaleSlope", ["1", "1"]), "RescaleIntercept", ["0", "0"]),
        EXPECTED,
        "first of several",
    ),
    "empty slope and intercept": (
        raw(raw(written(), "RescaleSlope", ""), "RescaleIntercept", ""),
        EXPECTED,
        "",
    ),
    "modality LUT of 12 bits": (
        with_table("ModalityLUTSequence", list(4095 - LEVELS), data=written(4095 - film())),
        EXPECTED,
        "",
    ),
    "modality LUT before a window": (
        with_table(
            "ModalityLUTSequence",
            list(4095 - LEVELS),
            data=written(4095 - film(), WindowCenter=2048, WindowWidth=4096),
        ),
        EXPECTED,
        "",
    ),
    "modality LUT in OW": (
        with_table(
            "ModalityLUTSequence",
            (LEVELS * 16).astype("<u2").tobytes(),
            bits=16,
            vr="OW",
            count=4096,
        ),
        EXPECTED,
        "",
    ),
    "modality LUT of 8 bits, packed": (
        with_table("ModalityLUTSequence", (LEVELS // 16).astype("u1").tobytes(), bits=8, vr="OW"),
        EXPECTED,
        "",
    ),
    "modality LUT of a wrong depth": (
        with_table("ModalityLUTSequence", list(LEVELS), bits=8),
        EXPECTED,
        "",
    ),
    "empty modality LUT": (with_table("ModalityLUTSequence", [], count=4096), EXPECTED, "empty"),
    "VOI LUT of 12 bits that says 16": (
        with_table("VOILUTSequence", list(LEVELS), bits=16),
        EXPECTED,
        "",
    ),
    "VOI LUT of 12 bits that says 8": (
        with_table("VOILUTSequence", list(LEVELS), bits=8),
        EXPECTED,
        "",
    ),
    "VOI LUT of 8 bits": (with_table("VOILUTSequence", list(LEVELS // 16), bits=8), EXPECTED, ""),
    "VOI LUT of 8 bits, packed": (
        with_table("VOILUTSequence", (LEVELS // 16).astype("u1").tobytes(), bits=8, vr="OW"),
        EXPECTED,
        "",
    ),
    "VOI LUT in OW": (
        with_table("VOILUTSequence", LEVELS.astype("<u2").tobytes(), vr="OW", count=4096),
        EXPECTED,
        "",
    ),
    "VOI LUT for a part of the levels": (
        with_table("VOILUTSequence", list(range(0, 4096, 4)), first=1000),
        np.clip((film() - 1000.0) / 1023, 0, 1),
        "",
    ),
    "VOI LUT of 65536 entries": (
        with_table(
            "VOILUTSequence",
            np.arange(65536).astype("<u2").tobytes(),
            bits=16,
            vr="OW",
            count=0,
            data=written(film(65535), bits=16),
        ),
        EXPECTED,
        "",
    ),
    "VOI LUT's first level as US on signed pixels": (
        with_table("VOILUTSequence", list(LEVELS), first=63488, data=written(SIGNED, bits=12)),
        EXPECTED,
        "",
    ),
    "VOI LUT without values beside a window": (
        with_table(
            "VOILUTSequence", [], count=4096, data=written(WindowCenter=2048, WindowWidth=4096)
        ),
        EXPECTED,
        "empty",
    ),
    "empty VOI LUT item": (
        edited(
            written(WindowCenter=2048, WindowWidth=4096),
            lambda header: setattr(header, "VOILUTSequence", [pydicom.Dataset()]),
        ),
        EXPECTED,
        "empty",
    ),
    "empty function": (
        raw(written(WindowCenter=2048, WindowWidth=4096), "VOILUTFunction", ""),
        EXPECTED,
        "",
    ),
    "unknown function": (
        written(WindowCenter=2048, WindowWidth=4096, VOILUTFunction="LOG"),
        EXPECTED,
        "'LOG' is unknown",
    ),
    "a comma in the window": (
        raw(raw(written(), "WindowCenter", "2048,0"), "WindowWidth", "4096"),
        EXPECTED,
        "",
    ),
    "first window blank": (
        raw(raw(written(), "WindowCenter", ["", "2048"]), "WindowWidth", ["", "4096"]),
        EXPECTED,
        "",
    ),
    "a width that is no number": (
        raw(raw(written(), "WindowCenter", "2048"), "WindowWidth", "NaN"),
        EXPECTED,
        "",
    ),
    "LINEAR, width 1": (
        written(WindowCenter=2000, WindowWidth=1),
        (film() > 1999).astype(float),
        "plain white",
    ),
    "LINEAR_EXACT, width 1": (
        written(
            RescaleSlope=1 / 4095,
            RescaleIntercept=0,
            WindowCenter=0.5,
            WindowWidth=1,
            VOILUTFunction="LINEAR_EXACT",
        ),
        EXPECTED,
        "",
    ),
    "LINEAR_EXACT, width below 1": (
        written(
            RescaleSlope="0.0001",
            RescaleIntercept=0,
            WindowCenter="0.20475",
            WindowWidth="0.4095",
            VOILUTFunction="LINEAR_EXACT",
        ),
        EXPECTED,
        "",
    ),
    "LINEAR, width below 1": (written(WindowCenter=2000, WindowWidth=0.5), EXPECTED, "left aside"),
    "SIGMOID": (
        written(WindowCenter=2048, WindowWidth=1000, VOILUTFunction="SIGMOID"),
        1 / (1 + np.exp(-4 * (film() - 2048.0) / 1000)),
        "",
    ),
    "the window of another picture": (
        written(WindowCenter=40, WindowWidth=80),
        (film() > 40).astype(float),
        "plain white",
    ),
    "a window that shows nothing": (
        written(WindowCenter=-900, WindowWidth=80),
        EXPECTED,
        "shows nothing",
    ),
    "functional groups": (enhanced(), EXPECTED, ""),
    "INVERSE with MONOCHROME2": (
        written(4095 - film(), PresentationLUTShape="INVERSE"),
        EXPECTED,
        "contradicts itself",
    ),
    "INVERSE with MONOCHROME1": (
        written(4095 - film(), "MONOCHROME1", PresentationLUTShape="INVERSE"),
        EXPECTED,
        "",
    ),
    "IDENTITY with MONOCHROME1": (
        written(film(), "MONOCHROME1", PresentationLUTShape="IDENTITY"),
        EXPECTED,
        "contradicts itself",
    ),
    "overlay in the high bits": (
        words(film() | MARK.astype("uint16") << 15, 12),
        EXPECTED,
        "bits above BitsStored",
    ),
    "overlay in the high bits, RLE": (
        rle(words(film() | MARK.astype("uint16") << 15, 12)),
        EXPECTED,
        "bits above BitsStored",
    ),
    "BitsStored too small": (words(film(), 10), film() % 1024 / 1023, "bits above BitsStored"),
    "bits at the upper end": (words(film() << 4, 12, HighBit=15), EXPECTED, ""),
    "signed, not extended": (words((SIGNED.view("uint16") & 4095).view("int16"), 12), EXPECTED, ""),
    "signed, extended": (words(SIGNED, 12), EXPECTED, ""),
    "12 bits allocated": (twelve_allocated(), EXPECTED, ""),
    "big endian": (big_endian(), EXPECTED, ""),
    "padding 0 in MONOCHROME1": (
        written(PADDED, "MONOCHROME1", PixelPaddingValue=0),
        np.where(MARK, 0, EXPECTED),
        "",
    ),
    "padding of the wrong VR": (
        raw(written(WRONG_VR, bits=16), "PixelPaddingValue", 63536, "US"),
        np.where(MARK, 0, EXPECTED),
        "",
    ),
    "a range of padding": (
        raw(
            raw(
                written(np.where(MARK, 40000, film()).astype("uint16"), bits=16),
                "PixelPaddingValue",
                50000,
                "US",
            ),
            "PixelPaddingRangeLimit",
            39000,
            "US",
        ),
        np.where(MARK, 0, EXPECTED),
        "",
    ),
    "'monochrome2'": (
        raw(written(), "PhotometricInterpretation", "monochrome2"),
        EXPECTED,
        "read as MONOCHROME2",
    ),
    "'MONOCHROME 2'": (
        raw(written(), "PhotometricInterpretation", "MONOCHROME 2"),
        EXPECTED,
        "read as MONOCHROME2",
    ),
    "RGB without PlanarConfiguration": (
        rgb(PlanarConfiguration=None),
        EXPECTED,
        "PlanarConfiguration missing",
    ),
    "RGB": (rgb(), EXPECTED, "reduced to grey"),
    "native pixels under a compressed UID": (
        with_syntax(written(), ExplicitVRLittleEndian, RLELossless),
        EXPECTED,
        "are not compressed",
    ),
    "compressed pixels under a native UID": (
        with_syntax(rle(written()), RLELossless, ExplicitVRLittleEndian),
        EXPECTED,
        "decoded as RLE",
    ),
    "too few pixels": (
        edited(written(), lambda header: setattr(header, "PixelData", SHORT)),
        np.where(np.arange(96)[:, None] < 40, EXPECTED, 0) / EXPECTED[:40].max(),
        "are there",
    ),
    "frames that are no number": (raw(written(), "NumberOfFrames", "1A"), EXPECTED, ""),
}
