"""Headers as archives write them: each kind gives the right picture, and DCMTK's."""

import importlib.util
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_kinds import KINDS, SIGNED, edited
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML
from radiograph_files import EXPECTED, film, saved, written

import boneage_kit as bk
from boneage_kit.radiograph import read_radiograph

STUDY = Path(__file__).parents[2] / "studies" / "dcmtk_agreement.py"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_header_shows_the_same_film(kind):
    data, expected, note = KINDS[kind]
    radiograph = read_radiograph(data)
    np.testing.assert_allclose(radiograph.pixels, expected, atol=0.006)
    notes = " ".join(radiograph.meta["notes"])
    assert note in notes if note else notes == ""
    assert radiograph.meta["polarity_doubtful"] is False


@pytest.fixture(scope="module")
def study():
    """The study that compares with DCMTK."""
    if shutil.which("dcmj2pnm") is None:
        pytest.skip("needs dcmj2pnm: apt-get install dcmtk")
    spec = importlib.util.spec_from_file_location("dcmtk_agreement", STUDY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


#: DCMTK refuses these, reads them otherwise on purpose, or does not read these elements.
NOT_DCMTKS = {
    "functional groups",
    "compressed pixels under a native UID",
    "native pixels under a compressed UID",
    "RGB without PlanarConfiguration",
    "a window that shows nothing",
}


@pytest.mark.parametrize("kind", KINDS)
def test_dcmtk_shows_the_same(kind, study, tmp_path):
    path = tmp_path / "film.dcm"
    path.write_bytes(KINDS[kind][0])
    came, _, correlation, why = study.compare(path)
    if kind not in NOT_DCMTKS:
        assert came == "agree", (came, correlation, why)


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="needs dcmcjpeg of dcmtk")
@pytest.mark.parametrize("process", ["+eb", "+ee", "+es", "+ep", "+el", "+e1"])
@pytest.mark.parametrize("stored", ["12 bits", "10 bits", "signed"])
def test_every_process_of_jpeg_is_decoded(process, stored, tmp_path):
    data = {
        "12 bits": written(),
        "10 bits": written(film(1023), bits=10),
        "signed": written(SIGNED, bits=12),
    }[stored]
    (tmp_path / "plain.dcm").write_bytes(data)
    subprocess.run(["dcmcjpeg", process, tmp_path / "plain.dcm", tmp_path / "film.dcm"], check=True)
    pixels = read_radiograph(tmp_path / "film.dcm").pixels
    np.testing.assert_allclose(pixels, EXPECTED, atol=0.02 if process == "+eb" else 0.004)


@pytest.mark.slow
def test_dcmtk_shows_pydicoms_own_files_the_same(study):
    agree, others = 0, []
    for path in study.files(study.SOURCES[0], None):
        came, kind, correlation, _ = study.compare(path)
        agree += came == "agree"
        if came in ("DISAGREE", "other size"):
            others.append((path.name, kind, correlation))
    assert others == [] and agree >= 60


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_picture_that_contradicts_its_header_is_flagged_and_the_header_followed(photometric):
    stored = film() if photometric == "MONOCHROME1" else 4095 - film()
    radiograph = read_radiograph(written(stored, photometric))
    np.testing.assert_allclose(radiograph.pixels, 1 - EXPECTED, atol=0.001)
    assert radiograph.meta["polarity_doubtful"] is True
    assert "bone seems to be dark" in radiograph.meta["notes"][-1]
    assert photometric in radiograph.meta["notes"][-1]
    assert read_radiograph(written(stored, photometric), invert=True).meta["notes"] == []


@pytest.mark.parametrize(
    "tags, note",
    [
        ({"BodyPartExamined": "FOOT"}, "body part FOOT"),
        ({"BodyPartExamined": "CHEST"}, "body part CHEST"),
        ({"BodyPartExamined": "HAND"}, ""),
        ({"BodyPartExamined": "LEFT HAND"}, ""),
        ({"BodyPartExamined": "WRIST"}, ""),
        ({"ViewPosition": "LL"}, "view LL"),
        ({"ViewPosition": "PA"}, ""),
        ({"PresentationIntentType": "FOR PROCESSING"}, "raw detector data"),
        ({"ImageLaterality": "R"}, "right hand"),
        ({"ImageLaterality": "B"}, "both hands"),
    ],
)
def test_what_speaks_against_a_reading_is_noted(tags, note):
    notes = " ".join(read_radiograph(written(**tags)).meta["notes"])
    assert note in notes if note else notes == ""


@pytest.mark.parametrize(
    "written_sex, sex", [("F", "F"), ("M", "M"), ("m", "M"), ("O", None), ("", None), (None, None)]
)
def test_the_sex_of_the_header_is_kept(written_sex, sex):
    tags = {} if written_sex is None else {"PatientSex": written_sex}
    assert read_radiograph(written(**tags)).meta["sex"] == sex


def test_what_cannot_be_decoded_is_named_and_not_called_damaged():
    header = pydicom.dcmread(io.BytesIO(written()))
    header.file_meta.TransferSyntaxUID = MPEG2MPML
    header.PixelData = encapsulate([b"\0\0\1\xb3" + bytes(5000)])
    header["PixelData"].is_undefined_length = True
    with pytest.raises(bk.BadInput, match="is compressed as MPEG2.*cannot decode") as caught:
        read_radiograph(saved(header))
    assert caught.value.remedy == "Export it uncompressed."


def test_a_dose_map_is_no_radiograph():
    with pytest.raises(bk.BadInput, match="radiation dose"):
        read_radiograph(written(Modality="RTDOSE"))


def test_short_pixels_of_a_gigantic_picture_are_refused_before_memory_is_taken():
    data = edited(
        written(),
        lambda header: header.__setattr__("Rows", 9000) or header.__setattr__("Columns", 9000),
    )
    with pytest.raises(bk.BadInput, match="bytes of its pixels"):
        read_radiograph(data)
