"""The phantom cohort as a data set: rendered when asked for, kept in the image cache.

Rendering is shared out to a second process that fills the same cache file
(:mod:`boneage_kit.datasets.render_rows`), so nothing has to be pickled, scripts need no
``__main__`` guard, and an interrupted rendering goes on where it stopped.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..phantom import PHANTOM_VERSION, cohort, render_row
from ..radiograph import to_square
from ..records import RECORD_COLUMNS
from .dataset import Dataset, progress_bar
from .image_cache import ImageCache
from .problems import Problems

#: As many as the Digital Hand Atlas has.
COHORT_SIZE = 1390
#: The columns of a cohort that determine its drawings.
DRAWN_FROM = ("sex", "true_bone_age", "seed", "difficulty")
#: Fewer images than this are rendered without a second process.
_ALONE = 24
_log = logging.getLogger(__name__)


def load_phantom(n: int | None, seed: int) -> Dataset:
    """Return the cohort ``phantom.cohort(n, seed)`` as a data set.

    >>> dataset = load_phantom(4, seed=0)
    >>> len(dataset), dataset.is_phantom
    (4, True)
    """
    children = cohort(n=n or COHORT_SIZE, seed=seed).reset_index(drop=True)
    further = [name for name in children.columns if name not in RECORD_COLUMNS]
    table = children.reindex(columns=[*RECORD_COLUMNS, *further])
    return Dataset("phantom", "phantom", table, Problems(), PhantomPixels(table))


class PhantomPixels:
    """Radiographs drawn to order from a cohort's rows."""

    #: Side of a radiograph that is looked at by itself.
    full_size = 512

    def __init__(self, table: pd.DataFrame) -> None:
        self.rows = table[list(DRAWN_FROM)].to_dict("records")

    def load(self, row: int, size: int | None = None) -> np.ndarray:
        """Return float32 [size, size] (512 if None) in 0..1."""
        return draw(self.rows[row], size or self.full_size)

    def spacing(self, row: int) -> None:
        """Return None: the size of a pixel is known of a phantom that is drawn, not of its row."""
        return None

    def notes(self, row: int) -> list[str]:
        """Return nothing: a drawing needs no decoder."""
        return []

    def sex_in_header(self, row: int) -> None:
        """Return nothing: a drawing has no header."""
        return None

    def keep_notes(self) -> None:
        """Do nothing: there are none."""

    def stamps(self) -> list[str]:
        """Return what each image is drawn from, with the version of the drawing."""
        return [f"{PHANTOM_VERSION}|{json.dumps(row, sort_keys=True)}" for row in self.rows]

    def checksums(self, rows: np.ndarray) -> list[str]:
        """Return the stamps: the drawing is determined by them."""
        stamps = self.stamps()
        return [stamps[row] for row in rows]

    def left_out(self, damaged: dict[int, str]) -> list[tuple[str, str]]:
        """Return names and reasons of rows that could not be drawn."""
        return [("", reason) for reason in damaged.values()]

    def fill(self, store: ImageCache, rows: np.ndarray, size: int) -> bool:
        """Render ``rows`` here and in a second process; False if there are few."""
        if len(rows) < _ALONE or (os.cpu_count() or 1) < 2 or not store.on_disk:
            return False
        mine, theirs = rows[::2], rows[1::2]
        helper = self._start_helper(store, theirs, size)
        try:
            for row in progress_bar(mine, len(mine), "Rendering (in two processes)", True):
                store.write(int(row), prepared(self.load(int(row), size), size))
            self._wait(helper, store, theirs)
        finally:
            if helper is not None and helper.poll() is None:
                helper.terminate()
                helper.wait()
        return True

    def _start_helper(
        self, store: ImageCache, rows: np.ndarray, size: int
    ) -> subprocess.Popen | None:
        jobs = [(int(row), self.rows[row]) for row in rows]
        order = json.dumps({"path": str(store.path), "n": store.n, "size": size, "jobs": jobs})
        package = str(Path(__file__).resolve().parents[2])
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        try:
            helper = subprocess.Popen(
                [sys.executable, "-m", "boneage_kit.datasets.render_rows"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if helper.stdin is not None:
                helper.stdin.write(order.encode())
                helper.stdin.close()
        except OSError as error:
            _log.info("No second process for rendering (%s).", error)
            return None
        return helper

    def _wait(self, helper: subprocess.Popen | None, store: ImageCache, rows: np.ndarray) -> None:
        """Take over from the end of the helper's rows until the two meet."""
        while helper is not None and helper.poll() is None:
            left = store.missing(rows)
            if len(left) <= 1:
                break
            row = int(left[-1])
            store.write(row, prepared(self.load(row, store.size), store.size))
        deadline = time.monotonic() + 60
        while helper is not None and helper.poll() is None and time.monotonic() < deadline:
            if not len(store.missing(rows)):
                return
            time.sleep(0.02)


def draw(row: Mapping[str, Any], size: int) -> np.ndarray:
    """Return the phantom radiograph of one row of a cohort, float32 [size, size]."""
    return render_row(row, size=size).pixels


def prepared(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return uint8 [size, size] as ``Dataset.images`` gives it."""
    return np.rint(to_square(pixels, size) * 255).astype(np.uint8)
