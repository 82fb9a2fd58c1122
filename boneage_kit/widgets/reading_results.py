"""What a finished worklist shows its reader: numbers in words, two figures, hand by hand."""

from __future__ import annotations

import html

import pandas as pd
from matplotlib.figure import Figure

from .. import evaluation, maturity
from ..plots import agreement, timetable
from ..plots.shown_figure import ShownFigure, to_png
from .network_predictions import NetworkPredictions

__all__ = ["results_as_html", "summary_text"]

_FEWEST = 3  # values before a standard deviation is worth drawing
_TEXT = "font-size:16px;max-width:900px;line-height:1.45"


def summary_text(predictions: pd.DataFrame, repeats: pd.DataFrame) -> str:
    """Return own MAE, bias and, from hands read twice, limits of agreement in words.

    Parameters
    ----------
    predictions
        First readings as a predictions table (years).
    repeats
        Columns ``first`` and ``second``, years, one row per hand read twice.

    >>> summary_text(pd.DataFrame({"y_true": [8.0, 9.0], "y_pred": [8.5, 9.0]}),
    ...              pd.DataFrame({"first": [], "second": []}))
    '2 hands read. Mean absolute error 0.25 years, bias +0.25 years (positive: read too old).'
    """
    if predictions.empty:
        return "Nothing is read yet."
    labelled = predictions.dropna(subset=["y_true"])
    text = f"{len(predictions)} hands read."
    if len(labelled) < len(predictions):
        text += f" Of {len(predictions) - len(labelled)} no bone age is known to compare with."
    if len(labelled):
        error = labelled["y_pred"] - labelled["y_true"]
        text += (
            f" Mean absolute error {error.abs().mean():.2f} years, "
            f"bias {error.mean():+.2f} years (positive: read too old)."
        )
    if len(repeats) >= _FEWEST:
        limits = _own_agreement(repeats)
        text += (
            f" On {len(repeats)} hands read twice your two readings agree within "
            f"{limits.lower:+.2f} to {limits.upper:+.2f} years (95 % limits of agreement)."
        )
    elif len(repeats):
        apart = (repeats["second"] - repeats["first"]).abs().mean()
        text += (
            f" {len(repeats)} hand(s) came twice; your two readings differ by {apart:.2f} "
            "years on average."
        )
    return text


def results_as_html(
    predictions: pd.DataFrame, repeats: pd.DataFrame, network: NetworkPredictions | None = None
) -> str:
    """Return everything a reader is shown at the end.

    A summary; own errors beside the network's (where it was asked) and published readers'; the
    Bland-Altman plots; own limits of agreement beside published ones; and every hand by itself.
    """
    labelled = predictions.dropna(subset=["y_true"])
    note = f"<p style='{_TEXT}'>{html.escape(network.note)}</p>" if network else ""
    return (
        f"<p style='{_TEXT}'>{summary_text(predictions, repeats)}</p>"
        f"{_beside_others(labelled, network)}{note}"
        f"{_agreement_picture(labelled, network)}{_repeats_picture(repeats)}"
        f"{_hand_by_hand(predictions, network)}"
    )


def _beside_others(labelled: pd.DataFrame, network: NetworkPredictions | None) -> str:
    """Return the table of mean absolute differences: own, the network's, published readers'."""
    rows: list[tuple[str, ...]] = []
    if len(labelled):
        rows.append(_errors("you, against the truth", labelled))
    if network is not None and len(labelled):
        same = network.predictions.assign(
            image_id=network.predictions["image_id"].astype(str)
        ).merge(labelled[["image_id"]])
        rows.append(_errors("the kit's network, same hands", same))
    studies = maturity.reader_studies().query(
        "measure == 'mean_absolute_difference' and method == 'G&P'"
    )
    who = {"between": "two readers of one film", "within": "one reader twice"}
    for row in studies.itertuples():
        films = "" if str(row.films) == "<NA>" else f"{row.films}"
        rows.append((f"{who[row.comparison]} ({row.study})", films, f"{row.value:.2f}", ""))
    return _table(("readers", "hands", "mean absolute difference, years", "bias, years"), rows)


