"""What was wrong with a data set, and what was done about it: a table the user can see."""

from __future__ import annotations

import pandas as pd

PROBLEM_COLUMNS = ("image_id", "path", "problem", "what_was_done")


class Problems:
    """Collects problems while a data set is read.

    >>> problems = Problems()
    >>> problems.add("1435", "1435.png", "no image for this row", "left out")
    >>> problems.table().shape
    (1, 4)
    """

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, str]] = []

    def add(self, image_id: str, path: str, problem: str, what_was_done: str) -> None:
        """Add one problem."""
        self._rows.append((image_id, path, problem, what_was_done))

    def table(self) -> pd.DataFrame:
        """Return them as a frame with the columns ``PROBLEM_COLUMNS``."""
        return pd.DataFrame(self._rows, columns=list(PROBLEM_COLUMNS), dtype=object)

    def ids(self) -> set[str]:
        """Return the ids that some problem names."""
        return {row[0] for row in self._rows}

    def summary(self) -> str:
        """Return the most frequent problems in one phrase."""
        counts = self.table()["problem"].value_counts().head(3)
        return "; ".join(f"{problem} ({count})" for problem, count in counts.items())
