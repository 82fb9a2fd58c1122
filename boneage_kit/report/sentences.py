"""Conclusions in words, each formed from the figures of the table it speaks about."""

from __future__ import annotations

import pandas as pd

from ..errors import BadInput
from ..evaluation.agreement import bland_altman
from ..evaluation.clinical import changed_calls, has_chronological_age
from ..evaluation.comparison import constant_predictor
from ..evaluation.headline import one_model, summary
from ..evaluation.metrics import mae
from ..evaluation.prediction_intervals import conformal_out_of_fold, coverage
from ..evaluation.readers import has_two_readers, yardstick
from ..evaluation.runs import pooled_in_words
from ..evaluation.shrinkage import pull_to_the_middle
from ..evaluation.strata import by, differences

_SEX = {"F": "girls", "M": "boys"}


def findings(predictions: pd.DataFrame, *, n_bootstrap: int = 1000, seed: int = 0) -> list[str]:
    """Return what a predictions table shows, one sentence or two a question.

    Asks about the headline error, what it pools (several seeds or folds), the readers, the pull to
    the middle, the limits of agreement, age, sex and group with correction for many looks,
    intervals, and clinical calls. A question that the table cannot answer is answered with what
    is missing.

    Parameters
    ----------
    predictions
        One model's predictions (years).

    >>> import numpy as np
    >>> ages = np.linspace(2, 17, 60)
    >>> table = pd.DataFrame({"image_id": range(60), "sex": ["F", "M"] * 30, "y_true": ages,
    ...                       "y_pred": ages + np.tile([-0.5, 0.75, 0.1], 20)})
    >>> findings(table, n_bootstrap=100)[0]
    'The MAE is 0.45 years (95 % interval 0.39 to 0.51; 5.4 months) on 60 children; always
    answering the median age of the sex gives 3.81 years.'
    """
    table = one_model(predictions)
    pooled = pooled_in_words(table)
    asked = (_readers, _pull, _limits, _ages, _sexes, _groups, _intervals, _calls)
    return [_headline(table, n_bootstrap, seed), *([pooled] if pooled else []),
            *(question(table, n_bootstrap, seed) for question in asked)]


def _headline(table: pd.DataFrame, n_bootstrap: int, seed: int) -> str:
    found = summary(table, n_bootstrap, seed).loc["MAE"]
    floor = constant_predictor(table, table)
    interval = "" if pd.isna(found["lower"]) else (
        f"95 % interval {found['lower']:.2f} to {found['upper']:.2f}; ")
    return (f"The MAE is {found['value']:.2f} years ({interval}{12 * found['value']:.1f} months) "
            f"on {found['n']} children; always answering the median age of the sex gives "
            f"{mae(floor['y_true'], floor['y_pred']):.2f} years.")


def _readers(table: pd.DataFrame, n_bootstrap: int, seed: int) -> str:
    if not has_two_readers(table):
        return ("The table holds no two readings a child, so the error cannot be set against the "
                "readers' own; published differences are drawn instead.")
    found = yardstick(table, n_bootstrap, seed).set_index("who")
    human = found.loc["reader 2 against reader 1"]
    model = found.loc[["model against reader 1", "model against reader 2"]]
    nearest = model["value"].mean()
    if model["lower"].min() > human["upper"]:
        verdict = "further from each reader than they are from one another"
    elif model["upper"].max() < human["lower"]:
        verdict = "nearer to each reader than they are to one another"
    else:
        verdict = "about as far from each reader as they are from one another"
    return (f"The two readers differ by {human['value']:.2f} years on average "
            f"({human['lower']:.2f} to {human['upper']:.2f}); the model differs from one of them "
            f"by {nearest:.2f}: it is {verdict}.")


def _pull(table: pd.DataFrame, *_: object) -> str:
    if len(table) < 3 or table["y_true"].nunique() < 2:
        return "There are too few ages to ask about a pull to the middle."
    found = pull_to_the_middle(table)
    label, prediction = found.loc["label"], found.loc["prediction"]
    if label["upper"] < 0:
        text = (f"There is a pull to the middle: for each year of label the error falls by "
                f"{-12 * label['slope']:.1f} months")
    elif label["lower"] > 0:
        text = (f"Ages are stretched: for each year of label the error rises by "
                f"{12 * label['slope']:.1f} months")
    else:
        text = "The error shows no slope along the label"
    if pd.notna(label["from_noise"]):
        text += (f" (label noise alone would give {abs(12 * label['from_noise']):.1f} months of "
                 "fall)")
    flat = prediction["lower"] <= 0 <= prediction["upper"]
    end = ("along the prediction it is flat, so a reading means what it says on average." if flat
           else f"along the prediction the slope is {12 * prediction['slope']:+.1f} months a year, "
                "which recalibration can take away.")
    return f"{text}; {end}"


