"""Every result row that a lesson may show: its run's, and those committed with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import presets
from ..results import committed, rows_of_run

if TYPE_CHECKING:
    from .lesson import Lesson


def known_rows(lesson: Lesson) -> dict[str, list[dict[str, Any]]]:
    """Return every result row that is known here, ``{"phantom": [...], "real": [...]}``.

    Those of this lesson's own data: what the notebook has recorded so far, and what the other
    notebooks recorded in the same run, or else in the last complete run that was committed with
    the package. Those of the other kind of data: the committed run's.

    >>> from boneage_kit import teaching
    >>> sorted(known_rows(teaching.begin("06_x", preset="smoke", data=None)))
    Preset smoke: ...
    ['phantom', 'real']
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    for source in ("phantom", "real"):
        run = committed(source, lesson.preset.name) or committed(source, presets.DEFAULT)
        rows[source] = []
        if run:
            rows[source] = [{"preset": run["run"]["preset"], **row} for row in run["rows"]]
    here = lesson.source
    if lesson.out is not None:
        name = lesson.preset.name
        rows[here] = [{"preset": name, **row} for row in rows_of_run(lesson.out)]
    others = [row for row in rows[here] if row["notebook"] != lesson.notebook]
    rows[here] = others + lesson.rows
    return rows
