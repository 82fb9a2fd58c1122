"""The whole error analysis of one table as a folder: tables, figures, and a page to read."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from . import (
    bland_altman,
    by,
    call_table,
    changed_calls,
    compare_all,
    conformal_out_of_fold,
    constant_predictor,
    coverage,
    differences,
    has_chronological_age,
    has_two_readers,
    pooled_cells,
    pull_to_the_middle,
    reader_limits,
    reader_line,
    recalibrate,
    reweighted_mae,
    summary,
    yardstick,
)
from .findings import findings
from .report_page import PAGE, Section, bullets, save_section, write_text


def write_report(
    predictions: pd.DataFrame, out: Path, *, n_bootstrap: int = 1000, seed: int = 0,
    name: str = "model", others: dict[str, pd.DataFrame] | None = None,
    pictures: Callable[[str], np.ndarray] | None = None,
    progress: Callable[[str], object] = lambda title: None,
) -> Path:
    """Write the error analysis of one model's predictions to a folder; return its page.

    Parameters
    ----------
    predictions
        A checked table of one model (years); where it holds several seeds, ``summary`` uses all
        of them and everything else the first.
    out
        Folder, made where it is not: ``report.html`` (on its own, figures inside),
        ``figures/*.png``, ``tables/*.csv``, ``metrics.json``.
    others
        Tables of other models on the same children, for the paired comparison.
    pictures
        Gives the picture ``uint8 [h, w]`` of an image_id, for the gallery of the worst readings.
    progress
        Called with the title of each section before it is made.
    """
    import matplotlib

    matplotlib.use("Agg")
    from ..plots import use_style

    out.mkdir(parents=True, exist_ok=True)
    headline = summary(predictions, n_bootstrap, seed)
    table = _first_seed(predictions)
    with matplotlib.rc_context():
        use_style()
        done = [save_section(section, out) for section in
                _sections(table, headline, others or {}, n_bootstrap, seed, progress, pictures)]
    words = findings(table, n_bootstrap=n_bootstrap, seed=seed)
    metrics = {"model": name, "n": int(headline["n"].iloc[0]), "n_bootstrap": n_bootstrap,
               "seed": seed, "findings": words,
               "summary": json.loads(headline.to_json(orient="index"))}
    write_text(out / "metrics.json", json.dumps(metrics, indent=2))
    page = PAGE.format(title=html.escape(f"Error analysis: {name}"), findings=bullets(words),
                        sections="\n".join(done))
    return write_text(out / "report.html", page)


def _first_seed(predictions: pd.DataFrame) -> pd.DataFrame:
    if predictions["image_id"].is_unique:
        return predictions
    return predictions.drop_duplicates("image_id").reset_index(drop=True)


def _sections(
    table: pd.DataFrame, headline: pd.DataFrame, others: dict[str, pd.DataFrame],
    n_bootstrap: int, seed: int, progress: Callable[[str], object],
    pictures: Callable[[str], np.ndarray] | None,
) -> Iterator[Section]:
    floor = constant_predictor(table, table)
    makers: list[tuple[str, Callable[[], Section | None]]] = [
        ("Headline", lambda: _headline(table, headline, floor, n_bootstrap, seed)),
        ("Other models", lambda: _comparison(others, n_bootstrap, seed)),
        ("Beside the readers", lambda: _readers(table, floor, n_bootstrap, seed)),
        ("Agreement", lambda: _agreement(table)),
        ("The pull to the middle", lambda: _pull(table)),
        ("By age, sex and group", lambda: _cells(table, floor, n_bootstrap, seed)),
        ("Calibration", lambda: _calibration(table)),
        ("Prediction intervals", lambda: _intervals(table, seed)),
        ("Clinical calls", lambda: _calls(table, seed)),
        ("Worst readings", lambda: _worst(table, pictures)),
    ]
    for title, make in makers:
        progress(title)
        section = make()
        if section is not None:
            section.title = title
            yield section


def _headline(
    table: pd.DataFrame, headline: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int
) -> Section:
    from ..plots.agreement import predicted_against_label

    rows = {"this model": headline.loc[["MAE", "RMSE", "bias"]],
            "constant (sex's median of these children)":
                summary(floor, n_bootstrap, seed).loc[["MAE", "RMSE", "bias"]]}
    section = Section("", "Errors in years with 95 % intervals. The constant predictor is the "
                      "floor: it never looks at the picture. It is flattered a little, since its "
                      "medians come from these very children.")
    section.tables = {"summary": headline.reset_index(),
                      "floor": pd.concat(rows, names=["who"]).reset_index()}
    if len(table) > 1:
        section.tables["reweighted"] = reweighted_mae(
            table, n=n_bootstrap, seed=seed).rename_axis("ages").reset_index()
        section.words += (" The re-weighted MAE gives each two-year band of age the same weight, "
                          "so that data sets of different ages can be compared.")
    section.figures = [("predicted_against_label", predicted_against_label(table).figure,
                        "Scatter of the predicted age against the label with the identity line "
                        "and a band of one year each side; girls and boys differ in mark.")]
    return section


def _comparison(
    others: dict[str, pd.DataFrame], n_bootstrap: int, seed: int
) -> Section | None:
    if len(others) < 2:
        return None
    return Section("", "Paired differences of MAE (a minus b, years) on the same children; p by "
                   "sign-flip permutation, corrected by Holm.",
                   tables={"comparison": compare_all(others, n_bootstrap, seed)})


def _readers(
    table: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int
) -> Section:
    from ..maturity import reader_studies

    if not has_two_readers(table):
        return Section("", "The table has no two readings a child (reader_1, reader_2). What "
                       "studies printed about readers, in years:",
                       tables={"published_readers": _printed(reader_studies())})
    from ..plots.agreement import model_beside_readers

    found = yardstick(table, n_bootstrap, seed)
    constant = (floor["y_pred"] - floor["y_true"]).abs().mean()
    return Section("", "One voice against one voice is the fair comparison. A reader against the "
                   "mean of two looks twice as good as it is, being half of that mean.",
                   [("model_beside_readers", model_beside_readers(found, constant).figure,
                     "Mean absolute differences with intervals: reader 2 against reader 1, the "
                     "model against each reader and their mean, and the constant predictor.")],
                   {"yardstick": found, "published_readers": _printed(reader_studies())})


def _printed(studies: pd.DataFrame) -> pd.DataFrame:
    return studies[["study", "comparison", "method", "measure", "value", "lower", "upper",
                    "source"]]


def _agreement(table: pd.DataFrame) -> Section | None:
    if len(table) < 3:
        return None
    from ..plots.agreement import bland_altman as draw

    limits, whose = reader_limits(table)
    fig = draw(table["y_pred"], table["y_true"], table["sex"], reader_limits=limits,
               reader_name=whose).figure
    rows = {"all": table, **{f"sex {sex}": rows for sex, rows in table.groupby("sex")}}
    found = {name: bland_altman(one["y_pred"], one["y_true"]) for name, one in rows.items()
             if len(one) > 2}
    flat = pd.DataFrame([
        {"children": name, "n": one.n, "bias": one.bias, "lower limit": one.lower,
         "upper limit": one.upper, "slope": one.slope.value, "slope lower": one.slope.lower,
         "slope upper": one.slope.upper} for name, one in found.items()])
    return Section("", "Bland and Altman's limits hold 95 % of the differences if their spread is "
                   "the same at all ages. Where the interval of the slope leaves out zero, one "
                   "pair of limits does not describe all ages.",
                   [("bland_altman", fig, "Difference of model and label over their mean, with "
                     "bias and limits of agreement and their 95 % intervals.")],
                   {"bland_altman": flat})


def _pull(table: pd.DataFrame) -> Section | None:
    if len(table) < 10 or table["y_true"].nunique() < 3:
        return None
    from ..plots.errors import error_along_age

    found = pull_to_the_middle(table)
    noise = found.loc["label", "from_noise"]
    figures = []
    for axis in ("label", "prediction"):
        expected = float(noise) if axis == "label" and pd.notna(noise) else None
        fig = error_along_age(table, axis, expected_from_noise=expected).figure
        figures.append((f"error_along_{axis}", fig, f"Signed error over the {axis} with its "
                        "local mean and 95 % band."))
    return Section("", "Over the label, noise in the label tilts the errors by itself "
                   "(regression dilution), and any careful guess is drawn to the middle. Over the "
                   "prediction, a calibrated model is flat.", figures,
                   {"pull_to_the_middle": found.reset_index()})


def _cells(table: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int) -> Section:
    from ..plots.errors import error_by_cell

    cuts = [("age_band",), ("sex",), ("age_band", "sex")]
    if "group" in table and table["group"].notna().any():
        cuts += [("group",), ("group", "sex"), ("group", "age_band")]
    section = Section("", "Cells of fewer than 20 children are hollow: anecdotes. p_holm is "
                      "corrected for the number of cells looked at; pooled is the cell's MAE drawn "
                      "towards the common one as far as chance explains the spread of cells.")
    overall = (table["y_pred"] - table["y_true"]).abs().mean()
    for columns in cuts:
        known = table.dropna(subset=[c for c in columns if c in table])
        cells = by(known, *columns, n_bootstrap=n_bootstrap, seed=seed)
        same = by(floor.dropna(subset=[c for c in columns if c in floor]), *columns, n_bootstrap=2)
        extra = differences(known, *columns)[[*columns, "difference", "p", "p_holm"]]
        both = cells.merge(extra, on=list(columns))
        if "age_band" not in columns:
            pooled = pooled_cells(known, *columns)[[*columns, "pooled"]]
            both = both.merge(pooled, on=list(columns), how="left")
        name = "by_" + "_and_".join(columns)
        fig = error_by_cell(cells, *columns, floor=same, reader=reader_line(table),
                            overall=overall).figure
        section.tables[name] = both
        section.figures.append((name, fig, "MAE with interval by " + " and ".join(columns).replace(
            "_", " ") + ", beside the constant predictor and the readers' difference."))
    return section


def _calibration(table: pd.DataFrame) -> Section | None:
    if table["sex"].value_counts().min() < 10:
        return None
    from ..plots.errors import calibration

    lines = recalibrate(table).lines.reset_index()
    return Section("", "The line of the label on the prediction, by sex: intercept 0 and slope 1 "
                   "would need no correction. To use it, fit it on a validation fold and apply it "
                   "to other children.",
                   [("calibration", calibration(table).figure, "Mean label minus prediction over "
                     "the prediction for girls and boys with 95 % intervals.")],
                   {"recalibration": lines})


def _intervals(table: pd.DataFrame, seed: int) -> Section | None:
    own = {"lower", "upper"} <= set(table) and table[["lower", "upper"]].notna().all(axis=None)
    if not own and len(table) < 50:
        return None
    from ..plots.errors import coverage_by

    found = table if own else conformal_out_of_fold(table, 0.9, seed=seed)
    cells = coverage(found, "age_band", "sex")
    tables = {"coverage": coverage(found), "coverage_by_age_and_sex": cells}
    words = ("The table's own intervals." if own else
             "Conformal 90 % intervals by sex, each child's made from the errors of the others.")
    fig = coverage_by(cells, "age_band", "sex", nominal=0.9).figure
    return Section("", words + " An interval that holds 90 % overall can hold far fewer at one "
                   "age.", [("coverage", fig, "Share of labels inside the interval by age band "
                             "and sex, with the promised 90 %.")], tables)


def _calls(table: pd.DataFrame, seed: int) -> Section:
    if not has_chronological_age(table):
        return Section("", "The table has no chronological ages, so no call of advanced or "
                       "delayed can be made.")
    from ..plots.errors import changed_calls as draw

    found = changed_calls(table, seed=seed)
    return Section("", "Advanced or delayed: bone age over 2 SD (Brush Foundation) from "
                   "chronological age.",
                   [("changed_calls", draw(found).figure, "Share of children whose call changes: "
                     "by the model, between readers, and by label noise alone.")],
                   {"changed_calls": found, "call_table": call_table(table).reset_index()})


def _worst(
    table: pd.DataFrame, pictures: Callable[[str], np.ndarray] | None, n: int = 8
) -> Section:
    far = table.assign(error=table["y_pred"] - table["y_true"])
    far = far.loc[far["error"].abs().nlargest(n).index]
    section = Section("", "The readings furthest from their label. Ask of each: is it the "
                      "picture, the label, or an age that training hardly held?",
                      tables={"worst_readings": far})
    if pictures is not None:
        from ..plots.saliency import worst_cases

        fig = worst_cases([pictures(name) for name in far["image_id"]], far)
        section.figures = [("worst_readings", fig, "Radiographs of the worst readings with sex, "
                            "label, readers, the model's reading and its interval above each.")]
    return section
