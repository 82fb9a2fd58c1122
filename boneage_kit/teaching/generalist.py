"""How unit 14 scores a model that was not made for bone age: same children, floor, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .. import evaluation
from ..errors import BadInput

__all__ = ["against_floor_in_words", "mixed_ages", "score_with_refusals"]

#: RSNA 2017 holds only a dozen children under one year.
_YEARS = range(1, 18)


def mixed_ages(
    table: pd.DataFrame, share_balanced: float, n: int = 170, seed: int = 0
) -> pd.DataFrame:
    """Return children of a predictions table with another mixture of ages.

    Parameters
    ----------
    table
        Predictions table with ``y_true`` in years.
    share_balanced
        0 to 1: this share of the children has the same number in each year of bone age from 1 to
        17 (older ones count as 17). The others are drawn as they come in ``table``.
    n
        Children in all.
    seed
        Of the draw.

    Raises
    ------
    BadInput
        If the share is not between 0 and 1, or a year of age holds too few children.

    >>> ages = pd.DataFrame({"y_true": np.repeat(np.arange(1, 18) + 0.5, 30)})
    >>> mixed_ages(ages, 1.0, n=34)["y_true"].value_counts().unique().tolist()
    [2]
    """
    if not 0 <= share_balanced <= 1:
        raise BadInput(
            f"A share of {share_balanced:g} is not possible.", "Give a number from 0 to 1."
        )
    per_year = round(share_balanced * n / len(_YEARS))
    year = np.minimum(np.floor(table["y_true"]), _YEARS[-1])
    counts = year.value_counts().reindex(_YEARS, fill_value=0)
    if counts.min() < per_year:
        raise BadInput(
            f"Only {counts.min()} children have a bone age of {counts.idxmin()} years.",
            f"Ask for at most {len(_YEARS) * counts.min()} balanced children.",
        )
    random = np.random.default_rng(seed)
    order = pd.Series(random.permutation(len(table)), index=table.index)
    rank = order.groupby(year).rank(method="first")
    balanced = table[(rank <= per_year) & year.isin(_YEARS)]
    rest = table.drop(balanced.index)
    as_they_come = rest.iloc[random.permutation(len(rest))[: n - len(balanced)]]
    return pd.concat([balanced, as_they_come]).sort_index()


def score_with_refusals(answers: pd.DataFrame, floor: pd.DataFrame) -> pd.Series:
    """Return how good answers are when some children got none.

    Parameters
    ----------
    answers
        Predictions table; ``y_pred`` is missing where there was no answer.
    floor
        Predictions of the floor for the same children (by ``image_id``).

    Returns
    -------
    pandas.Series
        ``answered`` (share, 0 to 1), ``mae_of_answered``, ``floor_of_answered`` (the floor on the
        children that got an answer), ``mae_of_all`` (a child without an answer gets the floor's)
        and ``floor_of_all``, in years.

    Raises
    ------
    BadInput
        If no child got an answer, or the floor lacks a child.

    >>> answers = pd.DataFrame({"image_id": ["a", "b"], "y_true": [9.0, 3.0],
    ...                         "y_pred": [10.0, np.nan]})
    >>> floor = pd.DataFrame({"image_id": ["a", "b"], "y_pred": [8.0, 8.0]})
    >>> score_with_refusals(answers, floor)[["answered", "mae_of_answered", "mae_of_all"]].tolist()
    [0.5, 1.0, 3.0]
    """
    constant = answers["image_id"].map(floor.set_index("image_id")["y_pred"])
    if constant.isna().any():
        child = answers.loc[constant.isna(), "image_id"].iloc[0]
        raise BadInput(f"The floor has no answer for {child}.", "Take the floor of these children.")
    given = answers["y_pred"].notna()
    if not given.any():
        raise BadInput("No child got an answer.", "Give at least one answer in y_pred.")
    truth = answers["y_true"]
    return pd.Series(
        {
            "answered": float(given.mean()),
            "mae_of_answered": evaluation.mae(truth[given], answers["y_pred"][given]),
            "floor_of_answered": evaluation.mae(truth[given], constant[given]),
            "mae_of_all": evaluation.mae(truth, answers["y_pred"].fillna(constant)),
            "floor_of_all": evaluation.mae(truth, constant),
        }
    )


def against_floor_in_words(name: str, mae: float, floors: dict[str, float]) -> str:
    """Return one sentence for each floor: how a published error stands beside it.

    Parameters
    ----------
    name
        Whose error it is.
    mae
        Its mean absolute error in years.
    floors
        Mixture of ages to the floor's error on it, in years.

    >>> print(against_floor_in_words("A model", 2.0, {"a clinic": 2.5, "an atlas": 4.0}))
    Beside the floor for a clinic, A model errs by 80 % of the floor: 6 months less.
    Beside the floor for an atlas, A model errs by 50 % of the floor: 24 months less.
    """
    lines = []
    for mixture, floor in floors.items():
        months = round(12 * abs(floor - mae))
        side = "less" if mae < floor else "more"
        unit = "month" if months == 1 else "months"
        end = f"{months} {unit} {side}" if months else "the same"
        lines.append(
            f"Beside the floor for {mixture}, {name} errs by {100 * mae / floor:.0f} % of the "
            f"floor: {end}."
        )
    return "\n".join(lines)
