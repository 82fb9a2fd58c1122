"""Exercises of unit 05: find the mirrored hands, split by child."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ...datasets import split
from ...phantom import render
from . import Wrong, exercise

#: Which of the six films of :func:`line_up` are mirrored (counted from 1).
_MIRRORED = (2, 5)


def clinic_table() -> pd.DataFrame:
    """Return an invented clinic's table: 90 children with one to three films, in random order.

    >>> table = clinic_table()
    >>> table["patient_id"].nunique(), table.columns.tolist()
    (90, ['image_id', 'patient_id', 'sex', 'bone_age'])
    """
    rng = np.random.default_rng(7)
    child = np.repeat(np.arange(90), rng.integers(1, 4, 90))
    sex, age = rng.choice(["F", "M"], 90), rng.uniform(1, 17, 90)
    table = pd.DataFrame(
        {
            "image_id": [f"film{k:03d}" for k in range(len(child))],
            "patient_id": [f"child{k:02d}" for k in child],
            "sex": sex[child],
            "bone_age": age[child].round(1),
        }
    )
    return table.sample(frac=1, random_state=3).reset_index(drop=True)


def _good_split(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    parts = split(table, validation=0, test=0.25)
    return parts.train, parts.test


def _by_shuffled_names(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    names = np.random.default_rng(5).permutation(frame.patient_id.unique())
    in_test = frame.patient_id.isin(names[: len(names) // 4])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def _names_of_children(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    children = table["patient_id"].unique()
    return children[len(children) // 4 :], children[: len(children) // 4]


def _leaking(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(0).permutation(len(table))
    return order[len(table) // 4 :], order[: len(table) // 4]


@exercise(
    "05.2",
    hint="Draw children, not films: shuffle table['patient_id'].unique(), take a quarter of them, "
    "and let isin find their rows. np.flatnonzero(mask) gives row numbers.",
    solution="""
    def my_split(table):
        children = np.random.default_rng(0).permutation(table["patient_id"].unique())
        is_test = table["patient_id"].isin(children[: len(children) // 4])
        return np.flatnonzero(~is_test), np.flatnonzero(is_test)
    """,
    passes=(_good_split, _by_shuffled_names),
    fails=(
        _leaking,
        lambda table: ([0, 1, 2], [3, 4]),
        lambda table: _good_split(table)[0],
        lambda table: (np.arange(len(table)), np.arange(9)),
        3,
        lambda table: (np.flatnonzero(table.sex == "M"), np.flatnonzero(table.sex == "F")),
        lambda table: (table.sex == "M", table.sex == "F"),
        lambda table: _good_split(table)[::-1],
        _names_of_children,
    ),
)
def split_by_child(answer: Callable[[pd.DataFrame], tuple[np.ndarray, np.ndarray]]) -> str:
    """Split a table with several films per child, and look for children on both sides."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("05.2", my_split).')
    table = clinic_table()
    parts = answer(table.copy())
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        raise Wrong("Return two things: the row numbers of training and those of the test.")
    if any(np.asarray(part).dtype == bool for part in parts):
        raise Wrong("Return row numbers, not True and False: np.flatnonzero(mask) gives them.")
    try:
        train, test = (np.asarray(part).astype(int) for part in parts)
    except (TypeError, ValueError):
        raise Wrong(
            f"Return row numbers, and not names such as {np.asarray(parts[0]).ravel()[0]}. isin "
            "finds the rows of these children, and np.flatnonzero gives their numbers."
        ) from None
    if set(train) & set(test):
        raise Wrong(f"{len(set(train) & set(test))} rows stand in training and in the test.")
    share = len(test) / len(table)
    if len(train) + len(test) == len(table) and 0.65 <= share <= 0.85:
        raise Wrong(
            f"The test has {len(test)} films, and training has {len(train)}. Return the row "
            "numbers of training first, then those of the test."
        )
    if len(train) + len(test) < 0.9 * len(table) or not 0.15 <= share <= 0.35:
        raise Wrong(
            f"Use all {len(table)} rows, about a quarter of them for the test; you have "
            f"{len(train)} and {len(test)}."
        )
    both = sorted(set(table["patient_id"].iloc[train]) & set(table["patient_id"].iloc[test]))
    if both:
        films = table.loc[table["patient_id"] == both[0], "image_id"]
        raise Wrong(
            f"{len(both)} children stand on both sides. One of them is {both[0]}, with the films "
            f"{', '.join(films)}."
        )
    if table["sex"].iloc[test].nunique() < 2 or table["sex"].iloc[train].nunique() < 2:
        raise Wrong("Training or test holds children of one sex only. Both parts need both sexes.")
    return "No child stands on both sides. So the test error is an error on new children."


def line_up(size: int = 320) -> list[np.ndarray]:
    """Return six phantom left hands, float32 [size, size]; some of them were mirrored.

    >>> len(line_up(64))
    6
    """
    films = [
        render(sex="FM"[k % 2], bone_age=5.0 + 2 * k, seed=40 + k, size=size, difficulty=0.4).pixels
        for k in range(6)
    ]
    return [film[:, ::-1] if k + 1 in _MIRRORED else film for k, film in enumerate(films)]


@exercise(
    "05.1",
    hint="In this kit the thumb of a left hand points to the right, and the letters beside the "
    "hand can be read. On two of the six films the thumb points to the left.",
    solution="mirrored = [2, 5]",
    passes=([2, 5], (5, 2), {2, 5}),
    fails=([2], [1, 2, 5], [1, 4], [], 2, "2 and 5", [7]),
)
def mirrored_hands(answer: Any) -> str:
    """Say which film was judged wrongly, and by what."""
    try:
        chosen = {int(number) for number in answer}
    except (TypeError, ValueError):
        raise Wrong("Give the numbers of the films as a list, such as [1, 3].") from None
    if chosen - set(range(1, 7)):
        raise Wrong(
            f"The films have the numbers 1 to 6. There is no film {max(chosen - set(range(1, 7)))}."
        )
    missed, false = set(_MIRRORED) - chosen, chosen - set(_MIRRORED)
    if false:
        raise Wrong(f"Film {min(false)} is not mirrored: its thumb points to the right.")
    if missed:
        raise Wrong(
            f"You found {len(chosen)}, and there is at least one more. Look for a thumb that "
            "points to the left."
        )
    return (
        "A mirrored left hand looks just like a right hand. Only letters on the film or the header "
        "tell which one it is."
    )
