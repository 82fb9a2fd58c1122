"""BoNet from scratch over training-set size, with and without its parts: the kept results.

    python benchmarks/few_images_from_scratch.py rsna:../shared/real/rsna_thumbnails.zip
    python benchmarks/few_images_from_scratch.py phantom

Each line of ``boneage_kit/data/results/from_scratch.csv`` is one training; those that are there
are not done again. Sizes, pixels and epochs are the preset binder's, the test images the
test part of a split (seed 0) of 2,000 images (phantom: 1,390), the same for every training.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from boneage_kit import datasets, evaluation, presets, training
from boneage_kit.cache import write_atomically

TABLE = Path(__file__).parent.parent / "boneage_kit/data/results/from_scratch.csv"
SEEDS = 3
FULL = {"augment": True, "deformation": "affine", "n_conv": 5}
PARTS = [{"augment": False}, {"deformation": None}, {"deformation": "tps"}, {"n_conv": 1},
         {"n_conv": 3}]
KEY = ["data", "n_train", "seed", "augment", "deformation", "n_conv"]


def cells(sizes: tuple[int, ...]) -> list[dict]:
    curve = [{**FULL, "n_train": n, "seed": seed} for seed in range(SEEDS) for n in sizes]
    parts = [{**FULL, **part, "n_train": sizes[-1], "seed": seed}
             for seed in range(SEEDS) for part in PARTS]
    return curve + parts


def train_one(dataset: datasets.Dataset, cell: dict, preset: presets.Preset) -> dict:
    split = datasets.split(dataset.table, seed=0)
    pool = dataset.table.iloc[split.train].reset_index(drop=True)
    train = split.train[datasets.stratified_subset(pool, cell["n_train"], cell["seed"])]
    parts = []
    for rows in (train, split.test):
        table = dataset.table.iloc[rows]
        images = dataset.images(preset.pixels_few, rows, progress=False)
        parts.append((images, table["bone_age"].to_numpy(), table["sex"].to_numpy()))
    fitted = training.fit(
        "bonet", *parts[0], **training.few_images_recipe(len(train), preset), seed=cell["seed"],
        sex_input=True, augment=cell["augment"], deformation=cell["deformation"],
        n_conv=cell["n_conv"], progress=False)
    test = dataset.table.iloc[split.test]
    predictions = pd.DataFrame({
        "image_id": test["image_id"], "sex": test["sex"], "y_true": test["bone_age"],
        "y_pred": training.predict(fitted.model, parts[1][0], parts[1][2])})
    mae = evaluation.bootstrap_interval(evaluation.mae, predictions, n=1000, seed=0)
    floor = evaluation.constant_predictor(dataset.table.iloc[train], test)
    return {"mae_years": round(mae[0], 4), "lower": round(mae[1], 4), "upper": round(mae[2], 4),
            "train_mae_years": round(float(fitted.history["train_mae"].iloc[-1]), 4),
            "floor_years": round(evaluation.mae(floor["y_true"], floor["y_pred"]), 4),
            "n_test": len(test), "pixels": preset.pixels_few, "epochs": len(fitted.history),
            "learning_rate": fitted.settings["learning_rate"]}


def kept() -> pd.DataFrame:
    if TABLE.exists():
        return pd.read_csv(TABLE, keep_default_na=False)
    return pd.DataFrame(columns=KEY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--n", type=int, default=2000)
    spec = (arguments := parser.parse_args()).data
    torch.set_num_threads(1)  # so that two data sets can run side by side
    preset = presets.get("binder")
    name = "phantom" if spec == "phantom" else spec.partition(":")[0]
    dataset = datasets.load(spec, n=0 if name == "phantom" else arguments.n, seed=0)
    done = kept()
    have = {tuple(map(str, row)) for row in done[KEY].itertuples(index=False)}
    for cell in cells(preset.train_sizes):
        row = {"data": name, **cell, "deformation": cell["deformation"] or "none"}
        if tuple(str(row[key]) for key in KEY) in have:
            continue
        row |= train_one(dataset, cell, preset)
        done = pd.concat([kept(), pd.DataFrame([row])], ignore_index=True)
        write_atomically(TABLE, lambda path, table=done: table.to_csv(path, index=False))
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
