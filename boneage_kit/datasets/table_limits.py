"""How large a table may be: a trap in a zip is refused before it fills the memory."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import BadInput


class TableLimits(NamedTuple):
    """The most bytes and rows of a table.

    >>> TableLimits(most_rows=10).check_rows("t.csv", 11)
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: t.csv has more than 10 rows. Keep one row per image.
    """

    most_bytes: int = 32_000_000
    most_rows: int = 300_000

    def check_bytes(self, name: str, size: int, times: int = 1) -> None:
        """Refuse a file of more bytes, or ``times`` as many where it is unpacked."""
        if size > times * self.most_bytes:
            raise BadInput(
                f"{name} has {size / 1e6:,.0f} MB, too much for a table of images.",
                "Keep one row per image, and leave other columns away.",
            )

    def check_rows(self, name: str, rows: int) -> None:
        """Refuse a table of more rows."""
        if rows > self.most_rows:
            raise BadInput(f"{name} has more than {self.most_rows:,} rows.",
                           "Keep one row per image.")  # fmt: skip


#: No data set of hands has as many.
OF_A_DATA_SET = TableLimits()