def _errors(name: str, table: pd.DataFrame) -> tuple[str, str, str, str]:
    error = table["y_pred"] - table["y_true"]
    return name, f"{len(error)}", f"{error.abs().mean():.2f}", f"{error.mean():+.2f}"


def _hand_by_hand(predictions: pd.DataFrame, network: NetworkPredictions | None) -> str:
    predicted = (
        {}
        if network is None
        else dict(
            zip(
                network.predictions["image_id"].astype(str),
                network.predictions["y_pred"],
                strict=True,
            )
        )
    )
    head = ("hand", "sex", "you", "truth", "difference, years")
    rows = []
    for row in predictions.itertuples():
        labelled = row.y_true == row.y_true
        cells: tuple[str, ...] = (
            row.image_id,
            row.sex,
            maturity.age_in_words(row.y_pred),
            maturity.age_in_words(row.y_true) if labelled else "not known",
            f"{round(row.y_pred - row.y_true, 1) + 0.0:+.1f}" if labelled else "",
        )
        if predicted:
            cells += (maturity.age_in_words(predicted[row.image_id]),)
        rows.append(cells)
    return _table(head + (("network",) if predicted else ()), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        inside = "".join(
            f"<{tag} style='text-align:left;padding:2px 16px 2px 0'>"
            f"{html.escape(str(cell))}</{tag}>"
            for cell in cells
        )
        return f"<tr>{inside}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table style='font-size:15px;margin:6px 0'>{line(head, 'th')}{body}</table>"


def _own_agreement(repeats: pd.DataFrame) -> evaluation.BlandAltman:
    return evaluation.bland_altman(repeats["second"], repeats["first"])


def _agreement_picture(labelled: pd.DataFrame, network: NetworkPredictions | None) -> str:
    """Return Bland-Altman plots, own and the network's on one scale, or nothing below three."""
    if len(labelled) < _FEWEST:
        return ""
    shown = [(labelled, "your reading")]
    if network is not None:
        shown.append((network.predictions.dropna(subset=["y_true"]), "network"))
    figure = _figure(4.4 * len(shown))
    axes = figure.subplots(len(shown), squeeze=False, sharex=True, sharey=True)[:, 0]
    reach = 0.0
    for ax, (table, name) in zip(axes, shown, strict=True):
        agreement.bland_altman(
            table["y_pred"], table["y_true"], sexes=table["sex"], ax=ax, names=(name, "truth")
        )
        for points in ax.collections:  # few hands: large, and before the bands
            points.set(sizes=[70], alpha=0.9, zorder=3)
        reach = max(reach, ax.get_ylim()[1])
    axes[0].set_ylim(-reach, reach)
    both = " Below it the same for the network." if network is not None else ""
    return _shown(
        figure,
        "Bland-Altman plot: your reading minus the truth over their mean, "
        f"with bias and limits of agreement.{both}",
    )


def _repeats_picture(repeats: pd.DataFrame) -> str:
    """Return own limits of agreement beside published ones as HTML, or nothing."""
    if len(repeats) < _FEWEST:
        return ""
    own = _own_agreement(repeats)
    bars = maturity.reader_studies().query(
        "measure == 'limits_of_agreement' and comparison == 'within'"
    )
    bars = bars.assign(label=bars["method"] + ", " + bars["study"], mine=False)
    bar = {
        "label": f"you, {len(repeats)} hands",
        "lower": own.lower,
        "upper": own.upper,
        "mine": True,
    }
    bars = pd.concat([bars[list(bar)], pd.DataFrame([bar])], ignore_index=True)
    figure = _figure(2.8)
    timetable.reader_limits(bars, ax=figure.subplots())
    return _shown(
        figure,
        "Limits of agreement of two readings by the same reader: published "
        f"ones, and yours from {own.lower:+.2f} to {own.upper:+.2f} years.",
    )


def _figure(height: float) -> Figure:
    return Figure(figsize=(8.5, height), layout="constrained")


def _shown(figure: Figure, alt: str) -> str:
    return ShownFigure(to_png(figure), alt, "")._repr_html_()
