"""A class of invented children, shaped as the Digital Hand Atlas, read by two readers.

Each row holds what is needed to draw it (:func:`render_row`), and the true maturity beside the
readers' opinion, which no clinical data set can offer.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .. import maturity
from ..errors import BadInput
from .growth import rows as csv_rows
from .rendering import PhantomRadiograph, render

__all__ = ["cohort", "read_plates", "render_row"]

GROUP_EFFECTS = ("none", "published")
WARNING = (
    "The scenario group_effect='published' shifts maturity by published averages of whole groups "
    "(phantom/group_effects.csv names each source). It is there to teach fairness analysis and "
    "states nothing about a person."
)


def cohort(
    n: int = 1390, seed: int = 0, group_effect: str = "none", difficulty: float = 0.4
) -> pd.DataFrame:
    """Return ``n`` phantom children as a table of records.

    Groups, sexes and ages have the proportions of the Digital Hand Atlas (4 groups, 2 sexes, 19
    age years; ages from 10 twice as often as younger ones). True bone age is chronological age
    plus a normal deviate, kept within the plates of Greulich and Pyle (0 to 19.0 years for boys,
    18.0 for girls). The Brush Foundation's SD is that of readings, so the deviate has what is left
    of it after one reader's scatter, and one reading has the Brush SD again. Two readers then
    read it with bias, scatter and the habit of answering in plate ages; ``bone_age``, the label,
    is their mean.

    Parameters
    ----------
    n
        Children, 1 or more; 1,390 gives the atlas's own count of each group and sex.
    seed
        Of everything drawn here, 0 or more; equal arguments give equal tables.
    group_effect
        ``"none"``: the four groups mature alike. ``"published"``: group averages from the
        literature shift maturity against age, with a warning of what this is for.
    difficulty
        How much the films vary, 0 (all as on an atlas plate) to 1 (as everyday films do).

    Returns
    -------
    pandas.DataFrame
        The record schema (ages in years; ``source`` "phantom", ``path`` None), and
        ``true_bone_age`` (years, what is drawn), ``seed`` and ``difficulty`` of each drawing.

    Raises
    ------
    BadInput
        For an argument outside these ranges.

    >>> table = cohort(8, seed=1)
    >>> sorted(set(table["group"])), sorted(set(table["sex"]))
    (['ASI', 'BLK', 'CAU', 'HIS'], ['F', 'M'])
    """
    _check(n, seed, group_effect, difficulty)
    rng = np.random.default_rng([seed, 20170101])
    group, sex, years = _strata(n, rng)
    age = years + rng.random(n)
    true = _true_bone_age(age, sex, group, group_effect, rng)
    reader_1, reader_2 = (read_plates(true, sex, rng, reader) for reader in (1, 2))
    return pd.DataFrame(
        {
            "image_id": [f"{i + 1:04d}" for i in range(n)],
            "path": pd.Series([None] * n, dtype=object),
            "sex": sex,
            "group": group,
            "chronological_age": age.round(3),
            "bone_age": ((reader_1 + reader_2) / 2).round(4),
            "reader_1": reader_1.round(4),
            "reader_2": reader_2.round(4),
            "source": "phantom",
            "true_bone_age": true.round(4),
            "seed": rng.integers(2**31, size=n),
            "difficulty": float(difficulty),
        }
    )


def render_row(row: Mapping[str, Any] | pd.Series, size: int = 512) -> PhantomRadiograph:
    """Draw the radiograph of one row of :func:`cohort` (or of its file) at ``size`` pixels.

    Returns the same :class:`PhantomRadiograph` each time, on any machine.

    >>> render_row(cohort(3).iloc[0], size=128).pixels.shape
    (128, 128)
    """
    return render(
        sex=row["sex"],
        bone_age=float(row["true_bone_age"]),
        seed=int(row["seed"]),
        size=size,
        difficulty=float(row["difficulty"]),
    )


def read_plates(
    true_bone_age: np.ndarray, sex: np.ndarray, rng: np.random.Generator, reader: int
) -> np.ndarray:
    """Return one simulated reader's bone ages in years: bias, scatter, then the nearest plate.

    The figures stand in ``reader_model.csv``: two such readers differ by a root mean square of
    about 0.63 years over a cohort, most in mid-childhood and least at fusion, as two radiologists
    did on the Digital Hand Atlas (Thodberg 2010). Errors of two readers are independent.

    Parameters
    ----------
    true_bone_age, sex
        Years and ``"F"``/``"M"``, both of shape (n,).
    rng
        Source of the scatter.
    reader
        1 or 2: which of the two biases.
    """
    model = _model()
    true, sex = np.asarray(true_bone_age, float), np.asarray(sex)
    scatter = np.where(sex == "M", _reader_sd(true, "M", model), _reader_sd(true, "F", model))
    seen = true + model[f"reader_{reader}_bias"] * np.minimum(true / 5, 1)
    seen = seen + scatter * rng.standard_normal(len(true)).clip(-3, 3)
    on_plate = rng.random(len(true)) < model["share_on_plates"]
    reading = np.empty(len(true))
    for of_sex in ("F", "M"):
        plates = maturity.gp_plate_ages(of_sex)
        between = (plates[1:] + plates[:-1]) / 2
        rows = sex == of_sex
        reading[rows] = np.where(
            on_plate[rows], _nearest(seen[rows], plates), _nearest(seen[rows], between)
        )
    return reading


def _check(n: int, seed: int, group_effect: str, difficulty: float) -> None:
    if not isinstance(n, (int, np.integer)) or n < 1:
        raise BadInput(f"A cohort of {n!r} children cannot be drawn.", "Give n as 1 or more.")
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadInput(f"The seed {seed!r} is not usable.", "Give a whole number, 0 or more.")
    if group_effect not in GROUP_EFFECTS:
        raise BadInput(
            f"There is no scenario group_effect={group_effect!r}.",
            f"Use one of {', '.join(GROUP_EFFECTS)}.",
        )
    if not 0 <= difficulty <= 1:
        raise BadInput(
            f"The difficulty {difficulty!r} is not between 0 and 1.",
            "Use 0 for atlas plates, 1 for the variety of everyday films.",
        )
    if group_effect == "published":
        warnings.warn(WARNING, stacklevel=3)


def _strata(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return group, sex and age year (0 to 18) of each child, in random order."""
    cells = [row for row in csv_rows("dha_shape") if row["kind"] == "group_sex"]
    share = np.array([float(row["weight"]) for row in cells])
    exact = n * share / share.sum()
    count = np.floor(exact).astype(int)
    count[np.argsort(-(exact - count), kind="stable")[: n - count.sum()]] += 1
    upper = np.cumsum(_age_weights()) / _age_weights().sum()
    # systematic sampling: every age gets its share, rounded up or down, also in a small cohort
    years = np.concatenate(
        [np.searchsorted(upper, (np.arange(k) + rng.random()) / max(k, 1)) for k in count]
    )
    code = np.repeat([row["key"] for row in cells], count)
    order = rng.permutation(n)
    group = np.array([key[:3] for key in code], dtype=object)[order]
    sex = np.array([key[3:] for key in code], dtype=object)[order]
    return group, sex, years[order]


