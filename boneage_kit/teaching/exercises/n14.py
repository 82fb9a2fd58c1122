"""Exercises of unit 14: years out of a chatbot's sentences, and a fair score."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ...evaluation import constant_predictor, mae
from . import Unanswered, Wrong, exercise

_SENTENCES = (
    "The bone age is about {years} years.",
    "I estimate {months} months.",
    "Bone age: {low}-{high} years.",
)
_REFUSAL = "I cannot assess medical images."


def chatbot_answers(n: int = 120, seed: int = 14) -> pd.DataFrame:
    """Return simulated answers of a chatbot to ``n`` films: invented, not of any real model.

    Columns ``image_id, sex, y_true`` (years) and ``said`` (a sentence). The simulated chatbot
    refuses young children more often than old ones.

    >>> answers = chatbot_answers()
    >>> answers.shape, bool(answers["said"].str.contains("cannot").any())
    ((120, 4), True)
    """
    random = np.random.default_rng(seed)
    truth = random.uniform(1, 17, n).round(2)
    years = np.clip(0.75 * truth + 2.5 + random.normal(0, 2.2, n), 0.5, 18).round()
    refused = random.random(n) < np.interp(truth, [1, 6, 10, 17], [0.7, 0.45, 0.1, 0.05])
    kind = random.integers(0, len(_SENTENCES), n)
    said = [
        _REFUSAL
        if no
        else _SENTENCES[k].format(
            years=int(age), months=int(12 * age), low=int(age) - 1, high=int(age) + 1
        )
        for k, age, no in zip(kind, years, refused, strict=True)
    ]
    return pd.DataFrame(
        {
            "image_id": [f"film{k:03d}" for k in range(n)],
            "sex": random.choice(["F", "M"], n),
            "y_true": truth,
            "said": said,
        }
    )


def years_said(sentence: str) -> float:
    """Return the years in a simulated chatbot's sentence; not a number where it refuses.

    >>> years_said("I estimate 132 months."), years_said("Bone age: 10-12 years.")
    (11.0, 11.0)
    """
    numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", sentence)]
    if not numbers:
        return math.nan
    mean = sum(numbers) / len(numbers)
    return mean / 12 if "month" in sentence else mean


def _without_months(sentence: str) -> float:
    numbers = re.findall(r"\d+", sentence)
    return sum(map(float, numbers)) / len(numbers) if numbers else math.nan


def _first_number(sentence: str) -> float:
    numbers = re.findall(r"\d+", sentence)
    value = float(numbers[0]) if numbers else math.nan
    return value / 12 if "month" in sentence else value


_TRIED = (
    ("The bone age is about 7 years.", 7.0),
    ("Bone age: 10-12 years.", 11.0),
    ("I estimate 132 months.", 11.0),
    (_REFUSAL, math.nan),
)


@exercise(
    "14.1",
    hint='Fill in two things: what a range such as "10-12 years" becomes (the mean of its '
    'numbers), and what is done if the sentence says "months".',
    solution="""
    def years_in(sentence):
        numbers = [float(number) for number in re.findall(r"\\d+", sentence)]
        if not numbers:
            return np.nan  # a refusal
        value = sum(numbers) / len(numbers)
        return value / 12 if "month" in sentence else value
    """,
    passes=(years_said, lambda said: None if "cannot" in said else round(years_said(said), 1)),
    fails=(
        _without_months,
        _first_number,
        lambda said: 0.0 if "cannot" in said else years_said(said),
        lambda said: 12 * years_said(said),
        lambda said: (144 if "month" in said else 1) * years_said(said),
        11,
    ),
)
def parse_sentences(answer: Callable[[str], Any]) -> str:
    """A function from a sentence to years, tried on a number, a range, months and a refusal."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("14.1", years_in).')
    for sentence, right in _TRIED:
        try:
            given = answer(sentence)
        except TypeError as error:
            if "llipsis" in str(error):
                raise Unanswered from error
            raise
        if given is ...:
            raise Unanswered
        if math.isnan(right):
            if given is not None and not (isinstance(given, float) and math.isnan(given)):
                raise Wrong(
                    f'"{sentence}" became {given!r}. A refusal is no age, and 0 years is one: '
                    "return np.nan."
                )
            continue
        if given is None or abs(float(given) - right) > 0.06:
            raise Wrong(_what_is_wrong(sentence, given, right))
    return "Now every sentence is either an age in years or a refusal that can be counted."


