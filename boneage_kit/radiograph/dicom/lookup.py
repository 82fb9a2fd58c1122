"""Look-up tables of a header, whatever the way they were packed (PS3.3 C.11.1.1, C.11.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from .elements import numbers


@dataclass(frozen=True)
class LookupTable:
    """Entries for the levels ``first``, ``first + 1`` and so on; the ends go on for ever."""

    first: int
    entries: np.ndarray  # float64 [n]
    bits: int  # as declared, 0 where that is no depth
    declared: int = 0  # entries that the descriptor says there are

    def __call__(self, levels: np.ndarray) -> np.ndarray:
        """Return the entry of each level, float64 of the same shape."""
        index = np.clip(np.rint(levels) - self.first, 0, self.entries.size - 1)
        return self.entries[index.astype(np.int64)]

    @property
    def white(self) -> float:
        """The value shown white: of the declared depth, or the largest where that is wrong.

        Some makers declare 16 bits and fill 12; others declare 8 and fill 16.
        """
        declared = float(2**self.bits - 1) if self.bits else 0.0
        largest = float(self.entries.max())
        return declared if declared / 2 < largest <= declared else largest


def read_table(
    item: Dataset | None, low: float, high: float, little_endian: bool
) -> LookupTable | None:
    """Return the table of a sequence's item, or None where it is missing or empty.

    Parameters
    ----------
    item
        With LUT Descriptor and LUT Data.
    low, high
        The range of the levels it will be asked for: tells whether the first level it maps,
        whose VR is often wrong, is meant as a signed number.
    little_endian
        The byte order of the file, for tables in OW.
    """
    if item is None:
        return None
    descriptor, data = numbers(item, "LUTDescriptor"), item.get("LUTData")
    if len(descriptor) < 2 or not all(np.isfinite(descriptor[:2])) or data is None:
        return None
    bits = int(descriptor[2]) if len(descriptor) > 2 and descriptor[2] in range(8, 17) else 0
    count = int(descriptor[0]) % 2**16 or 2**16
    entries = _entries(data, count, bits, little_endian)
    if entries.size < 2 or entries.min() == entries.max():
        return None
    first = _first_level(int(descriptor[1]), entries.size, low, high)
    return LookupTable(first, entries, bits, count)


def note_if_short(table: LookupTable, name: str, notes: list[str]) -> None:
    """Add a note where a table has fewer entries than its descriptor declares.

    >>> notes: list[str] = []
    >>> note_if_short(LookupTable(0, np.arange(9.0), 8, 256), "VOI LUT", notes); notes
    ['the VOI LUT has 9 of the 256 entries that it declares; the last one was used for the rest']
    """
    if table.entries.size < table.declared:
        notes.append(
            f"the {name} has {table.entries.size:,} of the {table.declared:,} entries that it "
            "declares; the last one was used for the rest"
        )


def _entries(data: object, count: int, bits: int, little_endian: bool) -> np.ndarray:
    """Return the entries of LUT Data, which is US, SS or OW, with one or two entries per word."""
    order = "<" if little_endian else ">"
    if not isinstance(data, bytes | bytearray):
        words = np.atleast_1d(np.asarray(data, dtype=np.int64)) % 2**16
        data = words.astype(f"{order}u2").tobytes()
    if len(data) in (count, count + 1) and bits <= 8:  # two entries of 8 bits in a word
        packed = np.frombuffer(data, np.uint8)
        if not little_endian:
            packed = packed[: packed.size // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
        return packed[:count].astype(float)
    words = np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2")[:count]
    return words.astype(float)


def _first_level(declared: int, count: int, low: float, high: float) -> int:
    """Return the first level mapped, as a signed or unsigned number: which covers the levels."""

    def covered(first: int) -> float:
        return min(high, first + count - 1) - max(low, first)

    other = declared - 2**16 if declared >= 2**15 else declared + 2**16 if declared < 0 else None
    return declared if other is None or covered(declared) >= covered(other) else other
