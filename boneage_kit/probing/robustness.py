"""Dose and response: how a model's error grows as its input departs from the training data.

A predictor is any function ``f(images uint8 [n, h, w], sexes) -> ages [n]`` in years.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ..errors import BadInput
from ..evaluation.bootstrap import bootstrap_interval
from ..evaluation.clinical import clinical_call
from ..evaluation.metrics import mae, wilson
from ..records import OLDEST_PLAUSIBLE_YEARS
from .perturbations import PERTURBATIONS

Predictor = Callable[[np.ndarray, Sequence[str]], np.ndarray]
#: A prediction that moves by more than this many months would be noticed in a clinic.
NOTICED_MONTHS = 12


def dose_response(
    predict: Predictor,
    images: np.ndarray,
    table: pd.DataFrame,
    *,
    perturbations: Iterable[str] | None = None,
    doses: int | None = None,
    n_bootstrap: int = 300,
    seed: int = 0,
    progress: bool = False,
    check: Callable[[np.ndarray], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return the error of a predictor under each dose of each perturbation.

    Parameters
    ----------
    predict
        ``f(images, sexes) -> years``.
    images
        ``uint8 [n, h, w]``, bone bright.
    table
        n rows with ``sex`` and the label in ``bone_age`` or ``y_true`` (years); with
        ``chronological_age`` the share of changed clinical calls is computed too.
    perturbations
        Names of :data:`boneage_kit.probing.perturbations.PERTURBATIONS`; None: all.
    doses
        How many doses of each at most (three or more), the untouched image and both extremes
        among them; None: all.
    check
        An input check (:func:`boneage_kit.probing.input_checks.learn_inputs`), asked whether it
        would have warned.

    Returns
    -------
    pandas.DataFrame
        Columns ``perturbation, dose, unit, mae, lower, upper, bias`` (years), ``moved`` with
        ``moved_lower, moved_upper`` (share of predictions that moved by over 12 months
        from the model's own prediction for the untouched image), ``changed_calls`` (share of
        calls of advanced, normal, delayed that differ from those on the untouched image; NaN
        without chronological ages), ``warned`` (share of pictures that ``check`` warned of; NaN
        without one) and ``n``.

    >>> images = np.full((6, 8, 8), 100, np.uint8)
    >>> table = pd.DataFrame({"sex": "F", "bone_age": [10.0] * 6})
    >>> def by_brightness(images, sexes):
    ...     return images.mean(axis=(1, 2)) / 10
    >>> doses = dose_response(by_brightness, images, table, perturbations=["brightness"])
    >>> doses.loc[doses["dose"] == 20, ["mae", "moved"]].round(1).values.tolist()
    [[5.1, 1.0]]
    """
    names = list(PERTURBATIONS if perturbations is None else perturbations)
    unknown = [name for name in names if name not in PERTURBATIONS]
    if unknown:
        raise BadInput(
            f"There is no perturbation {unknown[0]!r}.", f"Use some of {', '.join(PERTURBATIONS)}."
        )
    _check_images(images, table)
    clean = _predicted_ages(predict, images, table["sex"])
    todo = [
        (PERTURBATIONS[name], dose)
        for name in names
        for dose in _thinned(PERTURBATIONS[name].doses, doses)
    ]
    rows = []
    for perturbation, dose in _with_progress(todo, progress):
        same = dose == perturbation.doses[0]
        changed = images if same else perturbation(images, dose, seed)
        ages = clean if same else _predicted_ages(predict, changed, table["sex"])
        warned = (check(changed)["warning"] != "").mean() if check else np.nan
        rows.append(
            {
                "perturbation": perturbation.name,
                "dose": float(dose),
                "unit": perturbation.unit,
                **_response(table, clean, ages, n_bootstrap, seed),
                "warned": warned,
            }
        )
    return (
        pd.DataFrame(rows)
        .sort_values(["perturbation", "dose"], kind="stable", key=_listed(names))
        .reset_index(drop=True)
    )


