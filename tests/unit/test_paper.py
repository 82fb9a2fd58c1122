"""Claims, sources and verdicts: nothing asserted that was not read, nothing judged by taste."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import paper
from boneage_kit.benchmark import kept, methods, questions
from boneage_kit.errors import BadInput
from boneage_kit.evaluation import VERDICTS
from boneage_kit.evaluation.metrics import Interval
from boneage_kit.paper import verdicts
from boneage_kit.paper.kept_evidence import StudyEvidence


def test_every_claim_says_where_it_stands_and_whether_it_was_read():
    table = paper.claims()
    assert table["claim"].is_unique and (table["where"] != "").all()
    assert table["mark"].str.contains("read|recalled").all()
    for one in table.to_dict("records"):
        assert one["rule"] in (*verdicts.RULES, "literature")
        assert bool(one["command"]) == (one["rule"] != "literature")
        assert one["a"] in ("", "F", *methods.methods())
        assert one["b"] in ("", "M", *methods.methods())


def test_numbers_from_print_have_a_source_and_nothing_recalled_passes_as_read():
    table = paper.published()
    assert table["source"].notna().all()
    assert set(table["mark"]) <= {"read", "computed", "recalled"}
    assert table["value_years"].between(0.2, 5).all()
    recalled = table[table["source"].str.contains("recalled")]
    assert (recalled["mark"] == "recalled").all()
    assert paper.unknown()["mark"].str.contains("read|recalled").all()


FIRST, SECOND, ALIKE, CANNOT, ONE = VERDICTS


@pytest.mark.parametrize(
    "rule, verdict, word",
    [
        ("less", FIRST, "seen here"),
        ("less", SECOND, "not seen here"),
        ("less", ALIKE, "not seen here"),
        ("no_worse", FIRST, "seen here"),
        ("no_worse", ALIKE, "seen here"),
        ("no_worse", SECOND, "not seen here"),
        ("alike", ALIKE, "seen here"),
        ("alike", FIRST, "not seen here"),
        ("alike", SECOND, "not seen here"),
        *((rule, word, "cannot be told") for rule in ("less", "no_worse", "alike")
          for word in (CANNOT, ONE)),
    ],
)  # fmt: skip
def test_each_verdict_says_one_thing_about_a_claim(rule, verdict, word):
    assert paper.judge(rule, verdict).word == word


@pytest.mark.parametrize(
    "on_the_atlas, interval, word",
    [
        (True, (0.8, 0.75, 0.85), "seen here"),
        (True, (0.8, 0.75, 0.86), "cannot be told"),
        (True, (1.0, 0.9, 1.1), "not seen here"),
        (False, (0.6, 0.5, 0.7), "cannot be told"),
        (False, (2.0, 1.9, 2.1), "cannot be told"),
    ],
)
def test_about_0_8_years_is_judged_on_the_papers_atlas_only(on_the_atlas, interval, word):
    assert verdicts.judge_error(Interval(*interval), on_the_atlas).word == word


SIZES = {"constant": 3.0, "by_hand_ridge": 1.5, "frozen_lite0": 1.2, "bonet": 0.8,
         "bonet_no_deformation": 1.1, "lite0_fine_tuned": 0.82}  # fmt: skip


def evidence(study="rsna", seeds=3, sexes=0.0, **sizes):
    """A study of five folds in which each method's errors have a size in years."""
    rows, n, ages = [], 300, np.linspace(2, 17, 300)
    hard = np.repeat(np.random.default_rng(0).normal(0, 0.05, n // 2), 2)  # girls as boys
    for number, (name, size) in enumerate((SIZES | sizes).items()):
        for seed in range(seeds):
            rng = np.random.default_rng(100 * number + seed)
            off = np.abs(size + hard + rng.normal(0, 0.1, n)) * np.where(
                np.arange(n) % 4 < 2, 1, -1
            )
            off = off + sexes * np.where(np.arange(n) % 2, np.sign(off), 0)
            rows.append(
                pd.DataFrame(
                    {
                        "image_id": np.arange(n).astype(str),
                        "sex": np.where(np.arange(n) % 2, "M", "F"),
                        "y_true": ages,
                        "y_pred": np.clip(ages + off, 0, 24),
                        "method": name,
                        "n_train": 781,
                        "fold": np.arange(n) % (5 if seeds > 1 else 1),
                        "seed": seed,
                    }
                )
            )
    table = pd.concat(rows, ignore_index=True)
    answers = questions.ablations(table, 781).assign(n_train=781)
    return StudyEvidence(study, answers, table[table["method"] == "bonet"])


def words(*args, **options):
    return paper.judge_all(evidence(*args, **options)).set_index("claim")["verdict"]


def test_the_same_study_with_the_opposite_truth_gets_the_opposite_words():
    """Sentences and words follow the data: each claim is turned round once."""
    seen = words()
    asked = ["features", "learned", "transfer", "scratch", "deformation", "few", "sexes"]
    assert (seen[asked] == "seen here").all()
    turned = words(by_hand_ridge=0.3, bonet=1.4, lite0_fine_tuned=0.4, sexes=0.5)
    no = ["features", "learned", "scratch", "deformation", "sexes"]
    assert (turned[no] == "not seen here").all()
    assert words(bonet=4.0)["few"] == "not seen here"
    assert words(frozen_lite0=4.0)["transfer"] == "not seen here"
    assert seen["ages"] == "cannot be told" and words(bonet=1.4)["ages"] == "not seen here"


def test_one_training_gives_no_verdict_in_any_claim():
    judged = paper.judge_all(evidence(seeds=1)).set_index("claim")
    assert (judged["verdict"].drop("ages") == "cannot be told").all()
    assert "trained once" in judged.loc["few", "because"]


def test_two_methods_that_learned_nothing_show_nothing():
    judged = paper.judge_all(evidence(bonet=3.0, by_hand_ridge=3.6)).set_index("claim")
    assert judged.loc["learned", "verdict"] == "cannot be told"
    because = judged.loc["learned", "because"]
    assert "not shown to err less than an answer without" in because


def test_the_reason_names_the_trainings_and_the_questions_of_its_study():
    for seeds in (2, 3):
        study = evidence(seeds=seeds, bonet=3.0, by_hand_ridge=3.6)
        because = paper.judge_all(study).set_index("claim").loc["learned", "because"]
        found, asked = study.answer("bonet", "constant"), study.answers["lower"].notna().sum()
        assert f"with {found['cells']} trainings and {asked} questions at once" in because
    once = paper.judge_all(evidence(seeds=1)).set_index("claim")
    assert once.loc["learned", "because"].endswith("years, but one training")


def test_no_error_on_the_phantom_is_ever_a_clinical_verdict():
    for options in ({}, {"bonet": 1.4, "sexes": 0.5}):
        judged = paper.judge_all(evidence("phantom", **options)).set_index("claim")
        of_children = judged.loc[["error", "ages", "sexes", "groups", "readers"]]
        assert (of_children["verdict"] == "cannot be told").all()
        assert of_children["because"].str.contains("drawn hands").all()
    assert words("phantom")["learned"] == "seen here"


def test_claims_and_questions_of_a_kept_study_never_contradict():
    for study in kept.studies():
        answers = kept.ablations(study).set_index(["method_a", "method_b"])["verdict"]
        judged = paper.judge_all(study).set_index("claim")["verdict"]
        for claim in paper.claims().to_dict("records"):
            key = (claim["a"], claim["b"])
            if key in answers.index and judged[claim["claim"]] != "cannot be told":
                assert judged[claim["claim"]] == paper.judge(claim["rule"], answers[key]).word


def test_unknown_rules_verdicts_and_studies_are_refused():
    with pytest.raises(BadInput, match="no rule"):
        paper.judge("taste", FIRST)
    with pytest.raises(BadInput, match="no verdict"):
        paper.judge("less", "confirmed")
    with pytest.raises(BadInput, match="no kept study"):
        paper.judge_all("other")


def test_phantom_and_real_stand_in_separate_columns():
    table = paper.side_by_side("rsna", "phantom").iloc[:6]
    assert table["real: years"].str.contains(" to ").sum() >= 4  # several folds
    assert not table["phantom: years"].str.contains(" to ").any()  # one training, no interval


def test_differences_for_the_figure_carry_their_claim_and_interval():
    rows = paper.differences("rsna")
    assert {row["claim"] for row in rows} >= {"features", "transfer", "deformation"}
    assert all(row["lower"] < row["value"] < row["upper"] for row in rows)
    assert paper.differences("phantom") == []
