"""Estimators against known answers, other implementations and simulation."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from evaluation_tables import as_seeds, readings
from scipy import stats

from boneage_kit import BadInput, evaluation
from boneage_kit.evaluation import bootstrap, comparison


def test_importing_costs_no_torch_and_no_matplotlib():
    code = (
        "import sys, boneage_kit.evaluation\n"
        "heavy = {'torch', 'matplotlib', 'sklearn', 'fastai'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("metric", ["mae", "rmse", "bias", "concordance", "within"])
def test_shapes_that_would_broadcast_are_refused(metric):
    with pytest.raises(BadInput, match=r"\(5,\).*\(5, 1\)"):
        getattr(evaluation, metric)(np.arange(5.0), np.arange(5.0)[:, None])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_values_are_refused(bad):
    with pytest.raises(BadInput, match="missing or infinite"):
        evaluation.mae([8.0, 9.0], [8.0, bad])


def test_metrics_agree_with_scikit_learn():
    from sklearn.metrics import mean_absolute_error, root_mean_squared_error

    table = readings()
    true, pred = table["y_true"], table["y_pred"]
    assert evaluation.mae(true, pred) == pytest.approx(mean_absolute_error(true, pred))
    assert evaluation.rmse(true, pred) == pytest.approx(root_mean_squared_error(true, pred))


def test_concordance_is_pearson_times_bias_correction():
    table = readings(slope=0.7, shift=1.0)
    x, y = table["y_true"].to_numpy(), table["y_pred"].to_numpy()
    scale, shift = x.std() / y.std(), (x.mean() - y.mean()) / np.sqrt(x.std() * y.std())
    correction = 2 / (scale + 1 / scale + shift**2)
    assert evaluation.concordance(x, y) == pytest.approx(
        stats.pearsonr(x, y).statistic * correction
    )


def test_concordance_tends_to_the_icc_of_absolute_agreement():
    pingouin = pytest.importorskip("pingouin")
    table = readings(4000, slope=0.9, shift=0.4)
    long = table.melt("image_id", ["y_true", "y_pred"])
    icc = pingouin.intraclass_corr(long, "image_id", "variable", "value").set_index("Type")
    assert evaluation.concordance(table["y_true"], table["y_pred"]) == pytest.approx(
        icc.loc["ICC(A,1)", "ICC"], abs=2e-4
    )


def test_within_refuses_months_and_counts_the_border():
    assert evaluation.within([8.0], [9.0], months=12) == 1.0
    with pytest.raises(BadInput, match="months"):
        evaluation.within([96.0], [100.0])


def test_wilson_agrees_with_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    from boneage_kit.evaluation.metrics import wilson

    found = wilson(7 / 30, 30)
    assert found[1:] == pytest.approx(proportion.proportion_confint(7, 30, method="wilson"))


@pytest.mark.parametrize(("n", "sims"), [(30, 2000), (120, 1500)])
def test_bootstrap_interval_of_the_mae_covers_95_percent(n, sims):
    rng = np.random.default_rng(n)
    truth = np.sqrt(2 / np.pi)  # mean absolute value of a standard normal error
    errors = rng.normal(0, 1, (sims, n))
    held = 0
    for k, error in enumerate(errors):
        table = pd.DataFrame({"y_true": np.full(n, 9.0), "y_pred": 9.0 + error})
        _, low, high = evaluation.bootstrap_interval(evaluation.mae, table, n=250, seed=k)
        held += low <= truth <= high
    assert 0.93 <= held / sims <= 0.97


def test_bootstrap_agrees_with_scipy_bca():
    table = readings(60)
    error = np.abs(table["y_pred"] - table["y_true"]).to_numpy()
    theirs = stats.bootstrap(
        (error,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    _, low, high = evaluation.bootstrap_interval(evaluation.mae, table, n=4000)
    assert (low, high) == pytest.approx(tuple(theirs), abs=0.02)


def test_several_seeds_of_a_child_do_not_narrow_the_interval():
    once = readings(80)
    thrice = pd.concat([once.assign(seed=seed) for seed in range(3)], ignore_index=True)
    one = evaluation.summary(once, 500).loc["MAE"]
    three = evaluation.summary(thrice, 500).loc["MAE"]
    width = [row["upper"] - row["lower"] for row in (one, three)]
    assert three["n"] == 80
    assert width[1] == pytest.approx(width[0], rel=0.15)


def test_the_same_seed_gives_the_same_digits():
    table = readings(50)
    pd.testing.assert_frame_equal(
        evaluation.summary(table, 100, seed=3), evaluation.summary(table, 100, seed=3)
    )


def test_strata_add_up_and_small_cells_are_marked():
    table = readings(100)
    cells = evaluation.by(table, "age_band", "sex", n_bootstrap=50)
    assert cells["n"].sum() == 100
    whole = evaluation.mae(table["y_true"], table["y_pred"])
    assert (cells["n"] * cells["mae"]).sum() / 100 == pytest.approx(whole)
    assert (cells["small"] == (cells["n"] < 20)).all()
    lone = evaluation.by_group(table.head(1))
    assert lone.loc[0, "small"] and np.isnan(lone.loc[0, "mae_lower"])


def test_a_stratum_that_is_not_there_is_refused():
    with pytest.raises(BadInput, match="no group"):
        evaluation.by_group(readings().drop(columns="group"))


def test_holm_agrees_with_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(0).random(12) ** 3
    assert evaluation.holm(p) == pytest.approx(multitest.multipletests(p, method="holm")[1])


def test_holm_keeps_false_alarms_under_5_percent_where_raw_p_values_do_not():
    raw = corrected = 0
    for seed in range(120):
        found = evaluation.differences(readings(240, seed=seed), "group", "sex")
        raw += (found["p"] < 0.05).any()
        corrected += (found["p_holm"] < 0.05).any()
    assert corrected / 120 < 0.1 < 0.2 < raw / 120


def test_compare_finds_a_paired_difference_that_separate_intervals_hide():
    rng = np.random.default_rng(0)
    a = readings(150, noise=1.5)
    b = a.assign(y_pred=a["y_true"] + (a["y_pred"] - a["y_true"]) * 1.08 + rng.normal(0, 0.01, 150))
    found = evaluation.compare(a, b)
    apart = [evaluation.bootstrap_interval(evaluation.mae, t) for t in (a, b)]
    assert found.upper < 0 and found.p < 0.01
    assert apart[0].upper > apart[1].lower


def test_compare_has_the_right_size_under_no_difference():
    rng = np.random.default_rng(1)
    alarms = 0
    for seed in range(80):
        a = readings(60, seed=seed)
        b = a.assign(y_pred=a["y_true"] + rng.normal(0, 0.8, 60))
        alarms += evaluation.compare(a, b, n=200, seed=seed).p < 0.05
    assert alarms / 80 < 0.12


def test_compare_refuses_other_children_and_other_labels():
    a = readings(30)
    with pytest.raises(BadInput, match="share 29"):
        evaluation.compare(a, a.iloc[:29])
    with pytest.raises(BadInput, match="different labels"):
        evaluation.compare(a, a.assign(y_true=a["y_true"] + 1))


def test_constant_predictor_is_the_median_of_the_sex_from_the_training_table():
    train = pd.DataFrame({"sex": ["F"] * 3 + ["M"] * 3, "bone_age": [2.0, 8, 9, 4, 12, 13]})
    found = evaluation.constant_predictor(train, readings(50))
    assert set(found.loc[found["sex"] == "F", "y_pred"]) == {8.0}
    assert set(found.loc[found["sex"] == "M", "y_pred"]) == {12.0}
    with pytest.raises(BadInput, match="no child of sex M"):
        evaluation.constant_predictor(train.head(3), readings(50))


def test_a_floor_is_never_taken_from_the_children_it_judges():
    with pytest.raises(BadInput, match="50 of 50 test children are in the training table too"):
        evaluation.constant_predictor(readings(50), readings(50))
    others = readings(50).assign(image_id=[f"other {k}" for k in range(50)])
    assert len(evaluation.constant_predictor(others, readings(50))) == 50


def test_reweighting_recovers_the_mae_of_another_age_distribution():
    rng = np.random.default_rng(0)

    def children(ages, first):
        error = rng.normal(0, 0.3 + 0.1 * ages)  # older children are harder
        return pd.DataFrame(
            {
                "image_id": np.arange(first, first + ages.size),
                "sex": "F",
                "y_true": ages,
                "y_pred": np.clip(ages + error, 0, 24),
            }
        )

    ages = rng.normal(12, 3, 9000)
    skewed = children(ages[(ages > 0) & (ages < 18)], 0)
    flat = children(rng.uniform(0, 18, 6000), 10_000)
    found = evaluation.reweighted_mae(skewed, flat, width=1.0, n=200)
    truth = np.sqrt(2 / np.pi) * (0.3 + 0.1 * 9)
    assert found.loc["re-weighted", "value"] == pytest.approx(truth, abs=0.04)
    assert found.loc["re-weighted", "lower"] < truth + 0.01 < found.loc["raw", "lower"]
    assert found.loc["re-weighted", "effective_n"] < 0.7 * len(skewed)


def test_no_rows_and_two_models_are_refused():
    with pytest.raises(BadInput, match="no rows"):
        evaluation.summary(readings().head(0))
    two = pd.concat([readings(5).assign(model=name) for name in "xy"])
    with pytest.raises(BadInput, match="2 models"):
        evaluation.summary(two)


def test_blocks_of_children_give_the_interval_that_single_children_give(monkeypatch):
    table = evaluation.one_model(readings(9000).assign(y_pred=lambda t: t["y_pred"].clip(0, 25)))
    metrics = {"mae": evaluation.mae, "rmse": evaluation.rmse, "r": evaluation.concordance}
    blocks = bootstrap.bootstrap_intervals(metrics, table, 1000)
    monkeypatch.setattr(bootstrap, "DRAWS_BY_CHILD", 10**9)
    single = bootstrap.bootstrap_intervals(metrics, table, 1000)
    for name, interval in single.items():
        width = interval.upper - interval.lower
        assert blocks[name].value == interval.value
        assert blocks[name].lower == pytest.approx(interval.lower, abs=0.1 * width)
        assert blocks[name].upper == pytest.approx(interval.upper, abs=0.1 * width)


def test_a_metric_of_averages_resamples_as_one_that_is_called_every_time():
    table = as_seeds(readings(50, slope=0.8), readings(50, slope=0.8, shift=0.3))
    table = table.assign(y_pred=table["y_pred"].clip(0, 25))
    for fn in (evaluation.mae, evaluation.rmse, evaluation.bias, evaluation.concordance):
        fast = evaluation.bootstrap_interval(fn, table, 200)
        slow = evaluation.bootstrap_interval(lambda true, pred, fn=fn: fn(true, pred), table, 200)
        assert fast == pytest.approx(slow, abs=1e-9)


def test_the_permutation_p_is_that_of_all_sign_changes():
    rng = np.random.default_rng(3)
    gain = rng.normal(0.4, 1, 9)
    signs = np.array(np.meshgrid(*[[-1, 1]] * 9)).reshape(9, -1)
    exact = np.mean(np.abs((gain[:, None] * signs).mean(axis=0)) >= abs(gain.mean()) - 1e-12)
    assert comparison._sign_flip(gain, 0) == pytest.approx(exact)


def test_the_floor_of_a_child_does_not_know_its_label():
    table = readings(60).assign(fold=np.arange(60) % 5)
    floor = evaluation.constant_out_of_fold(table)
    moved = table.assign(y_true=table["y_true"].where(table["fold"] != 2, 20.0))
    again = evaluation.constant_out_of_fold(moved)
    own = (table["fold"] == 2).to_numpy()
    assert (floor["y_pred"][own] == again["y_pred"][own]).all()
    assert (floor["y_pred"][~own] != again["y_pred"][~own]).any()
    outside = table[~own].groupby("sex")["y_true"].median()
    assert (floor["y_pred"][own] == table["sex"][own].map(outside)).all()


def test_a_checked_table_is_not_checked_again_and_a_changed_one_is():
    table = evaluation.one_model(readings(20).assign(y_pred=9.0))
    assert evaluation.one_model(table) is table
    with pytest.raises(BadInput, match="looks like months"):
        evaluation.one_model(table.assign(y_pred=100.0))
    table["y_pred"] = 100.0
    with pytest.raises(BadInput, match="looks like months"):
        evaluation.one_model(table)


@pytest.mark.slow
def test_a_smooth_curve_finds_what_a_line_hides_and_seldom_what_is_not_there():
    rng = np.random.default_rng(0)

    def children(bend, n=300):
        pred = rng.uniform(2, 17, n)
        true = pred + bend * np.sin((pred - 2) / 15 * 2 * np.pi) ** 2 + rng.normal(0, 0.8, n)
        return pd.DataFrame({"image_id": range(n), "sex": "F", "y_true": true.clip(0, 25),
                             "y_pred": pred})  # fmt: skip

    off = [len(evaluation.error_off_zero(children(0.0), n_bootstrap=100)) > 0 for _ in range(100)]
    assert np.mean(off) <= 0.12
    bent = children(1.0)
    assert abs(evaluation.pull_to_the_middle(bent).loc["prediction", "slope"]) < 0.05
    ages = evaluation.error_off_zero(bent)["age"]
    assert ages.between(4, 8).any() and ages.between(11, 15).any()
