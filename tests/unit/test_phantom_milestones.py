"""What each Greulich and Pyle plate newly shows must newly stand on the phantom's label map."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pytest

from boneage_kit import maturity
from boneage_kit.phantom import render

ROW = {"MC": "metacarpal", "PP": "proximal_phalanx", "MP": "middle_phalanx", "DP": "distal_phalanx"}


class Plate:
    """The label map of one plate, and measures taken from it alone."""

    def __init__(self, sex, months):
        drawn = render(sex, months / 12, seed=0, size=1024, variation=0)
        self.labels = drawn.labels
        self.ids = {name: number for number, name in drawn.bones.items()}

    def points(self, name):
        row, column = np.nonzero(self.labels == self.ids[name])
        return np.stack([column, -row], 1).astype(float)

    def present(self, name):
        return len(self.points(name)) > 0

    def frame(self, bone):
        """(epiphysis, shaft) as (across, along): along runs from the plate into the shaft."""
        shaft, epi = self.points(bone), self.points(f"{bone}_epiphysis")
        centre = shaft.mean(0)
        _, vectors = np.linalg.eigh(np.cov((shaft - centre).T))
        along = vectors[:, 1]
        if np.dot(epi.mean(0) - centre, along) > 0:
            along = -along
        turn = np.stack([[along[1], -along[0]], along], 1)
        return (epi - centre) @ turn, (shaft - centre) @ turn

    def width(self, bone):
        """Width of the epiphysis in widths of the shaft's end."""
        if not self.present(f"{bone}_epiphysis"):
            return 0.0
        epi, shaft = self.frame(bone)
        start = shaft[:, 1].min()
        end = shaft[shaft[:, 1] < start + 0.6 * np.ptp(epi[:, 0])]
        return (np.ptp(epi[:, 0]) + 1) / (np.ptp(end[:, 0]) + 1)

    def caps(self, bone):
        """Whether a corner of the epiphysis reaches as far as the shaft's end does there."""
        if not self.present(f"{bone}_epiphysis"):
            return False
        epi, shaft = self.frame(bone)
        end = shaft[shaft[:, 1] < shaft[:, 1].min() + 0.6 * np.ptp(epi[:, 0])]
        middle, half = epi[:, 0].mean(), np.ptp(epi[:, 0]) / 2
        for side in (-1, 1):
            corner = epi[side * (epi[:, 0] - middle) > 0.85 * half]
            below = end[side * (end[:, 0] - middle) > 0.80 * half]
            if len(corner) and len(below) and corner[:, 1].max() >= below[:, 1].min() - 0.5:
                return True
        return False

    def bridged(self, bone):
        """Share of the plate's width across which shaft and epiphysis touch."""
        if not self.present(f"{bone}_epiphysis"):
            return 1.0
        epi, shaft = self.labels == self.ids[f"{bone}_epiphysis"], self.labels == self.ids[bone]
        touching = shaft & _near(epi)
        middle = self._middle(bone, touching)
        return middle / np.ptp(self.frame(bone)[0][:, 0])

    def _middle(self, bone, touching):
        """Extent of the contact within the middle of the plate, where closing begins."""
        row, column = np.nonzero(touching)
        if not len(row):
            return 0.0
        shaft = self.points(bone)
        centre = shaft.mean(0)
        _, vectors = np.linalg.eigh(np.cov((shaft - centre).T))
        along = vectors[:, 1]
        across = (np.stack([column, -row], 1) - centre) @ np.array([along[1], -along[0]])
        half = np.ptp(self.frame(bone)[0][:, 0]) / 2
        across = across[np.abs(across - np.mean(across)) < 0.65 * half]
        return float(np.ptp(across)) if len(across) else 0.0

    def hollow(self, bone):
        """How deep (pixels) the joint face of the epiphysis dips in its middle."""
        epi, _ = self.frame(bone)
        half = np.ptp(epi[:, 0]) / 2
        u = (epi[:, 0] - epi[:, 0].mean()) / half
        rim = min(epi[(u > s - 0.12) & (u < s + 0.12), 1].min() for s in (-0.7, 0.7))
        return epi[np.abs(u) < 0.2, 1].min() - rim

    def touch(self, one, other):
        a, b = (self.labels == self.ids[name] for name in (one, other))
        return bool((_near(_near(a)) & b).any())


def _near(mask):
    out = mask.copy()
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    out[:, 1:] |= mask[:, :-1]
    out[:, :-1] |= mask[:, 1:]
    return out


plate = cache(Plate)


def bones(text):
    """ "PP2-4 DP1" -> the bones' names."""
    found = []
    for part in text.split():
        if part[:2] not in ROW:
            found.append(part)
            continue
        first, _, last = part[2:].partition("-")
        found += [f"{ROW[part[:2]]}_{i}" for i in range(int(first), int(last or first) + 1)]
    return found


def centre(p, bone):
    return p.present(f"{bone}_epiphysis")


def carpal(p, name):
    return p.present(name)


def half(p, bone):
    return p.width(bone) > 0.5


def two_thirds(p, bone):
    return p.width(bone) >= 0.66


def wide(p, bone):
    return p.width(bone) >= 0.98


def wider(p, bone):
    return p.width(bone) >= 1.02


def caps(p, bone):
    return p.caps(bone)


def concave(p, bone):
    return p.present(f"{bone}_epiphysis") and p.hollow(bone) >= 1


def begun(p, bone):
    return p.bridged(bone) > 0.05


def well(p, bone):
    return p.bridged(bone) > 0.3


def nearly(p, bone):
    return p.bridged(bone) > 0.45


def fused(p, bone):
    return p.present(bone) and not p.present(f"{bone}_epiphysis")


def touching(p, pair):
    return p.touch(*pair.split("+"))


