"""Phantoms as files: PNG, DICOM, and the two commands that write them."""

from __future__ import annotations

import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from boneage_kit import BadInput, phantom, read_radiograph
from boneage_kit.cli import main
from boneage_kit.phantom.files import write_dicom, write_png

pydicom = pytest.importorskip("pydicom")


def _ramp():
    pixels = np.linspace(0, 1, 64 * 48, dtype=np.float32).reshape(64, 48)
    return SimpleNamespace(pixels=pixels, sex="F", bone_age=8.5, pixel_spacing_mm=0.2)


@pytest.mark.parametrize(("bits", "kind"), [(8, np.uint8), (16, np.uint16)])
def test_png_keeps_the_pixels_to_its_bits(tmp_path, bits, kind):
    path = write_png(_ramp(), tmp_path / "new" / "hand.png", bits=bits)
    stored = np.asarray(Image.open(path))
    assert stored.dtype == kind or stored.max() == 65535
    assert np.abs(stored / (2**bits - 1) - _ramp().pixels).max() <= 0.5 / (2**bits - 1) + 1e-6


def test_png_of_other_bits_is_refused(tmp_path):
    with pytest.raises(BadInput, match="12 bits"):
        write_png(_ramp(), tmp_path / "hand.png", bits=12)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_dicom_shows_the_same_hand_in_both_polarities(tmp_path, photometric):
    dataset = pydicom.dcmread(write_dicom(_ramp(), tmp_path / "hand.dcm", photometric))
    shown = dataset.pixel_array / 4095
    if photometric == "MONOCHROME1":
        shown = 1 - shown
    assert np.abs(shown - _ramp().pixels).max() < 0.5 / 4095 + 1e-6
    assert (dataset.Modality, dataset.PatientSex, dataset.ImageLaterality) == ("DX", "F", "L")
    assert dataset.PixelSpacing == [0.2, 0.2] and dataset.PatientBirthDate == ""
    assert "PatientAge" not in dataset  # a true age would give the answer away


@pytest.mark.parametrize("name", ["hand.dcm", "inverted.dcm", "hand8.png", "hand16.png"])
def test_the_kit_reads_back_what_it_writes(tmp_path, name):
    path = tmp_path / name
    if name.endswith(".dcm"):
        write_dicom(_ramp(), path, "MONOCHROME1" if "inverted" in name else "MONOCHROME2")
    else:
        write_png(_ramp(), path, bits=16 if "16" in name else 8)
    found = read_radiograph(path)
    assert np.abs(found.pixels - _ramp().pixels).max() < 0.005


def test_dicom_of_one_drawing_is_one_file(tmp_path):
    one, two = (write_dicom(_ramp(), tmp_path / name).read_bytes() for name in ("a.dcm", "b.dcm"))
    assert one == two


def test_unknown_photometric_interpretation_is_refused(tmp_path):
    with pytest.raises(BadInput, match="RGB"):
        write_dicom(_ramp(), tmp_path / "hand.dcm", "RGB")


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_dicom_passes_dciodvfy(tmp_path, photometric):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian package dicom3tools)")
    path = write_dicom(_ramp(), tmp_path / "hand.dcm", photometric)
    said = subprocess.run(["dciodvfy", path], capture_output=True, text=True)
    assert "Error" not in said.stderr and "Warning" not in said.stderr, said.stderr
    assert "DXImageForPresentation" in said.stderr


# type 1 attributes of the DX IOD's modules (PS3.3 A.26), for machines without dciodvfy
TYPE_1 = """SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality
PresentationIntentType ImageType PixelIntensityRelationship PixelIntensityRelationshipSign
RescaleIntercept RescaleSlope RescaleType PresentationLUTShape LossyImageCompression
BurnedInAnnotation SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored
HighBit PixelRepresentation PixelData ImageLaterality AnatomicRegionSequence
ImagerPixelSpacing PatientOrientation""".split()
TYPE_2 = """PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime StudyID
AccessionNumber ReferringPhysicianName SeriesNumber InstanceNumber Manufacturer DetectorType
PositionerType AcquisitionContextSequence""".split()


def test_dicom_has_the_required_attributes(tmp_path):
    dataset = pydicom.dcmread(write_dicom(_ramp(), tmp_path / "hand.dcm"))
    assert not [name for name in TYPE_1 if name not in dataset or dataset[name].is_empty]
    assert not [name for name in TYPE_2 if name not in dataset]


def test_command_phantom_writes_and_tells(tmp_path, capsys):
    for name in ("hand.png", "hand.dcm"):
        assert (
            main(
                [
                    "phantom",
                    "--sex",
                    "girl",
                    "--age",
                    "8.5",
                    "--size",
                    "96",
                    "--readers",
                    "-o",
                    str(tmp_path / name),
                ]
            )
            == 0
        )
    said = capsys.readouterr().out
    assert "nearest Greulich and Pyle plate: 8.83 years" in said
    assert "TW3 RUS score" in said and "simulated readers" in said
    drawn = phantom.render(sex="F", bone_age=8.5, seed=0, size=96)
    stored = np.asarray(Image.open(tmp_path / "hand.png")) / 255
    assert np.abs(stored - drawn.pixels).max() < 0.003


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sex", "x", "--age", "8", "-o", "hand.png"],
        ["--sex", "F", "--age", "132", "-o", "hand.png"],
        ["--sex", "F", "--age", "8", "-o", "hand.gif"],
    ],
)
def test_command_phantom_refuses_with_one_line(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    assert main(["phantom", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1 and not list(tmp_path.iterdir())


def test_command_cohort_writes_the_atlas_folders_and_resumes(tmp_path, capsys):
    out = tmp_path / "dha"
    command = ["cohort", "--n", "12", "--size", "64", "-o", str(out)]
    assert main(command) == 0
    table = pd.read_csv(out / "phantom.csv", dtype={"image_id": str})
    meta = pd.read_csv(out / "meta.csv", header=None)
    assert meta.shape == (12, 12) and (meta[0] == table["path"]).all()
    assert np.allclose(meta[10], table["reader_1"], atol=0.006)
    for row in table.itertuples():
        folder = f"{row.group}{row.sex}"
        assert row.path == (
            f"JPEGimages/{folder}/{folder}{int(row.chronological_age):02d}/{row.image_id}.jpg"
        )
        assert Image.open(out / row.path).mode == "L"
    lost, kept = out / table["path"][3], out / table["path"][4]
    before, stamp = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    assert main(command) == 0
    assert "(1 drawn now)" in capsys.readouterr().out
    assert lost.read_bytes() == before and kept.stat().st_mtime_ns == stamp


def test_command_cohort_says_what_the_published_scenario_is_for(tmp_path, caplog):
    assert (
        main(
            [
                "cohort",
                "--n",
                "2",
                "--size",
                "64",
                "--group-effect",
                "published",
                "-o",
                str(tmp_path / "dha"),
            ]
        )
        == 0
    )
    assert "states nothing about a person" in caplog.text


def test_command_cohort_never_mixes_two_cohorts(tmp_path, capsys):
    out = str(tmp_path / "dha")
    assert main(["cohort", "--n", "2", "--size", "64", "-o", out]) == 0
    assert main(["cohort", "--n", "2", "--size", "64", "--seed", "1", "-o", out]) == 2
    assert "already holds another cohort" in capsys.readouterr().err
