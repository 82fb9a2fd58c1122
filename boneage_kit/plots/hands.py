"""Pages of hands: the phantom atlas, the layers a film is made of, one age in many clinics."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from .. import maturity, phantom
from ..errors import BadInput
from .axes import bare
from .style import PALETTE, SEX_PLURAL

__all__ = ["atlas_page", "film_variety"]

#: Part of a plate's width that the hand fills.
_CROP = (0.12, 0.88)


def atlas_page(
    sex: str, plates: Sequence[float] | None = None, columns: int = 6, size: int = 512
) -> Figure:
    """Draw the phantom at each Greulich and Pyle plate, above what that plate newly shows.

    Parameters
    ----------
    sex
        ``"F"`` or ``"M"``.
    plates
        Plate ages in years; all of the sex's if None.
    columns
        Plates per row.
    size
        Pixels of each radiograph.

    Returns
    -------
    matplotlib.figure.Figure
        With the milestones of :func:`boneage_kit.maturity.gp_milestones` (own words) below.

    Raises
    ------
    BadInput
        If an age is not that of a plate.

    >>> figure = atlas_page("F", plates=[2.0, 8.833333], columns=2, size=64)
    >>> len(figure.axes)
    2
    """
    standards = maturity.gp_plate_ages(sex)
    ages = standards if plates is None else np.array([_plate(age, standards) for age in plates])
    news = {
        row.plate_age_months: f"{row.structures.replace(',', ', ')}: {row.event}"
        for row in maturity.gp_milestones(sex).itertuples()
    }
    figure, axes = _grid(len(ages), columns, 5.05)
    for ax, age in zip(axes, ages, strict=True):
        drawn = phantom.render(sex=sex, bone_age=float(age), size=size, variation=0)
        first, last = (round(share * size) for share in _CROP)
        ax.imshow(drawn.pixels[:, first:last], cmap="gray", vmin=0, vmax=1)
        ax.set_title(_years(age), fontsize=14, fontweight="bold")
        ax.set_xlabel(
            textwrap.fill(news.get(round(12 * age), "no new mark is listed"), 30),
            fontsize=11,
            color=PALETTE["ink"],
            labelpad=6,
        )
    figure.suptitle(
        f"Phantom atlas, {SEX_PLURAL[sex]}: the plates of Greulich and Pyle, redrawn "
        "from the published timetable",
        fontsize=17,
    )
    return figure


def film_variety(
    sex: str, bone_age: float, images: int = 12, columns: int = 6, size: int = 256
) -> Figure:
    """Draw children of one sex and bone age (years) from atlas plate to everyday film.

    The first is drawn at difficulty 0, the last at 1; what differs is the child's build, how
    the bones of one hand disagree, pose, exposure and film, never the bone age.

    >>> len(film_variety("M", 9.0, images=2, columns=2, size=64).axes)
    2
    """
    figure, axes = _grid(images, columns, 3.1)
    for seed, (ax, difficulty) in enumerate(zip(axes, np.linspace(0, 1, images), strict=True)):
        drawn = phantom.render(
            sex=sex, bone_age=bone_age, seed=seed, size=size, difficulty=float(difficulty)
        )
        ax.imshow(drawn.pixels, cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"difficulty {difficulty:.1f}", fontsize=12)
    return figure


def _grid(cells: int, columns: int, row: float) -> tuple[Figure, list]:
    rows = -(-cells // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(2.75 * columns, row * rows),
        squeeze=False,
        layout=ConstrainedLayoutEngine(h_pad=0.10, hspace=0.02),
    )
    for ax in axes.flat:
        bare(ax)
    for ax in axes.flat[cells:]:
        ax.remove()
    return figure, list(axes.flat[:cells])


def _plate(age: float, standards: np.ndarray) -> float:
    nearest = standards[np.argmin(np.abs(standards - age))]
    if abs(nearest - age) > 0.02:
        raise BadInput(
            f"There is no Greulich and Pyle plate at {age} years.",
            "Use ages from maturity.gp_plate_ages(sex).",
        )
    return float(nearest)


def _years(age: float) -> str:
    """Return an age as the atlas writes it.

    >>> _years(0.25), _years(8.8333), _years(10.0)
    ('3 months', '8 years 10 months', '10 years')
    """
    years, months = divmod(round(12 * age), 12)
    parts = [f"{years} year{'s' * (years > 1)}"] if years else []
    if months or not years:
        parts.append(f"{months} months")
    return " ".join(parts)
