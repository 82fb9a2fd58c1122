"""Marks of drawn hands as measured from pixels, and what must not tell the age."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from boneage_kit import BadInput
from boneage_kit.phantom import conditions, growth, hand, render
from boneage_kit.phantom.anatomy import CARPALS
from boneage_kit.phantom.carpal_joints import NEIGHBOURS
from boneage_kit.phantom.film_variety import draw_film
from boneage_kit.phantom.growth_plate import draw_plates
from boneage_kit.phantom.joint_space import draw_joints
from boneage_kit.phantom.variants import Variants, draw_variants
from boneage_kit.probing import measure_hand

SEEDS = range(6)


def places(drawn):
    ids = {name: number for number, name in drawn.bones.items()}
    at = dict(drawn.landmarks)
    for ray in (2, 3, 5):
        points = np.argwhere(drawn.labels == ids[f"metacarpal_{ray}"])
        away = np.hypot(*(points - at[f"MCP{ray}"]).T)
        at[f"base{ray}"] = points[away >= np.quantile(away, 0.93)].mean(0)
    return at


@cache
def marks(sex, age, seed):
    drawn = render(sex, age, seed=seed, size=512, difficulty=0.2)
    found = measure_hand(drawn.pixels, places(drawn))
    return {**found, "mm": found["length_px"] * drawn.pixel_spacing_mm}


def median(sex, age, mark):
    return float(np.nanmedian([marks(sex, age, seed)[mark] for seed in SEEDS]))


#: Medians of real hands of part 1 (docs/phantom.md): (sex, age) -> shares of PP3.
REAL = {
    ("F", 10): (0.046, 0.036, 0.034),
    ("F", 14.6): (0.042, 0.031, 0.026),
    ("M", 12): (0.049, 0.040, 0.036),
    ("M", 16.5): (0.048, 0.032, 0.025),
}


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "age"), REAL)
def test_joint_spaces_are_those_of_films(sex, age):
    for joint, real in zip(("MCP", "PIP", "DIP"), REAL[sex, age], strict=True):
        assert median(sex, age, joint) == pytest.approx(real, rel=0.3), joint


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "closing", "closed"), [("F", 13.0, 16.0), ("M", 15.0, 17.5)])
def test_no_joint_widens_when_plates_close(sex, closing, closed):
    for joint in ("MCP", "PIP", "DIP"):
        before, after = (
            median(sex, age, joint) * median(sex, age, "mm") for age in (closing, closed)
        )
        assert after < before + 0.15, (joint, before, after)


def test_children_of_one_age_differ_in_their_joint_spaces():
    own = [draw_joints(1.0, np.random.default_rng(i)).mm("MCP3", "F", 12.0) for i in range(400)]
    assert 0.13 < np.std(own) / np.mean(own) < 0.22
    assert draw_joints(0.0, np.random.default_rng(0)).mm("MCP3", "F", 12.0) == pytest.approx(
        draw_joints(0.0, np.random.default_rng(1)).mm("MCP3", "F", 12.0)
    )


@pytest.mark.slow
def test_growth_plates_differ_in_width_tilt_and_depth():
    found = [marks("F", 10.0, seed) for seed in range(12)]
    width, tilt, depth = (
        np.array([one[f"plate_PP3{name}"] for one in found]) for name in ("", "_tilt", "_depth")
    )
    assert 0.022 < np.nanmedian(width) < 0.055 and np.nanstd(width) > 0.003
    assert np.nanstd(tilt) > 2 and np.nanstd(depth) > 0.06 and np.nanmin(depth) < 0.4


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "age"), [("F", 12.0), ("F", 15.5), ("M", 14.0)])
def test_the_base_of_a_phalanx_is_its_brightest_line(sex, age):
    assert 1.2 < median(sex, age, "PIP_peaks") < 2.4


#: Radius to ulna on the same films, in shares of PP3; about 3 mm from ten years on.
RADIUS_ULNA = {("F", 10): 0.087, ("F", 14.6): 0.064, ("M", 12): 0.085, ("M", 16.5): 0.063}


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "age"), RADIUS_ULNA)
def test_ulna_and_radius_lie_as_far_apart_as_on_films(sex, age):
    assert median(sex, age, "radius_ulna") == pytest.approx(RADIUS_ULNA[sex, age], rel=0.2)


@pytest.mark.parametrize(("sex", "age"), [("F", 11), ("F", 13), ("F", 16), ("M", 13), ("M", 17)])
def test_ulna_and_radius_do_not_touch(sex, age):
    drawn = render(sex, age, seed=1, size=512, variation=0)
    ids = {name: number for number, name in drawn.bones.items()}
    radius, ulna = (
        np.isin(drawn.labels, [ids[name], ids[f"{name}_epiphysis"]]) for name in ("radius", "ulna")
    )
    apart = distance_transform_edt(~radius)[ulna].min() * drawn.pixel_spacing_mm
    assert 2.0 < apart < 4.2


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "age"), [("F", 4), ("M", 5)])
def test_a_small_childs_phalanx_tapers_to_its_head(sex, age):
    assert 0.19 < median(sex, age, "PP3_90") < 0.255


@pytest.mark.slow
@pytest.mark.parametrize(("sex", "age"), [("F", 14.6), ("M", 16.5)])
def test_a_closed_metacarpal_has_a_neck_below_a_round_head(sex, age):
    assert median(sex, age, "MC3_70") < 0.76 * median(sex, age, "MC3_90")


def test_small_sesamoids_are_as_frequent_as_their_table_says_and_come_late():
    own = np.array([draw_variants(1.0, np.random.default_rng(i)).sesamoids for i in range(2000)])
    assert (own > 0).mean(0) == pytest.approx([0.42, 0.72, 0.65], abs=0.04)
    sesamoids = Variants(sesamoids=(3.6, 3.2, 3.0))

    def blobs(age, variants):
        ages = dict.fromkeys(hand.structures(), age)
        return len(hand.build("F", ages, age, hand.Pose(), variants=variants).solids)

    assert [blobs(age, sesamoids) - blobs(age, Variants()) for age in (9.0, 15.0)] == [0, 3]


def test_metacarpals_do_not_fan_when_fingers_spread():
    poses = [draw_film(1.0, np.random.Generator(np.random.Philox(i))).pose for i in range(400)]
    fan = np.array([pose.spread[1] - pose.spread[4] for pose in poses])
    fingers = np.array([pose.bend[1] - pose.bend[4] for pose in poses])
    assert np.std(fan) <= 4 and np.std(fingers) > 6


@pytest.mark.parametrize(("sex", "age"), [("F", 9.0), ("F", 13.0), ("M", 15.0)])
def test_carpals_that_lie_side_by_side_do_not_overlap(sex, age):
    def build(shape):
        ages = dict.fromkeys(hand.structures(), age)
        solids = hand.build(sex, ages, age, hand.Pose(), shape=shape).solids
        bones = {}
        for solid in solids:  # the first of a carpal's solids is its body
            name = CARPAL_IDS.get(solid.label)
            if name and name not in bones:
                bones[name] = solid
        return bones

    rng = np.random.default_rng(3)
    bones = build({name: rng.standard_normal(6).clip(-2, 2) for name in hand.structures()})
    turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    for one, other in NEIGHBOURS:
        x, y = outline(bones[one], turn)
        dx, dy = x - bones[other].origin[0], y - bones[other].origin[1]
        inside = radius_at(bones[other], np.arctan2(dx, dy)) - np.hypot(dx, dy)
        assert inside.max() < 0.1, (one, other)


CARPAL_IDS = {
    number: name for number, name in render("F", 9, size=32).bones.items() if name in CARPALS
}


def radius_at(bone, angle):
    """Radius at an angle from the bone's axis (up, to the right)."""
    s, t = np.cos(angle), np.sin(angle)
    share = t / (np.abs(s) + np.abs(t))
    pseudo = np.where(s >= 0, 1 + share, 3 - share)
    return np.interp(pseudo, np.arange(512) / 128, bone.radius, period=4)


