"""Figures: one function a figure, each takes data and an optional ``ax`` and returns the axes.

Modules are themes; import from them directly or through this page. Colours come from
:data:`PALETTE` (Okabe and Ito 2008), and no figure tells a thing by colour alone.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from .style import MARKERS, PALETTE, use_style

__all__ = ["MARKERS", "PALETTE", "use_style"]


def __getattr__(name: str) -> Any:
    """Find a figure in the theme that defines it, importing themes only when asked."""
    if not name.startswith("_"):
        for theme in sorted(module.name for module in pkgutil.iter_modules(__path__)):
            module = importlib.import_module(f"{__name__}.{theme}")
            if name in getattr(module, "__all__", ()):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no figure {name!r}")