def _thinned(doses: tuple[float, ...], most: int | None) -> list[float]:
    """Return evenly spread doses, the untouched one and both extremes among them."""
    if most is None or len(doses) <= most:
        return list(doses)
    ordered = sorted(doses)
    at = np.linspace(0, len(ordered) - 1, max(most, 2)).round().astype(int)
    kept = [ordered[i] for i in at]
    if doses[0] not in kept:
        inner = range(1, len(kept) - 1) or range(len(kept))
        nearest = min(inner, key=lambda i: abs(ordered.index(doses[0]) - at[i]))
        kept[nearest] = doses[0]
    return kept


def _listed(names: list[str]) -> Callable[[pd.Series], pd.Series]:
    """Return a sort key that keeps perturbations in the order given, doses ascending."""
    position = {name: i for i, name in enumerate(names)}
    return lambda column: column.map(position) if column.name == "perturbation" else column


def _with_progress(todo: list, progress: bool) -> Iterable:
    if not progress:
        return todo
    return tqdm(todo, desc="robustness", unit="dose")


def _check_images(images: np.ndarray, table: pd.DataFrame) -> None:
    if images.ndim != 3 or images.dtype != np.uint8 or len(images) != len(table):
        raise BadInput(
            f"The images have shape {images.shape} and type {images.dtype}, the table "
            f"{len(table)} rows.",
            "Give uint8 images [n, height, width], one per row.",
        )


def _predicted_ages(predict: Predictor, images: np.ndarray, sexes: pd.Series) -> np.ndarray:
    """Return the predictor's ages, flat, and within what a table can hold."""
    ages = np.asarray(predict(images, sexes.tolist()), dtype=float).reshape(-1)
    if ages.size != len(images) or not np.isfinite(ages).all():
        raise BadInput(
            f"The predictor gave {ages.size} ages for {len(images)} images, or NaN.",
            "It has to return one finite age in years per image.",
        )
    return np.clip(ages, -OLDEST_PLAUSIBLE_YEARS, OLDEST_PLAUSIBLE_YEARS)


def _response(
    table: pd.DataFrame, clean: np.ndarray, ages: np.ndarray, n_bootstrap: int, seed: int
) -> dict[str, float]:
    label = table["y_true" if "y_true" in table else "bone_age"].to_numpy(dtype=float)
    pairs = pd.DataFrame({"y_true": label, "y_pred": ages})
    value, lower, upper = bootstrap_interval(mae, pairs, n_bootstrap, seed)
    moved = wilson(float((np.abs(ages - clean) > NOTICED_MONTHS / 12).mean()), len(ages))
    return {
        "mae": value,
        "lower": lower,
        "upper": upper,
        "bias": float((ages - label).mean()),
        "moved": moved.value,
        "moved_lower": moved.lower,
        "moved_upper": moved.upper,
        "changed_calls": _changed(table, clean, ages),
        "n": len(ages),
    }


def _changed(table: pd.DataFrame, clean: np.ndarray, ages: np.ndarray) -> float:
    name = "chronological_age"
    has_age = table[name].notna().to_numpy() if name in table else np.zeros(len(table), bool)
    if not has_age.any():
        return float("nan")
    age, sex = table.loc[has_age, name].to_numpy(), table.loc[has_age, "sex"].to_numpy()
    before, after = (clinical_call(years[has_age], age, sex) for years in (clean, ages))
    return float((before != after).mean())


def worst_doses(responses: pd.DataFrame) -> pd.DataFrame:
    """Return each perturbation's most harmful dose, most harmful perturbation first.

    Columns as in :func:`dose_response`, and ``added``: years of MAE over the untouched images.

    >>> table = pd.DataFrame({"perturbation": ["a", "a", "b", "b"], "dose": [0.0, 1, 0, 1],
    ...                       "unit": "", "mae": [1.0, 1.5, 1.0, 3.0]})
    >>> worst_doses(table)[["perturbation", "dose", "added"]].values.tolist()
    [['b', 1.0, 2.0], ['a', 1.0, 0.5]]
    """
    clean = {
        name: PERTURBATIONS[name].doses[0] if name in PERTURBATIONS else 0.0
        for name in responses["perturbation"].unique()
    }
    start = responses["perturbation"].map(clean)
    base = responses[responses["dose"] == start].set_index("perturbation")["mae"]
    added = responses["mae"] - responses["perturbation"].map(base)
    worst = responses.assign(added=added).loc[added.groupby(responses["perturbation"]).idxmax()]
    return worst.sort_values("added", ascending=False, kind="stable").reset_index(drop=True)
