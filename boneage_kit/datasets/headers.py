"""Sex, age and patient from a DICOM header, for folders without a table."""

from __future__ import annotations

import hashlib
import io
from typing import NamedTuple

import pydicom

from ..radiograph import recognise
from .ages import with_units


class HeaderFacts(NamedTuple):
    """Sex ("" if unknown), chronological age in years (NaN if unknown) and a hash of the patient.

    The hash is good for keeping a child's films together, and of no use to anybody else.
    """

    sex: str = ""
    chronological_age: float = float("nan")
    patient_id: str | None = None


def header_facts(data: bytes) -> HeaderFacts | None:
    """Return what a DICOM header says of the child; None if the file is no DICOM.

    PatientAge is PS3.5's age string ("007Y", "090M").

    >>> from pydicom.data import get_testdata_file
    >>> facts = header_facts(open(get_testdata_file("CT_small.dcm"), "rb").read())
    >>> facts.sex, facts.chronological_age
    ('', 0.0)
    """
    if recognise(data) != "DICOM":
        return None
    try:
        header = pydicom.dcmread(
            io.BytesIO(data.removeprefix(b"DICM")), stop_before_pixels=True, force=True
        )
        sex = str(header.get("PatientSex") or "").strip().upper()
        age = with_units(str(header.get("PatientAge") or ""))
        patient = str(header.get("PatientID") or "").strip()
    except Exception:  # a damaged header is met again when the image is decoded
        return HeaderFacts()
    hashed = hashlib.sha256(patient.encode()).hexdigest()[:12] if patient else None
    return HeaderFacts(sex if sex in ("F", "M") else "", age, hashed)
