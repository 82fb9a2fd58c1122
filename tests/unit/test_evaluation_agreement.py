"""Agreement, shrinkage, calibration, intervals and calls against other implementations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evaluation_tables import readings
from scipy import stats

from boneage_kit import BadInput, evaluation, probing
from boneage_kit.evaluation.shipped import phantom_predictions


def test_bland_altman_agrees_with_pingouin_and_statsmodels():
    pingouin = pytest.importorskip("pingouin")
    graphics = pytest.importorskip("statsmodels.graphics.agreement")
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    table = readings(70, shift=0.4)
    a, b = table["y_pred"].to_numpy(), table["y_true"].to_numpy()
    found = evaluation.bland_altman(a, b)
    ax = pingouin.plot_blandaltman(a, b, confidence=0.95)
    bands = sorted(
        sorted(patch.get_xy()[:, 1])[::3]
        if hasattr(patch, "get_xy") and np.ndim(patch.get_xy()) == 2
        else [patch.get_y(), patch.get_y() + patch.get_height()]
        for patch in ax.patches
    )
    lines = sorted(line.get_ydata()[0] for line in ax.lines if len(set(line.get_ydata())) == 1)
    assert [found.lower, found.bias, found.upper] == pytest.approx(
        [lines[0], lines[len(lines) // 2], lines[-1]], abs=1e-9
    )
    ours = [found.lower_interval, found.bias_interval, found.upper_interval]
    assert np.ravel(bands) == pytest.approx(np.ravel(ours))
    fig = graphics.mean_diff_plot(a, b, sd_limit=1.96)
    level = sorted(line.get_ydata()[0] for line in fig.axes[0].lines)
    sd = (a - b).std() / (a - b).std(ddof=1)  # statsmodels takes the SD with 1/n
    assert (level[-1] - level[1]) == pytest.approx((found.upper - found.bias) * sd)
    plt.close("all")


@pytest.mark.parametrize("kind", ["1", "A1", "C1"])
def test_icc_agrees_with_pingouin(kind):
    pingouin = pytest.importorskip("pingouin")
    rng = np.random.default_rng(1)
    truth = rng.uniform(8, 11, 25)
    three = [truth + shift + rng.normal(0, 0.6, 25) for shift in (0.0, 0.5, -0.3)]
    long = pd.DataFrame(
        {
            "child": np.tile(np.arange(25), 3),
            "reader": np.repeat(list("abc"), 25),
            "age": np.concatenate(three),
        }
    )
    theirs = pingouin.intraclass_corr(long, "child", "reader", "age").set_index("Type")
    row = theirs.loc[f"ICC({kind[0]},1)"]
    found = evaluation.icc(*three, kind=kind)
    assert found.value == pytest.approx(row["ICC"])
    assert found[1:] == pytest.approx(tuple(row["CI95"]), abs=0.0051)  # theirs has two digits


def test_limits_hold_95_percent_of_new_differences():
    found = evaluation.bland_altman(*np.random.default_rng(0).normal(10, 1, (2, 4000)))
    fresh = np.subtract(*np.random.default_rng(1).normal(10, 1, (2, 4000)))
    assert np.mean((fresh > found.lower) & (fresh < found.upper)) == pytest.approx(0.95, abs=0.01)


def test_a_reader_looks_twice_as_good_against_a_mean_that_holds_the_reading():
    table = readings(200)
    table["y_true"] = (table["reader_1"] + table["reader_2"]) / 2
    found = evaluation.yardstick(table, 50).set_index("who")["value"]
    assert found["reader 1 against the mean of both"] == pytest.approx(
        found["reader 2 against reader 1"] / 2
    )


def test_label_noise_from_two_readers():
    rng = np.random.default_rng(0)
    truth = rng.uniform(3, 15, 20_000)
    table = pd.DataFrame({f"reader_{k}": truth + rng.normal(0, 0.5, truth.size) for k in (1, 2)})
    noise = ((table["reader_1"] + table["reader_2"]) / 2 - truth).std()
    assert evaluation.label_noise_sd(table) == pytest.approx(noise, rel=0.03)


def test_pull_is_corrected_for_noise_in_the_label():
    rng = np.random.default_rng(2)
    truth = rng.normal(10, 2, 20_000)
    table = pd.DataFrame(
        {
            "image_id": range(20_000),
            "sex": "F",
            "y_true": np.clip(truth + rng.normal(0, 1, 20_000), 0, 25),
            "y_pred": np.clip(10 + 0.9 * (truth - 10), 0, 25),
        }
    )
    found = evaluation.pull_to_the_middle(table, noise_sd=1.0).loc["label"]
    assert found["slope"] == pytest.approx(0.9 * 4 / 5 - 1, abs=0.01)  # diluted
    assert found["from_noise"] == pytest.approx(-1 / 5, abs=0.01)
    assert found["corrected"] == pytest.approx(-0.1, abs=0.02)


def test_the_mean_axis_is_flat_when_both_spread_alike():
    rng = np.random.default_rng(3)
    truth = rng.normal(10, 2, 20_000)
    a, b = (np.clip(truth + rng.normal(0, 1, truth.size), 0, 25) for _ in range(2))
    table = pd.DataFrame({"image_id": range(truth.size), "sex": "F", "y_true": a, "y_pred": b})
    found = evaluation.pull_to_the_middle(table)
    assert abs(found.loc["mean", "slope"]) < 0.02
    assert found.loc["label", "slope"] < -0.15 and found.loc["prediction", "slope"] > 0.15


def test_smooth_error_agrees_with_a_plain_weighted_line():
    table = readings(150, slope=0.8)
    found = evaluation.error_along_age(table, points=7, n_bootstrap=20)
    x, y = table["y_true"].to_numpy(), (table["y_pred"] - table["y_true"]).to_numpy()
    for _, row in found.iterrows():
        weight = np.exp(-0.5 * ((x - row["age"]) / 1.2) ** 2)
        line = np.polyfit(x, y, 1, w=np.sqrt(weight))
        assert row["error"] == pytest.approx(np.polyval(line, row["age"]))
    assert (found["lower"] <= found["error"]).all() and (found["error"] <= found["upper"]).all()


def test_recalibration_takes_away_slope_and_sex_bias_and_refuses_its_own_children():
    known, fresh = readings(2000, seed=1, slope=1.3), readings(2000, seed=2, slope=1.3)
    for table in (known, fresh):
        table["y_pred"] = (table["y_pred"] + 0.5 * (table["sex"] == "M")).clip(0, 25)
    line = evaluation.recalibrate(known)
    done = line.apply(fresh)
    assert evaluation.rmse(done["y_true"], done["y_pred"]) < 0.8 * evaluation.rmse(
        fresh["y_true"], fresh["y_pred"]
    )
    assert abs(evaluation.pull_to_the_middle(done).loc["prediction", "slope"]) < 0.03
    assert evaluation.by(done, "sex", n_bootstrap=2)["bias"].abs().max() < 0.1
    with pytest.raises(BadInput, match="were used to fit"):
        line.apply(known)


def test_conformal_agrees_with_mapie():
    regression = pytest.importorskip("mapie.regression")
    from sklearn.base import BaseEstimator, RegressorMixin

    class AsItIs(RegressorMixin, BaseEstimator):
        def fit(self, x, y):
            self.fitted_ = True
            return self

        def predict(self, x):
            return x[:, 0]

    known, fresh = readings(300, seed=1), readings(40, seed=2)
    theirs = regression.SplitConformalRegressor(
        AsItIs().fit(None, None), confidence_level=0.9, prefit=True
    )
    theirs.conformalize(known[["y_pred"]].to_numpy(), known["y_true"].to_numpy())
    bounds = theirs.predict_interval(fresh[["y_pred"]].to_numpy())[1][:, :, 0]
    ours = evaluation.conformal(known, fresh, 0.9)
    assert ours[["lower", "upper"]].to_numpy() == pytest.approx(bounds)


@pytest.mark.parametrize("by", [(), ("sex",), ("sex", "age_band")])
def test_conformal_coverage_is_within_two_points_on_fresh_children(by):
    shares = []
    for seed in range(10):
        known, fresh = readings(800, seed=2 * seed), readings(800, seed=2 * seed + 1)
        shares.append(
            evaluation.coverage(evaluation.conformal(known, fresh, 0.9, by=by))["covered"].item()
        )
    assert np.mean(shares) == pytest.approx(0.9, abs=0.02)


def test_intervals_by_sex_keep_the_promise_in_each_sex_where_one_width_does_not():
    rng = np.random.default_rng(0)

    def harder_in_boys(seed):
        table = readings(6000, seed=seed)
        noise = rng.normal(0, np.where(table["sex"] == "M", 1.2, 0.4))
        return table.assign(y_pred=table["y_true"] + noise)

    known, fresh = harder_in_boys(1), harder_in_boys(2)
    plain = evaluation.coverage(evaluation.conformal(known, fresh), "sex")["covered"]
    each = evaluation.coverage(evaluation.conformal(known, fresh, by=("sex",)), "sex")["covered"]
    assert plain.min() < 0.86 and plain.max() > 0.95
    assert each.to_numpy() == pytest.approx([0.9, 0.9], abs=0.02)


def test_out_of_fold_intervals_cover_and_need_enough_children():
    found = evaluation.conformal_out_of_fold(readings(1000), 0.8)
    assert evaluation.coverage(found)["covered"].item() == pytest.approx(0.8, abs=0.02)
    with pytest.raises(BadInput, match="cannot carry an interval"):
        evaluation.conformal(readings(5, seed=1), readings(5, seed=2), 0.9)
    with pytest.raises(BadInput, match="both tables"):
        evaluation.conformal(readings(50), readings(50), 0.9)


def test_clinical_call_at_two_sd():
    from boneage_kit.maturity import bone_age_sd

    sd = bone_age_sd(9.0, "M")
    calls = evaluation.clinical_call(
        [9 + 1.99 * sd, 9 + 2.01 * sd, 9 - 2.01 * sd], [9.0] * 3, ["M"] * 3
    )
    assert calls.tolist() == ["normal", "advanced", "delayed"]
    with pytest.raises(BadInput, match="chronological age is missing"):
        evaluation.clinical_call([9.0], [np.nan], ["M"])


def test_label_noise_alone_flips_as_many_calls_as_a_second_label_does():
    rng = np.random.default_rng(0)
    table = readings(4000)
    truth = table["y_true"].to_numpy()
    label, second = (np.clip(truth + rng.normal(0, 0.3, truth.size), 0, None) for _ in range(2))
    table = table.assign(y_true=label).drop(columns=["reader_1", "reader_2"])
    found = evaluation.changed_calls(table, noise_sd=0.3, draws=50)
    one, two = (
        evaluation.clinical_call(x, table["chronological_age"], table["sex"])
        for x in (label, second)
    )
    assert found["changed"].iloc[-1] == pytest.approx(np.mean(one != two), abs=0.012)


def test_precision_of_cells_holds_in_simulation():
    table = readings(5000)
    error = (table["y_pred"] - table["y_true"]).abs().to_numpy()
    rng = np.random.default_rng(0)
    n = evaluation.children_needed(table, 0.3)
    shift = 0.3
    hits = 0
    for _ in range(400):
        a, b = rng.choice(error, n), rng.choice(error, n) + shift
        se = np.sqrt(a.var(ddof=1) / n + b.var(ddof=1) / n)
        hits += abs(a.mean() - b.mean()) > 1.96 * se
    assert hits / 400 == pytest.approx(0.8, abs=0.06)


def test_pooling_draws_chance_differences_together_and_leaves_true_ones():
    same = readings(400)
    pooled = evaluation.pooled_cells(same, "group")
    assert pooled["pooled"].std() < 0.6 * pooled["mae"].std()
    assert pooled.attrs["p"] > 0.05
    apart = same.assign(
        y_pred=same["y_true"]
        + (same["y_pred"] - same["y_true"])
        * same["group"].map({"ASI": 1, "BLK": 1, "CAU": 1, "HIS": 4})
    )
    pooled = evaluation.pooled_cells(apart, "group")
    assert pooled.attrs["between_sd"] > 0.3 and pooled.attrs["p"] < 0.001


def test_the_group_scenario_separates_reading_from_standard():
    found = probing.group_scenario(n=4000).set_index(["quantity", "scenario", "group"])["value"]
    assert found["bone age bias"].abs().max() < 0.1
    spread = found["called advanced"].groupby("scenario").agg(np.ptp)
    assert spread["published"] > 1.5 * spread["none"]


def test_a_gap_between_biases_is_found_as_often_as_promised():
    rng, sd, n = np.random.default_rng(0), 1.3, 60
    gap = float(evaluation.detectable_difference(sd, n))
    a, b = rng.normal(0, sd, (2000, n)), rng.normal(gap, sd, (2000, n))
    found = stats.ttest_ind(a, b, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.03)
    table = readings(4000, noise=sd)
    precise = evaluation.precision_of_cells(table, (n,), measure="bias").iloc[0]
    assert precise["detectable"] == pytest.approx(gap, rel=0.05)
    draws = rng.choice((table["y_pred"] - table["y_true"]).to_numpy(), (2000, n)).mean(axis=1)
    inside = np.abs(draws - evaluation.bias(table["y_true"], table["y_pred"]))
    assert (inside <= precise["half_width"]).mean() == pytest.approx(0.95, abs=0.02)
    with pytest.raises(BadInput, match="no precision of"):
        evaluation.precision_of_cells(table, measure="rmse")


def kept_rows(effect, seeds=3, n=300, sd=1.0, seed=0):
    """Rows as studies/group_mix.py keeps them: HIS girls off by ``effect``, all else chance."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            {
                "model": "x",
                "scenario": "published",
                "label": "bone age",
                "mix": "one group",
                "seed": s,
                "trained_on": "CAU",
                "group": group,
                "sex": sex,
                "n": n,
                "sd": sd,
                "bias": chance + effect * (group == "HIS" and sex == "F"),
            }
            for group in ("ASI", "BLK", "CAU", "HIS")
            for sex in "FM"
            for chance in [rng.normal(0, sd / np.sqrt(n))]
            for s in range(seeds)
        ]
    )


