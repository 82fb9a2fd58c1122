"""What a finished worklist shows its reader: numbers in words, two figures, hand by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import maturity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_html", "in_words"]


def in_words(predictions: pd.DataFrame, repeats: pd.DataFrame) -> str:
    """Return own MAE, bias and, from hands read twice, limits of agreement in words.

    Parameters
    ----------
    predictions
        First readings as a predictions table (years).
    repeats
        Columns ``first`` and ``second``, years, a row a hand read twice.

    >>> import pandas as pd
    >>> in_words(pd.DataFrame({"y_true": [8.0, 9.0], "y_pred": [8.5, 9.0]}),
    ...          pd.DataFrame({"first": [8.5], "second": [8.0]}))
    '2 hands read. Mean absolute error 0.25 years, bias +0.25 years (positive: read too old).'
    """
    if predictions.empty:
        return "Nothing is read yet."
    error = predictions["y_pred"] - predictions["y_true"]
    words = (f"{len(error)} hands read. Mean absolute error {error.abs().mean():.2f} years, "
             f"bias {error.mean():+.2f} years (positive: read too old).")
    if len(repeats) >= 2:
        lower, upper = _limits(repeats)
        words += (f" On {len(repeats)} hands read twice your two readings agree within "
                  f"{lower:+.2f} to {upper:+.2f} years (95 % limits of agreement).")
    return words


def as_html(predictions: pd.DataFrame, repeats: pd.DataFrame) -> str:
    """Return the words, the Bland-Altman plot, own limits beside published ones, and all hands."""
    cells = "".join(
        f"<tr><td>{row.image_id}</td><td>{row.sex}</td>"
        f"<td>{maturity.age_in_words(row.y_pred)}</td><td>{maturity.age_in_words(row.y_true)}"
        f"</td><td style='text-align:right'>{row.y_pred - row.y_true:+.1f}</td></tr>"
        for row in predictions.itertuples())
    head = "<tr><th>hand</th><th>sex</th><th>you</th><th>truth</th><th>difference, y</th></tr>"
    return (f"<p style='font-size:16px;max-width:900px'>{in_words(predictions, repeats)}</p>"
            f"{_agreement_picture(predictions)}{_repeats_picture(repeats)}"
            f"<table style='font-size:14px;border-spacing:14px 2px;border-collapse:separate'>"
            f"{head}{cells}</table>")


def _limits(repeats: pd.DataFrame) -> tuple[float, float]:
    difference = repeats["second"] - repeats["first"]
    spread = 1.96 * difference.std()
    return difference.mean() - spread, difference.mean() + spread


def _agreement_picture(table: pd.DataFrame) -> str:
    """Return the Bland-Altman plot of at least three readings as HTML, or nothing."""
    if len(table) < 3:
        return ""
    from ..plots.agreement import bland_altman

    figure = _figure(4.6)
    bland_altman(table["y_pred"], table["y_true"], sexes=table["sex"], ax=figure.subplots(),
                 names=("your reading", "truth"))
    return _shown(figure, "Bland-Altman plot: your reading minus the truth over their mean, "
                  "with bias and limits of agreement.")


def _repeats_picture(repeats: pd.DataFrame) -> str:
    """Return own limits of agreement beside published ones as HTML, or nothing."""
    if len(repeats) < 3:
        return ""
    import pandas as pd

    from ..plots.timetable import reader_limits

    lower, upper = _limits(repeats)
    bars = maturity.reader_studies().query(
        "measure == 'limits_of_agreement' and comparison == 'within'")
    bars = bars.assign(label=bars["method"] + ", " + bars["study"], mine=False)
    own = {"label": f"you, {len(repeats)} hands", "lower": lower, "upper": upper, "mine": True}
    bars = pd.concat([bars[list(own)], pd.DataFrame([own])], ignore_index=True)
    figure = _figure(2.8)
    reader_limits(bars, ax=figure.subplots())
    return _shown(figure, "Limits of agreement of two readings by the same reader: published "
                  f"ones, and yours from {lower:+.2f} to {upper:+.2f} years.")


def _figure(height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(8.5, height), layout="constrained")


def _shown(figure: Any, words: str) -> str:
    from ..lesson.figures import ShownFigure, to_png

    return ShownFigure(to_png(figure), words, "")._repr_html_()
