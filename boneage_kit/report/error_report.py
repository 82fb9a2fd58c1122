"""The whole error analysis of one table as a folder: tables, figures, and a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from .. import plots
from .._io import write_text
from .analysis import Analysis
from .error_sections import (
    agreement_section,
    cells_section,
    comparison_section,
    headline_section,
    pull_section,
    readers_section,
)
from .page import Section, render, save_section
from .sentences import sentences
from .use_sections import calibration_section, calls_section, intervals_section, worst_section

#: The sections of the page, in order, and so the steps of its progress bar.
SECTIONS = 10


def write_report(
    predictions: pd.DataFrame,
    out: Path,
    *,
    n_bootstrap: int = 1000,
    seed: int = 0,
    name: str = "model",
    others: Mapping[str, pd.DataFrame] | None = None,
    pictures: Callable[[str], np.ndarray] | None = None,
    progress: Callable[[str], object] = lambda title: None,
) -> Path:
    """Write the error analysis of one model's predictions to a folder; return its page.

    Parameters
    ----------
    predictions
        A table of one model (years). Where it holds several seeds, every figure pools
        them and every interval counts a child once (:mod:`boneage_kit.evaluation.checked_table`).
    out
        Folder, made where it is not: ``report.html`` (on its own, figures inside),
        ``figures/*.png``, ``tables/*.csv``, ``metrics.json``.
    others
        Tables of all models by name, ``name`` among them, for the paired comparison.
    pictures
        Gives the picture ``uint8 [h, w]`` of an image_id, for the gallery of the largest errors.
    progress
        Called with the title of each section before it is made.
    """
    import matplotlib

    analysis = Analysis(predictions, n_bootstrap, seed)
    headline = analysis.headline
    with matplotlib.rc_context():
        plots.use_style()
        matplotlib.rcParams["text.parse_math"] = False  # a name may hold "$"
        saved = [
            save_section(section, out)
            for section in _sections(analysis, name, others or {}, progress, pictures)
        ]
    conclusions = sentences(analysis)
    metrics = {
        "model": name,
        "n": int(headline["n"].iloc[0]),
        "n_bootstrap": n_bootstrap,
        "seed": seed,
        "findings": conclusions,
        "summary": json.loads(headline.to_json(orient="index")),
    }
    write_text(out / "metrics.json", json.dumps(metrics, indent=2))
    page = render("error_page.html.j2", name=name, findings=conclusions, sections=saved)
    return write_text(out / "report.html", page)


def _sections(
    analysis: Analysis,
    name: str,
    others: Mapping[str, pd.DataFrame],
    progress: Callable[[str], object],
    pictures: Callable[[str], np.ndarray] | None,
) -> Iterator[Section]:
    makers: list[tuple[str, Callable[[], Section | None]]] = [
        ("Headline", lambda: headline_section(analysis)),
        ("Other models", lambda: comparison_section(analysis, name, others)),
        ("Beside the readers", lambda: readers_section(analysis)),
        ("Agreement", lambda: agreement_section(analysis)),
        ("The pull to the middle", lambda: pull_section(analysis)),
        ("By age, sex and group", lambda: cells_section(analysis)),
        ("Calibration", lambda: calibration_section(analysis)),
        ("Prediction intervals", lambda: intervals_section(analysis)),
        ("Clinical calls", lambda: calls_section(analysis)),
        ("Largest errors", lambda: worst_section(analysis.table, pictures)),
    ]
    for title, make in makers:
        progress(title)
        section = make()
        if section is not None:
            section.title = title
            yield section
