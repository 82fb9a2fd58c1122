"""The rows a notebook leaves behind: one number each, with its interval and what it stands on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..cache import write_atomically
from ..errors import BadInput

#: The schema of ``records/<notebook>.json``: a list of objects with these keys.
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
    "seed",
    "source",
    "data",
    "preset",
    "note",
)
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
        raise BadInput(f"A result has no field {unknown[0]!r}.",
                       f"The fields are {', '.join(RESULT_COLUMNS)}.")
    complete = {name: _plain(fields.get(name)) for name in RESULT_COLUMNS}
    value = complete["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise BadInput(f"The result {complete['result']!r} has the value {value!r}.",
                       "Record a finite number.")
    for name, outside in (("lower", lambda x: x > value), ("upper", lambda x: x < value)):
        limit = complete[name]
        if limit is not None and (not np.isfinite(limit) or outside(limit)):
            raise BadInput(f"The interval's {name} limit {limit:g} does not fit {value:g}.",
                           "Give lower <= value <= upper, or neither limit.")
    return complete


def _plain(value: Any) -> Any:
    """Turn NumPy scalars into Python's own, which JSON can write."""
    return value.item() if isinstance(value, np.generic) else value


def add(rows: list[dict[str, Any]], new: Mapping[str, Any]) -> None:
    """Append ``new``, or put it in the place of the same result measured before.

    >>> rows = []
    >>> add(rows, row(result="MAE", method="a", value=1.0))
    >>> add(rows, row(result="MAE", method="a", value=2.0))
    >>> [one["value"] for one in rows]
    [2.0]
    """
    key = tuple(new[name] for name in KEY)
    for place, old in enumerate(rows):
        if tuple(old[name] for name in KEY) == key:
            rows[place] = dict(new)
            return
    rows.append(dict(new))


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the rows as a JSON list, whole or not at all."""
    text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def read(paths: Iterable[Path]) -> pd.DataFrame:
    """Return the rows of several ``records/*.json`` files as one table.

    >>> read([]).columns[:3].tolist()
    ['notebook', 'result', 'method']
    """
    rows = [one for path in paths for one in json.loads(Path(path).read_text(encoding="utf-8"))]
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
            "result": one["result"],
            "method": one["method"],
            "value": in_words(one["value"], one["unit"]),
            "95 % interval": _interval(one),
            "trained on": _count(one["n_train"]),
            "tested on": _count(one["n_test"]),
        }
        for one in rows
    ]
    columns = ["result", "method", "value", "95 % interval", "trained on", "tested on"]
    table = pd.DataFrame(shown, columns=columns)
    table.index = range(1, len(table) + 1)
    return table


def _interval(one: Mapping[str, Any]) -> str:
    if one["lower"] is None or one["upper"] is None:
        return ""
    return f"{one['lower']:.2f} to {one['upper']:.2f}"


def _count(value: Any) -> str:
    return "" if value is None else f"{int(value)}"
