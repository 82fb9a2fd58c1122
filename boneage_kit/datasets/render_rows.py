"""Render phantom rows into an image cache: ``python -m boneage_kit.datasets.render_rows``.

Reads one JSON object from standard input: ``path``, ``n`` and ``size`` of the cache file and
``jobs``, a list of (row number, the row's ``DRAWN_FROM`` columns). It stops when the process
that started it is gone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

from .image_cache import ImageCache
from .phantom import draw, prepared


def main() -> None:
    """Fill the rows that are still missing."""
    parent = os.getppid()
    order = json.load(sys.stdin)
    store = ImageCache(Path(order["path"]), order["n"], order["size"])
    for number, row in order["jobs"]:
        if os.getppid() != parent:
            return
        if len(store.missing(np.array([number]))):
            store.write(number, prepared(draw(row, store.size), store.size))


if __name__ == "__main__":
    main()