def outline(bone, angle):
    radius = radius_at(bone, angle)
    return bone.origin[0] + radius * np.sin(angle), bone.origin[1] + radius * np.cos(angle)


@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_a_full_size_film_has_true_proportions(difficulty):
    for seed in range(4):
        drawn = render("M", 12.0, seed=seed, size=512, difficulty=difficulty, variation=0)
        joints = [np.array(drawn.landmarks[name]) for name in ("MCP3", "PIP3")]
        along = np.linalg.norm(joints[1] - joints[0]) * drawn.pixel_spacing_mm
        across = [np.array(drawn.landmarks[name]) for name in ("MCP2", "MCP5")]
        palm = np.linalg.norm(across[1] - across[0]) * drawn.pixel_spacing_mm
        table = growth.size("proximal_phalanx_3", "M", 12.0 + drawn.film.build.ahead).length
        assert along == pytest.approx(table * drawn.film.build.scale, rel=0.08)
        assert palm / along == pytest.approx(1.45, rel=0.2)


def test_a_row_of_bones_closes_together():
    rows = {"metacarpal": [], "proximal_phalanx": []}
    for seed in range(60):
        ages = render("M", 14.0, seed=seed, size=32).bone_ages
        for row, spreads in rows.items():
            spreads.append(np.std([ages[f"{row}_{ray}"] for ray in range(2, 6)]))
    assert np.mean(rows["metacarpal"]) < 0.36 and np.mean(rows["proximal_phalanx"]) < 0.36


def test_scars_stay_in_some_hands_only():
    bones = [f"proximal_phalanx_{ray}" for ray in range(1, 6)]
    hands = [draw_plates(bones, 1.0, np.random.default_rng(i)) for i in range(300)]
    scarred = np.mean([any(plate.scar > 0 for plate in of.values()) for of in hands])
    assert 0.25 < scarred < 0.45


def test_variants_are_as_frequent_as_their_table_says():
    own = [draw_variants(1.0, np.random.default_rng(i)) for i in range(3000)]
    assert 0.035 < np.mean([one.short < 1 for one in own]) < 0.065
    assert 0.06 < np.mean([one.cleft > 0 for one in own]) < 0.10
    assert 0.02 < np.mean([one.cone > 0 for one in own]) < 0.04
    assert draw_variants(0.0, np.random.default_rng(0)) == Variants()


def test_a_condition_makes_the_bones_disagree():
    healthy = render("F", 9.0, seed=1, size=64)
    late = render("F", 9.0, seed=1, size=64, condition="delayed_carpus")
    assert late.bone_ages["capitate"] == pytest.approx(healthy.bone_ages["capitate"] - 3, abs=0.4)
    assert late.stages == healthy.stages
    turner = render("F", 9.0, seed=1, size=64, condition="turner")
    assert turner.bone_ages["capitate"] == healthy.bone_ages["capitate"]
    assert turner.bone_ages["radius"] == pytest.approx(healthy.bone_ages["radius"] - 2, abs=0.4)
    assert conditions.names()[0] == "none"
    with pytest.raises(BadInput, match="turner"):
        render("F", 9.0, size=64, condition="rickets")


def test_measuring_needs_every_place():
    with pytest.raises(BadInput, match="MCP3"):
        measure_hand(np.zeros((64, 64)), {"PIP3": (1, 2)})
