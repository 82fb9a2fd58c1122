"""How a model trained on one mix of groups errs on the other groups: networks and phantoms.

    python studies/group_mix.py --out runs/group_mix

The children are invented (``group_effect="published"`` and, for comparison, ``"none"``). The
scenario teaches how to look for unfairness. It says nothing about a person.

Each model trains on 300 phantoms from a pool of 2,000, and predicts 2,400 other phantoms. There are
three mixes of training children: one group only, 90 of 100 from that group, and all groups alike.
There are two labels: the readers' bone age and the child's chronological age. There are two kinds
of model at 64 px. One is BoNet trained from scratch (--net-seeds; without the middle mix; in the
scenario ``none`` only for chronological age). The other is frozen EfficientNet-Lite0 features with
a ridge (5 seeds). Each model is recalibrated by sex on 150 more children of its own mix, so that
chance in one training does not look like a group's bias. Every model is a file in --out, so a
stopped command goes on where it was.

The script writes ``boneage_kit/data/results/group_mix.csv`` and its provenance beside it. The table
has one row per model, group and sex: the bias with its 95 % interval over children, and the MAE, in
years. Drawing takes about seven minutes and training ten, on one idle core.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from boneage_kit import evaluation, presets, provenance, training
from boneage_kit._io import write_atomically
from boneage_kit.datasets.dataset import Dataset
from boneage_kit.datasets.phantom import PhantomPixels
from boneage_kit.datasets.problems import Problems
from boneage_kit.features.feature_model import FeatureModel
from boneage_kit.phantom import PHANTOM_VERSION
from boneage_kit.phantom.children import cohort

TABLE = Path(__file__).resolve().parent.parent / "boneage_kit/data/results/group_mix.csv"
LABELS = {"bone age": "bone_age", "chronological age": "chronological_age"}
#: Share of the training children from the one group; the rest come from all others alike.
MIXES = {"one group": 1.0, "90 in 100": 0.9, "all alike": 0.25}
POOL, TEST, PIXELS, VALIDATE = (2000, 31_000), (2400, 32_000), 64, 150
#: Predictions are limited to these years: a ridge on few images can go beyond any hand.
OLDEST = 20.0
RIDGE_SEEDS, PRESET = 5, presets.get("binder")


def main() -> None:
    options = arguments()
    import torch

    torch.set_num_threads(options.threads)
    cells = [
        ("frozen", *rest)
        for rest in itertools.product(("published", "none"), LABELS, MIXES, range(RIDGE_SEEDS))
    ]
    cells += [
        ("BoNet", scenario, label, mix, seed)
        for seed in range(options.net_seeds)
        for scenario, label in (
            ("published", "chronological age"),
            ("published", "bone age"),
            ("none", "chronological age"),
        )
        for mix in ("one group", "all alike")
    ]
    studies = {name: Study(name, options) for name in ("published", "none")}
    for cell in tqdm(cells, unit="model", file=sys.stderr):
        model, scenario, label, mix, seed = cell
        path = options.out / ("-".join(map(str, cell)).replace(" ", "_") + ".csv")
        if not path.exists():
            table = studies[scenario].rows(model, label, mix, seed)
            write_atomically(path, lambda file, t=table: t.to_csv(file, index=False))
    print(collect(options).to_string())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--group", default="CAU", help="the group that is trained on most")
    parser.add_argument("--train", type=int, default=300)
    parser.add_argument("--net-seeds", type=int, default=3, help="trainings of each network")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


class Study:
    """The children of one scenario, their images, and the errors of a model on them."""

    def __init__(self, scenario: str, options: argparse.Namespace) -> None:
        self.scenario, self.options = scenario, options
        self.pool, self.pool_images = drawn(*POOL, scenario)
        self.test, self.test_images = drawn(*TEST, scenario)
        self.reader = FeatureModel("efficientnet_lite0")
        self.features = [
            self.reader.features(images, progress=False)
            for images in (self.pool_images, self.test_images)
        ]

    def rows(self, model: str, label: str, mix: str, seed: int) -> pd.DataFrame:
        chosen, held = self.chosen(MIXES[mix], seed)
        train = self.pool.iloc[chosen]
        ages, sexes = train[LABELS[label]].to_numpy(), train["sex"].tolist()
        if model == "frozen":
            reader = FeatureModel("efficientnet_lite0", seed=seed)
            reader.fit_features(self.features[0][chosen], ages, sexes)
            read = [
                reader.predict_features(features, table["sex"].tolist())
                for features, table in self.to_read(held, self.features)
            ]
        else:
            fitted = training.fit(
                "bonet",
                self.pool_images[chosen],
                ages,
                sexes,
                seed=seed,
                sex_input=True,
                deformation=None,
                progress=False,
                **training.few_images_recipe(len(train), PRESET),
            )
            read = [
                training.predict(fitted.model, images, table["sex"].tolist())
                for images, table in self.to_read(held, (self.pool_images, self.test_images))
            ]
        known, fresh = (
            table[["image_id", "sex"]].assign(
                y_true=table[LABELS[label]], y_pred=np.clip(years, 0, OLDEST)
            )
            for table, years in zip((self.pool.iloc[held], self.test), read, strict=True)
        )
        fresh["image_id"] = "test " + fresh["image_id"]
        after = evaluation.recalibrate(known).apply(fresh)
        error = self.test.assign(error=(after["y_pred"] - after["y_true"]).to_numpy())
        return pd.DataFrame(
            [
                {
                    "model": model,
                    "scenario": self.scenario,
                    "label": label,
                    "mix": mix,
                    "seed": seed,
                    "n_train": len(train),
                    "trained_on": self.options.group,
                    "group": group,
                    "sex": sex,
                    **measured(one["error"]),
                }
                for (group, sex), one in error.groupby(["group", "sex"])
            ]
        )

    def to_read(
        self, held: np.ndarray, known: Sequence[np.ndarray]
    ) -> list[tuple[np.ndarray, pd.DataFrame]]:
        return [(known[0][held], self.pool.iloc[held]), (known[1], self.test)]

    def chosen(self, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows of the pool to train on, and others to recalibrate on.

        Both have the wanted share of the one group, and as many girls as boys.
        """
        rng = np.random.default_rng([seed, 7])
        others = sorted(set(self.pool["group"]) - {self.options.group})
        counts = {self.options.group: share} | {one: (1 - share) / len(others) for one in others}
        train, held = [], []
        for (group, _), rows in self.pool.groupby(["group", "sex"]).indices.items():
            sizes = [round(counts[group] * n / 2) for n in (self.options.train, VALIDATE)]
            rows = rng.permutation(rows)[: sum(sizes)]
            train.append(rows[: sizes[0]])
            held.append(rows[sizes[0] :])
        return rng.permutation(np.concatenate(train)), np.concatenate(held)


