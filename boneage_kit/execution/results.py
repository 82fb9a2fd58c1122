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
                seed, source, data, preset, note; ages in years; missing is null
``figures``     per figure: notebook, name, file (relative), alt, caption
=============== ====================================================================================

Notebooks leave their rows in ``records/*.json`` and their figures in ``figures/<notebook>/``
(through :mod:`boneage_kit.lesson`); :func:`collect` gathers them.
"""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..cache import write_atomically
from ..errors import BadInput

SCHEMA = 1
ROW_FIELDS = (
    "notebook", "result", "method", "value", "lower", "upper", "unit", "n_train", "n_test",
    "seed", "source", "data", "preset", "note",
)  # fmt: skip
Json = dict[str, Any]


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


def rows(out: Path) -> list[Json]:
    """Return every recorded row of a run folder, each with all of ``ROW_FIELDS``."""
    found: list[Json] = []
    for path in sorted((out / "records").rglob("*.json")):
        content = read_json(path)
        for row in content if isinstance(content, list) else [content]:
            if isinstance(row, dict) and "value" in row:
                found.append({field: row.get(field) for field in ROW_FIELDS})
    return found


def figures(out: Path) -> list[Json]:
    """Return every saved figure of a run folder with its alt text, in the order of drawing."""
    pictures = (out / "figures").glob("*/*.png")
    order = sorted(pictures, key=lambda path: (path.parent.name, path.stat().st_mtime_ns))
    return [
        {"notebook": path.parent.name, "name": path.stem,
         "file": path.relative_to(out).as_posix(), **_words(path.with_suffix(".json"))}
        for path in order
    ]  # fmt: skip


def _words(path: Path) -> dict[str, str]:
    words = read_json(path) or {}
    return {"alt": words.get("alt") or "", "caption": words.get("caption") or ""}


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
        "rows": [row for row in rows(out) if row["notebook"] in done],
        "figures": [figure for figure in figures(out) if figure["notebook"] in done],
    }


def load(place: Path) -> Json:
    """Return the results of another run, from its folder or its ``results.json``.

    Raises
    ------
    BadInput
        If there are none, or they are of another schema.
    """
    path = place / "results.json" if place.is_dir() else place
    content = read_json(path)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise BadInput(f"{place} holds no results of a run.",
                       "Give the folder that `boneage-kit run --out` wrote.")
    return content


def committed(source: str, preset: str) -> Json | None:
    """Return the results that travel with the package for ``"phantom"`` or ``"real"`` data.

    None where none were committed for that preset.
    """
    path = files("boneage_kit") / "data" / "results" / f"{source}-{preset}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
