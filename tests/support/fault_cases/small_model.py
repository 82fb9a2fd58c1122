"""A model that predicts at once, whatever it is shown, and a hand to show it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import safetensors.numpy

import boneage_kit as bk

SHIPPED = Path(bk.__file__).parent / "data" / "model"


@cache
def small_model() -> tuple[dict, dict[str, np.ndarray]]:
    """Return card and arrays of a model by hand that predicts 9 years, whatever it is shown."""
    n = len(bk.features.handcrafted.names()) + 1
    arrays = {
        "mean": np.zeros(n, np.float32),
        "scale": np.ones(n, np.float32),
        "coefficients": np.zeros(n, np.float32),
        "intercept": np.array([9.0], np.float32),
        "sex_input": np.array([1], np.uint8),
    }
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    return {**card, "model": "handcrafted", "options": {}}, arrays


@cache
def hand() -> bk.phantom.PhantomRadiograph:
    return bk.phantom.render(sex="F", bone_age=9.0, seed=1, size=128)


def put_model(folder: Path) -> Path:
    """Write the model into a folder, as it should be."""
    card, arrays = small_model()
    weights = safetensors.numpy.save(arrays)
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(weights)
    card = {
        **card,
        "weights": {
            "file": "weights.safetensors",
            "bytes": len(weights),
            "sha256": hashlib.sha256(weights).hexdigest(),
        },
    }
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder
