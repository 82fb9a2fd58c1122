"""EfficientNet-Lite0 training at 128 px: the kit beside the plain fastai recipe, in one run.

    python studies/vs_fastai.py [--repeats 3] [--images 64] [--threads 2]

The recipe: ``ImageDataLoaders.from_df`` over files, ``Resize(128)``, ``aug_transforms()``,
``vision_learner`` with the same timm model and ``fine_tune(1)``. It decodes each image in each of
the two epochs. The kit: ``Dataset.images`` (it decodes once) and ``training.fit`` with the same two
phases. Files: the real full-size radiographs (1600 x 2080 px, ../shared/real/rsna_fullsize.zip) or,
if they are not there, phantoms of that size; and the 100 px thumbnails, whose decoding takes almost
no time. The script prints images per second over both epochs. A column of its own includes the time
of the kit's decoding. Both sides start from random weights, so that nothing has to be downloaded.
The sides alternate, and the ratios are medians of the pairwise ratios.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch

import boneage_kit as bk
from boneage_kit import phantom, training
from boneage_kit.radiograph import to_square

REAL = Path(__file__).parents[2] / "shared/real"


def files_of(kind: str, n: int, folder: Path) -> list[Path]:
    """Write n PNG files: the real ones if they are there, repeated if there are fewer."""
    archive = REAL / f"rsna_{kind}.zip"
    paths = [folder / f"{number}.png" for number in range(n)]
    if archive.exists():
        with zipfile.ZipFile(archive) as opened:
            members = [name for name in opened.namelist() if name.endswith(".png")]
            for number, path in enumerate(paths):
                path.write_bytes(opened.read(members[number % len(members)]))
    else:
        size = 2048 if kind == "fullsize" else 100
        for number, path in enumerate(paths):
            phantom.write_png(
                phantom.render(
                    sex="FM"[number % 2], bone_age=2 + number % 15, seed=number, size=size
                ),
                path,
            )
    return paths


def plain_fastai(paths: list[Path], ages: np.ndarray) -> float:
    from fastai.vision.all import (
        ImageDataLoaders,
        L1LossFlat,
        RegressionBlock,
        Resize,
        aug_transforms,
        vision_learner,
    )

    table = pd.DataFrame({"file": [path.name for path in paths], "age": ages})
    loaders = ImageDataLoaders.from_df(
        table,
        paths[0].parent,
        valid_pct=0.01,
        y_block=RegressionBlock(),
        bs=32,
        item_tfms=Resize(128),
        batch_tfms=aug_transforms(),
    )
    learner = vision_learner(
        loaders, "tf_efficientnet_lite0", pretrained=False, n_out=1, loss_func=L1LossFlat()
    )
    started = time.perf_counter()
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(1)
    return 2 * len(paths) / (time.perf_counter() - started)


def kit(paths: list[Path], ages: np.ndarray) -> tuple[float, float]:
    started = time.perf_counter()
    squares = [to_square(bk.read_radiograph(path).pixels, 128) for path in paths]
    images = np.rint(np.stack(squares) * 255).astype(np.uint8)
    decoded = time.perf_counter() - started
    fitted = training.fit(
        "efficientnet_lite0",
        images,
        ages,
        ["F"] * len(paths),
        pretrained=False,
        schedule="fine_tune",
        epochs=1,
        progress=False,
    )
    n = 2 * len(paths)
    return n / fitted.seconds, n / (fitted.seconds + decoded)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ages = np.random.default_rng(0).uniform(1, 18, arguments.images)
    print("files       fastai img/s  kit img/s  ratio  ratio with decoding")
    for kind in ("fullsize", "thumbnails"):
        with tempfile.TemporaryDirectory() as name:
            paths = files_of(kind, arguments.images, Path(name))
            runs = []
            for turn in range(arguments.repeats):
                if turn % 2:
                    runs.append((plain_fastai(paths, ages), *kit(paths, ages)))
                else:
                    ours = kit(paths, ages)
                    runs.append((plain_fastai(paths, ages), *ours))
        theirs, ours, _ = (statistics.median(column) for column in zip(*runs, strict=True))
        ratio, decoded = (statistics.median(run[k] / run[0] for run in runs) for k in (1, 2))
        print(f"{kind:11}{theirs:14.1f}{ours:11.1f}{ratio:7.1f}{decoded:21.1f}", flush=True)


if __name__ == "__main__":
    main()
