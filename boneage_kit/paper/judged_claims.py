"""The claims of the paper with their sources, and the verdict on each from result rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import pandas as pd

from .. import presets
from .verdicts import CANNOT_BE_TOLD, REPRODUCED, Verdict, allow_for_luck, judge


def _table(name: str) -> pd.DataFrame:
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def claims() -> pd.DataFrame:
    """Return the paper's claims, one per row.

    Columns: ``claim`` (its short name), ``question``, ``statement``, ``where`` (abstract,
    highlights or memory), ``mark`` (read or recalled), ``rule`` (of :mod:`.verdicts`), ``needs``
    (claims without which this one says nothing), ``trained`` (whether a training
    with another seed could end otherwise), ``result`` and ``method`` (the recorded row that
    decides), ``command``, ``if_not`` (why it cannot be
    told where no row exists), ``figure`` (what ``boneage-kit figure`` writes for it).

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


def age_shares() -> pd.DataFrame:
    """Return which share (0 to 1) of the Digital Hand Atlas and of RSNA 2017 is of which age.

    >>> age_shares()[["dha", "rsna"]].sum().round(2).tolist()
    [1.0, 1.0]
    """
    return _table("age_shares")


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
    by_name = {(row["result"], row["method"]): row for row in rows}
    table = claims().set_index("claim", drop=False)
    evidence = {
        claim["claim"]: by_name.get((claim["result"], claim["method"]))
        for claim in table.to_dict("records")
    }
    judged = []
    for claim in table.to_dict("records"):
        row = evidence[claim["claim"]]
        unmet = [
            name
            for name in claim["needs"].split()
            if row is not None and judge(table.loc[name, "rule"], evidence[name]).word != REPRODUCED
        ]
        verdict = (
            _not_above_the_floor(table.loc[unmet[0], "method"])
            if unmet
            else judge(claim["rule"], row, claim["if_not"])
        )
        if claim["trained"] and row is not None:
            verdict = allow_for_luck(verdict, row["value"], _runs(row))
        n_train = row.get("n_train") if row is not None else None
        says_interval = n_train and "interval" in verdict.because
        trained = f", with {int(n_train)} training images" if n_train and says_interval else ""
        judged.append(
            {
                "claim": claim["claim"],
                "number": _number(row),
                "verdict": verdict.word,
                "because": verdict.because + trained,
            }
        )
    return pd.DataFrame(judged)


def _runs(row: Mapping[str, Any]) -> int:
    """Return how many trainings (seeds) stand behind a row: its preset's, or one."""
    return presets.get(row["preset"]).seeds if row.get("preset") else 1


def _not_above_the_floor(method: str) -> Verdict:
    """Return the verdict where a method did not beat the floor.

    Two methods that learned nothing have equal errors. This says nothing about the claim.
    """
    return Verdict(
        CANNOT_BE_TOLD,
        f"{method.partition(' minus ')[0]} did not beat an answer "
        "without an image in this run, so it proves nothing here",
    )


def _number(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    sign = "+" if "difference" in row["result"] else ""
    return f"{row['value']:{sign}.2f} ({row['lower']:{sign}.2f} to {row['upper']:{sign}.2f})"


def side_by_side(
    phantom: Iterable[Mapping[str, Any]], real: Iterable[Mapping[str, Any]]
) -> pd.DataFrame:
    """Return claims with our numbers and verdicts, real and phantom in separate columns.

    Without any row of a kind, its verdicts read "not run yet".

    >>> table = side_by_side([], [])
    >>> table.columns.tolist()
    ['claim', 'real: years', 'real: verdict', 'phantom: years', 'phantom: verdict']
    """
    table = claims()[["claim", "statement"]].rename(columns={"statement": "text"})
    for name, rows in (("real", list(real)), ("phantom", list(phantom))):
        judged = judge_all(rows).set_index("claim")
        if not rows:
            judged = judged.assign(verdict="not run yet")
        table[f"{name}: years"] = table["claim"].map(judged["number"])
        table[f"{name}: verdict"] = table["claim"].map(judged["verdict"])
    table["claim"] = table.pop("text")
    table.index = range(1, len(table) + 1)
    return table