def drawn(n: int, seed: int, scenario: str) -> tuple[pd.DataFrame, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the scenario is for stands at the top of this file
        table = cohort(n, seed, group_effect=scenario).reset_index(drop=True)
    dataset = Dataset("phantom", "phantom", table, Problems(), PhantomPixels(table))
    return table, dataset.images(PIXELS)


def measured(error: pd.Series) -> dict[str, float]:
    half = 1.96 * error.sem()
    return {
        "n": len(error),
        "bias": error.mean(),
        "lower": error.mean() - half,
        "upper": error.mean() + half,
        "mae": error.abs().mean(),
        "sd": error.std(),
    }


def collect(options: argparse.Namespace) -> pd.DataFrame:
    table = pd.concat([pd.read_csv(path) for path in sorted(options.out.glob("*.csv"))])
    order = ["model", "scenario", "label", "mix", "seed", "group", "sex"]
    table = table.sort_values(order).round(4)
    write_atomically(TABLE, lambda file: table.to_csv(file, index=False))
    origin = {
        "command": f"python studies/group_mix.py --out runs/group_mix --group "
        f"{options.group} --train {options.train} --net-seeds {options.net_seeds} "
        f"--threads {options.threads}",
        "children": {"pool": POOL, "test": TEST, "what": "n and seed of the cohort"},
        "phantom_version": PHANTOM_VERSION,
        "pixels": PIXELS,
        "made": provenance.now(),
        "kit": provenance.kit(),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }
    write_atomically(
        TABLE.with_suffix(".json"),
        lambda file: file.write_text(json.dumps(origin, indent=1) + "\n", encoding="utf-8"),
    )
    return (
        table.groupby(["model", "scenario", "label", "mix", "group"])[["bias", "mae"]]
        .mean()
        .unstack("group")
        .round(2)
    )


if __name__ == "__main__":
    main()
