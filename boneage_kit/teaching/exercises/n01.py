"""Exercises of unit 01: find the plate."""

from __future__ import annotations

from typing import Any

from ... import maturity
from . import Wrong, exercise

#: The hand of exercise 01.1, as keywords of :func:`boneage_kit.phantom.render`.
MYSTERY: dict[str, Any] = {"sex": "M", "bone_age": 9.2, "seed": 21, "variation": 0.4}


@exercise(
    "01.1",
    hint="Count carpals first (how many of eight?). Then look for the epiphysis of the ulna and, "
    "by the Gilsanz table, at the width of the epiphyses of the distal phalanges.",
    solution="my_reading = 9.0  # or the plates on either side, 8.0 and 10.0",
    passes=(9.0, 8.5, 9.5),
    fails=(6.0, 13.0, 110, "nine"),
)
def find_the_plate(answer: Any) -> str:
    """Within a year of the drawn age; otherwise name a centre that speaks against the answer."""
    try:
        age = float(answer)
    except (TypeError, ValueError):
        raise Wrong("Give your bone age as a number of years, 8.5 for 8 years 6 months.") from None
    if not 0 <= age <= 20:
        raise Wrong(f"{age:g} is not an age in years; if you meant months, divide by 12.")
    truth = MYSTERY["bone_age"]
    if abs(age - truth) > 1.05:
        raise Wrong(_speaks_against(age, truth))
    return (
        f"It was drawn at {truth:.1f} years; the nearest plate is "
        f"{maturity.age_in_words(maturity.nearest_gp_plate(truth, 'M'))}. Two readers differ "
        "by about half a year on average, and sometimes by more than a plate."
    )


def _speaks_against(age: float, truth: float) -> str:
    table = maturity.ossification_table("M")
    if age < truth:
        rows = table[(table["appear_p50"] > age) & (table["appear_p50"] <= truth - 0.5)]
        sign, column = "is there on this hand, and usually appears at", "appear_p50"
    else:
        rows = table[(table["appear_p50"] > truth + 0.5) & (table["appear_p50"] <= age)]
        sign, column = "is not there yet, and is usually seen from", "appear_p50"
    if rows.empty:
        rows = table[(table["cap_age"] > truth) & (table["cap_age"] <= age)]
        sign, column = "does not cap its shaft yet, as it would from", "cap_age"
    word = "young" if age < truth else "old"
    if rows.empty:
        return (
            f"That is too {word}. Compare the widths of the epiphyses of the distal and middle "
            "phalanges with the plates on either side."
        )
    row = rows.sort_values(column, kind="stable").iloc[-1 if age < truth else 0]
    return f"That is too {word}: the {row['name']} {sign} {row[column]:.1f} years."
