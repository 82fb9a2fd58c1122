"""The report's sections on the error: how large, beside whom, for whom."""

from __future__ import annotations

import pandas as pd

from ..evaluation import (
    bland_altman,
    by,
    compare_all,
    differences,
    has_two_readers,
    mae,
    pooled_cells,
    pull_to_the_middle,
    reader_limits,
    reader_line,
    reweighted_mae,
    summary,
    yardstick,
)
from ..evaluation.comparison import on_shared_children
from ..evaluation.runs import by_run, pooled_in_words
from .page import Section


def headline_section(
    table: pd.DataFrame, headline: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int
) -> Section:
    """Return the error, its floor, its parts by seed and fold, and the re-weighted error."""
    from ..plots.agreement import predicted_against_label

    rows = {"this model": headline.loc[["MAE", "RMSE", "bias"]],
            "constant (sex's median of these children)":
                summary(floor, n_bootstrap, seed).loc[["MAE", "RMSE", "bias"]]}
    section = Section("", "Errors in years with 95 % intervals. The constant predictor is the "
                      "floor: it never looks at the picture. It is flattered a little, since its "
                      "medians come from these very children.")
    runs = by_run(table)
    if len(runs):
        section.words = f"{pooled_in_words(table)} {section.words}"
    section.tables = {"summary": headline.reset_index(),
                      "floor": pd.concat(rows, names=["who"]).reset_index()}
    if len(runs):
        section.tables["by_run"] = runs
    if len(table) > 1:
        section.tables["reweighted"] = reweighted_mae(
            table, n=n_bootstrap, seed=seed).rename_axis("ages").reset_index()
        section.words += (" The re-weighted MAE gives each two-year band of age the same weight, "
                          "so that data sets of different ages can be compared.")
    section.figures = [("predicted_against_label", predicted_against_label(table).figure,
                        "Scatter of the predicted age against the label with the identity line "
                        "and a band of one year each side; girls and boys differ in mark.")]
    return section


def comparison_section(
    others: dict[str, pd.DataFrame], n_bootstrap: int, seed: int
) -> Section | None:
    """Return the paired comparison of all models; None where there is one."""
    if len(others) < 2:
        return None
    every = len(set.union(*(set(one["image_id"]) for one in others.values())))
    same = on_shared_children(others)
    shared = next(iter(same.values()))["image_id"].nunique()
    if shared < 2:
        return Section("", "The models have read other children, so they cannot be compared.")
    return Section("", f"Paired differences of MAE (a minus b, years) on the {shared} of {every} "
                   "children whom all models have read; p by sign-flip permutation, corrected by "
                   "Holm.", tables={"comparison": compare_all(same, n_bootstrap, seed)})


def readers_section(
    table: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int
) -> Section:
    """Return the model beside the readers, or what studies printed about readers."""
    from ..maturity import reader_studies

    if not has_two_readers(table):
        return Section("", "The table has no two readings a child (reader_1, reader_2). What "
                       "studies printed about readers, in years:",
                       tables={"published_readers": _printed(reader_studies())})
    from ..plots.agreement import model_beside_readers

    found = yardstick(table, n_bootstrap, seed)
    constant = mae(floor["y_true"], floor["y_pred"])
    return Section("", "One voice against one voice is the fair comparison. A reader against the "
                   "mean of two looks twice as good as it is, being half of that mean.",
                   [("model_beside_readers", model_beside_readers(found, constant).figure,
                     "Mean absolute differences with intervals: reader 2 against reader 1, the "
                     "model against each reader and their mean, and the constant predictor.")],
                   {"yardstick": found, "published_readers": _printed(reader_studies())})


def _printed(studies: pd.DataFrame) -> pd.DataFrame:
    return studies[["study", "comparison", "method", "measure", "value", "lower", "upper",
                    "source"]]


def agreement_section(table: pd.DataFrame) -> Section | None:
    """Return limits of agreement, all children and by sex; None for too few children."""
    if table["image_id"].nunique() < 3:
        return None
    from ..plots.agreement import bland_altman as draw

    limits, whose = reader_limits(table)
    fig = draw(table["y_pred"], table["y_true"], table["sex"], reader_limits=limits,
               reader_name=whose, children=table["image_id"]).figure
    rows = {"all": table, **{f"sex {sex}": rows for sex, rows in table.groupby("sex")}}
    found = {name: bland_altman(one["y_pred"], one["y_true"], children=one["image_id"])
             for name, one in rows.items() if one["image_id"].nunique() > 2}
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


def pull_section(table: pd.DataFrame) -> Section | None:
    """Return the signed error along age; None for too few children."""
    if table["image_id"].nunique() < 10 or table["y_true"].nunique() < 3:
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


def cells_section(table: pd.DataFrame, floor: pd.DataFrame, n_bootstrap: int, seed: int) -> Section:
    """Return the error by age band, sex and group, with correction for many looks."""
    from ..plots.errors import error_by_cell

    cuts = [("age_band",), ("sex",), ("age_band", "sex")]
    if "group" in table and table["group"].notna().any():
        cuts += [("group",), ("group", "sex"), ("group", "age_band")]
    section = Section("", "Cells of fewer than 20 children are hollow: anecdotes. p_holm is "
                      "corrected for the number of cells looked at; pooled is the cell's MAE drawn "
                      "towards the common one as far as chance explains the spread of cells.")
    overall = mae(table["y_true"], table["y_pred"])
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
