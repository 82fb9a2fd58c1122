"""``boneage-kit evaluate`` on good tables, and on the bad ones people have."""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
import time

import matplotlib
import numpy as np
import pandas as pd
import pytest
from evaluation_tables import ages_within_range, as_seeds, readings

from boneage_kit import evaluation
from boneage_kit.cli import main
from boneage_kit.report.sentences import findings

matplotlib.use("Agg")


def run(table, tmp_path, *options):
    path = tmp_path / "predictions.csv"
    table.to_csv(path, index=False)
    return main(["evaluate", str(path), "--bootstrap", "100", *options])


def test_the_report_is_complete_and_stands_alone(tmp_path, capsys):
    out = tmp_path / "analysis"
    assert run(ages_within_range(400), tmp_path, "--out", str(out)) == 0
    assert str(out / "report.html") in capsys.readouterr().out
    page = (out / "report.html").read_text(encoding="utf-8")
    figures = sorted(path.stem for path in (out / "figures").glob("*.png"))
    assert len(figures) >= 12 and page.count("data:image/png") == len(figures)
    assert page.count('alt="') == len(figures) and 'alt=""' not in page
    assert "http" not in page.replace("http-equiv", "")
    metrics = json.loads((out / "metrics.json").read_text())
    table = ages_within_range(400)
    assert metrics["summary"]["MAE"]["value"] == pytest.approx(
        evaluation.mae(table["y_true"], table["y_pred"])
    )
    cells = pd.read_csv(out / "tables" / "by_group_and_sex.csv")
    assert cells["n"].sum() == 400 and {"p_holm", "pooled", "small"} <= set(cells)
    for sentence in metrics["findings"]:
        assert sentence.split(";")[0][:40] in html.unescape(page)


def test_ten_thousand_rows_take_under_30_seconds(tmp_path):
    table = ages_within_range(10_000)
    path = tmp_path / "predictions.csv"
    table.to_csv(path, index=False)
    start = time.process_time()
    assert main(["evaluate", str(path), "--out", str(tmp_path / "out")]) == 0
    assert time.process_time() - start < 30


def test_a_minimal_table_says_what_it_cannot_answer(tmp_path, capsys):
    table = ages_within_range(120)[["image_id", "sex", "y_true", "y_pred"]]
    assert run(table, tmp_path, "--out", str(tmp_path / "out")) == 0
    capsys.readouterr()
    assert run(table, tmp_path) == 0
    said = capsys.readouterr().out
    for missing in ("no two readings", "names no groups", "Without chronological ages"):
        assert missing in said


def tables_of(out):
    return {path.stem: pd.read_csv(path) for path in sorted((out / "tables").glob("*.csv"))}


def test_a_child_read_three_times_alike_is_still_one_child(tmp_path):
    once = ages_within_range(150)
    for name, table in (("once", once), ("thrice", as_seeds(once, once, once))):
        assert run(table, tmp_path, "--out", str(tmp_path / name)) == 0
    one, three = tables_of(tmp_path / "once"), tables_of(tmp_path / "thrice")
    assert set(three) == set(one) | {"by_run"}
    for name in set(one) - {"published_readers", "call_table"}:
        numbers = [c for c in one[name].select_dtypes("number") if c not in ("p", "p_holm", "seed")]
        for column in numbers:
            a, b = one[name][column].to_numpy(), three[name][column].to_numpy()
            wide = 0.35 if "upper" in column or "lower" in column else 0.03
            assert b == pytest.approx(a, abs=wide, nan_ok=True), (name, column)
        if "n" in one[name]:
            assert three[name]["n"].tolist() == one[name]["n"].tolist(), name


def test_every_figure_pools_the_seeds_and_says_so(tmp_path, capsys):
    good = ages_within_range(200)
    bad = good.assign(y_pred=(good["y_pred"] + 3).clip(0, 20))
    table = as_seeds(good, bad)
    assert run(table, tmp_path, "--out", str(tmp_path / "out")) == 0
    found = tables_of(tmp_path / "out")
    pooled = evaluation.mae(table["y_true"], table["y_pred"])
    for name in ("summary", "reweighted"):
        assert found[name]["value"].iloc[0] == pytest.approx(pooled), name
    by_sex = found["by_sex"]
    assert (by_sex["mae"] * by_sex["n"]).sum() / 200 == pytest.approx(pooled, abs=0.02)
    assert found["bland_altman"].loc[0, "bias"] == pytest.approx(
        evaluation.bias(table["y_true"], table["y_pred"])
    )
    assert found["by_run"]["run"].tolist() == ["seed 0", "seed 1", "mean prediction of 2 seeds"]
    assert found["worst_readings"]["image_id"].is_unique
    capsys.readouterr()
    assert run(table, tmp_path) == 0
    assert "2 seeds, 400 predictions for 200 children" in capsys.readouterr().out


def test_a_child_with_two_labels_is_refused(tmp_path, capsys):
    table = ages_within_range(40)
    other = table.assign(y_true=table["y_true"] + 1)
    assert run(as_seeds(table, other), tmp_path, "--out", str(tmp_path / "out")) == 2
    said = capsys.readouterr().err
    assert "different labels" in said and said.count("\n") <= 2
    assert not (tmp_path / "out").exists()


