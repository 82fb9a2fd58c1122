"""The clinical call: is this child's bone age advanced, normal or delayed for the age?

The usual rule is two standard deviations of bone age around chronological age, taken from the
Brush Foundation as printed in Greulich and Pyle. A small error changes no call in most children,
but it does in those near the border. So the MAE does not say how many calls change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import BadInput
from ..maturity import bone_age_sd
from .checked_table import one_model
from .metrics import wilson
from .readers import has_two_readers, label_noise_sd

CALLS = ("delayed", "normal", "advanced")
_DRAWN = 20_000_000


def clinical_call(
    bone_age: ArrayLike, chronological_age: ArrayLike, sex: ArrayLike, limit_sd: float = 2.0
) -> pd.Series:
    """Return ``"delayed"``, ``"normal"`` or ``"advanced"`` for each child.

    Parameters
    ----------
    bone_age, chronological_age
        Years, shape (n,); one or many children.
    sex
        ``"F"`` or ``"M"`` per child.
    limit_sd
        How many SD from chronological age still count as normal (the limit included).

    >>> clinical_call([8.0, 10.5], [8.0, 8.0], ["F", "F"]).tolist()
    ['normal', 'advanced']
    """
    score = sd_score(bone_age, chronological_age, sex)
    codes = np.where(score > limit_sd + 1e-9, 2, np.where(score < -limit_sd - 1e-9, 0, 1))
    return pd.Series(pd.Categorical.from_codes(codes, CALLS, ordered=True))


def sd_score(bone_age: ArrayLike, chronological_age: ArrayLike, sex: ArrayLike) -> np.ndarray:
    """Return how many SD each bone age lies from its chronological age, shape (n,).

    >>> sd_score([8.0], [8.0], ["M"]).tolist()
    [0.0]
    """
    bone, age = np.atleast_1d(np.asarray(bone_age, float)), np.atleast_1d(chronological_age)
    if np.isnan(age.astype(float)).any():
        raise BadInput(
            "A chronological age is missing.",
            "A call of advanced or delayed needs the child's age in years.",
        )
    return (bone - age) / _spread(age.astype(float), np.broadcast_to(sex, age.shape))


def _spread(age: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """Return the Brush Foundation's SD in years for each child, shape (n,)."""
    sd = np.empty(age.shape)
    for value in ("F", "M"):
        rows = np.asarray(sex) == value
        sd[rows] = bone_age_sd(age[rows], value)
    return sd


def has_chronological_age(predictions: pd.DataFrame) -> bool:
    """Return whether any child's chronological age is known (RSNA has none).

    >>> has_chronological_age(pd.DataFrame({"y_true": [8.0]}))
    False
    """
    name = "chronological_age"
    return name in predictions and bool(predictions[name].notna().any())


def changed_calls(
    predictions: pd.DataFrame,
    *,
    noise_sd: float | None = None,
    draws: int = 200,
    seed: int = 0,
    limit_sd: float = 2.0,
) -> pd.DataFrame:
    """Return how often the call changes: by the model, between the readers, by label noise alone.

    The last one is for comparison: a second label of the same quality changes so many calls
    without any model. Two labels of error SD s differ with SD s·√2, which is what is drawn.

    Parameters
    ----------
    noise_sd
        SD in years of the label's own error; None: from the two readers of the table.
    draws, seed
        How often all children get a second label, and the seed. Tables of over 100,000 children
        are drawn less often (at least 20 times).

    Returns
    -------
    pandas.DataFrame
        Columns ``what, changed, lower, upper`` (share of children; Wilson, or the 2.5 and 97.5 %
        points of the draws) and ``n``.

    >>> table = pd.DataFrame({"image_id": range(3), "sex": "F", "y_true": [8.0, 8.1, 10.9],
    ...                       "y_pred": [8.2, 8.0, 8.6], "chronological_age": [8.0, 8.0, 8.0]})
    >>> changed_calls(table, noise_sd=0.1).round(2)[["what", "changed"]]
                       what  changed
    0   model against label     0.33
    1  label noise alone...     0.0...
    """
    clean = one_model(predictions)
    if not has_chronological_age(clean):
        raise BadInput(
            "The table has no chronological ages.",
            "A call of advanced or delayed needs the column chronological_age (years).",
        )
    there = clean["chronological_age"].notna().to_numpy()
    children, clean = clean.children[there], clean[there].reset_index(drop=True)
    age, sex = clean["chronological_age"].to_numpy(), clean["sex"].to_numpy()
    sd = _spread(age, sex)

    def call(bone: np.ndarray) -> np.ndarray:
        return np.sign(bone - age) * (np.abs(bone - age) > limit_sd * sd + 1e-9)

    label = call(clean["y_true"].to_numpy())
    rows = [_share("model against label", call(clean["y_pred"].to_numpy()) != label, children)]
    if has_two_readers(clean):
        both = clean[["reader_1", "reader_2"]].notna().all(axis=1).to_numpy()
        first, second = (call(clean[name].to_numpy()) for name in ("reader_1", "reader_2"))
        rows.append(_share("reader 2 against reader 1", (first != second)[both], children[both]))
        noise_sd = label_noise_sd(clean) if noise_sd is None else noise_sd
    if noise_sd is not None:
        rng = np.random.default_rng(seed)
        once = np.unique(children, return_index=True)[1]
        label, age, sd, truth = label[once], age[once], sd[once], clean["y_true"].to_numpy()[once]
        draws = min(draws, max(20, _DRAWN // truth.size))
        flips = np.array(
            [
                (call(truth + rng.normal(0, noise_sd * np.sqrt(2), truth.size)) != label).mean()
                for _ in range(draws)
            ]
        )
        lower, upper = np.quantile(flips, [0.025, 0.975])
        rows.append(
            {
                "what": f"label noise alone (SD {noise_sd:.2f} y)",
                "changed": flips.mean(),
                "lower": lower,
                "upper": upper,
                "n": truth.size,
            }
        )
    return pd.DataFrame(rows)


def _share(what: str, changed: np.ndarray, children: np.ndarray) -> dict[str, object]:
    n = np.unique(children).size
    share = wilson(float(changed.mean()), n)
    return {
        "what": what,
        "changed": share.value,
        "lower": share.lower,
        "upper": share.upper,
        "n": n,
    }


def call_table(predictions: pd.DataFrame, limit_sd: float = 2.0) -> pd.DataFrame:
    """Return children counted by the label's call (rows) and the model's call (columns).

    A child that several seeds predicted is counted once per prediction.

    >>> table = pd.DataFrame({"image_id": ["a"], "sex": "F", "y_true": [10.6], "y_pred": [8.6],
    ...                       "chronological_age": [8.0]})
    >>> call_table(table).loc["advanced"].tolist()
    [0, 1, 0]
    """
    clean = one_model(predictions)
    clean = clean.dropna(subset=["chronological_age"])
    calls = [
        clinical_call(clean[name], clean["chronological_age"], clean["sex"], limit_sd)
        for name in ("y_true", "y_pred")
    ]
    table = pd.crosstab(*calls, dropna=False).reindex(index=CALLS, columns=CALLS, fill_value=0)
    return table.rename_axis(index="label's call", columns="model's call")
