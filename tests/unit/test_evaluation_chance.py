"""The worst of many cells: found where one is bad in truth, and called chance where none is."""

import numpy as np
import pandas as pd
import pytest

from boneage_kit import evaluation
from boneage_kit.errors import BadInput


def children(seed=0, n=320, planted=0.0):
    """Return 16 cells of group and sex that differ by ``planted`` years in one cell only."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "image_id": range(n),
            "sex": np.tile(["F", "M"], n // 2),
            "group": np.repeat([f"g{i}" for i in range(8)], n // 8),
            "y_true": 9.0,
        }
    )
    error = np.abs(rng.normal(0, 1, n))
    bad = (table["group"] == "g3") & (table["sex"] == "M")
    return table.assign(y_pred=9.0 + error + planted * bad)


def test_a_cell_that_is_worse_in_truth_is_found_and_lies_beyond_chance():
    worst = evaluation.worst_cell(children(planted=1.5), "group", "sex")
    assert (worst.name, worst.n, worst.cells) == ("g3, M", 20, 16)
    assert worst.mae > worst.rare > worst.usual
    words = evaluation.worst_cell_in_words(worst)
    assert words.endswith("worse than chance alone explains.") and "no worse" not in words
    assert "g3, boys; 20 children" in words


def test_cells_that_do_not_differ_lie_beyond_chance_about_once_in_twenty():
    found = [evaluation.worst_cell(children(seed), "group", "sex") for seed in range(60)]
    assert sum(worst.mae > worst.rare for worst in found) <= 8
    usual = next(worst for worst in found if worst.mae <= worst.rare)
    assert "no worse than chance" in evaluation.worst_cell_in_words(usual)


def test_dealt_cells_keep_their_sizes_and_their_errors():
    errors = np.arange(10.0)
    worst = evaluation.dealt_out(errors, [9, 1], draws=400)
    # the single child is the worst cell unless its error is below the mean of the others
    assert worst.max() == 9.0 and worst.min() >= 4.5
    assert evaluation.dealt_out(errors, [10], draws=3).tolist() == [4.5] * 3


def test_fewer_than_two_cells_are_refused():
    with pytest.raises(BadInput, match="fewer than two cells"):
        evaluation.worst_cell(children().assign(sex="F"), "sex")