def _age_weights() -> np.ndarray:
    weights = np.zeros(19)
    for row in csv_rows("dha_shape"):
        if row["kind"] == "age":
            first, _, last = row["key"].partition("-")
            weights[int(first) : int(last or first) + 1] = float(row["weight"])
    return weights


def _true_bone_age(
    age: np.ndarray, sex: np.ndarray, group: np.ndarray, group_effect: str, rng: np.random.Generator
) -> np.ndarray:
    deviate = rng.standard_normal(len(age)).clip(-3, 3)
    true = np.empty(len(age))
    for of_sex in ("F", "M"):
        rows = sex == of_sex
        true[rows] = age[rows] + deviate[rows] * _biological_sd(age[rows], of_sex)
    if group_effect == "published":
        for row in csv_rows("group_effects"):
            member = (group == row["group"]) & (sex == row["sex"])
            member &= (age >= float(row["from_age"])) & (age < float(row["to_age"]))
            true[member] += float(row["shift"])
    oldest = np.where(sex == "M", *(maturity.gp_plate_ages(name)[-1] for name in ("M", "F")))
    return np.clip(true, 0, oldest)


def _biological_sd(age: np.ndarray, sex: str) -> np.ndarray:
    """Return the SD (years) of true bone ages: the Brush SD without its reader's own scatter."""
    brush = maturity.bone_age_sd(age, sex)
    scatter = _reader_sd(age, sex, _model())
    return np.sqrt(np.maximum(brush**2 - scatter**2, (0.5 * brush) ** 2))


def _model() -> dict[str, float]:
    return {row["parameter"]: float(row["value"]) for row in csv_rows("reader_model")}


def _reader_sd(age: np.ndarray, sex: str, model: Mapping[str, float]) -> np.ndarray:
    first, last, fusion = (6.5, 12.0, 15.0) if sex == "M" else (8.5, 12.0, 13.5)
    return np.interp(
        age,
        [0, 2, 5, first, last, fusion],
        [
            model["sd_at_0"],
            model["sd_at_2"],
            model["sd_at_5"],
            model["sd_worst"],
            model["sd_worst"],
            model["sd_fusion"],
        ],
    )


def _nearest(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    return grid[np.abs(values[:, None] - grid).argmin(axis=1)]
