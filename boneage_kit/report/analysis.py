"""One table's figures, each computed once for the page and the sentences that need it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from ..evaluation import (
    BlandAltman,
    bland_altman,
    by,
    changed_calls,
    conformal_out_of_fold,
    constant_out_of_fold,
    differences,
    error_off_zero,
    has_intervals,
    mae,
    one_model,
    pooled_cells,
    pull_to_the_middle,
    summary,
    yardstick,
)
from ..evaluation.checked_table import CheckedTable, selected

#: A table that names more groups than this is compared on the largest ones.
MOST_GROUPS = 30
#: Children from which conformal intervals are made.
FEWEST_FOR_INTERVALS = 50


class Analysis:
    """The figures of one model's predictions (years).

    Parameters
    ----------
    predictions
        Checked here, once.
    n_bootstrap, seed
        Resamples of every interval, and their seed.
    """

    def __init__(self, predictions: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> None:
        self.table = one_model(predictions)
        self.n_bootstrap = n_bootstrap
        self.seed = seed
        self._cells: dict[tuple[str, ...], pd.DataFrame] = {}
        self._floor_cells: dict[tuple[str, ...], pd.DataFrame] = {}
        self._differences: dict[tuple[str, ...], pd.DataFrame] = {}

    @cached_property
    def headline(self) -> pd.DataFrame:
        """The headline figures with their intervals."""
        return summary(self.table, self.n_bootstrap, self.seed)

    @cached_property
    def floor(self) -> CheckedTable:
        """The predictions that never look at the image; each child's from other children."""
        return constant_out_of_fold(self.table, seed=self.seed)

    @cached_property
    def floor_mae(self) -> float:
        """The floor's mean absolute error (years)."""
        return mae(self.floor["y_true"], self.floor["y_pred"])

    @cached_property
    def yardstick(self) -> pd.DataFrame:
        """The model's error beside that of the two readers."""
        return yardstick(self.table, self.n_bootstrap, self.seed)

    @cached_property
    def pull(self) -> pd.DataFrame:
        """Slopes of the error over label, prediction and mean."""
        return pull_to_the_middle(self.table)

    @cached_property
    def off_zero(self) -> pd.DataFrame:
        """Where the smoothed error along the prediction differs from zero."""
        return error_off_zero(self.table, "prediction", seed=self.seed)

    @cached_property
    def limits(self) -> BlandAltman:
        """Limits of agreement of prediction and label."""
        return bland_altman(
            self.table["y_pred"], self.table["y_true"], children=self.table.children
        )

    @property
    def predictions_vary(self) -> bool:
        """Whether the model answers more than one age."""
        return bool(np.ptp(self.table["y_pred"].to_numpy()) > 0)

    @property
    def has_groups(self) -> bool:
        """Whether any child's group is given."""
        return "group" in self.table and bool(self.table["group"].notna().any())

    @cached_property
    def grouped(self) -> CheckedTable:
        """The children of the largest groups, up to ``MOST_GROUPS`` of them."""
        largest = self.table["group"].value_counts().index[:MOST_GROUPS]
        if len(largest) == self.table["group"].nunique():
            return self.table
        return selected(self.table, self.table["group"].isin(largest).to_numpy())

    def _of(self, columns: tuple[str, ...]) -> CheckedTable:
        return self.grouped if "group" in columns else self.table

    def cells(self, *columns: str) -> pd.DataFrame:
        """Return :func:`boneage_kit.evaluation.by` over the columns."""
        if columns not in self._cells:
            self._cells[columns] = by(
                self._of(columns), *columns, n_bootstrap=self.n_bootstrap, seed=self.seed
            )
        return self._cells[columns]

    def floor_cells(self, *columns: str) -> pd.DataFrame:
        """Return the floor's error in the same cells, in the same order."""
        if columns not in self._floor_cells:
            constant = self.floor
            if "group" in columns and self.grouped is not self.table:
                constant = selected(
                    constant, constant["group"].isin(self.grouped["group"].unique()).to_numpy()
                )
            self._floor_cells[columns] = by(constant, *columns, n_bootstrap=2)
        return self._floor_cells[columns]

    def differences(self, *columns: str) -> pd.DataFrame:
        """Return :func:`boneage_kit.evaluation.differences` over the columns."""
        if columns not in self._differences:
            self._differences[columns] = differences(self._of(columns), *columns)
        return self._differences[columns]

    def pooled(self, *columns: str) -> pd.DataFrame:
        """Return :func:`boneage_kit.evaluation.pooled_cells` over the columns."""
        return pooled_cells(self._of(columns), *columns)

    @cached_property
    def own_intervals(self) -> CheckedTable | None:
        """The rows for which the table gives an interval; None where it gives none."""
        if not {"lower", "upper"} <= set(self.table):
            return None
        rows = self.table[["lower", "upper"]].notna().all(axis=1).to_numpy()
        if not rows.any():
            return None
        return self.table if rows.all() else selected(self.table, rows)

    @cached_property
    def intervals(self) -> CheckedTable | None:
        """The table with its own intervals, or conformal ones; None for too few children."""
        if self.own_intervals is not None:
            return self.own_intervals
        if self.table.n_children < FEWEST_FOR_INTERVALS:
            return None
        return one_model(conformal_out_of_fold(self.table, 0.9, seed=self.seed))

    @cached_property
    def intervals_in_words(self) -> str:
        """Whose intervals are judged, and for how many rows."""
        own = self.own_intervals
        if own is None:
            return "Conformal 90 % intervals"
        if has_intervals(self.table):
            return "The intervals in the table"
        return f"The intervals in the table (given for {len(own)} of {len(self.table)} rows)"

    @cached_property
    def calls(self) -> pd.DataFrame:
        """How often the call of advanced or delayed changes."""
        return changed_calls(self.table, seed=self.seed)
