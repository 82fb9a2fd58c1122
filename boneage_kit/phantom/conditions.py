"""Named conditions in which the bones of one hand disagree, so that reading them can fail."""

from __future__ import annotations

from ..errors import BadInput
from .anatomy import CARPALS, LONG_BONES
from .growth import rows

_GROUPS = {"rus": LONG_BONES, "carpals": CARPALS}


def names() -> tuple[str, ...]:
    """Return the names that ``render(condition=...)`` takes.

    >>> names()
    ('none', 'turner', 'delayed_carpus')
    """
    return ("none", *dict.fromkeys(row["condition"] for row in rows("conditions")))


def check(condition: str) -> None:
    """Refuse a condition that no table row describes."""
    if condition not in names():
        raise BadInput(f"There is no condition {condition!r}.", f"Use one of {', '.join(names())}.")


def shifted(ages: dict[str, float], condition: str) -> dict[str, float]:
    """Return each structure's bone age (years) with the condition's delay or advance.

    A delay is a share of the age until it reaches its years, since an infant cannot lag by three.

    >>> shifted({"capitate": 10.0, "radius": 10.0}, "delayed_carpus")
    {'capitate': 7.0, 'radius': 10.0}
    """
    changed = dict(ages)
    for row in rows("conditions"):
        if row["condition"] == condition and row["years"]:
            most, share = float(row["years"]), float(row["share_of_age"])
            for name in set(_GROUPS[row["bones"]]) & set(changed):
                lag = min(abs(most), share * changed[name])
                changed[name] = max(0.0, changed[name] + (lag if most > 0 else -lag))
    return changed


def lengths(condition: str) -> dict[str, float]:
    """Return factors on the length of single bones.

    >>> lengths("turner")
    {'metacarpal_4': 0.88}
    """
    return {
        row["bones"]: float(row["length"])
        for row in rows("conditions")
        if row["condition"] == condition and row["length"]
    }
