"""Numbers that stand in the prose of units 01 to 07 are those of the tables behind them."""

import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

from boneage_kit import maturity, models, phantom, probing, teaching
from boneage_kit.benchmark import kept
from boneage_kit.execution import sequence
from boneage_kit.teaching.exercises import n01, n02

QUESTIONS = Path(teaching.__file__).parent / "questions"
WORDS = "no one two three four five six seven eight".split()


def prose(unit):
    """All text of a unit on one line, and that of its questions."""
    book = nbformat.read(*sequence.notebooks([unit]), as_version=4)
    text = " ".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    asked = (QUESTIONS / f"u{unit}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(asked)
    return " ".join(f"{text} {asked}".split())


def limit(sex):
    return f"{2 * maturity.bone_age_sd(11, sex):.1f} years"


def appears(sex, centre, column="appear_p50"):
    return maturity.ossification_table(sex).set_index("name")[column][centre]


def later(centre):
    return f"{appears('M', centre) - appears('F', centre):.2f} years"


def carpals(age):
    drawn = phantom.render("M", age, seed=0, size=256, difficulty=0.0, variation=0.0)
    carpal = maturity.ossification_table("M").query("row == 'carpals'")["centre"]
    seen = {name for key, name in drawn.bones.items() if (drawn.labels == key).any()}
    return WORDS[len(seen & set(carpal))]


def test_unit_01():
    text = prose("01")
    assert f"At 11 years it is {limit('F')} for girls and {limit('M')} for boys" in text
    ulna = later("ulna, distal epiphysis")
    assert f"it is {later('capitate')} at the capitate and {ulna} at the ulna" in text
    long = appears("F", "triquetral", "appear_p95") - appears("F", "triquetral", "appear_p5")
    assert f"The bar of the triquetral is {long:.1f} years long" in text
    assert f"{carpals(4)} at 4 years, {carpals(6)} at 6 years, {carpals(8)} at 8 years" in text
    assert f"The bones of Jonas are {11.5 - n01.MYSTERY['bone_age']:.1f} years behind" in text
    first, last = n01.counts_seven("M")
    assert f"seven carpals for about {WORDS[round(last - first)]} years" in text


def boys_age(score):
    return maturity.tw3_rus_bone_age(score, "M")


def test_unit_02():
    text = prose("02")
    steep, flat = (boys_age(at + 50) - boys_age(at) for at in (150, 850))
    assert f"raise the age by {steep:.1f} years from 150 to 200 points" in text
    assert f"but only by {flat:.1f} years from 850 to 900 points" in text
    radius = maturity.rus_stage_scores("radius", "M")
    down, up = radius["G"] - radius["F"], radius["H"] - radius["G"]
    assert f"by {down} points (stage F) or by {up} points (stage H)" in text
    girls = n02.errors_of_wrong_sex("F", "M")
    assert f"Every girl comes out {min(girls):.1f} to {max(girls):.1f} years too old" in text
    boy = phantom.render(sex="M", bone_age=12.0, seed=4, size=64)
    age = boys_age(maturity.tw3_rus_score(boy.stages, "M"))
    assert f"drawn at 12.0 years by the atlas, and TW3 gives {age:.1f} years" in text
    steps = one_stage_more_or_less(boy.stages)
    assert f"of a phalanx changes the score of this hand by {min(steps)} to {max(steps)}" in text


def one_stage_more_or_less(stages):
    """Points by which one stage of one phalanx changes a boy's score."""
    found = []
    for bone in (bone for bone in maturity.RUS_BONES if "phalanx" in bone):
        points = list(maturity.rus_stage_scores(bone, "M").values())
        at = "ABCDEFGHI".index(stages[bone])
        found += [points[at] - points[at - 1], points[at + 1] - points[at]]
    return found


@pytest.mark.parametrize("sex", ["F", "M"])
def test_unit_02_on_the_two_tables_of_tanner_and_whitehouse(sex):
    text = prose("02")
    above = {score: maturity.tw2_rus_bone_age(score, sex) - maturity.tw3_rus_bone_age(score, sex)
             for score in range(150, 951, 25)}  # fmt: skip
    assert "Below 250 points both tables give nearly the same age" in text
    assert max(abs(years) for score, years in above.items() if score < 250) < 0.25
    assert "From about 350 points on, TW2 (dashed) gives about one year more" in text
    assert all(0.75 < years < 1.45 for score, years in above.items() if score >= 350)


def test_unit_03():
    text, cohort = prose("03"), phantom.cohort(1390, seed=0)
    truth = cohort["true_bone_age"]
    two = (cohort["reader_1"] - cohort["reader_2"]).abs().mean()
    one, mean = ((cohort[name] - truth).abs().mean() for name in ("reader_1", "bone_age"))
    assert f"({mean:.2f} years) than one reader ({one:.2f} years)" in text
    assert f"more ({two:.2f} years) than from the truth" in text
    assert f"Two simulated readers differ by {two:.2f} years" in text
    bull = maturity.reader_studies().query("study == 'Bull 1999' and method == 'G&P'")
    limit = float((bull["upper"] - bull["lower"]).iloc[0]) / 2
    usual = limit / 1.96 * np.sqrt(2 / np.pi)  # mean absolute value of a normal distribution
    assert f"about {limit:.1f} years to either side, belong to a mean difference of" in text
    assert f"a mean difference of about {usual:.1f} years" in text
    truth = phantom.cohort(60, seed=2)["true_bone_age"].to_numpy()
    noise = np.random.default_rng(0).standard_normal(len(truth))
    assert "correlation stays above 0.97 at every position" in text
    assert np.corrcoef(truth, truth + noise)[0, 1] > 0.97


def test_unit_05():
    rsna = 100 * teaching.published_label_shares()["RSNA 2017 training"]
    text = prose("05")
    assert f"{rsna['10-15 y']:.0f} of 100 films of RSNA" in text
    assert f"Only {rsna['0-5 y']:.0f} of 100 are under 5 years" in text


def test_unit_07():
    text = prose("07")
    asked = {name: kept.ablations(name).set_index("question") for name in ("phantom", "rsna")}
    layers = [table.loc["five convolutional layers against one"] for table in asked.values()]
    assert "five layers BoNet errs less than with one layer, by more than a year" in text
    assert all(row["difference_months"] < -12 for row in layers)
    deformed = [table.loc["the deformation layer"] for table in asked.values()]
    assert "the errors differ by less than half a month" in text
    assert all(abs(row["difference_months"]) < 0.5 for row in deformed)
    first = probing.layer_table(models.create("bonet", sex_input=True), 64).iloc[0]
    filters = int(first["maps"]) * 5 * 5
    assert (
        f"{first['maps']} filters of 5 x 5, which are {filters} weights. Each filter has two"
        in text
    )
    assert first["weights"] == filters + 2 * first["maps"]
    assert f"So there are {first['weights']}." in text
    assert f"half the side of the film: {first['side']} of 64 pixels" in text
    bonet = kept.table("rsna").query("method == 'bonet'").groupby("n_train")["mae_months"].mean()
    assert f"by {bonet[100]:.0f} months with 100 real hands" in text
    assert f"and by {bonet[1112]:.0f} months with 1,112" in text
