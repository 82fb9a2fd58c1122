"""What earlier runs found out about image files: damaged ones, checked ones, the decoder's notes.

A record is a JSON file in the cache for each data set and kind of finding. It holds each file's
state, so that a file that was replaced is looked at anew; a record that is lost or damaged costs
time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from .. import _io
from .tree import FileTree


def remembered(tree: FileTree, finding: str) -> dict[str, object]:
    """Return name -> finding of files that are as they were when it was kept.

    Parameters
    ----------
    finding
        "damaged" or "verified" (a reason each, "" where there is none), or "notes" (lists).
    """
    return {
        name: kept[1]
        for name, kept in _kept(tree, finding).items()
        if isinstance(kept, list)
        and len(kept) == 2
        and name in tree.entries
        and tree.entries[name].state == kept[0]
    }


def remember(tree: FileTree, finding: str, findings: Mapping[str, object]) -> None:
    """Keep findings for later runs; where the disk refuses, they are made again."""
    now = {name: [tree.entries[name].state, value] for name, value in findings.items()}
    try:
        if now:
            _io.write_json(_path(tree, finding), {**_kept(tree, finding), **now})
    except OSError:
        pass


def _path(tree: FileTree, finding: str) -> Path:
    digest = hashlib.sha256(tree.real_root.encode("utf-8", "surrogatepass")).hexdigest()
    return _io.folder() / "images" / f"{finding}-{digest[:20]}.json"


def _kept(tree: FileTree, finding: str) -> dict[str, object]:
    try:
        content = json.loads(_path(tree, finding).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
