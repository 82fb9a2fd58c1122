"""Claims, sources and verdicts: nothing asserted that was not read, nothing judged by taste."""

import pytest

from boneage_kit import paper
from boneage_kit.errors import BadInput
from boneage_kit.paper import verdicts


def row(value, lower, upper, **more):
    return {"result": "MAE", "method": "m", "value": value, "lower": lower, "upper": upper, **more}


def test_every_claim_says_where_it_stands_and_whether_it_was_read():
    table = paper.claims()
    assert table["claim"].is_unique and (table["where"] != "").all()
    assert table["mark"].str.contains("read|recalled").all()
    for one in table.to_dict("records"):
        assert one["rule"] in (*verdicts.RULES, "literature")
        assert bool(one["command"]) == (one["rule"] != "literature")


def test_numbers_from_print_have_a_source_and_nothing_recalled_passes_as_read():
    table = paper.published()
    assert table["source"].notna().all()
    assert set(table["mark"]) <= {"read", "computed", "recalled"}
    assert table["value_years"].between(0.2, 5).all()
    recalled = table[table["source"].str.contains("recalled")]
    assert (recalled["mark"] == "recalled").all()
    assert paper.unknown()["mark"].str.contains("read|recalled").all()


@pytest.mark.parametrize(
    "rule, args, word",
    [
        ("less", (-0.2, -0.3, -0.1), "reproduced"),
        ("less", (0.2, 0.1, 0.3), "not reproduced"),
        ("less", (0.0, -0.1, 0.1), "cannot be told"),
        ("less", (-0.1, -0.2, 0.0), "cannot be told"),
        ("no_worse", (0.05, 0.0, 0.1), "reproduced"),
        ("no_worse", (-1.0, -1.2, -0.8), "reproduced"),
        ("no_worse", (0.3, 0.11, 0.5), "not reproduced"),
        ("no_worse", (0.1, 0.0, 0.2), "cannot be told"),
        ("no_difference", (-0.3, -0.4, -0.2), "not reproduced"),
        ("no_difference", (0.0, -0.1, 0.1), "reproduced"),
    ],
)
def test_rules_at_their_edges(rule, args, word):
    assert paper.judge(rule, row(*args)).word == word


@pytest.mark.parametrize(
    "data, args, word",
    [
        ("dha", (0.8, 0.75, 0.85), "reproduced"),
        ("dha", (0.8, 0.75, 0.86), "cannot be told"),
        ("dha", (1.0, 0.9, 1.1), "not reproduced"),
        ("rsna", (0.6, 0.5, 0.7), "cannot be told"),
        ("rsna", (2.0, 1.9, 2.1), "cannot be told"),
    ],
)
def test_about_0_8_years_is_judged_on_the_papers_atlas_only(data, args, word):
    assert paper.judge("about", row(*args, data=data)).word == word


@pytest.mark.parametrize("rule", verdicts.NEEDS_CHILDREN)
def test_no_error_on_the_phantom_is_ever_a_clinical_verdict(rule):
    for args in ((0.1, 0.1, 0.1), (5.0, 4.9, 5.1), (0.0, -0.05, 0.05)):
        verdict = paper.judge(rule, row(*args, data="dha", source="phantom"))
        assert verdict.word == paper.CANNOT_BE_TOLD and "drawn hands" in verdict.because


def rows_of(**values):
    """Result rows by claim, each with an interval of 0.1 either way."""
    table = paper.claims().set_index("claim")
    return [
        {
            "result": table.loc[claim, "result"],
            "method": table.loc[claim, "method"],
            "value": value,
            "lower": value - 0.1,
            "upper": value + 0.1,
            "n_train": 1100,
            "source": "real",
            "data": "rsna",
        }
        for claim, value in values.items()
    ]


def test_two_methods_that_learnt_nothing_reproduce_nothing():
    good = paper.judge_all(rows_of(few=-1.0, transfer=-1.0, scratch=-0.4)).set_index("claim")
    assert good.loc["scratch", "verdict"] == "reproduced"
    for values in ({"few": 0.5, "transfer": -1.0}, {"few": -1.0, "transfer": 0.0}, {}):
        judged = paper.judge_all(rows_of(scratch=-0.4, **values)).set_index("claim")
        assert judged.loc["scratch", "verdict"] == "cannot be told"
        assert "did not beat an answer without an image" in judged.loc["scratch", "because"]


def test_a_small_difference_of_single_trainings_is_no_verdict():
    rows = rows_of(few=-1.0, transfer=-1.0, deformation=-0.2, scratch=-0.5)
    for preset, word in (
        (None, "cannot be told"),
        ("binder", "cannot be told"),
        ("paper", "reproduced"),
    ):
        judged = paper.judge_all([{**row, "preset": preset} for row in rows]).set_index("claim")
        assert judged.loc["deformation", "verdict"] == word
        assert judged.loc["scratch", "verdict"] == "reproduced"


def test_few_images_are_not_refuted_by_fewer():
    assert paper.judge("few", row(0.5, 0.4, 0.6, n_train=60)).word == "cannot be told"
    assert paper.judge("few", row(0.5, 0.4, 0.6, n_train=1100)).word == "not reproduced"
    assert paper.judge("few", row(-0.5, -0.6, -0.4, n_train=60)).word == "reproduced"


def test_a_number_without_an_interval_is_not_judged():
    with pytest.raises(BadInput, match="no interval"):
        paper.judge("less", row(-1, None, None))
    with pytest.raises(BadInput, match="no rule"):
        paper.judge("taste", row(-1, -2, 0))


def test_phantom_and_real_stand_in_separate_columns():
    key = {"result": "difference in MAE", "method": "deep features minus hand-crafted features"}
    real = {**row(-0.4, -0.5, -0.3), **key, "source": "real"}
    phantom = {**row(0.4, 0.3, 0.5), **key, "source": "phantom"}
    table = paper.side_by_side([phantom], [real])
    first = table.iloc[0]
    assert first["real: verdict"] == "reproduced"
    assert first["phantom: verdict"] == "not reproduced"
    assert first["real: years"] == "-0.40 (-0.50 to -0.30)"
    assert (table["real: verdict"].iloc[1:] == "cannot be told").all()
    assert (paper.side_by_side([phantom], [])["real: verdict"] == "not run yet").all()
