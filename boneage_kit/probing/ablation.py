"""What single trainings say about parts of a network and about two methods, in words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..evaluation import compare, verdict

__all__ = ["SEEDS_APART", "ablations_in_words", "compared_in_words", "verdicts_in_words"]

#: Two single trainings of one BoNet on 400 phantoms may be so many years apart in MAE (95 %), if
#: only the seed differs (``studies/seed_spread.py``).
SEEDS_APART = 0.25


def ablations_in_words(worth: Mapping[str, float]) -> str:
    """Say for each part how much larger the error is without it, and if one training can tell.

    Parameters
    ----------
    worth
        Part to the MAE without it minus the MAE of the whole network, in years, one training each.

    >>> print(ablations_in_words({"the last layer": 0.6, "the deformation layer": -0.02}))
    Without the last layer the error is 0.60 years larger. This is more than another seed usually
    changes (0.25 years), but a verdict needs more than one training. Without the deformation layer
    the error is 0.02 years smaller. Another seed could change as much, so these trainings say
    nothing about this part.
    """
    sentences = []
    for part, years in worth.items():
        way = "larger" if years > 0 else "smaller"
        sentences.append(f"Without {part} the error is {abs(years):.2f} years {way}.")
        if abs(years) > SEEDS_APART:
            sentences.append(
                f"This is more than another seed usually changes ({SEEDS_APART:g} years), but a "
                "verdict needs more than one training."
            )
        else:
            sentences.append(
                "Another seed could change as much, so these trainings say nothing about this part."
            )
    return " ".join(sentences)


def compared_in_words(tables: Mapping[str, pd.DataFrame], first: str, second: str) -> str:
    """Say which of two methods errs less on the same children, and how sure the children make it.

    Parameters
    ----------
    tables
        Predictions tables (years) by name; the same children in both.
    first, second
        Two of the names.

    >>> ages = pd.Series(range(2, 12), dtype=float)
    >>> table = pd.DataFrame({"image_id": range(10), "sex": "F", "y_true": ages})
    >>> tables = {"A": table.assign(y_pred=ages + 1), "B": table.assign(y_pred=ages + 2)}
    >>> print(compared_in_words(tables, "A", "B"))
    On these 10 children, "A" errs less than "B", by 1.00 years (95 % interval over the children:
    1.00 to 1.00).
    """
    found = compare(tables[first], tables[second])
    start = f"On these {found.n} children,"
    if found.lower <= 0 <= found.upper:
        return (
            f'{start} it cannot be told whether "{first}" or "{second}" errs less: the difference '
            f"is {found.difference:+.2f} years (95 % interval over the children: "
            f"{found.lower:+.2f} to {found.upper:+.2f})."
        )
    less, more = (first, second) if found.difference < 0 else (second, first)
    low, high = sorted((abs(found.lower), abs(found.upper)))
    return (
        f'{start} "{less}" errs less than "{more}", by {abs(found.difference):.2f} years (95 % '
        f"interval over the children: {low:.2f} to {high:.2f})."
    )


def verdicts_in_words(asked: pd.DataFrame) -> str:
    """Say on which questions there is a verdict, and on how many there is none.

    Parameters
    ----------
    asked
        ``question`` and ``verdict`` (:mod:`boneage_kit.evaluation.verdict`), one row per question.

    >>> asked = {"A against B": "the first errs less", "A against C": "cannot be told"}
    >>> print(verdicts_in_words(pd.DataFrame(asked.items(), columns=["question", "verdict"])))
    "A against B": the first errs less. On 1 question it cannot be told.
    """
    told = [
        f'"{row.question}": {row.verdict}.'
        for row in asked.itertuples()
        if row.verdict not in (verdict.CANNOT_BE_TOLD, verdict.ONE_TRAINING)
    ]
    counts = asked["verdict"].value_counts()
    for word, text in (
        (verdict.CANNOT_BE_TOLD, "it cannot be told"),
        (verdict.ONE_TRAINING, "there is no verdict, because there was one training each"),
    ):
        n = int(counts.get(word, 0))
        if n:
            told.append(f"On {n} {'question' if n == 1 else 'questions'} {text}.")
    return " ".join(told)
