"""Conclusions in words, each formed from the figures of the table it speaks about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from ..errors import BadInput
from ..evaluation import (
    coverage,
    has_chronological_age,
    has_two_readers,
    pooled_in_words,
)
from .analysis import Analysis
from .cell_sentences import against_floor, ages, counted, groups, sexes

#: Of fewer children a slope or limits of agreement say nothing about others.
FEWEST_CHILDREN = 10


def findings(
    predictions: pd.DataFrame,
    *,
    about: Sequence[str] = (),
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> list[str]:
    """Return what a predictions table shows, one or two sentences per question.

    Asks about the headline error, what it pools (several seeds or folds), the readers, the pull to
    the middle, the limits of agreement, age, sex and group with correction for many looks,
    intervals, and clinical calls. A question that the table cannot answer is answered with what
    is missing.

    Parameters
    ----------
    predictions
        One model's predictions (years).
    about
        Some of :data:`QUESTIONS`, in the order in which they are to be answered; none: all.

    Raises
    ------
    BadInput
        For a question that there is not.

    >>> import numpy as np
    >>> ages = np.linspace(2, 17, 60)
    >>> table = pd.DataFrame({"image_id": range(60), "sex": ["F", "M"] * 30, "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75, 0.1], 20)})
    >>> findings(table, n_bootstrap=100)[0]
    'The MAE is 0.45 years (95 % interval 0.39 to 0.51; 5.4 months) on 60 children; always
    answering the median age of other children of the same sex gives 3.99 years.'
    """
    unknown = [name for name in about if name not in QUESTIONS]
    if unknown:
        raise BadInput(
            f"There is no question about {unknown[0]!r}.", f"Use some of {', '.join(QUESTIONS)}."
        )
    return sentences(Analysis(predictions, n_bootstrap, seed), about)


def sentences(analysis: Analysis, about: Sequence[str] = ()) -> list[str]:
    """Return the sentences of :func:`findings` for a table that is analysed already."""
    texts = [QUESTIONS[name](analysis) for name in about or QUESTIONS]
    return [text for text in texts if text]


def _headline(analysis: Analysis) -> str:
    error = analysis.headline.loc["MAE"]
    interval = (
        ""
        if pd.isna(error["lower"])
        else (f"95 % interval {error['lower']:.2f} to {error['upper']:.2f}; ")
    )
    text = (
        f"The MAE is {error['value']:.2f} years ({interval}{12 * error['value']:.1f} months) "
        f"on {counted(error['n'], 'child', 'children')}"
    )
    if analysis.table.n_children < 2:
        return text + "."
    return (
        f"{text}; always answering the median age of other children of the same sex gives "
        f"{analysis.floor_mae:.2f} years."
    )


def _readers(analysis: Analysis) -> str:
    if not has_two_readers(analysis.table):
        return (
            "The table holds no two readings per child, so the error cannot be compared with "
            "the readers' own; published differences are drawn instead."
        )
    rows = analysis.yardstick.set_index("who")
    human = rows.loc["reader 2 against reader 1"]
    model = rows.loc[["model against reader 1", "model against reader 2"]]
    if model["lower"].min() > human["upper"]:
        verdict = "further from each reader than they are from one another"
    elif model["upper"].max() < human["lower"]:
        verdict = "nearer to each reader than they are to one another"
    else:
        verdict = "about as far from each reader as they are from one another"
    return (
        f"The two readers differ by {human['value']:.2f} years on average "
        f"({human['lower']:.2f} to {human['upper']:.2f}); the model differs from one of them "
        f"by {model['value'].mean():.2f}: it is {verdict}."
    )


def _pull(analysis: Analysis) -> str:
    n = analysis.table.n_children
    if n < FEWEST_CHILDREN or analysis.table["y_true"].nunique() < 2:
        return (
            f"{counted(n, 'child is', 'children are')} too few to say whether there is a pull to "
            "the middle."
        )
    label = analysis.pull.loc["label"]
    if label["upper"] < 0:
        text = (
            f"There is a pull to the middle: for each year of label the error falls by "
            f"{-12 * label['slope']:.1f} months"
        )
    elif label["lower"] > 0:
        text = (
            f"Ages are stretched: for each year of label the error rises by "
            f"{12 * label['slope']:.1f} months"
        )
    else:
        text = "The error shows no slope along the label"
    if pd.notna(label["from_noise"]):
        text += (
            f" (label noise alone would give {abs(12 * label['from_noise']):.1f} months of fall)"
        )
    return f"{text}; {_along_prediction(analysis)}"


def _along_prediction(analysis: Analysis) -> str:
    """Return whether a prediction means what it says, by a line and by a smooth curve."""
    if not analysis.predictions_vary:
        return "all predictions are one and the same age."
    line, off = analysis.pull.loc["prediction"], analysis.off_zero
    sloped = line["lower"] > 0 or line["upper"] < 0
    text = (
        f"along the prediction the slope is {12 * line['slope']:+.1f} months per year, which "
        "recalibration can take away"
        if sloped
        else "along the prediction a line is flat"
    )
    if off.empty:
        return text + (
            "."
            if sloped
            else ", and so is a smooth curve: a prediction means what it says on average."
        )
    worst = off.loc[off["error"].abs().idxmax()]
    return (
        f"{text}; a smooth curve shows the largest mean error at predictions of about "
        f"{worst['age']:.0f} years ({worst['error']:+.1f} years)."
    )


def _limits(analysis: Analysis) -> str:
    if analysis.table.n_children < FEWEST_CHILDREN:
        return "There are too few children for limits of agreement."
    limits = analysis.limits
    return (
        f"Nineteen of twenty predictions lie between {limits.lower:+.2f} and "
        f"{limits.upper:+.2f} years of the label (95 % limits of agreement; bias "
        f"{limits.bias:+.2f})."
    )


def _intervals(analysis: Analysis) -> str:
    table = analysis.intervals
    if table is None:
        return "There are too few children to make prediction intervals."
    total = coverage(table).iloc[0]
    cells = coverage(table, "age_band")
    cells = cells[~cells["small"]]
    text = (
        f"{analysis.intervals_in_words} hold {100 * total['covered']:.0f} % of the labels and "
        f"are {total['width']:.1f} years wide on average"
    )
    if len(cells) > 1:
        least = cells.loc[cells["covered"].idxmin()]
        text += f"; the fewest are held at {least['age_band']}, {100 * least['covered']:.0f} %"
    if analysis.own_intervals is None:
        text += ". This holds for children who are exchangeable with these, not for others"
    return text + "."


def _calls(analysis: Analysis) -> str:
    if not has_chronological_age(analysis.table):
        return "Without chronological ages, nothing can be said about calls of advanced or delayed."
    changed = analysis.calls.set_index("what")["changed"]
    text = (
        f"The call of advanced, normal or delayed differs from the label's in "
        f"{100 * changed.iloc[0]:.0f} % of children"
    )
    if "reader 2 against reader 1" in changed:
        text += (
            f"; between the two readers it differs in "
            f"{100 * changed['reader 2 against reader 1']:.0f} %, and a second label of the "
            f"same quality would change {100 * changed.iloc[-1]:.0f} %"
        )
    return text + "."


#: What :func:`findings` can be asked about, in the order of a full answer.
QUESTIONS: dict[str, Callable[[Analysis], str | None]] = {
    "size": _headline,
    "folds": lambda analysis: pooled_in_words(analysis.table),
    "readers": _readers,
    "pull": _pull,
    "limits": _limits,
    "ages": ages,
    "floor": against_floor,
    "sexes": sexes,
    "groups": groups,
    "intervals": _intervals,
    "calls": _calls,
}
