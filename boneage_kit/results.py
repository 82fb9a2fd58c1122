"""The rows that lessons leave behind: one number each, with its interval and what it stands on.

A row says itself whether its method reads no image (``floor``), and on which data, images, folds,
seeds and pixels it stands; nothing is read back out of a name. ``records/*.json`` of a run folder
hold lists of rows, ``results.json`` holds those of the whole run, and the package carries those of
the runs that were committed.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ._io import read_json, write_text
from .errors import BadInput

Json = dict[str, Any]
#: The version of ``results.json``.
SCHEMA = 1
#: The schema of a row; ages in years, missing is None.
RESULT_COLUMNS = (
    "notebook",
    "result",
    "method",
    "value",
    "lower",
    "upper",
    "unit",
    "n_train",
    "n_test",
    "folds",
    "seed",
    "seeds",
    "pixels",
    "source",
    "data",
    "preset",
    "floor",
    "note",
)
_TEXTS = ("result", "method", "unit", "source", "data", "preset", "note")
_COUNTS = ("n_train", "n_test", "folds", "seed", "seeds", "pixels")
_log = logging.getLogger(__name__)
#: Two rows with the same values here are one result, measured again.
KEY = ("notebook", "result", "method", "n_train", "source")


def row(**fields: Any) -> dict[str, Any]:
    """Return one complete result row; fields that were not given are None.

    Raises
    ------
    BadInput
        For an unknown field, a value that is no finite number, or an interval that does not
        hold the value.

    >>> row(result="MAE", method="sex's median", value=2.5, unit="years")["n_train"] is None
    True
    """
    unknown = sorted(set(fields) - set(RESULT_COLUMNS))
    if unknown:
        raise BadInput(
            f"A result has no field {unknown[0]!r}.", f"The fields are {', '.join(RESULT_COLUMNS)}."
        )
    complete = {name: _plain(fields.get(name)) for name in RESULT_COLUMNS}
    value = complete["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise BadInput(
            f"The result {complete['result']!r} has the value {value!r}.", "Record a finite number."
        )
    for name, outside in (("lower", lambda x: x > value), ("upper", lambda x: x < value)):
        limit = complete[name]
        if limit is not None and (not np.isfinite(limit) or outside(limit)):
            raise BadInput(
                f"The interval's {name} limit {limit:g} does not fit {value:g}.",
                "Give lower <= value <= upper, or neither limit.",
            )
    return complete


def _plain(value: Any) -> Any:
    """Turn NumPy scalars into Python's own, which JSON can write."""
    return value.item() if isinstance(value, np.generic) else value


def add(rows: list[dict[str, Any]], new: Mapping[str, Any]) -> None:
    """Append ``new``, or put it in the place of the same result measured before.

    >>> rows = []
    >>> add(rows, row(result="MAE", method="a", value=1.0))
    >>> add(rows, row(result="MAE", method="a", value=2.0))
    >>> [row["value"] for row in rows]
    [2.0]
    """
    key = tuple(new[name] for name in KEY)
    for number, old in enumerate(rows):
        if tuple(old[name] for name in KEY) == key:
            rows[number] = dict(new)
            return
    rows.append(dict(new))


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the rows as a JSON list, whole or not at all."""
    write_text(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def read(paths: Iterable[Path]) -> pd.DataFrame:
    """Return the rows of several ``records/*.json`` files as one table.

    >>> read([]).columns[:3].tolist()
    ['notebook', 'result', 'method']
    """
    rows = [row for path in paths for row in json.loads(Path(path).read_text(encoding="utf-8"))]
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS))


def in_words(value: float, unit: str | None) -> str:
    """Return a number as text, years with their months.

    >>> in_words(0.791, "years"), in_words(0.93, None)
    ('0.79 years (9.5 months)', '0.93')
    """
    if unit == "years":
        return f"{value:.2f} years ({value * 12:.1f} months)"
    return f"{value:.2f}" if unit in (None, "") else f"{value:.2f} {unit}"


def for_display(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return result rows as a student reads them: rounded, years beside months.

    >>> for_display([row(result="MAE", method="BoNet", value=1.0, lower=0.9, upper=1.1,
    ...                  unit="years", n_train=320, n_test=160)]).iloc[0].tolist()
    ['MAE', 'BoNet', '1.00 years (12.0 months)', '0.90 to 1.10', '320', '160']
    """
    shown = [
        {
            "result": row["result"],
            "method": row["method"],
            "value": in_words(row["value"], row["unit"]),
            "95 % interval": _interval(row),
            "trained on": _count(row["n_train"]),
            "tested on": _count(row["n_test"]),
        }
        for row in rows
    ]
    columns = ["result", "method", "value", "95 % interval", "trained on", "tested on"]
    table = pd.DataFrame(shown, columns=columns)
    table.index = range(1, len(table) + 1)
    return table


def _interval(row: Mapping[str, Any]) -> str:
    if row["lower"] is None or row["upper"] is None:
        return ""
    return f"{row['lower']:.2f} to {row['upper']:.2f}"


def _count(value: Any) -> str:
    return "" if value is None else f"{int(value)}"


def rows_of_run(out: Path) -> list[Json]:
    """Return every recorded row of a run folder, each with all of ``RESULT_COLUMNS``."""
    rows: list[Json] = []
    for path in sorted((out / "records").rglob("[!.]*.json")):
        content = read_json(path)
        records = content if isinstance(content, list) else [content]
        whole = [record for record in records if _is_whole(record)]
        if len(whole) < len(records):
            _log.warning(
                "%s holds %d damaged result(s), which are left out.",
                path.name,
                len(records) - len(whole),
            )
        rows += [{field: record.get(field) for field in RESULT_COLUMNS} for record in whole]
    return rows


def _is_whole(record: Any) -> bool:
    """Return whether a record can stand in a table: a number with texts and numbers beside it."""
    if not isinstance(record, dict) or not _is_number(record.get("value")):
        return False
    texts = [record.get(field) for field in _TEXTS]
    bounds = [record.get(field) for field in ("lower", "upper")]
    counts = [record.get(field) for field in _COUNTS]
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and isinstance(record.get("notebook"), str)
        and all(number is None or _is_number(number) for number in [*bounds, *counts])
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def load(path: Path) -> Json:
    """Return the results of another run, from its folder or its ``results.json``.

    Raises
    ------
    BadInput
        If there are none, or they are of another schema.
    """
    content = read_json(path / "results.json" if path.is_dir() else path)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA or not _is_run(content):
        raise BadInput(
            f"{path} holds no results of a run.",
            "Give the folder that `boneage-kit run --out` wrote.",
        )
    return content


def _is_run(content: Json) -> bool:
    """Return whether the parts of ``results.json`` are there, each of its kind."""
    about = content.get("run")
    parts = {"kit": dict, "machine": dict, "versions": dict, "notebooks": list, "figures": list}
    rows = content.get("rows")
    return (
        all(isinstance(content.get(name), kind) for name, kind in parts.items())
        and isinstance(about, dict)
        and all(isinstance(about.get(name), str) for name in ("source", "preset"))
        and isinstance(rows, list)
        and all(map(_is_whole, rows))
    )


def committed(source: str, preset: str) -> Json | None:
    """Return the results that travel with the package for ``"phantom"`` or ``"real"`` data.

    None where none were committed for that preset.
    """
    path = files("boneage_kit") / "data" / "results" / f"{source}-{preset}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
