"""How few images each method needs: features by hand, frozen, fine-tuned, phantom pre-trained.

    python benchmarks/transfer.py --data rsna:../shared/real/rsna_thumbnails.zip --out runs/transfer

Every cell (method, training size, seed) is a task with a file of its own in --out: the command
goes on where it was stopped, and --methods, --sizes and --seeds may be widened later. All are
judged on the same children held back (a stratified subset of the test part of
``datasets.split(seed=0)``, --test of them); the training sets are nested stratified subsets of
the training part, drawn anew for each seed. It ends with ``transfer_curve.csv``: one row a cell,
MAE with a 95 % bootstrap interval over the test children, years and months.

Methods:
  floor        the sex's median of the training children
  by hand      boneage_kit.models.handcrafted, ridge
  frozen       EfficientNet-Lite0's ImageNet features, ridge
  fine-tuned   EfficientNet-Lite0 from ImageNet weights: ridge's line as the first head, then
               all layers
  phantom      EfficientNet-Lite0 from random weights, trained on phantoms, then fine-tuned
  both         EfficientNet-Lite0 from ImageNet weights, trained on phantoms, then fine-tuned
On real data the phantoms are the kit's usual cohort. On phantom data (--data phantom) the
question is another one: does training on clean atlas phantoms (difficulty 0, other children) help
with difficult ones? No number from it is a clinical one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from boneage_kit import cache, datasets, evaluation
from boneage_kit.models import pretraining
from boneage_kit.models.feature_reader import FeatureReader

METHODS = ("floor", "by hand", "frozen", "fine-tuned", "phantom", "both")
TRAINED = ("fine-tuned", "phantom", "both")


def main() -> None:
    options = arguments()
    import torch

    torch.set_num_threads(options.threads)
    study = Study(options)
    cells = [(method, size, seed) for size in options.sizes for method in options.methods
             for seed in range(options.seeds if method not in TRAINED else options.trained_seeds)]
    for method, size, seed in tqdm(cells, unit="cell", file=sys.stderr):
        path = options.out / "cells" / f"{method.replace(' ', '_')}-{size}-{seed}.csv"
        if not path.exists():
            table = study.predictions(method, size, seed)
            cache.write_atomically(path, lambda file, t=table: t.to_csv(file, index=False))
    print(collect(options.out).to_string(index=False))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[25, 50, 100, 250, 500, 1112])
    parser.add_argument("--seeds", type=int, default=5, help="of methods that only fit a ridge")
    parser.add_argument("--trained-seeds", type=int, default=1, help="of methods that train")
    parser.add_argument("--test", type=int, default=500, help="children held back")
    parser.add_argument("--pixels", type=int, default=96)
    parser.add_argument("--phantoms", type=int, default=600, help="children to pre-train on")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


class Study:
    """The data of all cells, and what a cell needs to be trained."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        dataset = datasets.load(options.data)
        split = datasets.split(dataset.table, seed=0)
        self.pool = dataset.subset(split.train)
        held = dataset.subset(split.test)
        chosen = datasets.stratified_subset(held.table, min(options.test, len(held)), seed=0)
        self.test = held.subset(chosen)
        self.features: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def predictions(self, method: str, size: int, seed: int) -> pd.DataFrame:
        rows = datasets.stratified_subset(self.pool.table, size, seed)
        train, test = self.pool.table.iloc[rows], self.test.table
        if method == "floor":
            table = evaluation.constant_predictor(train, test)
        else:
            years = self.read(method, rows, train, seed)
            table = pd.DataFrame({"image_id": test["image_id"], "sex": test["sex"],
                                  "y_true": test["bone_age"], "y_pred": years})
        return table.assign(model=method, n_train=len(rows), seed=seed)

    def read(self, method: str, rows: np.ndarray, train: pd.DataFrame, seed: int) -> np.ndarray:
        pixels, ages, sexes = self.options.pixels, train["bone_age"].to_numpy(), list(train["sex"])
        held = list(self.test.table["sex"])
        if method in TRAINED:
            start = None if method == "fine-tuned" else pretraining.on_phantoms(
                self.options.out / "pretrained", imagenet=method == "both",
                difficulty=0.0 if self.pool.is_phantom else None, n=self.options.phantoms,
                pixels=pixels)
            images = self.pool.images(pixels, rows)
            return pretraining.fine_tune(start, images, ages, sexes, self.test.images(pixels),
                                         held, seed=seed)
        source = "handcrafted" if method == "by hand" else "efficientnet_lite0"
        if method not in self.features:
            side = 128 if method == "by hand" else pixels
            reader, most = FeatureReader(source), max(self.options.sizes)
            needed = np.unique(np.concatenate([
                datasets.stratified_subset(self.pool.table, most, one)
                for one in range(self.options.seeds)]))
            some = reader.features(self.pool.images(side, needed))
            known = np.full((len(self.pool), some.shape[1]), np.nan, dtype=np.float32)
            known[needed] = some
            self.features[method] = known, reader.features(self.test.images(side))
        known, fresh = self.features[method]
        return FeatureReader(source, seed=seed).fit_features(
            known[rows], ages, sexes).predict_features(fresh, held)


def collect(out: Path) -> pd.DataFrame:
    rows = []
    for path in sorted((out / "cells").glob("*.csv")):
        table = pd.read_csv(path)
        value, lower, upper = evaluation.bootstrap_interval(evaluation.mae, table)
        rows.append({"method": table["model"].iloc[0], "n_train": table["n_train"].iloc[0],
                     "seed": table["seed"].iloc[0], "n_test": len(table), "mae_years": value,
                     "lower": lower, "upper": upper, "mae_months": 12 * value})
    result = pd.DataFrame(rows).sort_values(["method", "n_train", "seed"]).round(4)
    cache.write_atomically(out / "transfer_curve.csv",
                           lambda file: result.to_csv(file, index=False))
    return result


if __name__ == "__main__":
    main()
