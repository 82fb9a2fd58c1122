"""The worst of many cells, beside the worst that chance alone gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import BadInput
from ..records.schema import CHILDREN
from .cell_differences import errors_of_children
from .checked_table import one_model
from .strata import cells_of

#: A cell of a single child is no cell.
_FEWEST = 2


@dataclass(frozen=True)
class WorstCell:
    """The cell with the largest MAE, and the largest MAE when children are dealt out at random.

    Attributes
    ----------
    name, n, mae
        The worst cell of the table: its values joined by a comma, its children, its MAE (years).
    cells
        How many cells were looked at.
    by_chance
        The worst MAE (years) of each random deal, float [draws].
    """

    name: str
    n: int
    mae: float
    cells: int
    by_chance: np.ndarray

    @property
    def usual(self) -> float:
        """The mean of the worst MAE by chance, in years."""
        return float(self.by_chance.mean())

    @property
    def rare(self) -> float:
        """The MAE in years that the worst cell exceeds in one of twenty random deals."""
        return float(np.quantile(self.by_chance, 0.95))


def worst_cell(
    predictions: pd.DataFrame, *columns: str, draws: int = 200, seed: int = 0
) -> WorstCell:
    """Return the worst cell, and what the worst is when the children are dealt out at random.

    The random cells have the same sizes as the real ones, and nothing else in common with them.

    Parameters
    ----------
    predictions
        One model's predictions (years).
    columns
        What to cut the children by; ``"age_band"`` is made where the table has none.
    draws
        How often the children are dealt out.

    Raises
    ------
    BadInput
        If fewer than two cells hold two children.

    >>> table = pd.DataFrame({"image_id": range(80), "sex": ["F", "M"] * 40, "y_true": 8.0})
    >>> table["y_pred"] = 8 + np.where(table["sex"] == "M", 2.0, 0.5)
    >>> found = worst_cell(table, "sex")
    >>> found.name, found.mae, round(found.rare, 1)
    ('M', 2.0, 1.4)
    """
    child = errors_of_children(one_model(predictions), *columns)
    cells = [(key, at) for key, at in cells_of(child, columns) if at.size >= _FEWEST]
    if len(cells) < 2:
        raise BadInput(
            f"Cut by {' and '.join(columns)}, fewer than two cells hold two children.",
            "Cut by fewer columns, or give more children.",
        )
    error = child["error"].to_numpy()
    kept = error[np.concatenate([at for _, at in cells])]
    maes = [error[at].mean() for _, at in cells]
    sizes = [at.size for _, at in cells]
    key, at = cells[int(np.argmax(maes))]
    return WorstCell(
        ", ".join(str(value) for value in key),
        int(at.size),
        float(max(maes)),
        len(cells),
        dealt_out(kept, sizes, draws, seed),
    )


def dealt_out(errors: np.ndarray, sizes: list[int], draws: int = 200, seed: int = 0) -> np.ndarray:
    """Return the worst cell's mean error of each random deal, float [draws].

    Parameters
    ----------
    errors
        One absolute error (years) per child.
    sizes
        Children per cell; together as many as there are errors.

    >>> dealt_out(np.ones(10), [4, 6], draws=3).tolist()
    [1.0, 1.0, 1.0]
    """
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    deals = np.stack([rng.permutation(errors) for _ in range(draws)])  # (draws, children)
    return (np.add.reduceat(deals, starts, axis=1) / np.asarray(sizes)).max(axis=1)


def worst_cell_in_words(worst: WorstCell) -> str:
    """Return whether the worst cell is worse than the worst that chance gives.

    >>> chance = np.array([1.0, 1.2, 1.4])
    >>> worst_cell_in_words(WorstCell("CAU, M, 0-5 y", 15, 1.3, 32, chance))[-64:]
    'The worst cell is therefore no worse than chance alone explains.'
    """
    who = ", ".join(CHILDREN.get(part, part) for part in worst.name.split(", "))
    beyond = worst.mae > worst.rare
    verdict = (
        "The worst cell is therefore worse than chance alone explains."
        if beyond
        else "The worst cell is therefore no worse than chance alone explains."
    )
    return (
        f"The worst of {worst.cells} cells ({who}; {worst.n} children) has an MAE of "
        f"{worst.mae:.2f} years. When the same children are dealt out at random, the worst cell "
        f"has {worst.usual:.2f} years on average. In one of twenty deals it has more than "
        f"{worst.rare:.2f} years. {verdict}"
    )
