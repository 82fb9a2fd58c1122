"""A network trained for a few passes can say any number; a table takes ages of 0 to 25 years."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import evaluation
from boneage_kit.errors import BadInput


def test_a_network_of_few_passes_that_says_29_is_shown_with_25():
    said = np.array([[29.0], [-0.4], [8.5]])
    assert evaluation.possible_ages(said).tolist() == [[25.0], [0.0], [8.5]]
    assert said[0, 0] == 29.0, "the predictions themselves stay as they are"


def test_its_table_is_then_accepted():
    table = pd.DataFrame({"image_id": ["a", "b"], "sex": ["F", "M"], "y_true": [8.0, 9.0]})
    with pytest.raises(BadInput, match="over 25 years"):
        evaluation.summary(table.assign(y_pred=[29.0, 9.0]))
    evaluation.summary(table.assign(y_pred=evaluation.possible_ages([29.0, 9.0])))


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_prediction_that_is_no_number_is_refused(lost):
    with pytest.raises(BadInput, match="1 of 2 predicted ages are NaN or infinite"):
        evaluation.possible_ages([8.5, lost])


def test_a_recalibrated_prediction_stays_an_age():
    """Predictions pulled to the middle get a steep line, which leads beyond 25 years."""
    ages = np.linspace(1, 18, 30)
    table = pd.DataFrame({"image_id": range(30), "sex": "F", "y_true": ages})
    fit = table.assign(y_pred=10 + 0.2 * (ages - 10))
    others = table.assign(image_id=range(30, 60), y_pred=ages)
    years = evaluation.recalibrate(fit).apply(others)["y_pred"]
    assert years.min() == 0 and years.max() == 25
