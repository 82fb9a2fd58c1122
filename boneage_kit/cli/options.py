"""Types of options: numbers within their range, so that a slip is refused before work begins."""

from __future__ import annotations

import argparse
from collections.abc import Callable

LARGEST_SEED = 2**32 - 1


def whole_number(smallest: int, largest: int = 10_000_000) -> Callable[[str], int]:
    """Return an argparse type: a whole number from ``smallest`` to ``largest``.

    >>> whole_number(0)("12")
    12
    >>> whole_number(1)("0")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: 0 is not a whole number from 1 to 10000000
    """

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = smallest - 1
        if not smallest <= value <= largest:
            raise argparse.ArgumentTypeError(
                f"{text[:40]} is not a whole number from {smallest} to {largest}"
            )
        return value

    return parse


seed = whole_number(0, LARGEST_SEED)
