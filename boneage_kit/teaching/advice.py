"""How unit 12 measures a reader who sees a network's opinion: help, harm and automation bias."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..evaluation import Interval

__all__ = ["error_with_help", "help_in_words", "network_opinions", "weight_of_advice"]

#: Years between opinion and own expectation from which the weight of advice is measured.
_APART = 1.0


def network_opinions(
    hands: pd.DataFrame, wrong: float = 0.3, off: float = 2.0, sd: float = 0.5, seed: int = 0
) -> pd.DataFrame:
    """Return the opinions of a simulated network about phantom hands, some wrong on purpose.

    The wrong ones are spread evenly over the table: with a share of 0.3 of ten hands these are
    number 4, 7 and 10. They are too high and too low in turn.

    Parameters
    ----------
    hands
        Rows of :func:`boneage_kit.phantom.cohort`, with ``true_bone_age``.
    wrong
        Share of opinions that are wrong on purpose, 0 to 1.
    off
        Years that a wrong opinion is off.
    sd
        Standard deviation of every opinion's error, in years.
    seed
        Of these errors.

    Returns
    -------
    pandas.DataFrame
        ``image_id, opinion`` (years, 0 to 19) and ``wrong`` (True where wrong on purpose).

    >>> from boneage_kit import phantom
    >>> network_opinions(phantom.cohort(10, seed=1))["wrong"].to_numpy().nonzero()[0].tolist()
    [3, 6, 9]
    """
    _check_share(wrong)
    number = np.floor(np.arange(len(hands) + 1) * wrong + 1e-9)
    is_wrong = np.diff(number) > 0
    side = np.where(number[1:] % 2 == 1, 1.0, -1.0)
    error = np.random.default_rng([seed, 12]).normal(0, sd, len(hands))
    years = hands["true_bone_age"].to_numpy() + error + np.where(is_wrong, side * off, 0.0)
    return pd.DataFrame(
        {
            "image_id": hands["image_id"].to_numpy(),
            "opinion": years.clip(0, 19).round(1),
            "wrong": is_wrong,
        }
    )


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise BadInput(f"A share of {share:g} is not possible.", "Give a number from 0 to 1.")


def weight_of_advice(
    alone: pd.DataFrame, advised: pd.DataFrame, opinions: pd.DataFrame
) -> Interval:
    """Return how far a reader moved towards opinions: 0 ignores them, 1 repeats them.

    What the reader would have answered without the opinion is not known. It is expected to be the
    truth plus the reader's own bias, measured on the hands read alone. The weight is the slope of
    answer minus expectation over opinion minus expectation, through zero, on those hands on which
    the two lie a year or more apart. The interval is plus and minus 1.96 standard errors, made from
    the reader's own scatter alone.

    Parameters
    ----------
    alone, advised
        Predictions tables (years) of one reader, without and with an opinion, on other hands.
    opinions
        Columns ``image_id, opinion`` (years) of the hands in ``advised``.

    Raises
    ------
    BadInput
        If fewer than three hands were read alone, or no opinion lies a year from the expectation.

    >>> alone = pd.DataFrame({"y_true": [8.0, 9.0, 10.0], "y_pred": [8.1, 8.9, 10.0]})
    >>> advised = pd.DataFrame({"image_id": ["a"], "y_true": [9.0], "y_pred": [10.0]})
    >>> weight_of_advice(alone, advised, pd.DataFrame({"image_id": ["a"], "opinion": [11.0]})).value
    0.5
    """
    own = alone["y_pred"] - alone["y_true"]
    if len(own) < 3:
        raise BadInput(
            "Fewer than three hands were read alone.", "Read at least three hands alone."
        )
    table = advised.merge(opinions, on="image_id", validate="one_to_one")
    expected = table["y_true"] + own.mean()
    moved, apart = table["y_pred"] - expected, table["opinion"] - expected
    far = apart.abs() >= _APART
    if not far.any():
        raise BadInput(
            "No opinion lies a year or more from what the reader would have answered.",
            "Give opinions of which some are clearly wrong.",
        )
    squares = float((apart[far] ** 2).sum())
    weight = float((moved[far] * apart[far]).sum()) / squares
    half = float(1.96 * own.std(ddof=1) / np.sqrt(squares))
    return Interval(weight, weight - half, weight + half)


def help_in_words(alone: pd.DataFrame, advised: pd.DataFrame, opinions: pd.DataFrame) -> str:
    """Return in words what the opinions did to one reader: error, wrong opinions, weight.

    Parameters
    ----------
    alone, advised
        Predictions tables (years) of one reader, without and with an opinion, on other hands.
    opinions
        Columns ``image_id, opinion, wrong``.

    >>> hands = pd.DataFrame({"image_id": range(6), "sex": "F", "y_true": 8.0})
    >>> said = hands[["image_id"]].assign(opinion=[8.0, 8, 8, 10, 10, 10], wrong=[False, True] * 3)
    >>> alone = hands.assign(y_pred=[8.2, 7.9, 8.1, 8.0, 7.8, 8.3])
    >>> print(help_in_words(alone, hands.assign(y_pred=[8.0, 8, 8, 9, 9, 9]), said).splitlines()[0])
    * Alone, the mean absolute error was 0.15 years (6 hands).
    """
    table = advised.merge(opinions, on="image_id", validate="one_to_one")
    without = (alone["y_pred"] - alone["y_true"]).abs()
    with_it = (table["y_pred"] - table["y_true"]).abs()
    change = with_it.mean() - without.mean()
    half = 1.96 * np.hypot(without.sem(), with_it.sem())
    lines = [
        f"Alone, the mean absolute error was {without.mean():.2f} years ({len(without)} hands).",
        f"With an opinion it was {with_it.mean():.2f} years ({len(with_it)} hands).",
    ]
    if abs(change) <= half:
        lines.append("With so few hands, this difference can be chance.")
    else:
        lines.append(f"That is clearly {'more' if change > 0 else 'less'} than alone.")
    for is_wrong, name in ((False, "not wrong on purpose"), (True, "wrong on purpose")):
        rows = with_it[table["wrong"] == is_wrong]
        if len(rows):
            lines.append(
                f"Where the opinion was {name}, the error was {rows.mean():.2f} years "
                f"({len(rows)} hands)."
            )
    weight = weight_of_advice(alone, advised, opinions)
    lines.append(
        f"The weight of advice was {weight.value:.2f} "
        f"(95 % interval {weight.lower:.2f} to {weight.upper:.2f})."
    )
    lines.append(_weight_in_words(weight))
    return "\n".join(f"* {line}" for line in lines)


def _weight_in_words(weight: Interval) -> str:
    if weight.lower > 0:
        return "So this reader moved towards the far opinions: that is automation bias."
    if weight.upper < 0:
        return "So this reader moved away from the far opinions."
    return "The interval holds 0, so these few hands do not show whether this reader moved."


def error_with_help(
    share: float, weight: float, n: int = 20_000, off: float = 2.0, seed: int = 0
) -> pd.Series:
    """Return the errors (years) of many simulated readings, alone and with an opinion.

    The reader's own error has an SD of 0.63 years (a mean absolute error of 0.5 years, about that
    of the radiologists who read without help in Eng and others 2021). The opinion's own error
    has an SD of 0.5 years; a share of the opinions is off by ``off`` years in addition. Reader and
    opinion err independently.

    Parameters
    ----------
    share
        Of wrong opinions, 0 to 1.
    weight
        The reader's weight of advice, 0 to 1.
    n, off, seed
        Readings, years that a wrong opinion is off, and the seed.

    Returns
    -------
    pandas.Series
        Mean absolute error ``alone``, of the ``opinion`` and ``with_help``.

    >>> error_with_help(0.0, 0.5).round(2).to_dict()
    {'alone': 0.5, 'opinion': 0.4, 'with_help': 0.32}
    """
    _check_share(share)
    _check_share(weight)
    random = np.random.default_rng([seed, 121])
    own = random.normal(0, 0.63, n)
    side = np.where(random.random(n) < 0.5, 1.0, -1.0)
    opinion = random.normal(0, 0.5, n) + np.where(random.random(n) < share, side * off, 0.0)
    answer = own + weight * (opinion - own)
    return pd.Series(
        {
            name: float(np.abs(error).mean())
            for name, error in (("alone", own), ("opinion", opinion), ("with_help", answer))
        }
    )
