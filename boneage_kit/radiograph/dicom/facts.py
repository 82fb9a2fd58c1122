"""What is kept of a header: how the picture was made, and what a reading must know of it."""

from __future__ import annotations

import re
from typing import Any

from pydicom.dataset import FileDataset
from pydicom.uid import UID

from .elements import datasets, numbers, text

#: DICOM keyword -> name in ``Radiograph.meta``. No other element of a header is kept. The sex is
#: kept because the reading depends on it; nothing here tells who the patient is.
KEPT_FIELDS = {
    "Modality": "modality",
    "PhotometricInterpretation": "photometric",
    "BitsAllocated": "bits_allocated",
    "BitsStored": "bits",
    "PixelRepresentation": "signed",
    "PresentationIntentType": "intent",
    "BodyPartExamined": "body_part",
    "ViewPosition": "view",
    "ImageLaterality": "laterality",
    "Laterality": "laterality",
    "FrameLaterality": "laterality",  # in the functional group of the anatomy
    "PatientSex": "sex",
}
#: Pieces of the names of body parts that show a hand, in the languages of archives.
_HANDS = ("HAND", "WRIST", "FINGER", "CARP", "THUMB", "BONEAGE", "BONE AGE", "SKELETON", "MANO",
          "MAIN", "POIGNET", "MUÑECA", "POLSO", "MANUS")  # fmt: skip
#: Whole names of body parts that a hand is part of, in letters only.
_LIMBS = ("UPPEREXTREMITY", "UPPEREXTREMITIES", "UPPERLIMB", "EXTREMITY", "EXTREMITIES", "UPEXM",
          "ARM")  # fmt: skip
_LEFT = ("L", "LT", "LEFT", "LINKS", "GAUCHE", "IZQUIERDA", "SINISTRA")
_RIGHT = ("R", "RT", "RIGHT", "RECHTS", "DROITE", "DERECHA", "DESTRA")
_SIDES = (*_LEFT, *_RIGHT)
#: Modalities whose pictures may be radiographs of a hand (PS3.3 C.7.3.1.1.1), with scans of films,
#: screenshots and pictures that no modality is named for.
_X_RAYS = (
    "CR",
    "DX",
    "DR",
    "RG",
    "RF",
    "XA",
    "XR",
    "MG",
    "IO",
    "PX",
    "SC",
    "OT",
    "HC",
    "DD",
    "BMD",
)
#: Sides of a pixel that differ by less than this share count as equal.
_SQUARE = 0.01
_LATERAL_VIEWS = ("LL", "RL", "LLD", "RLD", "LLO", "RLO", "LAT", "LATERAL", "OBLIQUE")


def facts(header: FileDataset) -> dict[str, Any]:
    """Return what :data:`KEPT_FIELDS` lists, the transfer syntax and the pixels' size in mm."""
    meta: dict[str, Any] = {}
    for keyword, name in KEPT_FIELDS.items():
        value = text(header, keyword)
        if value:
            meta.setdefault(name, int(value) if value.isdigit() else value)
    for group in datasets(header, "FrameAnatomySequence")[:-1]:
        if "laterality" not in meta and (side := text(group, "FrameLaterality")):
            meta["laterality"] = side
    meta["signed"] = bool(meta.get("signed"))
    meta["sex"] = {"F": "F", "FEMALE": "F", "M": "M", "MALE": "M"}.get(
        str(meta.get("sex", "")).upper()
    )
    meta["transfer_syntax"] = UID(header.file_meta.TransferSyntaxUID).name
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        for where in datasets(header, "PixelMeasuresSequence"):
            spacing = tuple(numbers(where, keyword))
            if len(spacing) == 2 and min(spacing) > 0 and "pixel_spacing_mm" not in meta:
                meta |= {"pixel_spacing_mm": spacing, "pixel_spacing_from": keyword}
    return meta


def doubts(header: FileDataset, meta: dict[str, Any]) -> list[str]:
    """Return notes on what a header says against a reading of the bone age."""
    notes = []
    part, view = str(meta.get("body_part", "")), str(meta.get("view", ""))
    words = re.findall(r"[^\W\d_]+", part.upper())
    hand = any(piece in " ".join(words) for piece in _HANDS)
    if part and not hand and "".join(word for word in words if word not in _SIDES) not in _LIMBS:
        notes.append(f"the header says body part {part}; bone age is read on a hand")
    if (modality := str(meta.get("modality", "")).upper()) and modality not in _X_RAYS:
        notes.append(f"the header says modality {modality}; bone age is read on a radiograph")
    if view.upper() in _LATERAL_VIEWS:
        notes.append(f"the header says view {view}; bone age is read on a view from the front")
    if str(meta.get("intent", "")).upper() == "FOR PROCESSING":
        notes.append("raw detector data, not made for reading: ask for the image for presentation")
    side = str(meta.get("laterality", "")).upper()
    if side.startswith("R") or (not side and set(words) & set(_RIGHT)):
        notes.append("the header says right hand; bone age is read on the left")
    if side.startswith("B"):
        notes.append("the header says both hands; bone age is read on the left")
    if shape := _not_square(header, meta):
        notes.append(f"the header says pixels that are not square ({shape}): the hand is distorted")
    if text(header, "BurnedInAnnotation").upper() == "YES":
        notes.append("text is burnt into the pixels and may name the patient")
    return notes


def _not_square(header: FileDataset, meta: dict[str, Any]) -> str:
    """Return the height and width of a pixel where a header says that they differ, else ""."""
    ratio = numbers(header, "PixelAspectRatio")
    for sides, unit in ((meta.get("pixel_spacing_mm"), " mm"), (ratio, "")):
        if sides and len(sides) == 2 and min(sides) > 0 and max(sides) > (1 + _SQUARE) * min(sides):
            return f"height {sides[0]:g}, width {sides[1]:g}{unit}"
    return ""