def _what_is_wrong(sentence: str, given: Any, right: float) -> str:
    if given is not None and abs(float(given) - 12 * right) < 0.6:
        return f'"{sentence}" became {given:g}: that is in months. Divide by 12.'
    if given is not None and abs(float(given) - 144 * right) < 0.6:
        return f'"{sentence}" became {given:g}: you multiplied by 12. Divide by 12.'
    if "-" in sentence:
        return f'"{sentence}" became {given}. Take the mean of both numbers: {right:g} years.'
    return f'"{sentence}" became {given}, and it says {right:g} years.'


def _scores() -> dict[str, float]:
    answers = chatbot_answers()
    years = answers["said"].map(years_said)
    floor = constant_predictor(chatbot_answers(seed=15), answers)["y_pred"]
    given = years.notna()
    truth = answers["y_true"]
    return {
        "right": mae(truth[given], floor[given]),
        "of all": mae(truth, floor),
        "chatbot": mae(truth[given], years[given]),
        "refused": mae(truth[~given], floor[~given]),
        "signed": float((floor[given] - truth[given]).mean()),
    }


@exercise(
    "14.2",
    hint="Keep the rows with an answer first: answered = scored[scored.y_pred.notna()]. Then take "
    "the mean absolute difference of answered.floor and answered.y_true.",
    solution="""
    answered = scored[scored["y_pred"].notna()]
    floor_of_answered = (answered["floor"] - answered["y_true"]).abs().mean()
    """,
    passes=(lambda: _scores()["right"], lambda: round(_scores()["right"], 1)),
    fails=(
        lambda: _scores()["of all"],
        lambda: _scores()["chatbot"],
        lambda: 12 * _scores()["right"],
        lambda: _scores()["refused"],
        lambda: _scores()["signed"],
        "low",
    ),
)
def floor_of_the_answered(answer: Any) -> str:
    """The floor's error on the children that got an answer, in years."""
    value = answer() if callable(answer) else answer
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise Wrong("Give one number in years, such as 3.2.") from None
    scores = _scores()
    if abs(value - scores["right"]) < 0.06:
        return (
            f"The floor errs by {scores['right']:.1f} years on the answered children and by "
            f"{scores['of all']:.1f} years on all. The refused children were the harder ones."
        )
    if abs(value - scores["of all"]) < 0.06:
        raise Wrong(
            "That is the floor on all children. The chatbot was not judged on the children whom "
            "it refused, so its floor must leave them out as well."
        )
    if abs(value - scores["chatbot"]) < 0.06:
        raise Wrong("That is the chatbot's own error. Take the column floor, not y_pred.")
    if abs(value - scores["refused"]) < 0.06:
        raise Wrong("That is the floor on the refused children. Take the answered ones.")
    if abs(abs(value) - abs(scores["signed"])) < 0.06:
        raise Wrong(
            "That is the mean of the differences with their signs: too old and too young cancel. "
            "Take the absolute differences."
        )
    if abs(value - 12 * scores["right"]) < 0.6:
        raise Wrong("That is in months. Give years.")
    raise Wrong(
        "Take the rows with an answer only, and the mean of the absolute difference between floor "
        "and y_true."
    )


def _answered_from(age: float) -> float:
    answers = chatbot_answers()
    given = answers["said"].map(years_said).notna()
    return float((given & (answers["y_true"] >= age)).mean())


@exercise(
    "14.3",
    hint="Set hard = 10.0, run the cell, and read the row `answered`.",
    solution="""
    cautious = scored.assign(y_pred=scored["y_pred"].where(scored["y_true"] >= 10.0))
    share_at_ten = cautious["y_pred"].notna().mean()
    """,
    passes=(lambda: _answered_from(10.0), lambda: round(_answered_from(10.0), 2)),
    fails=(lambda: _answered_from(6.0), lambda: 1 - _answered_from(10.0), lambda: 48, "few"),
)
def refuse_the_young(answer: Any) -> str:
    """The share of children that get an answer if all under ten are refused."""
    value = answer() if callable(answer) else answer
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise Wrong("Give one number from 0 to 1, such as 0.6.") from None
    right = _answered_from(10.0)
    if abs(value - right) < 0.012:
        return (
            f"Only {100 * right:.0f} % of the children get an answer, and no error counts the rest."
        )
    if abs(value - _answered_from(6.0)) < 0.012:
        raise Wrong("That is the share for a limit of 6 years. Set hard = 10.0 and run again.")
    if abs(value - (1 - right)) < 0.012:
        raise Wrong("That is the share of refused children. Give the share of answered ones.")
    if value > 1:
        raise Wrong("Give a share from 0 to 1, not a percentage or a number of children.")
    raise Wrong("Set hard = 10.0, run the cell, and read the row `answered`.")
