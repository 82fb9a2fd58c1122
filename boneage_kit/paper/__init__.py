"""The paper's claims, where each stands, what we run for it, and the verdict.

Spampinato, Palazzo, Giordano, Aldinucci and Leonardi, *Deep learning for automated skeletal bone
age assessment in X-ray images*, Medical Image Analysis 36 (2017) 41-51. Only its abstract and
highlights could be read; :func:`unknown` lists what could not, and what the kit does instead. The
column ``mark`` says of each fact whether it was read, computed or only recalled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import pandas as pd

from .verdicts import CANNOT_BE_TOLD, NOT_REPRODUCED, REPRODUCED, Verdict, judge

__all__ = [
    "CANNOT_BE_TOLD",
    "NOT_REPRODUCED",
    "REPRODUCED",
    "Verdict",
    "claims",
    "judge",
    "judge_all",
    "published",
    "side_by_side",
    "unknown",
]


def _table(name: str) -> pd.DataFrame:
    with (files(__name__) / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def claims() -> pd.DataFrame:
    """Return the paper's claims, one a row.

    Columns: ``claim`` (its short name), ``question``, ``statement``, ``where`` (abstract,
    highlights or memory), ``mark`` (read or recalled), ``rule`` (of :mod:`.verdicts`), ``result``
    and ``method`` (the recorded row that decides), ``command``, ``if_not`` (why it cannot be
    told where no row exists).

    >>> claims().set_index("claim").loc["error", "statement"]
    'The automatic reading is about 0.8 years from the manual one.'
    """
    return _table("claims").fillna("")


def published() -> pd.DataFrame:
    """Return published errors of systems, readers and constant answers, in years.

    Columns: ``who, kind, year, value_years, measure, data, n, mark, source, note``. Values of
    different data sets and measures are not one ranking.

    >>> published().query("kind == 'paper'")["value_years"].item()
    0.8
    """
    return _table("published")


def unknown() -> pd.DataFrame:
    """Return what could not be read of the paper, and what this kit does instead.

    >>> "layers" in set(unknown()["topic"])
    True
    """
    return _table("unknown")


def judge_all(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the verdict on every claim from a run's result rows.

    Parameters
    ----------
    rows
        Result rows (``results.json``'s ``rows``, or a notebook's records) of one data set.

    Returns
    -------
    pandas.DataFrame
        ``claim, number, verdict, because``; ``number`` is text in years, empty without a row.

    >>> rows = [{"result": "difference in MAE", "method": "deep features minus hand-crafted "
    ...          "features", "value": -0.4, "lower": -0.5, "upper": -0.3}]
    >>> judge_all(rows).set_index("claim").loc["features", "verdict"]
    'reproduced'
    """
    found = {(row["result"], row["method"]): row for row in rows}
    judged = []
    for claim in claims().to_dict("records"):
        row = found.get((claim["result"], claim["method"]))
        verdict = judge(claim["rule"], row, claim["if_not"])
        judged.append({"claim": claim["claim"], "number": _number(row), "verdict": verdict.word,
                       "because": verdict.because})
    return pd.DataFrame(judged)


def _number(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    sign = "+" if "difference" in row["result"] else ""
    return f"{row['value']:{sign}.2f} ({row['lower']:{sign}.2f} to {row['upper']:{sign}.2f})"


def side_by_side(
    phantom: Iterable[Mapping[str, Any]], real: Iterable[Mapping[str, Any]]
) -> pd.DataFrame:
    """Return claims with our numbers and verdicts, real and phantom in separate columns.

    >>> table = side_by_side([], [])
    >>> table.columns.tolist()
    ['claim', 'real: years', 'real: verdict', 'phantom: years', 'phantom: verdict']
    """
    table = claims()[["claim", "statement"]].rename(columns={"statement": "text"})
    for name, rows in (("real", real), ("phantom", phantom)):
        judged = judge_all(rows).set_index("claim")
        table[f"{name}: years"] = table["claim"].map(judged["number"])
        table[f"{name}: verdict"] = table["claim"].map(judged["verdict"])
    table["claim"] = table.pop("text")
    table.index = range(1, len(table) + 1)
    return table
