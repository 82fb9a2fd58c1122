"""A procedural atlas: left-hand radiographs drawn from the published timetable of the skeleton.

Maturity becomes geometry (``growth``, ``epiphysis``, ``long_bones``, ``carpals``, ``forearm``,
``hand``), geometry becomes thickness (``shapes``, ``canvas``, ``soft_tissue``), thickness
becomes a film (``xray``, ``film``); ``radiograph.render`` is the way in.

>>> from boneage_kit import phantom
>>> phantom.render(sex="F", bone_age=8.5, size=256).pixels.shape
(256, 256)
"""

from __future__ import annotations

import importlib
from typing import Any

from .radiograph import PhantomRadiograph, render

_LATER = {"cohort": "cohort", "group_effects": "cohort", "read_group_effects": "cohort",
          "write_png": "dicom", "write_dicom": "dicom"}

__all__ = ["PhantomRadiograph", "cohort", "render", "write_dicom", "write_png"]


def __getattr__(name: str) -> Any:
    """Load cohorts and writers when first asked for; drawing needs numpy alone."""
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
