"""A history that is damaged leaves its earlier stages out, and says so."""

import logging
from types import SimpleNamespace

import pandas as pd
import pytest

from boneage_kit.shelf import train_model


@pytest.mark.parametrize("damaged", ["", "epoch\n1\n", "stage\nx\n", "\0"])
def test_a_damaged_history_ends_no_training(tmp_path, caplog, damaged):
    (tmp_path / "history.csv").write_text(damaged)
    fitted = SimpleNamespace(history=pd.DataFrame({"epoch": [1, 2]}))
    with caplog.at_level(logging.WARNING):
        train_model._note_history(tmp_path, 2, 64, fitted)
    assert pd.read_csv(tmp_path / "history.csv")["stage"].tolist() == [2, 2]
    assert "history.csv is damaged" in caplog.text
