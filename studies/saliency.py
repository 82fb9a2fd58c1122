"""Do heat maps find the bones that mature? Trained networks on phantoms and on real hands.

    python studies/saliency.py --real ../shared/real --out runs/saliency

There are three models: frozen EfficientNet-Lite0 features with a ridge, fitted on 600 phantoms;
BoNet trained from scratch on the same phantoms; and the network that ships with the kit. That one
was trained on real hands and works at its own size; the others work at 96 px.

The script makes Grad-CAM and occlusion maps of each model for two kinds of images. For phantoms
that the model never saw, the pixels of every growth plate and maturing carpal are known. In real
hands that were not used to train the shipped network, experts drew boxes around the ossification
regions (Koitka et al. 2018, MIT licence). Two more maps are for comparison: the edges of the
image, which use no model, and an ideal looker, whose prediction changes only when such a region is
hidden. A model that is done is a file in --out.

The script writes ``boneage_kit/data/results/saliency.csv`` (mean over pictures with the 95 %
interval of the mean) and its provenance beside it. It takes about eight minutes on one idle core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from skimage.filters import threshold_otsu
from torch import nn

from boneage_kit import datasets, phantom, presets, provenance, training
from boneage_kit._io import write_atomically
from boneage_kit.datasets.phantom import prepared
from boneage_kit.features.feature_model import FeatureModel
from boneage_kit.phantom import PHANTOM_VERSION
from boneage_kit.probing.saliency import network_of
from boneage_kit.probing.saliency_check import Case, check_cases, growth_regions
from boneage_kit.shelf import stored_model
from boneage_kit.training import pretraining

TABLE = Path(__file__).resolve().parent.parent / "boneage_kit/data/results/saliency.csv"
PIXELS, FRESH_SEED = 96, 50_000
MODELS = (
    "frozen features, fitted on phantoms",
    "BoNet, trained on phantoms",
    "shipped, trained on real hands",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--real", type=Path, help="folder of thumbnails and expert boxes")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--phantoms", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    shown = {"phantoms": lambda size: phantom_cases(options.phantoms, size)}
    if options.real:
        shown["real hands"] = lambda size: real_cases(options.real, size)
    shipped = stored_model.load(None)
    sizes = dict.fromkeys(MODELS[:2], PIXELS) | {MODELS[2]: shipped.size}
    rows = []
    for name, size in sizes.items():
        path = options.out / f"{name.split(',')[0].replace(' ', '_')}.csv"
        if not path.exists():
            model = shipped.model.eval() if name == MODELS[2] else trained(name, options.seed)
            error = error_on_phantoms(model, size)
            print(f"{name}: MAE {error:.2f} years on 200 fresh phantoms", flush=True)
            found = [
                summed(check_cases(model, cases(size), seed=options.seed)).assign(
                    images=kind, mae_phantoms=error
                )
                for kind, cases in shown.items()
            ]
            one = pd.concat(found).assign(model=name, pixels=size)
            write_atomically(path, lambda file, t=one: t.to_csv(file, index=False))
        rows.append(pd.read_csv(path))
    table = pd.concat(rows)[
        [
            "model",
            "pixels",
            "mae_phantoms",
            "images",
            "method",
            "weights",
            "region",
            "n",
            "area",
            "auc",
            "lower",
            "upper",
            "enrichment",
            "similarity",
        ]
    ]
    write_atomically(TABLE, lambda file: table.round(4).to_csv(file, index=False))
    origin = {
        "command": f"python studies/saliency.py --real ../shared/real --out runs/saliency "
        f"--phantoms {options.phantoms} --seed {options.seed}",
        "real": "RSNA 2017 thumbnails, 100 px; boxes of Koitka et al. 2018",
        "phantom_version": PHANTOM_VERSION,
        "shipped_weights": shipped.card["weights"]["sha256"],
        "made": provenance.now(),
        "kit": provenance.kit(),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }
    write_atomically(
        TABLE.with_suffix(".json"),
        lambda file: file.write_text(json.dumps(origin, indent=1) + "\n", encoding="utf-8"),
    )
    first = table.groupby(["images", "method", "weights", "model"], sort=False).first()
    print(first["auc"].unstack("model").round(2).to_string())


def trained(name: str, seed: int) -> nn.Module:
    images, ages, sexes = pretraining.phantoms(600, PIXELS, difficulty=None)
    if name == MODELS[1]:
        plan = training.few_images_recipe(len(images), presets.get("binder"))
        return (
            training.fit(
                "bonet",
                images,
                ages,
                sexes,
                seed=seed,
                sex_input=True,
                deformation=None,
                progress=False,
                **plan,
            )
            .model.cpu()
            .eval()
        )
    return network_of(FeatureModel("efficientnet_lite0").fit(images, ages, sexes))


def error_on_phantoms(model: nn.Module, size: int) -> float:
    images, ages, sexes = pretraining.phantoms(200, size, difficulty=None, seed=FRESH_SEED)
    return float(np.abs(training.predict(model, images, sexes) - ages).mean())


def phantom_cases(n: int, size: int) -> Iterator[Case]:
    """Yield phantoms of 3 to 14 years, girls and boys in turn, of the cohort's difficulty."""
    for number, age in enumerate(np.linspace(3, 14, n).round(2)):
        hand = phantom.render(
            "FM"[number % 2], float(age), seed=FRESH_SEED + number, size=size, difficulty=0.4
        )
        yield Case(prepared(hand.pixels, size), hand.sex, growth_regions(hand))


def real_cases(folder: Path, size: int) -> Iterator[Case]:
    """Yield real hands with expert boxes on which the shipped network was not trained."""
    dataset = datasets.load(f"rsna:{folder / 'rsna_thumbnails.zip'}")
    card = stored_model.load(None).card["data"]
    if dataset.checksum() != card["checksum"]:
        raise SystemExit("The shipped network was trained on other files: no test images.")
    split = datasets.split(dataset.table, card["split_seed"], validation=0.05, test=0.1)
    boxes = pd.read_csv(folder / "ossification_boxes.csv", dtype={"id": str})
    unseen = np.concatenate([split.validation, split.test])
    rows = [
        row for row in np.sort(unseen) if dataset.table["image_id"].iloc[row] in set(boxes["id"])
    ]
    images = dataset.images(size, np.array(rows), progress=False)
    for row, image in zip(rows, images, strict=True):
        record = dataset.table.iloc[row]
        inside = np.zeros(image.shape, dtype=bool)
        for box in boxes[boxes["id"] == record["image_id"]].itertuples():
            left, top, right, bottom = (
                round(size * edge) for edge in (box.xmin, box.ymin, box.xmax, box.ymax)
            )
            inside[top:bottom, left:right] = True
        hand = inside | (image > 0.7 * threshold_otsu(image))
        yield Case(image, record["sex"], {"expert boxes": inside, "hand": hand})


def summed(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over pictures of each method, weights and region, with its interval."""
    groups = scores.groupby(["method", "weights", "region"], sort=False)
    table = groups[["area", "auc", "enrichment", "similarity"]].mean()
    half = 1.96 * groups["auc"].sem()
    return table.assign(
        n=groups.size(), lower=table["auc"] - half, upper=table["auc"] + half
    ).reset_index()


if __name__ == "__main__":
    main()
