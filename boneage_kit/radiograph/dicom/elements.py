"""Single values of a header, read as forgivingly as viewers read them."""

from __future__ import annotations

import math
from typing import Any, cast

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_TEXT = ("DS", "IS", "CS", "LO", "SH", "ST", "LT", "UT", "UI")


def numbers(header: Dataset, keyword: str) -> list[float]:
    """Return an element's numbers, NaN in the place of each that is blank or no number.

    A decimal comma is read as a point.

    >>> header = Dataset(); header.WindowCenter = [40, 2048]
    >>> numbers(header, "WindowCenter"), numbers(header, "WindowWidth")
    ([40.0, 2048.0], [])
    """
    return [_number(part) for part in _parts(header, keyword)]


def number(header: Dataset, keyword: str) -> float | None:
    """Return the first usable number of an element, or None."""
    return next((value for value in numbers(header, keyword) if not math.isnan(value)), None)


def text(header: Dataset, keyword: str) -> str:
    """Return the first text of an element, without blanks at its ends; "" where there is none."""
    return next((str(part).strip(" \0") for part in _parts(header, keyword)), "")


def first_item(header: Dataset, keyword: str) -> Dataset | None:
    """Return the first item of a sequence, or None."""
    try:
        items = header.get(keyword)
        return items[0] if items else None
    except (TypeError, ValueError, IndexError, AttributeError):
        return None


def datasets(header: Dataset, macro: str) -> list[Dataset]:
    """Return where a macro's elements may stand: its functional group, then the header itself.

    Enhanced objects keep them in functional groups, of the frame or shared (PS3.3 C.7.6.16).
    """
    found = []
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        group = first_item(header, groups)
        item = first_item(group, macro) if group is not None else None
        if item is not None:
            found.append(item)
    return [*found, header]


def _parts(header: Dataset, keyword: str) -> list[Any]:
    tag = cast(int, tag_for_keyword(keyword))
    element: DataElement | RawDataElement | None = header.get_item(tag)
    if element is None or element.value is None:
        return []
    if isinstance(element, RawDataElement) and _vr(element) in _TEXT:
        return list(bytes(element.value).decode("latin-1").strip(" \0").split("\\"))
    try:
        value = header[tag].value
    except (ValueError, TypeError, NotImplementedError, OverflowError):
        return []
    if value is None:
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def _vr(element: RawDataElement) -> str:
    """Return the element's VR, from the dictionary where the file does not give it."""
    given = element.VR
    return dictionary_VR(element.tag) if given in (None, "UN") else str(given)


def _number(part: Any) -> float:
    try:
        value = float(str(part).strip(" \0").replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
