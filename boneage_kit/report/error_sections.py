"""The report's sections on the error: how large, beside whom, for whom."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .. import plots
from ..evaluation import (
    bland_altman,
    by_run,
    compare_all,
    has_two_readers,
    on_shared_children,
    pooled_in_words,
    reader_limits,
    reader_line,
    reweighted_mae,
    summary,
)
from ..maturity import reader_studies
from .analysis import MOST_GROUPS, Analysis
from .page import Section

#: Up to so many models every pair is compared; more are compared with the analysed one.
MOST_MODELS_IN_PAIRS = 12
#: A figure of more cells than this cannot be read; the largest cells are drawn.
MOST_CELLS_DRAWN = 60


def headline_section(analysis: Analysis) -> Section:
    """Return the error, its floor, its parts by seed and fold, and the re-weighted error."""
    table, names = analysis.table, ["MAE", "RMSE", "bias"]
    floor = summary(analysis.floor, analysis.n_bootstrap, analysis.seed)
    rows = {
        "this model": analysis.headline.loc[names],
        "constant (sex's median of other children)": floor.loc[names],
    }
    section = Section(
        "",
        "Errors in years with 95 % intervals. The constant predictor is the "
        "floor: it never looks at the image. It answers the median age of children "
        "of that sex, taken from other children than the one it is judged on.",
    )
    runs = by_run(table)
    section.tables = {
        "summary": analysis.headline.reset_index(),
        "floor": pd.concat(rows, names=["who"]).reset_index(),
    }
    if len(runs):
        section.words = f"{pooled_in_words(table)} {section.words}"
        section.tables["by_run"] = runs
    if table.n_children > 1:
        section.tables["reweighted"] = (
            reweighted_mae(table, n=analysis.n_bootstrap, seed=analysis.seed)
            .rename_axis("ages")
            .reset_index()
        )
        section.words += (
            " The re-weighted MAE gives each two-year band of age the same weight, "
            "so that data sets of different ages can be compared."
        )
    section.figures = [
        (
            "predicted_against_label",
            plots.predicted_against_label(table).figure,
            "Scatter of the predicted age against the label with the identity line "
            "and a band of one year each side; girls and boys differ in mark.",
        )
    ]
    return section


def comparison_section(
    analysis: Analysis, name: str, others: Mapping[str, pd.DataFrame]
) -> Section | None:
    """Return the paired comparison of all models; None where there is one."""
    if len(others) < 2:
        return None
    every = len(set().union(*(table["image_id"] for table in others.values())))
    same = on_shared_children(others)
    shared = next(iter(same.values()))["image_id"].nunique()
    if shared < 2:
        return Section("", "The models predicted other children, so they cannot be compared.")
    pairs = len(others) <= MOST_MODELS_IN_PAIRS
    compared = compare_all(
        same, analysis.n_bootstrap, analysis.seed, against=None if pairs else name
    )
    which = "every pair of models" if pairs else f"each of {len(others) - 1} models with {name}"
    return Section(
        "",
        f"Paired differences of MAE (a minus b, years), {which}, on the {shared} "
        f"of {every} children whom all models predicted; p by sign-flip permutation, "
        "corrected by Holm.",
        tables={"comparison": compared},
    )


def readers_section(analysis: Analysis) -> Section:
    """Return the model beside the readers, or what studies published about readers."""
    published = reader_studies()[
        ["study", "comparison", "method", "measure", "value", "lower", "upper", "source"]
    ]
    if not has_two_readers(analysis.table):
        return Section(
            "",
            "The table has no two readings per child (reader_1, reader_2). What "
            "studies published about readers, in years:",
            tables={"published_readers": published},
        )
    figure = plots.model_beside_readers(analysis.yardstick, analysis.floor_mae).figure
    return Section(
        "",
        "Compare the model against one reader with one reader against the other. A "
        "reader against the mean of two seems twice as close as he is, because half of "
        "that mean is his own reading.",
        [
            (
                "model_beside_readers",
                figure,
                "Mean absolute differences with intervals: "
                "reader 2 against reader 1, the model against each reader and their mean, "
                "and the constant predictor.",
            )
        ],
        {"yardstick": analysis.yardstick, "published_readers": published},
    )


def agreement_section(analysis: Analysis) -> Section | None:
    """Return limits of agreement, all children and by sex; None for too few children."""
    table = analysis.table
    if table.n_children < 3:
        return None
    limits, whose = reader_limits(table)
    figure = plots.bland_altman(
        table["y_pred"].to_numpy(),
        table["y_true"].to_numpy(),
        table["sex"],
        reader_limits=limits,
        reader_name=whose,
        children=pd.Series(table.children),
    ).figure
    agreements = {"all": analysis.limits}
    for sex in ("F", "M"):
        rows = (table["sex"] == sex).to_numpy()
        if len(pd.unique(table.children[rows])) > 2:
            agreements[f"sex {sex}"] = bland_altman(
                table["y_pred"][rows], table["y_true"][rows], children=table.children[rows]
            )
    flat = pd.DataFrame(
        [
            {
                "children": name,
                "n": of.n,
                "bias": of.bias,
                "lower limit": of.lower,
                "upper limit": of.upper,
                "slope": of.slope.value,
                "slope lower": of.slope.lower,
                "slope upper": of.slope.upper,
            }
            for name, of in agreements.items()
        ]
    )
    return Section(
        "",
        "Bland and Altman's limits hold 95 % of the differences if their spread is "
        "the same at all ages. Where the interval of the slope leaves out zero, one "
        "pair of limits does not describe all ages.",
        [
            (
                "bland_altman",
                figure,
                "Difference of model and label over their mean, with "
                "bias and limits of agreement and their 95 % intervals.",
            )
        ],
        {"bland_altman": flat},
    )


def pull_section(analysis: Analysis) -> Section | None:
    """Return the signed error along age; None for too few children."""
    table = analysis.table
    if table.n_children < 10 or table["y_true"].nunique() < 3:
        return None
    noise = analysis.pull.loc["label", "from_noise"]
    figures = []
    for axis in ("label", "prediction"):
        if axis == "prediction" and not analysis.predictions_vary:
            continue
        expected = float(noise) if axis == "label" and pd.notna(noise) else None
        figure = plots.error_along_age(table, axis, expected_from_noise=expected).figure
        figures.append(
            (
                f"error_along_{axis}",
                figure,
                f"Signed error over the {axis} with its local mean and 95 % band.",
            )
        )
    return Section(
        "",
        "Over the label, noise in the label tilts the errors by itself "
        "(regression dilution), and a model that is unsure answers nearer to the "
        "middle. Over the prediction, the curve of a calibrated model is flat: a "
        "straight line can hide that it is too high at one age and too low at another.",
        figures,
        {"pull_to_the_middle": analysis.pull.reset_index()},
    )


def cells_section(analysis: Analysis) -> Section:
    """Return the error by age band, sex and group, with correction for many looks."""
    cuts: list[tuple[str, ...]] = [("age_band",), ("sex",), ("age_band", "sex")]
    section = Section(
        "",
        "Cells of fewer than 20 children are hollow: their figures say little. "
        "p_holm is corrected for the number of cells looked at. Of many cells one is "
        "always the worst; pooled is the cell's MAE corrected for that: drawn "
        "towards the common one as far as chance explains the spread of cells.",
    )
    if analysis.has_groups:
        cuts += [("group",), ("group", "sex"), ("group", "age_band")]
        named = analysis.table["group"].nunique()
        if named > MOST_GROUPS:
            section.words += (
                f" The table names {named} groups; the {MOST_GROUPS} largest are shown."
            )
    for columns in cuts:
        _add_cut(section, analysis, columns)
    return section


def _add_cut(section: Section, analysis: Analysis, columns: tuple[str, ...]) -> None:
    cells = analysis.cells(*columns)
    tested = analysis.differences(*columns)[[*columns, "difference", "p", "p_holm"]]
    table = cells.merge(tested, on=list(columns), how="left").merge(
        analysis.pooled(*columns)[[*columns, "pooled"]].astype(dict.fromkeys(columns, object)),
        on=list(columns),
        how="left",
    )
    drawn = cells.nlargest(min(MOST_CELLS_DRAWN, len(cells)), "n").sort_index()
    if "group" in columns:
        drawn = drawn.assign(group=[_short(str(name)) for name in drawn["group"]])
    figure = plots.error_by_cell(
        drawn,
        *columns,
        floor=analysis.floor_cells(*columns).loc[drawn.index],
        reader=reader_line(analysis.table),
        overall=float(analysis.headline.loc["MAE", "value"]),
    ).figure
    name = "by_" + "_and_".join(columns)
    section.tables[name] = table
    alt = f"MAE with interval by {' and '.join(columns).replace('_', ' ')}, beside the constant"
    section.figures.append((name, figure, f"{alt} predictor and the readers' difference."))


def _short(name: str, most: int = 24) -> str:
    """Return a name for a figure's axis: in one line, its end cut off where it is long."""
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "…"
