"""The whole error analysis of one table as a folder: tables, figures, and a page to read."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ..evaluation import constant_predictor, summary
from .error_sections import (
    agreement_section,
    cells_section,
    comparison_section,
    headline_section,
    pull_section,
    readers_section,
)
from .page import PAGE, Section, bullets, save_section, write_text
from .sentences import findings
from .use_sections import calibration_section, calls_section, intervals_section, worst_section


def write_report(
    predictions: pd.DataFrame, out: Path, *, n_bootstrap: int = 1000, seed: int = 0,
    name: str = "model", others: dict[str, pd.DataFrame] | None = None,
    pictures: Callable[[str], np.ndarray] | None = None,
    progress: Callable[[str], object] = lambda title: None,
) -> Path:
    """Write the error analysis of one model's predictions to a folder; return its page.

    Parameters
    ----------
    predictions
        A checked table of one model (years). Where it holds several seeds, every figure pools
        them and every interval counts a child once (:mod:`boneage_kit.evaluation.runs`).
    out
        Folder, made where it is not: ``report.html`` (on its own, figures inside),
        ``figures/*.png``, ``tables/*.csv``, ``metrics.json``.
    others
        Tables of other models on the same children, for the paired comparison.
    pictures
        Gives the picture ``uint8 [h, w]`` of an image_id, for the gallery of the worst readings.
    progress
        Called with the title of each section before it is made.
    """
    import matplotlib

    matplotlib.use("Agg")
    from ..plots import use_style

    headline = summary(predictions, n_bootstrap, seed)
    out.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context():
        use_style()
        sections = _sections(predictions, headline, others or {}, n_bootstrap, seed, progress,
                             pictures)
        done = [save_section(section, out) for section in sections]
    words = findings(predictions, n_bootstrap=n_bootstrap, seed=seed)
    metrics = {"model": name, "n": int(headline["n"].iloc[0]), "n_bootstrap": n_bootstrap,
               "seed": seed, "findings": words,
               "summary": json.loads(headline.to_json(orient="index"))}
    write_text(out / "metrics.json", json.dumps(metrics, indent=2))
    page = PAGE.format(title=html.escape(f"Error analysis: {name}"), findings=bullets(words),
                        sections="\n".join(done))
    return write_text(out / "report.html", page)


def _sections(
    table: pd.DataFrame, headline: pd.DataFrame, others: dict[str, pd.DataFrame],
    n_bootstrap: int, seed: int, progress: Callable[[str], object],
    pictures: Callable[[str], np.ndarray] | None,
) -> Iterator[Section]:
    floor = constant_predictor(table, table)
    makers: list[tuple[str, Callable[[], Section | None]]] = [
        ("Headline", lambda: headline_section(table, headline, floor, n_bootstrap, seed)),
        ("Other models", lambda: comparison_section(others, n_bootstrap, seed)),
        ("Beside the readers", lambda: readers_section(table, floor, n_bootstrap, seed)),
        ("Agreement", lambda: agreement_section(table)),
        ("The pull to the middle", lambda: pull_section(table)),
        ("By age, sex and group", lambda: cells_section(table, floor, n_bootstrap, seed)),
        ("Calibration", lambda: calibration_section(table)),
        ("Prediction intervals", lambda: intervals_section(table, seed)),
        ("Clinical calls", lambda: calls_section(table, seed)),
        ("Worst readings", lambda: worst_section(table, pictures)),
    ]
    for title, make in makers:
        progress(title)
        section = make()
        if section is not None:
            section.title = title
            yield section
