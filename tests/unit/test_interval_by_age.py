"""Intervals whose width follows the predicted age, where errors do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from boneage_kit.evaluation.prediction_intervals import (
    SCALE_AGES,
    conformal_quantile,
    error_factors,
    normalised_scores,
)
from boneage_kit.shelf import judge_model


def children(n: int, seed: int) -> pd.DataFrame:
    """Errors of girls and boys that are three times as large in the old as in the young."""
    rng = np.random.default_rng(seed)
    predicted = rng.uniform(2, 17, n)
    error = rng.normal(0, 1, n) * np.interp(predicted, [2, 17], [0.3, 0.9])
    return pd.DataFrame(
        {"y_true": predicted + error, "y_pred": predicted, "sex": rng.choice(["F", "M"], n)}
    )


def test_every_age_is_covered_where_one_width_covers_some_too_often():
    calibration, fresh = children(550, 1), children(20_000, 2)
    card = judge_model._interval(calibration)
    factor = np.interp(fresh["y_pred"], card["scale"]["age_years"], card["scale"]["factor"])
    half = fresh["sex"].map(card["half_width_years"]) * factor
    error = (fresh["y_true"] - fresh["y_pred"]).abs()
    band = pd.cut(fresh["y_pred"], [2, 5, 8, 11, 14, 17])
    by_band = (error <= half).groupby(band, observed=True).mean()
    assert by_band.between(0.83, 0.96).all(), by_band
    assert abs((error <= half).mean() - 0.9) < 0.03
    one = conformal_quantile((calibration["y_true"] - calibration["y_pred"]).abs().to_numpy(), 0.9)
    assert not (error <= one).groupby(band, observed=True).mean().between(0.83, 0.96).all()


def test_few_children_give_one_width():
    assert "scale" not in judge_model._interval(children(200, 1))


def test_equal_errors_give_factors_of_one():
    predicted = np.random.default_rng(0).uniform(2, 17, 400)
    errors = np.full(400, 0.7)
    assert error_factors(predicted, errors) == pytest.approx(np.ones(len(SCALE_AGES)))
    assert normalised_scores(predicted, errors) == pytest.approx(errors)
