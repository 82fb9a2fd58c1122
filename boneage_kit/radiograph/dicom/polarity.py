"""Whether a header says that high values are shown dark (PS3.3 C.7.6.3.1.2, C.11.6)."""

from __future__ import annotations

from pydicom.dataset import FileDataset

from .elements import text


def inverted_by_header(
    header: FileDataset, stated: bool, notes: list[str]
) -> tuple[bool | None, str]:
    """Return whether to turn the grey levels over, and which element says so.

    The presentation LUT shape decides where it is given, as in DCMTK: MONOCHROME1 with INVERSE
    is inverted once, not twice. None: the header does not say; ``stated`` tells whether the
    photometric interpretation was there before the header was completed.

    >>> from pydicom.dataset import Dataset
    >>> header = Dataset(); header.PhotometricInterpretation = "MONOCHROME1"
    >>> inverted_by_header(header, True, [])
    (True, 'the header says MONOCHROME1')
    """
    photometric = text(header, "PhotometricInterpretation")
    shape = text(header, "PresentationLUTShape").upper()
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        return False, f"the header says {photometric}"
    if shape in ("IDENTITY", "INVERSE"):
        inverted = shape == "INVERSE"
        if inverted != (photometric == "MONOCHROME1"):
            notes.append(
                f"the header contradicts itself: {photometric} with presentation LUT "
                f"shape {shape}, which was followed"
            )
        return inverted, f"the header says {photometric}, presentation LUT shape {shape}"
    if not stated:
        return None, ""
    return photometric == "MONOCHROME1", f"the header says {photometric}"
