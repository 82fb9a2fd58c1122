"""``results.json``: every number of a run, with what it depends on.

=============== ====================================================================================
key             holds
=============== ====================================================================================
``schema``      1
``kit``         version, git commit, whether files differed from it, hash of the package's code
``run``         preset, data (the spec as given), source ("phantom" or "real"), data_checksum, seed,
                threads, processor (a kind of :mod:`.processor`), device (asked for; null: the best
                there is), command, started, finished (UTC)
``machine``     system, processor, cores, memory_gb, gpu (where there is an NVIDIA one)
``versions``    Python and the libraries that can change a digit
``notebooks``   per notebook: name, title, status ("done" or "failed"), minutes, peak_memory_mb,
                cells, error (None or one line), key (hash of what the result depends on), finished
``rows``        per number: notebook, result, method, value, lower, upper, unit, n_train, n_test,
                folds, seed, seeds, pixels, source, data, preset, floor, note; ages in years;
                missing is null
``figures``     per figure: notebook, name, file (relative), alt, caption
=============== ====================================================================================

Notebooks leave their rows in ``records/*.json`` and their figures in ``figures/<notebook>/``
(through :mod:`boneage_kit.teaching.lesson`); :func:`collect` gathers them.
"""

from __future__ import annotations

from pathlib import Path

from .._io import read_json
from ..results import SCHEMA, Json, rows_of_run


def figures(out: Path) -> list[Json]:
    """Return every saved figure of a run folder with its alt text, in the order of drawing."""
    pictures = (out / "figures").glob("*/*.png")
    order = sorted(pictures, key=lambda path: (path.parent.name, path.stat().st_mtime_ns))
    return [
        {"notebook": path.parent.name, "name": path.stem,
         "file": path.relative_to(out).as_posix(), **_texts(path.with_suffix(".json"))}
        for path in order
    ]  # fmt: skip


def _texts(path: Path) -> dict[str, str]:
    texts = read_json(path)
    texts = texts if isinstance(texts, dict) else {}
    return {name: str(texts.get(name) or "") for name in ("alt", "caption")}


def collect(out: Path, heading: Json, notebooks: list[Json]) -> Json:
    """Gather a run folder into the content of ``results.json``.

    Parameters
    ----------
    out
        The run's folder.
    heading
        The keys ``kit``, ``run``, ``machine`` and ``versions``.
    notebooks
        The state of each notebook; rows and figures of those that failed stay out.
    """
    done = {notebook["name"] for notebook in notebooks if notebook["status"] == "done"}
    return {
        "schema": SCHEMA,
        **heading,
        "notebooks": notebooks,
        "rows": [row for row in rows_of_run(out) if row["notebook"] in done],
        "figures": [figure for figure in figures(out) if figure["notebook"] in done],
    }