@pytest.mark.slow
def test_group_gaps_find_what_is_there_and_rarely_what_is_not():
    found = evaluation.group_gaps(kept_rows(0.6)).set_index(["group", "sex"])
    assert len(found) == 6 and found.loc[("HIS", "F"), "p_holm"] < 0.001
    assert found.loc[("HIS", "F"), "lower"] < 0.6 < found.loc[("HIS", "F"), "upper"]
    assert "HIS girls" in evaluation.gaps_in_words(found.reset_index(), "x")[0]
    false = [
        (evaluation.group_gaps(kept_rows(0.0, seed=s))["p_holm"] < 0.05).any() for s in range(300)
    ]
    assert np.mean(false) <= 0.07
    both = pd.concat([kept_rows(0.6), kept_rows(0.0).assign(scenario="none")])
    paired = evaluation.group_gaps(both).set_index(["scenario", "group", "sex"])["effect"]
    assert paired.loc[("published", "HIS", "F")] == pytest.approx(0.6)
    assert paired.loc["published"].drop(("HIS", "F")).abs().max() == pytest.approx(0, abs=1e-12)
    assert paired.loc["none"].isna().all()
    more_seeds = evaluation.group_gaps(kept_rows(0.6, seeds=9))
    width = (more_seeds["upper"] - more_seeds["lower"]).to_numpy()
    assert width == pytest.approx((found["upper"] - found["lower"]).to_numpy())


