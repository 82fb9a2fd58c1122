"""DICOM to grey values as a viewer shows them, in the standard's order.

Stored bits and padding (:mod:`.stored`), modality LUT or rescale (:mod:`.modality`), VOI LUT or
window (:mod:`.voi`), presentation LUT shape and photometric interpretation (:mod:`.polarity`):
PS3.3 C.11 and C.7.6.3, PS3.4 N.2. Headers that are odd but can be understood are put right with a
note (:mod:`.header`).
"""

from .facts import KEPT_FIELDS
from .pipeline import decode

__all__ = ["KEPT_FIELDS", "decode"]
