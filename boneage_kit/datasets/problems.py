"""What was wrong with a data set, and what was done about it: a table the user can see."""

from __future__ import annotations

from collections import Counter

import pandas as pd

PROBLEM_COLUMNS = ("image_id", "path", "problem", "what_was_done")
_LEFT_OUT = "left out"
_LONGEST = 300  # letters of one text: a cell of a table may be a whole book


class Problems:
    """Collects problems while a data set is loaded.

    >>> problems = Problems()
    >>> problems.add("1435", "", "there is no image for '1435'", "left out", kind="no image")
    >>> problems.table().shape, problems.left_out()
    ((1, 4), Counter({'no image': 1}))
    """

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, str]] = []
        self._left_out: Counter[str] = Counter()

    def add(
        self,
        image_id: str,
        path: str,
        problem: str,
        what_was_done: str,
        *,
        kind: str = "",
        images: int = 1,
    ) -> None:
        """Add one problem.

        Parameters
        ----------
        kind
            The problem without names and values; default: ``problem`` up to a colon.
        images
            How many images (or rows of a table) it is about.
        """
        self._rows.append((image_id, path, _shortened(problem), _shortened(what_was_done)))
        if what_was_done.startswith(_LEFT_OUT):
            self._left_out[kind or problem.partition(":")[0]] += images

    def table(self) -> pd.DataFrame:
        """Return them as a frame with the columns ``PROBLEM_COLUMNS``."""
        return pd.DataFrame(self._rows, columns=list(PROBLEM_COLUMNS), dtype=object)

    def ids(self) -> set[str]:
        """Return the ids that some problem names."""
        return {row[0] for row in self._rows}

    def summary(self) -> str:
        """Return the most frequent problems in one phrase, each with an example."""
        kinds: dict[str, list[str]] = {}
        for image_id, path, problem, _ in self._rows:
            kinds.setdefault(problem, []).append(image_id or path)
        often = sorted(kinds.items(), key=lambda item: -len(item[1]))[:3]
        return "; ".join(
            f"{problem} ({len(names)}{f', {names[0]} for one' if names[0] else ''})"
            for problem, names in often
        )

    def left_out(self) -> Counter[str]:
        """Return how many images or rows were left out for each reason."""
        return Counter(self._left_out)

    def copy(self) -> Problems:
        """Return the same problems, to which others can be added."""
        other = Problems()
        other._rows, other._left_out = list(self._rows), Counter(self._left_out)
        return other


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
