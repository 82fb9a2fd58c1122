"""Exercises of unit 09: read the chart of training sizes."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from . import Wrong, exercise


@exercise(
    "09.1",
    hint="Sort the rows of each method by n_train and look for the first whose mae_years is "
    "below the bound.",
    solution="""
    def images_for(table, method, months):
        part = table[(table["method"] == method) & (table["mae_years"] * 12 <= months)]
        return None if part.empty else int(part["n_train"].min())
    """,
    passes=(
        lambda table, method, months: (
            lambda part: None if part.empty else int(part["n_train"].min())
        )(table[(table["method"] == method) & (table["mae_years"] * 12 <= months)]),
    ),
    fails=(
        lambda table, method, months: 100,
        lambda table, method, months: int(table.loc[table["mae_years"] <= months, "n_train"].min()),
        lambda table, method, months: 0,
    ),
)
def images_for(answer: Callable) -> str:
    """The smallest training size at which a method's error is at most so many months."""
    table = pd.DataFrame(
        {
            "method": ["a"] * 3 + ["b"] * 2,
            "n_train": [400, 50, 100, 50, 100],
            "mae_years": [1.0, 2.0, 1.5, 1.4, 1.2],
        }
    )
    for method, months, right in (("a", 18, 100), ("a", 12, 400), ("b", 17, 50), ("b", 6, None)):
        given = answer(table.copy(), method, months)
        if given != right:
            raise Wrong(
                f"For method {method!r} and {months} months your answer is {given!r} and "
                f"the table says {right!r}. mae_years is in years; where no size is "
                "enough, return None."
            )
    return "Now the chart can be read from right to left: how many images buy this error?"
