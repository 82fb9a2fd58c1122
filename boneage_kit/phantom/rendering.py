"""One call from a sex and a bone age to a radiograph that knows its own truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import BadInput
from . import conditions, soft_tissue, stages
from . import hand as hands
from .anatomy import BONES, LONG_BONES
from .canvas import Canvas
from .film import Film, finish, worn
from .film_variety import draw_film
from .growth_plate import draw_plates
from .joint_space import draw_joints
from .shapes import moved
from .variants import draw_variants

#: Smallest number of rows drawn; smaller pictures are drawn larger and averaged down.
_DRAWN = 512
#: Rows of bones that mature together, by the first letters of their names; the carpals are last.
_ROWS = ("meta", "prox", "midd", "dist", "radi", "ulna")
#: How a bone's own haste, its row's and its ray's share in the SD over the hand (chosen: most of
#: it is the single bone's, and neighbours agree more than bones that lie far apart).
_OWN, _ROW, _RAY = 0.55, 0.7, 0.4


@dataclass
class PhantomRadiograph:
    """A phantom left hand, seen from behind (PA), thumb to the right.

    ``pixels`` float32 [H, W] in 0..1, bone bright; ``labels`` uint8 [H, W], 0 for background,
    else a key of ``bones``; ``stages`` the TW3 stage (``"A"`` to ``"I"``) of the 13 RUS bones,
    read from the drawn geometry; ``landmarks`` joints and fingertips as (row, column);
    ``bone_age`` in years on the Greulich and Pyle scale; ``bone_ages`` each structure's own;
    ``pixel_spacing_mm`` the height and width of a pixel in mm.
    """

    pixels: np.ndarray
    labels: np.ndarray
    bones: dict[int, str]
    stages: dict[str, str]
    landmarks: dict[str, tuple[float, float]]
    bone_age: float
    sex: str
    pixel_spacing_mm: float
    seed: int = 0
    bone_ages: dict[str, float] | None = None
    film: Film | None = None

    def present(self, name: str) -> bool:
        """Return whether a structure stands on the label map.

        >>> render("M", 1.0, size=256, variation=0).present("capitate")
        True
        """
        return bool((self.labels == {n: i for i, n in self.bones.items()}[name]).any())


def render(
    sex: str,
    bone_age: float,
    seed: int = 0,
    size: int = 512,
    difficulty: float = 0.0,
    variation: float = 1.0,
    condition: str = "none",
) -> PhantomRadiograph:
    """Draw the left-hand radiograph of a child of one sex and bone age.

    Parameters
    ----------
    sex
        ``"F"`` or ``"M"``.
    bone_age
        Years on the Greulich and Pyle scale, 0 to 19.
    seed
        A whole number; the same arguments give the same bytes, with any number of threads.
    size
        Height and width in pixels, 32 to 4096.
    difficulty
        0 is a clean atlas plate; 1 the variety of pose, exposure and film of the RSNA files.
    variation
        How far the bones of one hand disagree: at 1 the most advanced and the most delayed lie
        about two years apart on average (less in the very young), and each bone has a build of
        its own; 0 keeps all on ``bone_age`` and on the tables' sizes.
    condition
        ``"none"``, or a condition in which the bones of a hand disagree: ``"turner"`` (fingers
        and forearm behind, carpals in time, short metacarpal IV), ``"delayed_carpus"``.
        ``bone_age`` is then that of the bones in time; ``conditions.csv`` names the sources.

    Returns
    -------
    PhantomRadiograph

    Raises
    ------
    BadInput
        For an unknown sex or condition, an age outside 0..19 years, or a size out of range.

    Notes
    -----
    The timetable is that of ``epiphysis_clock.csv`` and ``carpal_clock.csv``, sizes that of
    ``hand_geometry.csv`` and ``metacarpal_cortex.csv``; each row names its source.

    >>> plate = render("F", 8.0, seed=1, size=256)
    >>> plate.pixels.shape, plate.pixels.dtype, plate.stages["radius"]
    ((256, 256), dtype('float32'), 'F')
    """
    _check(sex, bone_age, size, difficulty, variation)
    conditions.check(condition)
    key = [int(seed), int(round(bone_age * 1000)), int(sex == "M")]
    streams = [
        np.random.Generator(np.random.Philox(s)) for s in np.random.SeedSequence(key).spawn(4)
    ]
    ages = conditions.shifted(_bone_ages(bone_age, variation, streams[0]), condition)
    build = np.clip(streams[0].standard_normal((len(ages), 6)), -2.5, 2.5)
    shape = dict(zip(ages, min(variation, 1.5) * build, strict=True))
    film = draw_film(difficulty, streams[1])
    child = hands.build(
        sex,
        ages,
        bone_age,
        film.pose,
        film.build,
        shape,
        draw_joints(variation, streams[3]),
        draw_plates(LONG_BONES, variation, streams[3]),
        draw_variants(variation, streams[3]),
        conditions.lengths(condition),
    )
    density = np.exp(film.patchy * streams[0].standard_normal(max(BONES) + 1))
    times = max(1, math.ceil(_DRAWN / size))
    canvas = _draw(child, film, size * times, density)
    pixels, labels = finish(
        canvas.mineral, _soft(child, film, canvas, times), canvas, film, times, streams[2]
    )
    marks = _landmarks(child, film, canvas, times)
    return PhantomRadiograph(
        pixels=pixels,
        labels=labels,
        bones=dict(BONES),
        stages=stages.of(child),
        landmarks=marks,
        bone_age=float(bone_age),
        sex=sex,
        pixel_spacing_mm=canvas.spacing[0] * times,
        seed=int(seed),
        bone_ages=ages,
        film=film,
    )


def _check(sex: str, bone_age: float, size: int, difficulty: float, variation: float) -> None:
    if sex not in ("F", "M"):
        raise BadInput(f"The sex is {sex!r}.", 'Give "F" or "M"; it is never guessed.')
    if not 0 <= bone_age <= 19:
        raise BadInput(
            f"The phantom has no bone age of {bone_age} years.",
            "Give years from 0 to 19 (months divided by 12).",
        )
    if not 32 <= size <= 4096:
        raise BadInput(f"A size of {size} pixels is out of range.", "Give 32 to 4096.")
    if not 0 <= difficulty <= 1 or not 0 <= variation <= 3:
        raise BadInput(
            f"Difficulty {difficulty} or variation {variation} is out of range.",
            "Give a difficulty in 0..1 and a variation in 0..3.",
        )


def _bone_ages(bone_age: float, variation: float, rng: np.random.Generator) -> dict[str, float]:
    """Return each structure's own bone age: rays, rows and single bones run ahead or behind.

    The SD makes the range over the hand about two years at ``variation`` 1 from six years on
    (Zhang 2016: 2.25 years read by G&P at 2-14 years), less before, as bone ages scatter less.
    """
    names = hands.structures()
    # the order is the contract: one deviate per structure, 8 of rows (7 used), 8 of rays (6 used)
    own, of_rows, of_rays = np.split(rng.standard_normal(len(names) + 16), [len(names), -8])
    spread = 0.49 * variation * float(np.interp(bone_age, [0, 1, 3, 6], [0.08, 0.25, 0.6, 1.0]))
    offsets = _OWN * own
    for i, name in enumerate(names):
        row = _ROWS.index(name[:4]) if name[:4] in _ROWS else len(_ROWS)
        ray = int(name[-1]) if name[-1].isdigit() else 0
        offsets[i] += _ROW * of_rows[row] + _RAY * of_rays[ray]
    offsets -= offsets.mean()
    return {
        name: float(np.clip(bone_age + spread * o, 0, 21))
        for name, o in zip(names, offsets, strict=True)
    }


def _frame(child: hands.Hand, film: Film) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Return the frame's height (mm), the turn (cos, sin) and the shift of hand on film."""
    angle = math.radians(film.rotation)
    turn = (math.cos(angle), math.sin(angle))
    tip, wrist = child.landmarks["tip3"], child.landmarks["wrist"]
    below = film.forearm * child.palm
    tall = tip[1] + 0.14 * child.palm - wrist[1] + below
    height = tall / film.fill
    middle = (0.22 * child.palm, wrist[1] - below + tall / 2)
    x = turn[0] * middle[0] - turn[1] * middle[1]
    y = turn[1] * middle[0] + turn[0] * middle[1]
    spare = (1 - film.fill) * height * film.lower
    shift = (film.shift[0] * height - x, film.shift[1] * height - y + spare)
    return height, turn, shift


def _draw(child: hands.Hand, film: Film, size: int, density: np.ndarray) -> Canvas:
    height, turn, shift = _frame(child, film)
    spacing = (height / size, height / size)
    canvas = Canvas((size, size), (-spacing[1] * size / 2, height / 2), spacing)
    for solid in (*child.solids, *worn(child, film)):
        own = float(density[solid.label]) if solid.label else 1.0
        canvas.draw(moved(solid, turn, shift), own)
    return canvas


def _soft(child: hands.Hand, film: Film, canvas: Canvas, times: int) -> np.ndarray:
    _, turn, shift = _frame(child, film)
    x, y = (a.reshape(-1, times).mean(axis=1) for a in (canvas.x, canvas.y))
    return soft_tissue.thickness(child, x, y, turn, shift, film.plump)


def _landmarks(
    child: hands.Hand, film: Film, canvas: Canvas, times: int
) -> dict[str, tuple[float, float]]:
    _, (c, s), (dx, dy) = _frame(child, film)
    marks = {}
    for name, (x, y) in child.landmarks.items():
        row, column = canvas.pixel((c * x - s * y + dx, s * x + c * y + dy))
        marks[name] = ((row + 0.5) / times - 0.5, (column + 0.5) / times - 0.5)
    return marks
