"""Which reader and which image a name in a file of readings means.

A spreadsheet that saves the file again may write cp1252 for UTF-8 and drop the zeros before a
number; systems and keyboards compose letters in two ways.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

import pandas as pd

__all__ = ["CP1252", "answers_of", "meant_ids", "plain_name"]

#: For ``str.translate``: a byte that is no UTF-8 (a lone surrogate), as Windows writes letters.
CP1252 = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}


def plain_name(name: str) -> str:
    """Return a name with composed letters (NFC) and without blanks around it.

    >>> plain_name("Jo\\u0308rg ") == plain_name("J\\udcf6rg") == "J\\u00f6rg"
    True
    """
    return unicodedata.normalize("NFC", name.translate(CP1252)).strip()


def answers_of(table: pd.DataFrame, reader: str) -> pd.DataFrame:
    """Return the rows of one reader, whose name may be spelled in several ways."""
    own = table[table["reader"].map(plain_name) == plain_name(reader)].assign(reader=reader)
    return own.drop_duplicates(["image_id", "occasion"], keep="last").reset_index(drop=True)


def meant_ids(written: Iterable[str], ids: list[str]) -> dict[str, str]:
    """Return which of the ids each written name means, where it is certain.

    An equal id comes first, then the only one of the same plain name, then the only one that is
    the same number with zeros before it.

    >>> meant_ids(["001", "2", "7"], ["001", "002"])
    {'001': '001', '2': '002'}
    """
    equal = set(ids)
    plain, numbers = _single(ids, plain_name), _single(ids, _without_zeros)
    meant = {}
    for name in dict.fromkeys(written):
        key = plain_name(name)
        image = name if name in equal else plain.get(key) or numbers.get(key)
        if image:
            meant[name] = image
    return meant


def _without_zeros(name: str) -> str:
    key = plain_name(name)
    return (key.lstrip("0") or "0") if key.isdecimal() else key


def _single(ids: list[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the ids by their form, without those that share one."""
    keys = [form(name) for name in ids]
    count = Counter(keys)
    return {key: name for key, name in zip(keys, ids, strict=True) if count[key] == 1}
