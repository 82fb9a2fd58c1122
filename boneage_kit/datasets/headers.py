"""Sex, age and patient from a DICOM header, for folders without a table."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

_UNITS = {"D": 365.25, "W": 52.18, "M": 12.0, "Y": 1.0}


def header_facts(data: bytes) -> dict[str, Any] | None:
    """Return sex ("" if unknown), chronological_age (years) and patient_id; None if not DICOM.

    The patient's identifier comes back as a hash: good for keeping a child's films together,
    of no use to anybody else. PatientAge is PS3.5's age string ("007Y", "090M").

    >>> from pydicom.data import get_testdata_file
    >>> facts = header_facts(open(get_testdata_file("CT_small.dcm"), "rb").read())
    >>> facts["sex"], facts["chronological_age"]
    ('', 0.0)
    """
    if data[128:132] != b"DICM":
        return None
    import pydicom

    try:
        header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    except Exception:  # a damaged header is found again when the image is read
        return {"sex": "", "chronological_age": float("nan"), "patient_id": None}
    age = re.fullmatch(r"(\d{1,3})([DWMY])", str(header.get("PatientAge") or "").strip())
    sex = str(header.get("PatientSex") or "").strip().upper()
    patient = str(header.get("PatientID") or "").strip()
    return {
        "sex": sex if sex in ("F", "M") else "",
        "chronological_age": int(age[1]) / _UNITS[age[2]] if age else float("nan"),
        "patient_id": hashlib.sha256(patient.encode()).hexdigest()[:12] if patient else None,
    }