def _limits(table: pd.DataFrame, *_: object) -> str:
    if len(table) < 3:
        return "There are too few children for limits of agreement."
    found = bland_altman(table["y_pred"], table["y_true"], children=table["image_id"])
    return (f"Nineteen of twenty readings lie between {found.lower:+.2f} and {found.upper:+.2f} "
            f"years of the label (95 % limits of agreement; bias {found.bias:+.2f}).")


def _ages(table: pd.DataFrame, n_bootstrap: int, seed: int) -> str:
    cells = by(table, "age_band", n_bootstrap=n_bootstrap, seed=seed)
    large = cells[~cells["small"]]
    if len(large) < 2:
        return "Too few age bands hold enough children to be compared."
    worst, best = large.loc[large["mae"].idxmax()], large.loc[large["mae"].idxmin()]
    return (f"By age, the MAE runs from {best['mae']:.2f} years ({best['age_band']}) to "
            f"{worst['mae']:.2f} ({worst['age_band']}); the bias there is {best['bias']:+.2f} and "
            f"{worst['bias']:+.2f}.")


def _sexes(table: pd.DataFrame, n_bootstrap: int, seed: int) -> str:
    if table["sex"].nunique() < 2:
        return "Only one sex is in the table."
    cells = by(table, "sex", n_bootstrap=n_bootstrap, seed=seed).set_index("sex")
    p = differences(table, "sex")["p"].min()
    verdict = "a difference" if p < 0.05 else "no difference that chance would not give"
    return (f"The MAE is {cells.loc['F', 'mae']:.2f} years in girls and "
            f"{cells.loc['M', 'mae']:.2f} in boys: {verdict} (p = {p:.2g}).")


def _groups(table: pd.DataFrame, *_: object) -> str:
    try:
        found = differences(table, "group", "sex")
    except BadInput:
        return "The table names no groups: nothing can be said about fairness between them."
    known = found[~found["small"]]
    small = int(found["small"].sum())
    text = (f"Of {len(found)} cells of group and sex, {small} are too small to judge" if small
            else f"All {len(found)} cells of group and sex hold enough children")
    if known.empty:
        return text + "."
    clear = known[known["p_holm"] < 0.05]
    if clear.empty:
        widest = (known["upper"] - known["lower"]).median() / 2
        return (f"{text}; none differs from the rest once corrected for many looks, but a "
                f"difference under about {widest:.2f} years could not have been seen.")
    names = ", ".join(f"{row.group} {_SEX[row.sex]} ({row.difference:+.2f} years)"
                      for row in clear.itertuples())
    return f"{text}; after correction for many looks these differ from the rest: {names}."


def _intervals(table: pd.DataFrame, n_bootstrap: int, seed: int) -> str:
    own = {"lower", "upper"} <= set(table) and table[["lower", "upper"]].notna().all(axis=None)
    if not own and table["image_id"].nunique() < 50:
        return "There are too few children to make prediction intervals."
    found = table if own else conformal_out_of_fold(table, 0.9, seed=seed)
    total = coverage(found).iloc[0]
    cells = coverage(found, "age_band")
    cells = cells[~cells["small"]]
    whose = "The intervals in the table" if own else "Conformal 90 % intervals"
    text = (f"{whose} hold {100 * total['covered']:.0f} % of the labels and are "
            f"{total['width']:.1f} years wide on average")
    if len(cells) > 1:
        least = cells.loc[cells["covered"].idxmin()]
        text += f"; the fewest are held at {least['age_band']}, {100 * least['covered']:.0f} %"
    return text + "."


def _calls(table: pd.DataFrame, _: int, seed: int) -> str:
    if not has_chronological_age(table):
        return ("Without chronological ages, nothing can be said about calls of advanced or "
                "delayed.")
    found = changed_calls(table, seed=seed).set_index("what")["changed"]
    text = (f"The call of advanced, normal or delayed differs from the label's in "
            f"{100 * found.iloc[0]:.0f} % of children")
    if "reader 2 against reader 1" in found:
        text += (f"; between the two readers it differs in "
                 f"{100 * found['reader 2 against reader 1']:.0f} %, and a second label of the "
                 f"same quality would change {100 * found.iloc[-1]:.0f} %")
    return text + "."
