"""Widgets of the lessons: the atlas explorer, the TW scorer and the reading room.

Each is live where a person sits before it (JupyterLab, Notebook, Colab, VS Code), and a picture
with its description in words everywhere else. They need neither torch nor fastai.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "atlas_explorer": "atlas",
    "bone_name": "picture",
    "class_agreement": "classroom",
    "has_live_frontend": "panel",
    "load_class": "classroom",
    "load_readings": "readings",
    "plate": "atlas",
    "predictions_of": "readings",
    "reading_room": "room",
    "repeats_of": "readings",
    "simulate_readings": "readings",
    "tw_scorer": "scorer",
    "worklist": "readings",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no widget {name!r}")
