"""What a finished worklist shows its reader: numbers in words, two figures, hand by hand."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from .. import maturity
from ..plots.shown_figure import ShownFigure, to_png

if TYPE_CHECKING:
    import pandas as pd

    from .network_reading import NetworkReading

__all__ = ["as_html", "in_words"]

_FEWEST = 3  # values before a standard deviation is worth drawing
_TEXT = "font-size:16px;max-width:900px;line-height:1.45"


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
    ...          pd.DataFrame({"first": [], "second": []}))
    '2 hands read. Mean absolute error 0.25 years, bias +0.25 years (positive: read too old).'
    """
    if predictions.empty:
        return "Nothing is read yet."
    known = predictions.dropna(subset=["y_true"])
    words = f"{len(predictions)} hands read."
    if len(known) < len(predictions):
        words += f" Of {len(predictions) - len(known)} no bone age is known to compare with."
    if len(known):
        error = known["y_pred"] - known["y_true"]
        words += (f" Mean absolute error {error.abs().mean():.2f} years, "
                  f"bias {error.mean():+.2f} years (positive: read too old).")
    if len(repeats) >= _FEWEST:
        lower, upper = _limits(repeats)
        words += (f" On {len(repeats)} hands read twice your two readings agree within "
                  f"{lower:+.2f} to {upper:+.2f} years (95 % limits of agreement).")
    elif len(repeats):
        apart = (repeats["second"] - repeats["first"]).abs().mean()
        words += (f" {len(repeats)} hand(s) came twice; your two readings differ by {apart:.2f} "
                  "years on average.")
    return words


def as_html(predictions: pd.DataFrame, repeats: pd.DataFrame,
            network: NetworkReading | None = None) -> str:
    """Return everything a reader is shown at the end.

    The words, one's errors beside the network's (where it has read) and published readers', the
    Bland-Altman plots, own limits of agreement beside published ones, and all hands one by one.
    """
    known = predictions.dropna(subset=["y_true"])
    note = f"<p style='{_TEXT}'>{html.escape(network.note)}</p>" if network else ""
    return (f"<p style='{_TEXT}'>{in_words(predictions, repeats)}</p>"
            f"{_beside_others(known, network)}{note}"
            f"{_agreement_picture(known, network)}{_repeats_picture(repeats)}"
            f"{_hand_by_hand(predictions, network)}")


def _beside_others(known: pd.DataFrame, network: NetworkReading | None) -> str:
    """Return the table of mean absolute differences: own, the network's, published readers'."""
    rows = [_errors("you, against the truth", known)] if len(known) else []
    if network is not None and len(known):
        same = network.predictions.assign(
            image_id=network.predictions["image_id"].astype(str)).merge(known[["image_id"]])
        rows.append(_errors("the kit's network, same hands", same))
    studies = maturity.reader_studies().query(
        "measure == 'mean_absolute_difference' and method == 'G&P'")
    words = {"between": "two readers of one film", "within": "one reader twice"}
    for row in studies.itertuples():
        films = "" if str(row.films) == "<NA>" else f"{row.films}"
        rows.append((f"{words[row.comparison]} ({row.study})", films, f"{row.value:.2f}", ""))
    return _table(("readers", "hands", "mean absolute difference, years", "bias, years"), rows)


def _errors(name: str, table: pd.DataFrame) -> tuple[str, str, str, str]:
    error = table["y_pred"] - table["y_true"]
    return name, f"{len(error)}", f"{error.abs().mean():.2f}", f"{error.mean():+.2f}"


def _hand_by_hand(predictions: pd.DataFrame, network: NetworkReading | None) -> str:
    theirs = {} if network is None else dict(zip(
        network.predictions["image_id"].astype(str), network.predictions["y_pred"], strict=True))
    head = ("hand", "sex", "you", "truth", "difference, years")
    rows = []
    for row in predictions.itertuples():
        known = row.y_true == row.y_true
        cells = (row.image_id, row.sex, maturity.age_in_words(row.y_pred),
                 maturity.age_in_words(row.y_true) if known else "not known",
                 f"{round(row.y_pred - row.y_true, 1) + 0.0:+.1f}" if known else "")
        rows.append(cells + ((maturity.age_in_words(theirs[row.image_id]),) if theirs else ()))
    return _table(head + (("network",) if theirs else ()), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        inside = "".join(f"<{tag} style='text-align:left;padding:2px 16px 2px 0'>"
                         f"{html.escape(str(cell))}</{tag}>" for cell in cells)
        return f"<tr>{inside}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table style='font-size:15px;margin:6px 0'>{line(head, 'th')}{body}</table>"


def _limits(repeats: pd.DataFrame) -> tuple[float, float]:
    difference = repeats["second"] - repeats["first"]
    spread = 1.96 * difference.std()
    return difference.mean() - spread, difference.mean() + spread


def _agreement_picture(known: pd.DataFrame, network: NetworkReading | None) -> str:
    """Return Bland-Altman plots, own and the network's on one scale, or nothing below three."""
    if len(known) < _FEWEST:
        return ""
    from ..plots.agreement import bland_altman

    shown = [(known, "your reading")]
    if network is not None:
        shown.append((network.predictions.dropna(subset=["y_true"]), "network"))
    figure = _figure(4.4 * len(shown))
    axes = figure.subplots(len(shown), squeeze=False, sharex=True, sharey=True)[:, 0]
    reach = 0.0
    for ax, (table, name) in zip(axes, shown, strict=True):
        bland_altman(table["y_pred"], table["y_true"], sexes=table["sex"], ax=ax,
                     names=(name, "truth"))
        for points in ax.collections:  # few hands: large, and before the bands
            points.set(sizes=[70], alpha=0.9, zorder=3)
        reach = max(reach, ax.get_ylim()[1])
    axes[0].set_ylim(-reach, reach)
    both = " Below it the same for the network." if network is not None else ""
    return _shown(figure, "Bland-Altman plot: your reading minus the truth over their mean, "
                  f"with bias and limits of agreement.{both}")


def _repeats_picture(repeats: pd.DataFrame) -> str:
    """Return own limits of agreement beside published ones as HTML, or nothing."""
    if len(repeats) < _FEWEST:
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
    return ShownFigure(to_png(figure), words, "")._repr_html_()