def test_models_that_read_other_children_are_compared_on_those_they_share(tmp_path):
    table = ages_within_range(90)
    both = pd.concat([table.iloc[:80].assign(model="a"), table.iloc[10:].assign(model="b")])
    assert run(both, tmp_path, "--out", str(tmp_path / "out")) == 0
    assert tables_of(tmp_path / "out")["comparison"]["n"].tolist() == [70]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "70 of 90 children" in page
    apart = pd.concat([table.iloc[:40].assign(model="a"), table.iloc[40:].assign(model="b")])
    assert run(apart, tmp_path, "--out", str(tmp_path / "apart")) == 0
    page = (tmp_path / "apart" / "report.html").read_text(encoding="utf-8")
    assert "cannot be compared" in page


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_a_handful_of_children_gives_a_report_without_nan_in_its_sentences(n, tmp_path):
    table = ages_within_range(n)
    assert run(table, tmp_path, "--out", str(tmp_path / "out")) == 0
    assert not any("nan" in sentence for sentence in findings(table, n_bootstrap=50))


def test_several_models_are_compared_and_the_best_is_analysed(tmp_path):
    a = ages_within_range(150)
    b = a.assign(y_pred=(a["y_true"] + 1.5 * (a["y_pred"] - a["y_true"])).clip(0, 22))
    both = pd.concat([a.assign(model="good"), b.assign(model="worse")])
    out = tmp_path / "out"
    assert run(both, tmp_path, "--out", str(out)) == 0
    assert json.loads((out / "metrics.json").read_text())["model"] == "good"
    row = pd.read_csv(out / "tables" / "comparison.csv").iloc[0]
    assert (row["a"], row["b"]) == ("good", "worse") and row["p_holm"] < 0.01
    assert run(both, tmp_path, "--out", str(out), "--model", "worse") == 0
    assert run(both, tmp_path, "--model", "best") == 2


