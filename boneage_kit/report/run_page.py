"""``report.html`` of a run: one page that can be read, printed and mailed on its own."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from .. import results
from .._io import write_text
from ..plots.shown_figure import to_data_url
from ..results import Json
from .page import number, render

_SOURCES = ("phantom", "real")


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
    other = beside or results.committed(_other(content["run"]["source"]), content["run"]["preset"])
    columns = {content["run"]["source"]: content}
    if other and other["run"]["source"] not in columns:
        columns[other["run"]["source"]] = other
    page = render(
        "run_page.html.j2",
        number=number, percent=percent, small_print=small_print,
        content=content,
        columns={source: columns.get(source) for source in _SOURCES},
        lent=None if beside or not other else other["run"]["source"],
        chapters=chapters(columns),
        widest=widest(columns),
        pictures={figure["file"]: to_data_url((out / figure["file"]).read_bytes())
                  for figure in content["figures"]},
        minutes=sum(step["minutes"] for step in content["notebooks"]),
        peak=max((step["peak_memory_mb"] for step in content["notebooks"]), default=0),
    )  # fmt: skip
    return write_text(out / "report.html", page)


def _other(source: str) -> str:
    return "real" if source == "phantom" else "phantom"


def chapters(columns: dict[str, Json]) -> dict[str, list[Json]]:
    """Return notebook -> lines of its results table, phantom and real side by side.

    A line is ``{"result", "method", "note", "floor", "phantom", "real"}``, the last two a row of
    ``results.json`` or None. ``floor``: the row says itself that its method looks at no image.
    Rows of the two runs belong together when notebook, result, method
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
                "floor": False, **dict.fromkeys(_SOURCES),
            })  # fmt: skip
            line[source] = row
            line["floor"] |= bool(row.get("floor"))
    ordered: dict[str, list[Json]] = defaultdict(list)
    for key, line in lines.items():
        ordered[key[0]].append(line)
    return {name: ordered[name] for name in sorted(ordered)}


def widest(columns: dict[str, Json]) -> float:
    """Return the end of the common scale under the values in years: the largest upper bound."""
    ends = [
        row["upper"] if row["upper"] is not None else row["value"]
        for content in columns.values()
        for row in content["rows"]
        if row["unit"] == "years"
    ]
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
        parts.append(
            f"n {'–' if trained is None else trained} / {'–' if tested is None else tested}"
        )
    return " · ".join(parts)
