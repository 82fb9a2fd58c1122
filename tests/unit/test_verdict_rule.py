"""One rule for verdicts: it rarely sees a difference where there is none, and finds a real one."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boneage_kit import evaluation
from boneage_kit.errors import BadInput
from boneage_kit.evaluation import verdict
from boneage_kit.evaluation.two_way import two_way
from boneage_kit.evaluation.verdict import ALPHA, CANNOT_BE_TOLD, ONE_TRAINING, Evidence

STUDY = Path(__file__).parents[2] / "studies" / "verdict_rule.py"
CLEAR = Evidence(-0.5, -0.6, -0.4, 0.001, 1.0, 900, 10, 5)


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("verdict_rule", STUDY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predictions(folds=1, seeds=3, children=100, off=0.0, luck=0.0, method=0):
    """Predictions of one method; ``off`` is added to each error, ``luck`` is a training's SD."""
    hard = np.random.default_rng(0).uniform(0.3, 1.5, children)  # a hard hand is hard for all
    rng = np.random.default_rng(method + 1)
    rows = []
    for seed in range(seeds):
        own = rng.normal(0, luck, folds)[np.arange(children) % folds]
        error = hard + rng.normal(0, 0.05, children) + off + own
        ages = np.linspace(5, 15, children)
        rows.append(
            pd.DataFrame(
                {
                    "image_id": np.arange(children).astype(str),
                    "sex": np.where(np.arange(children) % 2, "F", "M"),
                    "y_true": ages,
                    "y_pred": ages + np.maximum(error, 0),
                    "fold": np.arange(children) % folds,
                    "seed": seed,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("layout", [(1, 2, 200), (1, 8, 200), (5, 1, 300), (5, 2, 300)])
def test_without_a_difference_it_says_one_in_at_most_5_percent_of_studies(study, layout):
    studies, chance = 200, (0.09, 0.0)
    share, _ = study.claims(studies, layout, chance, 3, 0.0)
    assert share <= ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / studies)


def test_without_trainings_in_the_interval_it_would_be_wrong_far_more_often(study):
    """The chance of children alone, as the benchmark counted before, is not enough."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(100):
        table, _ = study.errors(rng, (1, 3, 400), (0.09, 0.0), 2)
        gain = (table[0] - table[1]).mean(axis=0)
        wrong += abs(gain.mean()) > 1.96 * gain.std(ddof=1) / np.sqrt(gain.size)
    assert wrong > 30


def test_a_difference_of_half_a_year_is_found_and_one_at_the_margin_is_not_called_alike(study):
    found, _ = study.claims(50, (5, 3, 300), (0.09, 0.0), 1, 0.5)
    assert found > 0.95
    _, alike = study.claims(200, (5, 3, 300), (0.03, 0.0), 1, verdict.MARGIN)
    assert alike <= 0.08


def test_the_standard_error_is_that_of_the_analysis_of_variance():
    """On one fold: (MS trainings + MS children - MS rest) / (children x trainings)."""
    rng = np.random.default_rng(3)
    n, t = 400, 6
    values = rng.normal(0, 1, n) + rng.normal(0, 0.5, (t, 1)) + rng.normal(0, 1, (t, n))
    seed, child = np.indices(values.shape)
    found = two_way(values.ravel(), child.ravel(), np.zeros(n * t), seed.ravel())
    rows, columns = values.mean(1, keepdims=True), values.mean(0, keepdims=True)
    rest = values - rows - columns + values.mean()
    ms_t, ms_c = n * rows.var(ddof=1), t * columns.var(ddof=1)
    ms_e = np.square(rest).sum() / ((n - 1) * (t - 1))
    assert found.se == pytest.approx(np.sqrt((ms_t + ms_c - ms_e) / (n * t)), rel=0.01)
    assert found.freedom == t - 1


def test_trainings_of_one_fold_are_not_counted_as_if_each_had_its_own_images():
    """Three folds differ and their seeds do not: three trainings' worth of evidence, not twelve."""
    fold, seed, child = (x.ravel() for x in np.indices((3, 4, 30)))
    found = two_way(fold * 1.0, fold * 100 + child, fold, seed)
    assert found.freedom == 2 and found.trainings == 12
    assert found.se == pytest.approx(np.std([0, 1, 2], ddof=1) / np.sqrt(3))


def test_one_training_gets_no_verdict_however_large_the_difference():
    one, other = predictions(seeds=1), predictions(seeds=1, off=2.0, method=1)
    told = evaluation.decide({"a": evaluation.paired_evidence(one, other)})
    assert told["verdict"].tolist() == [ONE_TRAINING] and told["p"].isna().all()
    several = predictions(seeds=3, off=2.0, method=1)  # the other one was trained once
    told = evaluation.decide({"a": evaluation.paired_evidence(one, several)})
    assert told["verdict"].tolist() == [ONE_TRAINING]
    assert "trained once" in told["because"].iloc[0]


def test_the_same_evidence_gives_yes_and_no():
    low, high = predictions(), predictions(off=0.5, method=1)
    there, back = evaluation.paired_evidence(low, high), evaluation.paired_evidence(high, low)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p == pytest.approx(back.p)
    words = evaluation.decide({"there": there, "back": back})["verdict"].tolist()
    assert words == [verdict.FIRST_ERRS_LESS, verdict.SECOND_ERRS_LESS]
    same = evaluation.decide({"a": evaluation.paired_evidence(low, predictions(method=1))})
    assert same["verdict"].tolist() == [verdict.ALIKE]
    assert "within 0.1 either way" in same["because"].iloc[0]


def test_a_lucky_training_is_not_a_difference():
    """Five children in six favour one method in every training, but trainings are far apart."""
    one, other = predictions(seeds=3, luck=0.3), predictions(seeds=3, luck=0.3, off=0.1, method=4)
    assert evaluation.decide({"a": evaluation.paired_evidence(one, other)})["verdict"].tolist() == [
        CANNOT_BE_TOLD
    ]


def test_a_method_without_seeds_stands_beside_each_training_and_counts_its_folds():
    fixed = predictions(folds=5, seeds=1)
    network = predictions(folds=5, seeds=3, off=0.4, method=1)
    found = evaluation.paired_evidence(fixed, network)
    assert (found.trainings, found.folds, found.children) == (5, 5, 100)
    assert found.difference == pytest.approx(-0.4, abs=0.05)


def test_questions_asked_together_are_corrected_and_the_reason_says_so():
    near = Evidence(-0.2, -0.38, -0.02, 0.03, 1.0, 900, 10, 5)
    assert evaluation.decide({"a": near})["verdict"].tolist() == [verdict.FIRST_ERRS_LESS]
    told = evaluation.decide({str(k): near for k in range(4)})
    assert set(told["verdict"]) == {CANNOT_BE_TOLD}
    assert told["because"].str.contains("4 questions are asked together").all()
    silent = evaluation.paired_evidence(predictions(seeds=1), predictions(seeds=1, method=1))
    with_silent = evaluation.decide({"a": near, "b": silent})  # a question without a claim
    assert with_silent["verdict"].tolist() == [verdict.FIRST_ERRS_LESS, ONE_TRAINING]


def test_a_small_difference_that_is_sure_is_alike_and_a_possibly_small_one_is_called_so():
    sure = Evidence(-0.05, -0.07, -0.03, 0.001, 0.001, 900, 10, 5)
    assert evaluation.decide({"a": sure})["verdict"].tolist() == [verdict.ALIKE]
    perhaps = Evidence(-0.2, -0.35, -0.05, 0.01, 1.0, 900, 10, 5)
    told = evaluation.decide({"a": perhaps, "b": CLEAR})["because"]
    assert "may be smaller than the 0.1" in told["a"] and "may be" not in told["b"]


def test_girls_and_boys_are_compared_over_trainings():
    table = predictions(folds=5, seeds=2)
    apart = table.assign(y_pred=table["y_pred"] + np.where(table["sex"] == "M", 0.8, 0))
    found = evaluation.gap_evidence(apart, "sex", "F", "M")
    plain = evaluation.gap_evidence(table, "sex", "F", "M")
    assert found.difference == pytest.approx(plain.difference - 0.8)
    assert found.upper - found.lower == pytest.approx(plain.upper - plain.lower)
    errors = table.assign(error=(table["y_pred"] - table["y_true"]).abs())
    means = errors.groupby("sex")["error"].mean()
    assert plain.difference == pytest.approx(means["F"] - means["M"])


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(BadInput, match="share 0 test children"):
        evaluation.paired_evidence(predictions(), predictions().assign(fold=7))
    with pytest.raises(BadInput, match="different labels"):
        other = predictions()
        evaluation.paired_evidence(predictions(), other.assign(y_true=other["y_true"] + 1))
    with pytest.raises(BadInput, match="no two parts"):
        evaluation.gap_evidence(predictions().query("sex == 'F'"), "sex", "F", "M")
    with pytest.raises(BadInput, match="no question"):
        evaluation.decide({})


@pytest.mark.parametrize(
    "at", [(-0.3, -0.15), (0.15, 0.3), (-0.05, 0.05), (-0.3, 0.3), (0.02, 0.4)]
)
def test_an_interval_is_read_as_one_question_is_decided(at):
    lower, upper = at
    value, se = (lower + upper) / 2, (upper - lower) / 2 / 2.0931
    found = verdict.evidence_of(value, verdict.TwoWay(se, 19, 500, 20, 5), 20)
    assert (found.lower, found.upper) == pytest.approx(at, abs=1e-3)
    assert evaluation.decide({"a": found})["verdict"].iloc[0] == evaluation.read_interval(*at)


def test_the_worst_of_many_equal_parts_is_not_worse_than_the_rest():
    """A picked stratum's interval holds what it is about in 95 % of studies, many parts or not."""
    rng, parts, missed, naive = np.random.default_rng(5), 8, 0, 0
    for _ in range(100):
        error = np.abs(rng.normal(0, 1, 30 * parts))
        table = pd.DataFrame(
            {"image_id": range(error.size), "sex": "F", "y_true": 8.0, "y_pred": 8 + error}
        ).assign(group=np.repeat(list("abcdefgh"), 30))
        worst = evaluation.worst_stratum(table, "group")
        truth = np.sqrt(2 / np.pi)
        missed += worst.lower > truth
        naive += worst.mae - (worst.mae - worst.lower) * 2.045 / 2.9 > truth
    assert missed <= 8 < naive
    assert worst.compared == parts