#: (sex, plate in months): what the table of milestones says, as predicates on the label map.
CLAIMS = {
    ("F", 3): [(carpal, "capitate hamate")],
    ("F", 12): [(centre, "PP2-4 MC2 MC3 radius")],
    ("F", 15): [(centre, "DP1 MC4")],
    ("F", 18): [(centre, "PP5 MC5")],
    ("F", 24): [(centre, "DP3-5 PP1 MC1"), (carpal, "triquetral"), (half, "PP2-5")],
    ("F", 30): [(centre, "DP2 MP5"), (half, "PP1")],
    ("F", 36): [(half, "MP2-4"), (carpal, "lunate")],
    ("F", 42): [(concave, "PP2 PP3")],
    ("F", 50): [(carpal, "scaphoid trapezoid trapezium")],
    ("F", 60): [(wide, "DP3-5")],
    ("F", 69): [(touching, "capitate+hamate")],
    ("F", 82): [(centre, "ulna")],
    ("F", 94): [(touching, "trapezium+trapezoid")],
    ("F", 106): [(wide, "PP2-4 MP2-4"), (carpal, "pisiform")],
    ("F", 120): [(wide, "PP5 MP5"), (carpal, "hamate_hook")],
    ("F", 132): [
        (caps, "PP2-5 MP2-5 DP1 DP2 DP4 DP5"),
        (wide, "MC2-5"),
        (carpal, "adductor_sesamoid flexor_sesamoid"),
    ],
    ("F", 144): [(caps, "radius")],
    ("F", 156): [(begun, "DP1"), (caps, "MC1")],
    ("F", 162): [(fused, "DP1-5"), (begun, "PP3-5 MC1")],
    ("F", 168): [(fused, "MC1 PP5"), (nearly, "PP2-4"), (well, "MP2"), (begun, "MP3-5 MC2-5")],
    ("F", 180): [(fused, "MC2-5"), (begun, "radius ulna")],
    ("F", 192): [(nearly, "ulna")],
    ("F", 204): [(fused, "radius ulna")],
    ("M", 3): [(carpal, "capitate hamate")],
    ("M", 15): [(centre, "radius")],
    ("M", 18): [(centre, "MC2-5 PP2-4 DP1")],
    ("M", 24): [(centre, "PP5 MP3 MP4 DP3 DP4")],
    ("M", 32): [(centre, "PP1 MP2 DP2 DP5 MC1"), (half, "PP2-5")],
    ("M", 42): [(carpal, "lunate")],
    ("M", 48): [(centre, "MP5")],
    ("M", 54): [(carpal, "trapezium"), (concave, "PP2 PP3")],
    ("M", 60): [(half, "MC1")],
    ("M", 84): [(centre, "ulna")],
    ("M", 96): [(wide, "DP2-5")],
    ("M", 120): [(carpal, "pisiform")],
    ("M", 132): [(wide, "PP2"), (carpal, "hamate_hook")],
    ("M", 150): [(wide, "PP3-5")],
    ("M", 156): [(wide, "MC2-5 radius MP5"), (carpal, "adductor_sesamoid")],
    ("M", 162): [(caps, "PP1 PP3-5")],
    ("M", 168): [(caps, "PP2 MP2-5 DP2-5")],
    ("M", 180): [(caps, "radius"), (wide, "ulna"), (begun, "DP1-5")],
    ("M", 186): [(fused, "DP1-5 MC1"), (carpal, "flexor_sesamoid")],
    ("M", 192): [(well, "PP1-5 MP2 MP5"), (begun, "MC2-5")],
    ("M", 204): [(fused, "PP1-5 MP2-5 MC2-5"), (begun, "ulna")],
    ("M", 216): [(fused, "ulna")],
    ("M", 228): [(fused, "radius")],
}
#: Plates whose note is no new mark on a label map (M 36 discs and radius edges, M 72 "still
#: narrower", M 108 a styloid, F 216 scars) or says that nothing is there yet (month 0).
NOT_ON_A_MAP = {("F", 0), ("F", 216), ("M", 0), ("M", 36), ("M", 72), ("M", 108)}

CASES = [
    (*key, test, name)
    for key, claims in CLAIMS.items()
    for test, names in claims
    for name in bones(names)
]


@pytest.mark.parametrize(
    ("sex", "months", "test", "name"),
    CASES,
    ids=[f"{s}{m}-{t.__name__}-{n}" for s, m, t, n in CASES],
)
def test_milestone_is_new_at_its_plate(sex, months, test, name):
    plates = [round(12 * age) for age in maturity.gp_plate_ages(sex)]
    before = plates[plates.index(months) - 1]
    assert test(plate(sex, months), name), f"not seen at {months} months"
    assert not test(plate(sex, before), name), f"seen already at {before} months"


def test_every_row_of_the_milestone_table_is_covered():
    with (files("boneage_kit.maturity") / "gp_plate_milestones.csv").open() as file:
        table = {(row["sex"], int(row["plate_age_months"])) for row in csv.DictReader(file)}
    assert table == set(CLAIMS) | NOT_ON_A_MAP


@pytest.mark.parametrize("sex", ["F", "M"])
def test_a_newborn_has_shafts_and_no_centre(sex):
    p = plate(sex, 0)
    assert all(p.present(bone) for bone in bones("MC1-5 PP1-5 MP2-5 DP1-5 radius ulna"))
    assert not any(
        p.present(name)
        for name in p.ids
        if "epiphysis" in name
        or name
        in ("capitate", "hamate", "triquetral", "lunate", "scaphoid", "trapezium", "trapezoid")
    )


def test_fingers_of_boys_are_still_narrow_at_six():
    assert not any(wide(plate("M", 72), bone) for bone in bones("PP2-5"))
