"""Exercises of unit 08: choose alpha fairly, choose regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from . import Unanswered, Wrong, exercise

KINDS = ("MCP", "PIP", "DIP", "Wrist", "Radius", "Ulna", "Hand", "Lengths")
#: Two made-up tables in which training, left-out and test images each prefer another alpha.
_TABLES = (
    pd.DataFrame(
        {
            "alpha": [0.1, 10.0, 1000.0, 100000.0],
            "training": [0.0, 0.2, 1.1, 3.0],
            "left_out": [3.5, 2.1, 1.8, 3.1],
            "test": [3.4, 1.7, 1.9, 3.2],
        },
        index=[10, 11, 12, 13],
    ),
    pd.DataFrame(
        {
            "alpha": [1.0, 5.0, 25.0],
            "training": [0.3, 0.6, 0.9],
            "left_out": [1.4, 1.2, 1.5],
            "test": [1.3, 1.4, 1.0],
        },
        index=[3, 1, 2],
    ),
)


def _chosen(column: str) -> Callable[[pd.DataFrame], float]:
    return lambda table: table.loc[table[column].idxmin(), "alpha"]


@exercise(
    "08.1",
    hint="Which images may decide? Not those on which the line was fitted, and not the test "
    "images: they are for the final error. idxmin() gives the row label of the smallest value.",
    solution="""
    def best_alpha(table):
        row = table["left_out"].idxmin()
        return table.loc[row, "alpha"]
    """,
    passes=(
        _chosen("left_out"),
        lambda table: float(table.sort_values("left_out", kind="stable")["alpha"].iloc[0]),
        lambda t: t["alpha"].to_numpy()[np.argmin(t["left_out"].to_numpy())],
    ),
    fails=(
        _chosen("training"),
        _chosen("test"),
        lambda table: table["left_out"].idxmin(),
        lambda table: table["left_out"].min(),
        lambda table: table["alpha"].max(),
        lambda table: table.loc[(table["left_out"] + table["test"]).idxmin(), "alpha"],
        1000,
    ),
)
def best_alpha(answer: Callable[[pd.DataFrame], float]) -> str:
    """A function of a table of errors by alpha to the alpha to take."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("08.1", best_alpha).')
    for table in _TABLES:
        try:
            given = answer(table.copy())
        except (KeyError, TypeError) as error:
            if "llipsis" in str(error):
                raise Unanswered from error
            raise
        _judge_alpha(table, float(given))
    return "The left-out images chose, and the test images stay unused for the final error."


def _judge_alpha(table: pd.DataFrame, given: float) -> None:
    right = _chosen("left_out")(table)
    if given == right:
        return
    if given == _chosen("training")(table):
        raise Wrong(
            "You chose by the training images. Their error is smallest where the line learns them "
            "by heart. It says nothing about other children."
        )
    if given == _chosen("test")(table):
        raise Wrong(
            "You chose by the test images. Then the test images took part in the training, and "
            "their error is too small. Choose by the left-out images."
        )
    if given in (float(table["left_out"].idxmin()), float(table["left_out"].min())):
        raise Wrong(
            f"{given:g} is the row or the error and not the alpha. Return the value of the column "
            '"alpha" in this row.'
        )
    raise Wrong(
        f"In one table your answer is {given:g}; the left-out images have their smallest error at "
        f"{right:g}."
    )


def _report(regions: list[str], months: float, every: float = 16.0, lengths: float = 49.0) -> dict:
    return {"regions": regions, "months": months, "all": every, "lengths": lengths}


@exercise(
    "08.2",
    hint="try_regions takes a list of kinds, such as ['PIP', 'Wrist']. The table above says which "
    "kinds err least alone. Two kinds that know different things help more than two alike.",
    solution="""
    my_report = try_regions(["Wrist", "MCP", "Radius"])
    """,
    passes=(
        _report(["Wrist", "MCP", "Radius"], 17.2),
        _report(["Radius"], 21),
        _report(["PIP", "Wrist"], 18.4),
    ),
    fails=(
        _report(["Wrist", "MCP", "Radius", "PIP"], 16.5),
        _report(["Hand"], 23.5),
        _report(["Elbow"], 20.0),
        _report(["Ulna"], 50.0),
        ["Wrist", "MCP"],
    ),
)
def choose_regions(answer: dict[str, Any]) -> str:
    """What ``try_regions`` returned for at most three kinds of region."""
    if not isinstance(answer, dict) or not {"regions", "months", "all", "lengths"} <= set(answer):
        raise Wrong("Give what try_regions([...]) returned, not the list of regions alone.")
    kinds = list(dict.fromkeys(answer["regions"]))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise Wrong(f"There is no region {', '.join(unknown) or '(none)'}. Use {', '.join(KINDS)}.")
    if len(kinds) > 3:
        raise Wrong(f"You chose {len(kinds)} kinds of region. Three at most may be described.")
    if {"Hand", "Lengths"} & set(kinds):
        raise Wrong(
            '"Hand" and "Lengths" describe the whole hand and no region. Choose joints or bones.'
        )
    if answer["months"] >= answer["lengths"]:
        raise Wrong(
            f"These regions err by {answer['months']:.1f} months on left-out hands, and lengths "
            f"alone by {answer['lengths']:.1f}. Choose kinds that do better in the table above."
        )
    behind = answer["months"] - answer["all"]
    compared = f"{abs(behind):.1f} months {'more' if behind > 0 else 'less'} than"
    return (
        f"{', '.join(kinds)} err by {answer['months']:.1f} months on left-out hands: {compared} "
        "all kinds together. The left-out hands judged, so the test hands are still unused."
    )
