"""Exercises of unit 01: find the plate, and see what counting alone cannot tell."""

from __future__ import annotations

from typing import Any

from ... import maturity
from . import Wrong, exercise

#: The hand of exercise 01.1, as keywords of :func:`boneage_kit.phantom.render`.
MYSTERY: dict[str, Any] = {"sex": "M", "bone_age": 9.2, "seed": 21, "variation": 0.4}


@exercise(
    "01.1",
    hint="Count carpals first: how many of eight? Then compare with the boys' plates of 8 and 10 "
    "years: how large is the epiphysis of the ulna, and how wide are the epiphyses of the fingers "
    "beside their shafts?",
    solution="my_reading = 9.0  # or the plates on either side, 8.0 and 10.0",
    passes=(9.0, 8.5, "9.5", 10),
    fails=(6.0, 13.0, 110, "nine", 10.5),
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
        f"The hand was drawn at {truth:.1f} years. The nearest boys' plate is "
        f"{maturity.age_in_words(maturity.nearest_gp_plate(truth, 'M'))}. Answers up to one year "
        "away count as right, because readers differ by so much."
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


def counts_seven(sex: str) -> tuple[float, float]:
    """Return between which ages (years) a child shows seven of the eight carpals, by the median.

    >>> counts_seven("M")
    (6.25, 10.5)
    """
    table = maturity.ossification_table(sex)
    ages = sorted(table.loc[table["row"] == "carpals", "appear_p50"])
    return float(ages[6]), float(ages[7])


@exercise(
    "01.2",
    hint="The name in the place of the dots is age. Then call carpals_seen(5.0), carpals_seen(6.5) "
    "and so on: where does it begin to say 7, and where does it begin to say 8? Or print "
    'sorted(carpals["appear_p50"]) and look at the last two ages.',
    solution="""
    ages = sorted(carpals["appear_p50"])
    seven = (ages[6], ages[7])  # the seventh carpal appears, the eighth appears
    """,
    passes=((6.25, 10.5), (6.2, 10.5), [6.3, 10.4]),
    fails=((4.17, 8.8), (75, 126), (10.5, 6.25), (5.83, 6.25), 7, (6.25, 19.0)),
)
def ages_with_seven_carpals(answer: Any) -> str:
    """Both ages within a tenth of a year and a little; the usual slips are recognised."""
    try:
        first, last = (float(value) for value in answer)
    except (TypeError, ValueError):
        raise Wrong("Give two ages in years, (from, to), for example (3.0, 4.5).") from None
    right, girls = counts_seven("M"), counts_seven("F")

    def near(ages: tuple[float, float]) -> bool:
        return abs(first - ages[0]) <= 0.15 and abs(last - ages[1]) <= 0.15

    if first > 20 or last > 20:
        raise Wrong("These numbers are no ages in years. If you meant months, divide by 12.")
    if first >= last:
        raise Wrong("The first age must be the younger one.")
    if near(girls):
        raise Wrong('These are the ages of girls. Use maturity.ossification_table("M").')
    if not near(right):
        which = "first" if abs(first - right[0]) > 0.15 else "second"
        raise Wrong(
            f"The {which} age is not right. The function must say 6 just before your first age, 7 "
            "between your two ages, and 8 just after your second age."
        )
    return (
        f"Seven carpals are seen from {right[0]:.1f} to {right[1]:.1f} years. In these "
        f"{right[1] - right[0]:.0f} years the count alone says nothing."
    )
