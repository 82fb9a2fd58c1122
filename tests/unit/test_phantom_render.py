"""The contract of phantom.render: truth that agrees with the picture, and the same bytes again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from boneage_kit import BadInput, maturity
from boneage_kit.phantom import PhantomRadiograph, render

DIGEST = """
import hashlib
from boneage_kit.phantom import render
drawn = render("M", 9.5, seed=11, size=300, difficulty=0.8)
print(hashlib.sha256(drawn.pixels.tobytes() + drawn.labels.tobytes()).hexdigest())
"""


def digest(drawn):
    return hashlib.sha256(drawn.pixels.tobytes() + drawn.labels.tobytes()).hexdigest()


def test_what_comes_back():
    drawn = render(sex="F", bone_age=8.5, seed=4, size=200)
    assert isinstance(drawn, PhantomRadiograph)
    assert drawn.pixels.shape == drawn.labels.shape == (200, 200)
    assert drawn.pixels.dtype == np.float32 and drawn.labels.dtype == np.uint8
    assert 0 <= drawn.pixels.min() and drawn.pixels.max() <= 1
    assert set(np.unique(drawn.labels)) - {0} <= set(drawn.bones)
    assert set(drawn.stages) == set(maturity.RUS_BONES)
    assert (drawn.sex, drawn.bone_age) == ("F", 8.5)
    assert 0.5 < drawn.pixel_spacing_mm < 2


@pytest.mark.parametrize(
    "arguments",
    [
        {"sex": "X"},
        {"sex": "f"},
        {"bone_age": 19.5},
        {"bone_age": -0.1},
        {"bone_age": 102},
        {"bone_age": float("nan")},
        {"size": 8},
        {"difficulty": 1.5},
        {"variation": -1},
    ],
)
def test_bad_input_is_refused(arguments):
    with pytest.raises(BadInput):
        render(**{"sex": "F", "bone_age": 8.0, "size": 64, **arguments})


@pytest.mark.parametrize("threads", ["1", "4"])
def test_same_bytes_with_any_number_of_threads(threads):
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    there = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert there == digest(render("M", 9.5, seed=11, size=300, difficulty=0.8))


def test_another_seed_is_another_child():
    one, other = (render("F", 7.0, seed=seed, size=128) for seed in (1, 2))
    assert digest(one) != digest(other)
    assert one.bone_ages != other.bone_ages


def test_importing_and_drawing_needs_numpy_alone():
    code = (
        "import sys; from boneage_kit.phantom import render; render('F', 9.0, size=64);"
        "heavy = {'torch', 'scipy', 'pandas', 'matplotlib', 'PIL', 'pydicom'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert found == "[]"


@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_bones_are_brighter_than_the_tissue_around_them(difficulty):
    for seed in range(4):
        drawn = render("M", 8.0, seed=seed, size=256, difficulty=difficulty)
        ids = {name: number for number, name in drawn.bones.items()}
        shaft = drawn.labels == ids["proximal_phalanx_3"]
        ring = shaft.copy()
        for _ in range(3):
            ring = ring | np.roll(ring, 1, 1) | np.roll(ring, -1, 1)
        ring &= drawn.labels == 0
        assert drawn.pixels[shaft].mean() > drawn.pixels[ring].mean()


def test_landmarks_lie_at_the_joints():
    drawn = render("F", 10.0, seed=5, size=512, difficulty=0.7)
    ids = {name: number for number, name in drawn.bones.items()}
    for joint, proximal, distal in (
        ("MCP3", "metacarpal_3", "proximal_phalanx_3"),
        ("PIP2", "proximal_phalanx_2", "middle_phalanx_2"),
        ("DIP4", "middle_phalanx_4", "distal_phalanx_4"),
        ("IP1", "proximal_phalanx_1", "distal_phalanx_1"),
    ):
        for bone in (proximal, distal):
            of_it = np.isin(drawn.labels, [ids[bone], ids[f"{bone}_epiphysis"]])
            row, column = np.nonzero(of_it)
            away = np.hypot(row - drawn.landmarks[joint][0], column - drawn.landmarks[joint][1])
            assert away.min() * drawn.pixel_spacing_mm < 5, (joint, bone)


def test_bones_of_one_hand_disagree_by_about_two_years():
    ranges = [
        np.ptp(list(render("M", 10.0, seed=seed, size=32).bone_ages.values())) for seed in range(60)
    ]
    assert 1.7 < np.mean(ranges) < 2.6
    assert np.ptp(list(render("M", 10.0, size=32, variation=0).bone_ages.values())) == 0
    assert np.ptp(list(render("M", 1.0, size=32).bone_ages.values())) < 1


@pytest.mark.slow
def test_stages_follow_the_published_onsets():
    """At variation 0 the stage read from the geometry is that of the onset table."""
    for sex in ("F", "M"):
        onsets = maturity.rus_stage_onsets(sex)
        for bone in maturity.RUS_BONES:
            mine = onsets[onsets["bone"] == bone].sort_values("onset_age")
            ages, names = mine["onset_age"].to_numpy(), mine["stage"].tolist()
            for i, (age, name) in enumerate(zip(ages, names, strict=True)):
                later = ages[i + 1] if i + 1 < len(ages) else 19.0
                within = age + 0.42 * (later - age)
                drawn = render(sex, float(within), size=32, variation=0)
                assert drawn.stages[bone] == name, (sex, bone, name, within)


@pytest.mark.parametrize(
    ("sex", "bone_age", "tw3"), [("M", 13, 11.6), ("M", 15, 14.1), ("F", 13, 12.2)]
)
def test_tw3_age_lags_the_gp_age_as_in_the_facts(sex, bone_age, tw3):
    score = maturity.tw3_rus_score(render(sex, bone_age, size=32, variation=0).stages, sex)
    assert maturity.tw3_rus_bone_age(score, sex) == pytest.approx(tw3, abs=0.6)


def test_tw3_score_never_falls_with_age():
    for sex, end in (("F", 15.2), ("M", 17.0)):
        scores = [
            maturity.tw3_rus_score(render(sex, age, size=32, variation=0).stages, sex)
            for age in np.arange(2, end, 0.4)
        ]
        assert np.all(np.diff(scores) >= 0)
        assert maturity.tw3_rus_score(render(sex, 19, size=32, variation=0).stages, sex) == 1000
