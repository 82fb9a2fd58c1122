"""What the deformation layer learns on straight and on crooked hands.

    python studies/deformation.py --data rsna:../shared/real/rsna_512.zip --out DIR

Each hand is used as it is, and once more turned by up to 30 degrees and shifted by up to a tenth of
the side (drawn once per hand). BoNet learns from four fifths of either kind, with the layer and
without it. For the others the script prints:

- how far the places that the layer reads differ between hands, in per cent of the image's side;
- the correlation between how a hand was turned and how the layer turns it back, and which share
  of the turn it takes back;
- the MAE in years.

One line per training is kept in ``DIR/deformation.csv``. The same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy import ndimage, stats

from boneage_kit import datasets, probing, training
from boneage_kit.training.schedule import from_scratch_recipe

TURN, SHIFT = 30.0, 0.1  # degrees, share of the side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="phantom")
    parser.add_argument("--n", type=int, help="images used (all)")
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--hands", nargs="+", default=["straight", "crooked"])
    parser.add_argument("--layers", nargs="+", default=["affine", "none"])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/deformation"))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    dataset = datasets.load(given.data, given.n)
    test = datasets.folds(dataset.table, 5, seed=0) == 0
    images, turns = {"straight": dataset.images(given.pixels)}, {}
    images["crooked"], turns["crooked"] = crooked(images["straight"])
    turns["straight"] = np.zeros(len(test))
    path = given.out / "deformation.csv"
    given.out.mkdir(parents=True, exist_ok=True)
    for seed in given.seeds:
        for kind in given.hands:
            for layer in given.layers:
                key = {"data": dataset.name, "hands": kind, "layer": layer, "seed": seed}
                if not is_there(path, key):
                    found = one(images[kind], turns[kind], dataset.table, test, layer, seed, given)
                    row = pd.DataFrame([{**key, **found}])
                    row.to_csv(path, mode="a", header=not path.exists(), index=False)
    print(pd.read_csv(path).round(3).to_string(index=False))


def is_there(path: Path, key: dict) -> bool:
    if not path.exists():
        return False
    done = pd.read_csv(path, keep_default_na=False)
    return bool((done[list(key)].astype(str) == pd.Series(key).astype(str)).all(axis=1).any())


def crooked(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each hand turned and shifted by numbers of its own, and the turns in degrees."""
    rng = np.random.default_rng(0)
    turns = rng.uniform(-TURN, TURN, len(images))
    shifts = SHIFT * images.shape[1] * rng.uniform(-1, 1, (len(images), 2))
    moved = [
        ndimage.shift(probing.turned(image, turn), shift, order=1)
        for image, turn, shift in zip(images, turns, shifts, strict=True)
    ]
    return np.stack(moved), turns


def one(images, turns, table, test, layer, seed, given) -> dict:
    """Train BoNet once; return what its layer does on hands that it did not learn from."""
    ages, sexes = table["bone_age"].to_numpy(), table["sex"].to_numpy()
    fitted = training.fit(
        "bonet",
        images[~test],
        ages[~test],
        sexes[~test].tolist(),
        seed=seed,
        progress=False,
        sex_input=True,
        deformation=None if layer == "none" else layer,
        **from_scratch_recipe(int((~test).sum()), given.epochs),
    )
    years = training.predict(fitted.model, images[test], sexes[test].tolist())
    row = {
        "n_train": int((~test).sum()),
        "n_test": int(test.sum()),
        "pixels": given.pixels,
        "passes": given.epochs,
        "mae_years": np.abs(years - ages[test]).mean(),
        "differs_percent": np.nan,
        "layer_turn_sd_degrees": np.nan,
        "correlation_with_turn": np.nan,
        "share_of_turn": np.nan,
    }
    if fitted.model.deform_at is not None:
        layer_does = probing.deformation_of(probing.deformation_grids(fitted.model, images[test]))
        row["differs_percent"] = layer_does["own"].mean()
        row["layer_turn_sd_degrees"] = layer_does["turn"].std()
        if turns.any():
            line = stats.linregress(turns[test], layer_does["turn"])
            row["correlation_with_turn"], row["share_of_turn"] = line.rvalue, line.slope
    return {name: round(value, 4) for name, value in row.items()}


if __name__ == "__main__":
    main()
