"""Predictions tables whose errors are known, for the tests of the evaluation room."""

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
