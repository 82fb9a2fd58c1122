"""Dose and response in words: which changes harm, which do not, which a check would catch."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .robustness import worst_doses


def dose_in_words(dose: float, unit: str) -> str:
    """Return a dose with its unit as one would say it; "" where a change is there or not.

    >>> [dose_in_words(4, "SD, % of the side"), dose_in_words(5, "quality")]
    ['SD 4 % of the side', 'quality 5']
    >>> [dose_in_words(20, "% of the side"), dose_in_words(1, "mirrored")]
    ['20 % of the side', '']
    """
    if unit in ("mirrored", "inverted"):
        return ""
    if unit in ("quality", "exponent", "gain"):
        return f"{unit} {dose:g}"
    name, comma, rest = unit.partition(", ")
    return f"{name} {dose:g} {rest}" if comma else f"{dose:g} {unit}"


def responses_in_words(responses: pd.DataFrame, noticed_months: float = 3.0) -> list[str]:
    """Return which changes harm, which do not, and which a check would have caught.

    Parameters
    ----------
    responses
        From :func:`boneage_kit.probing.robustness.dose_response`.
    noticed_months
        A worst dose that adds less than this to the MAE counts as mild.

    >>> import numpy as np
    >>> table = pd.DataFrame({"perturbation": ["a", "a", "b", "b"], "dose": [0.0, 1, 0, 1],
    ...                       "unit": "SD", "mae": [1.0, 1.1, 1.0, 3.0], "lower": 0.9,
    ...                       "upper": 1.1, "moved": [0, 0, 0, 0.8], "warned": np.nan, "n": 20})
    >>> responses_in_words(table)[1]
    '1 of 2 changes adds less than 3 months to the MAE even at its strongest dose: a.'
    """
    worst = worst_doses(responses)
    start = float(worst["mae"].iloc[0] - worst["added"].iloc[0])
    is_mild = 12 * worst["added"] < noticed_months
    harmful, mild = worst[~is_mild], worst[is_mild]["perturbation"].tolist()
    texts = [_most_harmful(harmful, start, int(responses["n"].iloc[0]))]
    if mild:
        add = "adds" if len(mild) == 1 else "add"
        its = "its" if len(mild) == 1 else "their"
        texts.append(
            f"{len(mild)} of {len(worst)} changes {add} less than {noticed_months:g} months to "
            f"the MAE even at {its} strongest dose: {', '.join(mild)}."
        )
    hidden = harmful[(harmful["added"] < 1) & (harmful["moved"] >= 0.25)]
    if len(hidden):
        row = hidden.loc[hidden["moved"].idxmax()]
        change = _change(row)
        texts.append(
            f"A small rise of the MAE can hide large moves. {change[0].upper()}{change[1:]} "
            f"adds {12 * row['added']:.0f} months to the MAE, and "
            f"yet {100 * row['moved']:.0f} % of the predictions move by over a year."
        )
    if harmful["warned"].notna().any():
        caught = harmful[harmful["warned"] >= 0.8]["perturbation"].tolist()
        missed = harmful[harmful["warned"] < 0.5]["perturbation"].tolist()
        texts.append(
            f"The input check warns of at least 80 % of the images with {_listing(caught)}. "
            f"It warns of less than half of the images with {_listing(missed)}."
        )
    return texts


def _most_harmful(harmful: pd.DataFrame, start: float, n: int) -> str:
    first = f"On the untouched images of {n} children the MAE is {start:.2f} years."
    if harmful.empty:
        return f"{first} No change adds much to it."
    row = harmful.iloc[0]
    return (
        f"{first} The most harmful change is {_change(row)}: the "
        f"MAE becomes {row['mae']:.2f} years, and {100 * row['moved']:.0f} % "
        "of the predictions move by over a year."
    )


def _change(row: pd.Series) -> str:
    dose = dose_in_words(row["dose"], row["unit"])
    return f"{row['perturbation']} ({dose})" if dose else str(row["perturbation"])


def _listing(names: Sequence[str]) -> str:
    return ", ".join(names) or "none of these changes"
