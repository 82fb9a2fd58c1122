"""How far human readers of bone age agree, as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["reader_studies"]


def reader_studies() -> pd.DataFrame:
    """Return published reproducibility figures in years, one per row.

    Columns: ``study``, ``comparison`` (within one reader, between readers, ...), ``method``,
    ``measure``, ``value`` and ``spread``, or ``lower`` and ``upper`` (95 % limits of agreement),
    ``films``, ``note``, ``source`` (which says where a figure is only recalled).

    >>> reader_studies().query("study == 'Bull 1999' and method == 'G&P'")["upper"].item()
    2.18
    """
    return _tables.frame("reader_studies").astype({"films": "Int64"})
