"""A second opinion beside the film: which hand has which, and how a simulated reader weighs it."""

from __future__ import annotations

import pandas as pd

from .. import maturity
from ..errors import BadInput

__all__ = ["ADVISED", "checked_opinions", "opinion_in_words", "weigh_opinions"]

#: Added to the reader's name in the file, so that every answer says that an opinion was shown.
ADVISED = " with opinion"


def checked_opinions(opinion: pd.DataFrame, image_ids: list[str]) -> pd.Series:
    """Return the opinion (years) of each hand of a worklist, indexed by ``image_id``.

    Parameters
    ----------
    opinion
        Columns ``image_id`` and ``opinion`` (years, 0 to 20).
    image_ids
        The hands of the worklist; each must have one opinion.

    Raises
    ------
    BadInput
        If a column is missing, or a hand has no opinion, two, or none that is an age.

    >>> table = pd.DataFrame({"image_id": ["a", "b"], "opinion": [8.0, 9.5]})
    >>> checked_opinions(table, ["b"]).to_dict()
    {'b': 9.5}
    """
    missing = {"image_id", "opinion"} - set(opinion)
    if missing:
        raise BadInput(
            f"The table of opinions has no column {sorted(missing)[0]}.",
            "Give the columns image_id and opinion (years).",
        )
    ids = opinion["image_id"].astype(str)
    years = pd.to_numeric(opinion["opinion"], errors="coerce").set_axis(ids)
    for name in image_ids:
        count = int((ids == name).sum())
        if count != 1:
            raise BadInput(
                f"The hand {name} has {count or 'no'} opinion{'s' if count else ''}.",
                "Give exactly one opinion for each hand of the worklist.",
            )
        if not 0 <= years[name] <= 20:
            raise BadInput(
                f"The opinion about the hand {name} is no bone age in years.",
                "Give ages between 0 and 20 years.",
            )
    return years.loc[image_ids]


def opinion_in_words(years: float) -> str:
    """Return the line that stands beside the film.

    >>> opinion_in_words(9.5)
    "The network's opinion: 9 y 6 m"
    """
    return f"The network's opinion: {maturity.age_in_words(years)}"


def weigh_opinions(readings: pd.DataFrame, opinion: pd.Series, weight: float = 0.5) -> pd.DataFrame:
    """Return readings as a reader gives them who moves towards the opinion.

    The answer is ``own + weight * (opinion - own)``: with weight 0 the opinion is ignored, with
    weight 1 it is repeated.

    Parameters
    ----------
    readings
        Own readings, columns ``image_id, bone_age`` (years).
    opinion
        Years by ``image_id``.
    weight
        0 to 1.

    >>> own = pd.DataFrame({"image_id": ["a"], "bone_age": [8.0]})
    >>> weigh_opinions(own, pd.Series({"a": 10.0}), weight=0.5)["bone_age"].tolist()
    [9.0]
    """
    if not 0 <= weight <= 1:
        raise BadInput(f"A weight of {weight:g} is not possible.", "Give a number from 0 to 1.")
    said = readings["image_id"].map(opinion)
    return readings.assign(bone_age=readings["bone_age"] + weight * (said - readings["bone_age"]))