BAD = {
    "a missing column": (lambda t: t.drop(columns="y_pred"), "lacks the column(s) y_pred"),
    "months": (lambda t: t.assign(y_true=12 * t["y_true"]), "looks like months"),
    "readers in months": (lambda t: t.assign(reader_1=12 * t["reader_1"]), "looks like months"),
    "a doubled child": (lambda t: pd.concat([t, t.head(1)]), "share an image_id"),
    "a missing prediction": (
        lambda t: t.assign(y_pred=t["y_pred"].where(t.index > 0)),
        "Row 1 (image_id 'c0_0') has no y_pred",
    ),
    "an infinite prediction": (
        lambda t: t.assign(y_pred=t["y_pred"].where(t.index > 0, np.inf)),
        "has y_pred inf",
    ),
    "words for ages": (lambda t: t.assign(y_true="ten"), "not a number"),
    "sex as numbers": (lambda t: t.assign(sex=1), "do not say who is female"),
    "no sex": (lambda t: t.assign(sex=None), "has no sex"),
    "negative labels": (lambda t: t.assign(y_true=-t["y_true"]), "below 0"),
    "an interval turned round": (
        lambda t: t.assign(lower=t["y_pred"] + 1, upper=t["y_pred"] - 1),
        "has an interval from",
    ),
    "a prediction of no size": (
        lambda t: t.assign(y_pred=t["y_pred"].where(t.index > 0, -1e300)),
        "below -5",
    ),
    "no rows": (lambda t: t.head(0), "no row"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_get_one_clear_line_and_no_half_report(case, tmp_path, capsys):
    spoil, message = BAD[case]
    out = tmp_path / "out"
    assert run(spoil(ages_within_range(30)), tmp_path, "--out", str(out)) == 2
    said = capsys.readouterr().err.strip()
    assert message in said and "\n" not in said and "Traceback" not in said
    assert not out.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\x00", b"just words\n"]
)
def test_files_that_are_no_tables_are_refused(content, tmp_path, capsys):
    path = tmp_path / "predictions.csv"
    path.write_bytes(content)
    assert main(["evaluate", str(path)]) == 2
    assert "\n" not in capsys.readouterr().err.strip()
    assert main(["evaluate", str(tmp_path / "nowhere.csv")]) == 2
    assert main(["evaluate", str(tmp_path)]) == 2


def test_other_peoples_files_semicolons_decimal_commas_and_utf16(tmp_path, capsys):
    table = ages_within_range(30)
    path = tmp_path / "theirs.csv"
    theirs = table.rename(columns={"image_id": "id", "y_true": "boneage", "y_pred": "pred"})
    theirs[["boneage", "pred"]] *= 12
    theirs = theirs[["id", "sex", "boneage", "pred"]]
    theirs.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-16")
    names = ["image_id=id", "y_true=boneage", "y_pred=pred"]
    assert main(["evaluate", str(path), "--months", "--columns", *names]) == 0
    expected = evaluation.mae(table["y_true"], table["y_pred"])
    assert f"The MAE is {expected:.2f} years" in capsys.readouterr().out
    assert main(["evaluate", str(path), "--columns", *names]) == 2  # months, and not said


def test_text_ages_with_months_are_refused_not_turned_into_nan(tmp_path):
    table = ages_within_range(30)
    table["y_true"] = [f"{age:.1f} y" for age in table["y_true"]]
    assert run(table, tmp_path, "--months") == 2


def test_findings_follow_from_the_figures():
    fair = findings(ages_within_range(3000, seed=1), n_bootstrap=50)
    pulled = readings(3000, seed=1, slope=0.7)
    told = findings(pulled.assign(y_pred=pulled["y_pred"].clip(0, 20)), n_bootstrap=50)
    assert "There is a pull to the middle" in told[2]
    assert "no slope" in fair[2] or "falls by 0." in fair[2]
    biased = ages_within_range(3000, seed=2)
    wide = biased["y_true"] + 3 * (biased["y_pred"] - biased["y_true"]) * (biased["group"] == "ASI")
    said = findings(biased.assign(y_pred=wide.clip(0, 22)), n_bootstrap=50)[7]
    assert "ASI girls (+" in said and "ASI boys (+" in said


def test_the_worst_readings_come_with_their_own_pictures_and_no_others(tmp_path, capsys):
    from boneage_kit import phantom

    table = phantom.cohort(n=60, seed=0)
    predictions = table[["image_id", "sex"]].assign(
        y_true=table["bone_age"], y_pred=table["true_bone_age"]
    )
    out = tmp_path / "out"
    assert run(predictions, tmp_path, "--data", "phantom", "--n", "60", "--out", str(out)) == 0
    assert (out / "figures" / "worst_readings.png").exists()
    assert (
        run(
            predictions,
            tmp_path,
            "--data",
            "phantom",
            "--n",
            "90",
            "--out",
            str(tmp_path / "other"),
        )
        == 2
    )
    assert "other labels" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_refused_before_the_work(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    spoilt = ages_within_range(30).drop(columns="y_pred")  # would be refused later
    assert run(spoilt, tmp_path, "--out", str(tmp_path / "file" / "out")) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_command_ends_with_what_it_used_and_left_out(tmp_path, capsys):
    table = ages_within_range(60)
    table["group"] = table["group"].where(table.index > 0)
    both = pd.concat([table.assign(model="a"), table.head(40).assign(model="b", y_pred=3.0)])
    assert run(both, tmp_path) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == ("60 rows used, 40 left out: 40 of other models. 1 used row lacks group and is "
                    "left out of what needs it.")  # fmt: skip


def test_names_in_any_script_pass_an_ascii_terminal(tmp_path):
    path = tmp_path / "predictions.csv"
    ages_within_range(60).assign(group="骨齢", model="ş $a {b} 'c'").to_csv(path, index=False)
    done = subprocess.run(
        [sys.executable, "-m", "boneage_kit", "evaluate", str(path), "--bootstrap", "100"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})  # fmt: skip
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr


@pytest.mark.slow
def test_two_hundred_models_take_under_40_seconds(tmp_path):
    table = ages_within_range(100)[["image_id", "sex", "y_true"]]
    rng = np.random.default_rng(0)
    many = [table.assign(model=f"m{k}", y_pred=(table["y_true"] + rng.normal(0, 1, 100))
                         .clip(0, 25)) for k in range(200)]  # fmt: skip
    start = time.process_time()
    assert run(pd.concat(many), tmp_path, "--out", str(tmp_path / "out")) == 0
    assert time.process_time() - start < 40
    assert len(tables_of(tmp_path / "out")["comparison"]) == 199


_MEASURED = """
import csv, re, sys, time
import numpy as np
from boneage_kit.cli import main

def yardstick():
    # what a command on a large table does, without the command: parse and sort
    start = time.process_time()
    for seed in range(5):
        with open(sys.argv[1], newline="") as file:
            list(csv.reader(file))
        np.sort(np.random.default_rng(seed).normal(size=1_000_000))
    return time.process_time() - start

before = yardstick()
start = time.process_time()
code = main(["evaluate", sys.argv[1], "--out", sys.argv[2]])
seconds = time.process_time() - start
# not getrusage: its figure starts at that of the process that started this one
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1e6
print(code, seconds, (before + yardstick()) / 2, peak)
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_little_time_and_under_a_gigabyte(tmp_path):
    """Measured: 10 to 12 times the yardstick, which takes 1.4 s of a busy core.

    An absolute limit (15 s) failed on a slower machine; the code that took four times as long as
    today's is refused on both.
    """
    path = tmp_path / "predictions.csv"
    ages_within_range(100_000).to_csv(path, index=False)
    done = subprocess.run([sys.executable, "-c", _MEASURED, str(path), str(tmp_path / "out")],
                          capture_output=True, text=True)  # fmt: skip
    code, seconds, yardstick, gigabytes = map(float, done.stdout.splitlines()[-1].split())
    assert code == 0, done.stderr
    assert seconds < 18 * yardstick, (seconds, yardstick)
    assert gigabytes < 1
