"""Predictions tables whose errors are known, for the tests of the evaluation and report rooms."""

from __future__ import annotations

import numpy as np
import pandas as pd


def readings(n=200, seed=0, noise=0.8, slope=1.0, shift=0.0):
    """A table of children whose predictions err with a known SD, slope and shift."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(1, 18, n)
    pred = 9.5 + slope * (truth - 9.5) + shift + rng.normal(0, noise, n)
    return pd.DataFrame(
        {
            "image_id": [f"c{seed}_{i}" for i in range(n)],
            "sex": rng.choice(["F", "M"], n),
            "y_true": truth,
            "y_pred": pred,
            "group": rng.choice(["ASI", "BLK", "CAU", "HIS"], n),
            "chronological_age": np.clip(truth + rng.normal(0, 0.8, n), 0.3, 18.5),
            "reader_1": np.clip(truth + rng.normal(0, 0.4, n), 0, None),
            "reader_2": np.clip(truth + rng.normal(0, 0.4, n), 0, None),
        }
    )


def ages_within_range(n, seed=0):
    """The same, with no prediction below zero or over twenty years."""
    table = readings(n, seed)
    return table.assign(y_pred=table["y_pred"].clip(0, 20))


def as_seeds(*tables):
    """Several trainings' predictions for the same children in one table."""
    return pd.concat([table.assign(seed=k) for k, table in enumerate(tables)], ignore_index=True)


def _odd_tables():
    plain = ages_within_range(120)
    even = plain.index % 2 == 0
    two = np.where(even, "first", "second")
    yield "one row", ages_within_range(1)
    yield "two rows", ages_within_range(2)
    yield "one sex", plain.assign(sex="F")
    yield "one boy", plain.assign(sex=["M"] + ["F"] * 119)
    yield "identical readers", plain.assign(reader_2=plain["reader_1"])
    yield "constant labels", plain.assign(y_true=9.0)
    yield "constant predictions", plain.assign(y_pred=9.0)
    yield "the floor itself", plain.assign(y_pred=plain["sex"].map({"F": 9.0, "M": 10.0}))
    yield "all alike", plain.assign(y_true=9.0, y_pred=9.0)
    yield "no error", plain.assign(y_pred=plain["y_true"])
    yield (
        "empty columns",
        plain.assign(
            group=None, reader_1=np.nan, chronological_age=np.nan, lower=np.nan, upper=np.nan,
            fold=np.nan, seed=np.nan, model=None,
        ),
    )  # fmt: skip
    yield "a group of one", plain.assign(group=["ASI"] + ["CAU"] * 119)
    yield "every child a group", plain.assign(group=[f"g{i}" for i in range(120)])
    yield "groups of half", plain.assign(group=plain["group"].where(even))
    yield (
        "one chronological age",
        plain.assign(chronological_age=plain["chronological_age"].where(plain.index == 0)),
    )
    yield "two readers of two", plain.assign(reader_1=plain["reader_1"].where(plain.index < 2))
    yield "intervals of no width", plain.assign(lower=plain["y_pred"], upper=plain["y_pred"])
    yield "dollars, braces, quotes", plain.assign(
        group=np.where(even, "$x_{1}$", "$\\frac{a$"), model="a$b$ {c} {{d}} 'e' \"f\" <i>&\\",
        image_id=[f"$i_{i}{{}}'\"" for i in range(120)])  # fmt: skip
    yield "other scripts", plain.assign(group=np.where(even, "骨齢", "😀"), model="模型")
    yield "long names", plain.assign(group=[name * 60 for name in two], model="m" * 400)
    yield "line ends in names", plain.assign(group=np.where(even, "a\nb", "c\td"), model="m\nn")
    yield "three seeds alike", as_seeds(plain, plain, plain)
    yield "one child of three seeds", as_seeds(*[ages_within_range(1)] * 3)
    yield "a fold of one", plain.assign(fold=[0] + [1] * 119)
    yield "seeds and folds", as_seeds(plain, plain).assign(fold=[0, 1] * 120)
    yield "below birth", plain.assign(y_pred=plain["y_pred"] - 3)
    yield "newborns", plain.assign(y_true=0.0, chronological_age=0.0)
    yield "as old as possible", plain.assign(y_true=25.0, y_pred=25.0)
    yield "almost no prediction", plain.assign(y_pred=1e-300)
    yield "columns of our names", plain.assign(error="x", covered=1, children=3, age_band="y")
    yield (
        "ids that say missing",
        plain.assign(image_id=["NA", "null", "None", "nan", *(f"i{i}" for i in range(116))]),
    )
    yield "models alike", pd.concat([plain.assign(model=name) for name in "ab"])


#: Valid tables that a careless analysis stumbles over, by what is odd about them.
ODD_TABLES = dict(_odd_tables())
