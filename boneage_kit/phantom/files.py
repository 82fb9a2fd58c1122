"""A phantom radiograph as a file: PNG of 8 or 16 bit, or a DICOM Digital X-Ray object.

The DICOM carries no invented person: patient name and identifier say that it is a phantom, and
all identifiers are derived from the drawing, so that one seed gives one file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from .. import __version__, _io
from ..errors import BadInput
from .rendering import PhantomRadiograph

__all__ = ["write_dicom", "write_png"]

PHOTOMETRIC = ("MONOCHROME2", "MONOCHROME1")
BITS_STORED = 12
_DAY, _HOUR = "20170101", "000000"  # a phantom has no date; a fixed one gives the same file


def write_png(radiograph: PhantomRadiograph, path: str | Path, bits: int = 8) -> Path:
    """Write the pixels as a grey PNG of 8 or 16 bits (0..1 becomes 0..255 or 0..65535).

    Parameters
    ----------
    radiograph
        What :func:`boneage_kit.phantom.render` returns.
    path
        File to write; its folder is made. An interrupted write leaves no half file.

    Raises
    ------
    BadInput
        If ``bits`` is neither 8 nor 16.

    >>> import tempfile
    >>> from boneage_kit.phantom import render
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_png(render("F", 8.5, size=128), folder / "hand.png", bits=16).name
    'hand.png'
    """
    if bits not in (8, 16):
        raise BadInput(f"A PNG of {bits} bits is not written here.", "Use bits=8 or bits=16.")
    image = Image.fromarray(_integers(radiograph.pixels, bits))
    return _io.write_atomically(Path(path), lambda file: image.save(file, format="PNG"))


def write_dicom(
    radiograph: PhantomRadiograph, path: str | Path, photometric: str = "MONOCHROME2"
) -> Path:
    """Write a valid Digital X-Ray Image object (DX, for presentation).

    12 bits stored in 16, explicit VR little endian, pixel spacing at the detector, sex, the left
    hand in PA view with PS3.16 codes, and one linear window over the whole range. Modules and
    their required attributes follow PS3.3 section A.26 (Digital X-Ray Image IOD).

    Parameters
    ----------
    radiograph
        What :func:`boneage_kit.phantom.render` returns.
    path
        File to write; its folder is made.
    photometric
        ``"MONOCHROME2"`` stores bone bright, ``"MONOCHROME1"`` stores the values inverted, so
        that a correct reader shows the same picture.

    Raises
    ------
    BadInput
        If ``photometric`` is neither.

    >>> import tempfile
    >>> from boneage_kit.phantom import render
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_dicom(render("F", 8.5, size=128), folder / "hand.dcm").name
    'hand.dcm'
    """
    if photometric not in PHOTOMETRIC:
        raise BadInput(
            f"The photometric interpretation {photometric!r} is not used in DX.",
            f"Use one of {', '.join(PHOTOMETRIC)}.",
        )
    dataset = _dx_object(radiograph, photometric)
    return _io.write_atomically(
        Path(path), lambda file: dataset.save_as(file, enforce_file_format=True)
    )


def _integers(pixels: np.ndarray, bits: int) -> np.ndarray:
    scale = 2**bits - 1
    kind = np.uint8 if bits == 8 else np.uint16
    return np.rint(np.clip(pixels, 0, 1) * scale).astype(kind)


def _dx_object(radiograph: PhantomRadiograph, photometric: str) -> Dataset:
    pixels = _integers(radiograph.pixels, BITS_STORED)
    if photometric == "MONOCHROME1":
        pixels = (2**BITS_STORED - 1) - pixels
    # the drawing decides the identifiers: same phantom, same file, on any machine
    content = hashlib.sha256(pixels.tobytes() + photometric.encode()).digest()
    dataset = Dataset()
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = _uid(b"image", content)
    _describe_study(dataset, radiograph, content)
    _describe_view(dataset, float(radiograph.pixel_spacing_mm))
    _describe_pixels(dataset, pixels, photometric)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def _uid(kind: bytes, content: bytes) -> str:
    # PS3.5 B.2: 2.25. and a UUID as one decimal number
    return f"2.25.{int.from_bytes(hashlib.sha256(kind + content).digest()[:16], 'big')}"


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _describe_study(dataset: Dataset, radiograph: PhantomRadiograph, content: bytes) -> None:
    """Patient, study, series and equipment (PS3.3 C.7.1 to C.7.5): a phantom, not a person."""
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "Phantom^boneage_kit", "PHANTOM"
    dataset.PatientBirthDate, dataset.PatientSex = "", radiograph.sex
    dataset.PatientComments = (
        f"Drawn by boneage_kit; true bone age {radiograph.bone_age:.2f} years. Not a patient."
    )
    dataset.StudyInstanceUID = _uid(b"study", content)
    dataset.SeriesInstanceUID = _uid(b"series", content)
    dataset.StudyDate, dataset.StudyTime = _DAY, _HOUR
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "1", "", ""
    dataset.StudyDescription = "Bone age phantom"
    dataset.Modality, dataset.PresentationIntentType = "DX", "FOR PRESENTATION"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.Manufacturer, dataset.ManufacturerModelName = "boneage_kit", "phantom"
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "0", __version__


def _describe_view(dataset: Dataset, spacing_mm: float) -> None:
    """Anatomy, view and detector (PS3.3 C.8.11.2, C.8.11.4, C.8.11.5)."""
    dataset.BodyPartExamined, dataset.ImageLaterality = "HAND", "L"
    dataset.AnatomicRegionSequence = [_code("85562004", "SCT", "Hand")]
    view = _code("272479007", "SCT", "postero-anterior")
    view.ViewModifierCodeSequence = []
    dataset.ViewCodeSequence, dataset.ViewPosition = [view], "PA"
    # thumb to the right of the picture, wrist below: columns run to the left of the body
    # (anatomical position), rows towards the head
    dataset.PatientOrientation = ["L", "H"]
    dataset.AcquisitionContextSequence = []
    dataset.AcquisitionDate, dataset.AcquisitionTime = _DAY, _HOUR
    dataset.ContentDate, dataset.ContentTime = _DAY, _HOUR
    dataset.DetectorType, dataset.PositionerType = "SCINTILLATOR", "NONE"
    # no magnification is modelled: spacing at the detector and in the hand are the same
    dataset.ImagerPixelSpacing = [f"{spacing_mm:.6g}"] * 2
    dataset.PixelSpacing = [f"{spacing_mm:.6g}"] * 2


def _describe_pixels(dataset: Dataset, pixels: np.ndarray, photometric: str) -> None:
    """Pixels and their display (PS3.3 C.7.6.3, C.8.11.3): linear, one window over all."""
    top = 2**BITS_STORED - 1
    plain = photometric == "MONOCHROME2"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, photometric
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS_STORED, BITS_STORED - 1
    dataset.PixelRepresentation = 0
    # bone (little exposure) is high in MONOCHROME2: the sign is that of rising exposure
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1 if plain else 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "IDENTITY" if plain else "INVERSE"
    dataset.WindowCenter, dataset.WindowWidth = (top + 1) / 2, top + 1
    dataset.LossyImageCompression, dataset.BurnedInAnnotation = "00", "NO"
    dataset.PixelData = pixels.astype("<u2").tobytes()
