"""Sentences on heat maps and on changed images, on tables where each could be said wrongly."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit.probing import dose_in_words, maps_in_words, maps_judged, responses_in_words


def kept(learned, shuffled, edges=0.45):
    """Return kept scores of one model; ``learned`` and ``shuffled`` are AUCs of both maps."""
    rows = []
    for weights, auc in (("learned", learned), ("shuffled", shuffled)):
        for method, value in (("Grad-CAM", auc), ("occlusion", auc),
                              ("edges of the image", edges), ("ideal looker", 0.9)):  # fmt: skip
            rows.append(
                {"model": "x", "images": "phantoms", "method": method, "weights": weights,
                 "region": "growth plates", "n": 12, "auc": value, "lower": value - 0.04,
                 "upper": value + 0.04}
            )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("learned", "shuffled", "edges", "finds"),
    [
        (0.70, 0.50, 0.45, "yes"),
        (0.70, 0.70, 0.45, "no"),  # shuffled weights do as well
        (0.70, 0.64, 0.45, "no"),  # their intervals overlap
        (0.53, 0.45, 0.45, "no"),  # chance lies within the interval
        (0.70, 0.50, 0.69, "no"),  # the edges do as well
    ],
)
def test_a_map_finds_only_what_chance_edges_and_shuffled_weights_do_not(
    learned, shuffled, edges, finds
):
    judged = maps_judged(kept(learned, shuffled, edges))
    assert judged["finds"].tolist() == [finds] * 2
    assert maps_in_words(judged).startswith(
        "2 of 2 maps find" if finds == "yes" else "None of 2 maps finds"
    )


def responses(mae, moved, warned=np.nan):
    return pd.DataFrame(
        {"perturbation": ["blur"] * 2 + ["shift"] * 2, "dose": [0.0, 4.0, 0.0, 20.0],
         "unit": ["SD, % of the side"] * 2 + ["% of the side"] * 2, "mae": [0.6, mae, 0.6, 0.65],
         "lower": 0.5, "upper": 0.7, "moved": [0, moved, 0, 0.0],
         "warned": [np.nan, warned, np.nan, np.nan], "n": 60}
    )  # fmt: skip


def test_a_harmful_change_is_named_with_its_dose_and_a_mild_one_as_mild():
    words = responses_in_words(responses(5.8, 0.9, warned=0.05))
    assert "blur (SD 4 % of the side): the MAE becomes 5.80 years, and 90 %" in words[0]
    assert words[1].startswith("1 of 2 changes adds less than 3 months")
    assert "shift" in words[1] and "less than half of the images with blur" in words[-1]
    assert not any("can hide" in text for text in words)  # the MAE rose by more than a year


def test_moves_that_the_mae_hides_are_said_and_none_where_nothing_moves():
    hidden = " ".join(responses_in_words(responses(1.2, 0.5)))
    assert "Blur (SD 4 % of the side) adds 7 months to the MAE, and yet 50 %" in hidden
    mild = responses_in_words(responses(0.7, 0.0))
    assert "No change adds much" in mild[0] and mild[1].startswith("2 of 2 changes add less")


def test_a_dose_is_said_with_its_unit():
    assert dose_in_words(16, "gain") == "gain 16"
    assert dose_in_words(12, "size, % of the side") == "size 12 % of the side"
    assert dose_in_words(1, "inverted") == ""
