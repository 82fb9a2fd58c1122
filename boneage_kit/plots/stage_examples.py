"""Atlas plates drawn by the phantom, and little pictures of each TW stage cut out of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .. import maturity
from ..phantom import PhantomRadiograph, render
from .hand_pictures import crop

__all__ = ["OLDEST", "plate", "stage_example"]

PLATE_PIXELS = 384
#: Years up to which the atlas is drawn, by sex.
OLDEST = {"F": 18.0, "M": 19.0}
_STEP, _PIXELS = 0.25, 512


@lru_cache(maxsize=64)
def plate(sex: str, bone_age: float, size: int = PLATE_PIXELS) -> PhantomRadiograph:
    """Return the phantom atlas plate of one age (years): every bone at exactly that age.

    >>> plate("M", 11.0, size=128).stages["radius"]
    'G'
    """
    return render(sex=sex, bone_age=bone_age, seed=0, size=size, difficulty=0.0, variation=0.0)


@lru_cache(maxsize=512)
def stage_example(
    bone: str, stage: str, sex: str, size: int = 96, pixels: int = _PIXELS
) -> np.ndarray | None:
    """Return a cut-out [size, size] of one bone at one stage, or None where none is drawn.

    The age is looked for on quarter years around the middle of the stage, by the stage that the
    phantom itself reports; ``pixels`` is the side of the film that it is cut out of.

    >>> stage_example("radius", "F", "M").shape
    (96, 96)
    """
    middle = _middle(bone, stage, sex)
    grid = np.arange(_STEP, OLDEST[sex] + _STEP / 2, _STEP)
    near = grid[np.argsort(np.abs(grid - middle), kind="stable")][:12]
    for age in near:
        drawn = plate(sex, float(age), _PIXELS)
        if drawn.stages[bone] == stage:
            # a finer plate is not kept: 64 of them would fill 300 MB
            fine = drawn if pixels == _PIXELS else plate.__wrapped__(sex, float(age), pixels)
            return crop(fine, bone, size)
    return None


def _middle(bone: str, stage: str, sex: str) -> float:
    """Middle (years) of a stage on the atlas's scale, from the estimated onsets."""
    rows = maturity.rus_stage_onsets(sex).query("bone == @bone")
    onsets = {"A": 0.0, **dict(zip(rows["stage"], rows["onset_age"], strict=True))}
    later = [age for letter, age in onsets.items() if letter > stage]
    return (onsets[stage] + (min(later) if later else OLDEST[sex])) / 2
