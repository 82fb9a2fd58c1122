"""How often the input check warns: for ordinary hands, changed hands, and images without a hand.

    python studies/input_checks.py rsna:../shared/real/rsna_thumbnails.zip
    python studies/input_checks.py phantom

The check learns from 1,000 hands (phantom: 700). It then gets 1,000 other hands (phantom: 690) as
they are, mirrored, inverted and turned. It also gets crops of the photographs that come with
scikit-image (faces, coins, a page, a retina, tissue). Nothing was tuned on any of these images. The
script takes under a minute for thumbnails that are in the image cache.
``boneage_kit/data/results/input_checks.csv`` keeps both results.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import skimage
from PIL import Image

from boneage_kit import datasets
from boneage_kit._io import write_atomically
from boneage_kit.probing.input_checks import learn_inputs, measure_check

TABLE = Path(__file__).resolve().parent.parent / "boneage_kit/data/results/input_checks.csv"
PIXELS, CROPS = 96, 8


def main(spec: str) -> None:
    dataset = datasets.load(spec)
    n = min(2000, len(dataset))
    rows = datasets.stratified_subset(dataset.table, n, seed=0)
    images = dataset.images(PIXELS, np.random.default_rng(0).permutation(rows))
    check = learn_inputs(images[: 1000 if n == 2000 else 700])
    fresh = images[1000 if n == 2000 else 700 :]
    crops = photographs()
    what = f"{len(crops) // CROPS} photographs of no hand, {CROPS} crops each"
    found = measure_check(check, fresh, {what: crops})
    name = "phantom" if dataset.is_phantom else "RSNA 2017 thumbnails, 100 px"
    found.insert(0, "data", name)
    print(found.round(3).to_string(index=False))
    kept = pd.read_csv(TABLE) if TABLE.exists() else found.iloc[:0]
    table = pd.concat([kept[kept["data"] != name], found]).round(4)
    write_atomically(TABLE, lambda file: table.to_csv(file, index=False))


def photographs() -> np.ndarray:
    """Return square crops of every photograph in scikit-image's folder, uint8 [n, s, s]."""
    rng, crops = np.random.default_rng(0), []
    for path in sorted((Path(skimage.__file__).parent / "data").glob("*.*")):
        if path.suffix not in (".png", ".jpg"):
            continue
        picture = Image.open(path).convert("L")
        for _ in range(CROPS):
            side = int(rng.uniform(0.5, 1) * min(picture.size))
            left, top = (int(rng.integers(0, edge - side + 1)) for edge in picture.size)
            crop = picture.crop((left, top, left + side, top + side))
            crops.append(np.asarray(crop.resize((PIXELS, PIXELS), Image.Resampling.BOX)))
    return np.stack(crops)


if __name__ == "__main__":
    main(sys.argv[1])
