"""``report.html``: one page that can be read, printed and mailed on its own."""

from __future__ import annotations

import base64
from collections import defaultdict
from pathlib import Path
from typing import Any

import jinja2

from .. import results
from .._io import write_atomically

Json = dict[str, Any]
_SOURCES = ("phantom", "real")
_FLOOR = ("median", "constant", "mean of")


def write_run_page(out: Path, beside: Json | None = None) -> Path:
    """Write ``report.html`` from ``results.json`` in ``out``; return its path.

    Parameters
    ----------
    out
        A run's folder.
    beside
        The content of another run's ``results.json``, for the column of the other kind of data
        (phantom or real). Without it, the results that travel with the package are used where
        they were made at the same preset, and the page says so.
    """
    content = results.load(out)
    other = beside or results.committed(_other(content["run"]["source"]),
                                        content["run"]["preset"])
    columns = {content["run"]["source"]: content}
    if other and other["run"]["source"] not in columns:
        columns[other["run"]["source"]] = other
    page = _environment().get_template("run_page.html.j2").render(
        content=content,
        columns={source: columns.get(source) for source in _SOURCES},
        lent=None if beside or not other else other["run"]["source"],
        chapters=chapters(columns),
        widest=widest(columns),
        pictures={figure["file"]: _data_url(out / figure["file"])
                  for figure in content["figures"]},
        minutes=sum(step["minutes"] for step in content["notebooks"]),
        peak=max((step["peak_memory_mb"] for step in content["notebooks"]), default=0),
    )  # fmt: skip
    return write_atomically(out / "report.html",
                            lambda place: place.write_text(page, encoding="utf-8"))


def _other(source: str) -> str:
    return "real" if source == "phantom" else "phantom"


def chapters(columns: dict[str, Json]) -> dict[str, list[Json]]:
    """Return notebook -> lines of its results table, phantom and real side by side.

    A line is ``{"result", "method", "note", "floor", "phantom", "real"}``, the last two a row of
    ``results.json`` or None. Rows of the two runs belong together when notebook, result, method
    and unit agree; where these repeat (a learning curve), the order decides.

    >>> row = {"notebook": "03", "result": "MAE", "method": "BoNet", "unit": "years",
    ...        "value": 1.0, "note": ""}
    >>> line = chapters({"phantom": {"rows": [row]}, "real": {"rows": []}})["03"][0]
    >>> line["phantom"]["value"], line["real"]
    (1.0, None)
    """
    lines: dict[tuple, Json] = {}
    for source, content in columns.items():
        seen: dict[tuple, int] = defaultdict(int)
        for row in content["rows"]:
            same = (row["notebook"], row["result"], row["method"], row["unit"])
            seen[same] += 1
            line = lines.setdefault((*same, seen[same]), {
                "result": row["result"], "method": row["method"], "note": row["note"],
                "floor": is_floor(row["method"]), **dict.fromkeys(_SOURCES),
            })  # fmt: skip
            line[source] = row
    ordered: dict[str, list[Json]] = defaultdict(list)
    for key, line in lines.items():
        ordered[key[0]].append(line)
    return {name: ordered[name] for name in sorted(ordered)}


def is_floor(method: str) -> bool:
    """Return whether a method reads no image: the floor that every other must beat.

    >>> is_floor("the sex's median"), is_floor("BoNet")
    (True, False)
    """
    return any(word in method.lower() for word in _FLOOR)


def number(value: float | None, unit: str = "years") -> str:
    """Return a value as the report prints it: two decimals, an en dash where there is none.

    >>> number(0.8349), number(None), number(37.0, "images")
    ('0.83', '–', '37')
    """
    if value is None:
        return "–"
    if float(value).is_integer() and unit != "years":
        return f"{value:.0f}"
    return f"{value:.2f}".replace("-", "−")


def widest(columns: dict[str, Json]) -> float:
    """Return the end of the common scale under the values in years: the largest upper bound."""
    ends = [row["upper"] if row["upper"] is not None else row["value"]
            for content in columns.values() for row in content["rows"] if row["unit"] == "years"]
    return max((end for end in ends if end is not None), default=0.0)


def percent(value: float, whole: float) -> str:
    """Return where a value stands on a scale from 0 to ``whole``, in percent, kept inside it.

    >>> percent(1.0, 4.0), percent(-1.0, 4.0)
    ('25.0', '0.0')
    """
    return f"{min(max(100 * value / whole, 0.0), 100.0):.1f}"


def small_print(row: Json) -> str:
    """Return a value in months and the images trained and tested on, in one line.

    >>> small_print({"unit": "years", "value": 0.5, "n_train": 100, "n_test": 20})
    '6.0 months · n 100 / 20'
    """
    parts = []
    if row["unit"] == "years" and row["value"] is not None:
        parts.append(f"{12 * row['value']:.1f} months".replace("-", "−"))
    trained, tested = row["n_train"], row["n_test"]
    if trained is not None or tested is not None:
        parts.append(f"n {'–' if trained is None else trained} / "
                     f"{'–' if tested is None else tested}")
    return " · ".join(parts)


def _data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("boneage_kit.report", "."), autoescape=True,
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters.update(number=number, percent=percent, small_print=small_print)
    return environment
