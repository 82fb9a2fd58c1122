"""Execute the notebook sequence, keep its provenance, and write the report.

``sequence`` finds the notebooks, ``runner`` executes them with papermill and resumes, ``memory``
watches the kernel, ``provenance`` says on what, ``results`` gathers the recorded rows into
``results.json``, ``report`` writes ``report.html``, ``tolerance`` compares notebooks in the tests.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "Step": "runner",
    "collect": "results",
    "notebooks": "sequence",
    "run": "runner",
    "write_report": "report",
}
__all__ = ["Step", "collect", "notebooks", "run", "write_report"]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