def test_kept_readings_of_a_trained_network_are_covered_within_two_points():
    parts = dict(tuple(phantom_predictions().groupby("part")))
    assert len(parts["fresh"]) >= 1500
    for by in (("sex",), ("sex", "age_band")):
        found = evaluation.conformal(parts["calibration"], parts["fresh"], 0.9, by=by)
        assert evaluation.coverage(found).loc[0, "covered"] == pytest.approx(0.9, abs=0.02)
        if by == ("sex",):
            assert evaluation.coverage(found, "sex")["covered"].between(0.87, 0.93).all()


def test_shapes_are_told_from_the_figures():
    flat, pulled = readings(400, noise=0.5), readings(400, seed=1, noise=0.5, slope=0.8)
    table = evaluation.side_by_side({"flat": flat, "pulled": pulled}, n_bootstrap=50)
    assert table.loc["MAE", "pulled"] == pytest.approx(
        evaluation.mae(pulled["y_true"], pulled["y_pred"])
    )
    slope = evaluation.pull_to_the_middle(pulled).loc["label", "slope"]
    words = evaluation.shapes_in_words(table, "flat", "pulled")
    assert f"in pulled only ({12 * slope:.1f} months" in words[1]
    both = evaluation.shapes_in_words(
        evaluation.side_by_side({"a": pulled, "b": pulled}, n_bootstrap=50), "a", "b"
    )
    assert "in both" in both[1] and "the same:" in both[3]


def test_a_bend_that_a_line_hides_is_told_and_its_absence_too():
    """The opposite data give the opposite sentences, along the prediction and for the worst age."""
    said = np.linspace(3, 18, 600)
    truth = said + np.random.default_rng(0).normal(0, 0.5, 600)
    straight = readings(600).assign(y_true=truth, y_pred=said)
    bent = straight.assign(y_true=truth - np.where(said > 15.5, 1.5, 0))
    assert evaluation.pull_to_the_middle(straight).loc["prediction", "upper"] > 0
    table = evaluation.side_by_side({"straight": straight, "bent": bent}, n_bootstrap=50)
    words = evaluation.shapes_in_words(table, "straight", "bent")
    along, worst = words[2], words[3]
    assert "in straight no age is shown to be off" in along
    assert "in bent the error at predictions of about" in along
    of_straight, of_bent = worst.split(" and ", 1)
    assert "not shown to be above" in of_straight
    assert "15+ y in bent" in of_bent or "10-15 y in bent" in of_bent
    assert "not shown" not in of_bent
