"""Where decoded images, features and phantom cohorts are kept between runs.

Everything here can be deleted at any time; it is made again. Two processes may write the same
entry at once: each writes a file of its own and renames it into place.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any


def folder() -> Path:
    """Return the cache folder: ``$BONEAGE_KIT_CACHE``, or the platform's own place.

    A home that cannot be written gives a folder in the temporary directory instead.

    >>> folder().is_dir()
    True
    """
    named = os.environ.get("BONEAGE_KIT_CACHE")
    place = Path(named) if named else _platform_cache() / "boneage_kit"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if os.access(place, os.W_OK):
            return place
    except OSError:
        pass
    place = Path(tempfile.gettempdir()) / "boneage_kit"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _platform_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = os.environ.get("XDG_CACHE_HOME", "")  # the XDG rule: empty or relative is as not set
    return Path(named) if os.path.isabs(named) else Path.home() / ".cache"


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Call ``write`` on a temporary neighbour of ``path``, then rename it into place.

    An interrupted or failed write leaves the old file, or none: never half a file.

    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_atomically(target, lambda p: p.write_text("whole")).read_text()
    'whole'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # not mkstemp: its files are for their owner's eyes only, and a report is to be shared
    temporary = path.parent / f".{uuid.uuid4().hex}{path.suffix}"
    try:
        write(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def write_json(path: Path, content: Any) -> Path:
    """Write ``content`` as JSON, whole or not at all; NaN and infinity become null."""
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def read_json(path: Path) -> Any:
    """Return a JSON file's content, or None where it is missing or half written."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
