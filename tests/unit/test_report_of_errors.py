"""The error report on odd tables: whole, without warnings, each figure computed once."""

from __future__ import annotations

import json
import re
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from evaluation_tables import ODD_TABLES, ages_within_range

from boneage_kit import evaluation, report
from boneage_kit.errors import BadInput
from boneage_kit.records import predictions as records_predictions
from boneage_kit.report import page, run_page
from boneage_kit.report.analysis import MOST_GROUPS, Analysis

matplotlib.use("Agg")


@pytest.mark.slow
@pytest.mark.parametrize("case", ODD_TABLES)
def test_odd_tables_get_a_page_and_no_warning(case, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "DOTS_PER_INCH", 20)  # three times as fast
    models = evaluation.split_models(ODD_TABLES[case])
    name, table = next(iter(models.items()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written = report.write_report(table, tmp_path, n_bootstrap=100, name=name, others=models)
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["model"] == name
    said = " ".join(metrics["findings"])
    assert not re.search(r"\bnan\b|\binf\b", said), said
    assert "Traceback" not in written.read_text(encoding="utf-8")


def test_the_table_is_checked_once_and_every_derived_table_at_most_once(tmp_path, monkeypatch):
    checks = []
    original = records_predictions._check_one_row_per_image
    monkeypatch.setattr(records_predictions, "_check_one_row_per_image",
                        lambda clean: (checks.append(len(clean)), original(clean)))  # fmt: skip
    report.write_report(ages_within_range(300), tmp_path, n_bootstrap=100)
    assert len(checks) <= 3, "the table, its floor, its conformal intervals"


def test_a_constant_predictor_is_told_what_it_cannot_be_asked(tmp_path):
    table = ages_within_range(120).assign(y_pred=9.0)
    report.write_report(table, tmp_path, n_bootstrap=100)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "have the same prediction" in text and "one and the same age" in text
    assert "a prediction means what it says" not in text


def test_intervals_with_gaps_are_judged_where_they_are_and_this_is_said():
    table = ages_within_range(200)
    girls = (table["sex"] == "F").to_numpy()
    half = table.assign(
        lower=(table["y_pred"] - 50).clip(lower=-25).where(girls),
        upper=table["y_true"].add(1).where(girls),
    )
    said = " ".join(report.findings(half, n_bootstrap=100))
    assert f"(given for {girls.sum()} of 200 rows) hold 100 %" in said and "Conformal" not in said
    whole = half.assign(lower=table["y_pred"] - 9, upper=table["y_pred"] + 4)
    assert "The intervals in the table hold" in " ".join(report.findings(whole, n_bootstrap=100))


def test_names_with_dollars_are_drawn_as_they_are(tmp_path):
    table = ages_within_range(80).assign(group="$\\frac{broken$")
    report.write_report(table, tmp_path, n_bootstrap=100, name="$a_b")
    assert matplotlib.rcParams["text.parse_math"], "the setting of the caller is given back"
    assert (tmp_path / "figures" / "by_group.png").stat().st_size > 5000
    assert "$a_b" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_many_groups_are_cut_to_the_largest_and_this_is_said(tmp_path):
    table = ages_within_range(600)
    table["group"] = [f"g{min(i % 60, 40)}" for i in range(600)]
    report.write_report(table, tmp_path, n_bootstrap=100)
    cells = pd.read_csv(tmp_path / "tables" / "by_group.csv")
    assert len(cells) == MOST_GROUPS and "g40" in set(cells["group"])
    assert "names 41 groups" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_many_models_are_compared_with_the_analysed_one(tmp_path):
    table = ages_within_range(60)
    rng = np.random.default_rng(0)
    models = {f"m{k}": table.assign(y_pred=(table["y_true"] + rng.normal(0, 1, 60)).clip(0, 25))
              for k in range(15)}  # fmt: skip
    report.write_report(models["m3"], tmp_path, n_bootstrap=100, name="m3", others=models)
    compared = pd.read_csv(tmp_path / "tables" / "comparison.csv")
    assert set(compared["a"]) == {"m3"} and len(compared) == 14
    assert (compared["p_holm"] >= compared["p"]).all()


def test_the_worst_band_is_said_to_be_picked_and_is_corrected():
    analysis = Analysis(ages_within_range(300), 100)
    worst = analysis.cells("age_band")["mae"].max()
    said = next(text for text in report.findings(analysis.table, n_bootstrap=100)
                if text.startswith("By age"))  # fmt: skip
    corrected = float(said.rsplit(" ", 2)[1])
    assert "always comes out worst" in said
    assert corrected < round(worst, 2)


def test_conformal_words_name_their_assumption(tmp_path):
    report.write_report(ages_within_range(100), tmp_path, n_bootstrap=100)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("exchangeable") == 2  # the finding and the section


def test_both_pages_have_one_look():
    style = re.compile(r"<style>.*?</style>", re.DOTALL)
    errors = page.render("error_page.html.j2", name="<x>", findings=["a < b"], sections=[])
    source = page._ENVIRONMENT.loader.get_source(page._ENVIRONMENT, "run_page.html.j2")[0]
    assert "&lt;x&gt;" in errors and "a &lt; b" in errors
    assert style.search(errors) and '{% extends "base.html.j2" %}' in source
    assert not style.search(source)


def test_a_line_is_a_floor_where_its_row_says_so_and_nowhere_else():
    row = {"notebook": "03", "result": "MAE", "unit": "years", "note": "", "value": 1.0}
    rows = [row | {"method": "BoNet with constant learning rate", "floor": False},
            row | {"method": "BoNet minus sex's median", "floor": None},
            row | {"method": "an answer", "floor": True},
            row | {"method": "of a run before floors were recorded, the median"}]  # fmt: skip
    lines = run_page.chapters({"phantom": {"rows": rows}})["03"]
    assert [line["floor"] for line in lines] == [False, False, True, False]


def test_one_question_can_be_asked_and_an_unknown_one_is_refused():
    table = ages_within_range(100)
    alone = report.findings(table, about=["limits"], n_bootstrap=50)
    assert len(alone) == 1 and alone[0].startswith("Nineteen of twenty")
    assert alone[0] in report.findings(table, n_bootstrap=50)
    with pytest.raises(BadInput, match="no question about 'colour'"):
        report.findings(table, about=["colour"])


def test_an_age_at_which_not_looking_is_as_good_is_named_and_else_none():
    ages = np.linspace(1, 18, 400)
    table = pd.DataFrame({"image_id": range(400), "sex": ["F", "M"] * 200, "y_true": ages})
    wrong = np.where((ages >= 5) & (ages < 10), 6.0, 0.3)
    said = report.findings(table.assign(y_pred=ages + wrong), about=["floor"], n_bootstrap=50)[0]
    assert "no smaller than the floor's at 5-10 y (6.00 years against" in said
    assert "0-5 y" not in said and "10-15 y" not in said
    good = report.findings(table.assign(y_pred=ages + 0.3), about=["floor"], n_bootstrap=50)[0]
    assert good == "In every age band the model's MAE is smaller than the floor's."
