"""Learn on which side the thumb is and where the fingers point; writes shelf/orientation.csv.

    python studies/orientation.py rsna:../shared/real/rsna_thumbnails.zip \
        --without rsna:../shared/real/rsna_512.zip

A linear discriminant on 24 x 24 grey values, with shrinkage. It learns from 5,000 thumbnails of
children who are not in the other data set, as they are and padded to other proportions, and from
250 phantoms (six times each). Each is shown upright, mirrored and turned. It takes about ten
minutes, most of them for drawing. ``studies/picture_notes.py`` measures it on other films.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from boneage_kit import datasets, phantom
from boneage_kit._io import write_atomically
from boneage_kit.radiograph import to_square
from boneage_kit.shelf.orientation import SIDE, grey_features

TABLE = Path(__file__).resolve().parent.parent / "boneage_kit/shelf/orientation.csv"
PIXELS, CHILDREN, PHANTOMS, REPEATS = 96, 5000, 250, 6
WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "upright": lambda images: images,
    "mirrored": lambda images: images[:, :, ::-1],
    "turned_90": lambda images: np.rot90(images, 1, axes=(1, 2)),
    "turned_180": lambda images: np.rot90(images, 2, axes=(1, 2)),
    "turned_270": lambda images: np.rot90(images, 3, axes=(1, 2)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--without", required=True)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    dataset = datasets.load(arguments.data)
    others = set(datasets.load(arguments.without).table["image_id"])
    rows = rng.permutation(np.flatnonzero(~dataset.table["image_id"].isin(others)))[:CHILDREN]
    films = dataset.images(PIXELS)[np.sort(rows)]
    drawn = np.stack([drawing(number, rng.uniform(1, 18)) for number in range(PHANTOMS)])
    upright = np.concatenate([films, padded(films, rng), np.repeat(drawn, REPEATS, axis=0)])
    features = np.concatenate(
        [grey_features(np.ascontiguousarray(way(upright))) for way in WAYS.values()]
    )
    labels = np.repeat(np.arange(len(WAYS)), len(upright))
    fitted = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(features, labels)
    table = pd.DataFrame(
        np.vstack([fitted.intercept_, fitted.coef_.T]),
        columns=list(WAYS),
        index=["constant", *(f"{row}-{column}" for row in range(SIDE) for column in range(SIDE))],
    )
    write_atomically(
        TABLE, lambda path: table.to_csv(path, index_label="weight_of", float_format="%.5g")
    )


def drawing(seed: int, age: float) -> np.ndarray:
    drawn = phantom.render(sex="FM"[seed % 2], bone_age=age, seed=seed, size=PIXELS)
    return np.rint(to_square(drawn.pixels, PIXELS) * 255).astype(np.uint8)


def padded(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images squeezed to 62 to 95 % of their width, in the middle of a black square."""
    result, side = np.zeros_like(images), images.shape[1]
    for number, image in enumerate(images):
        width = int(side * rng.uniform(0.62, 0.95))
        left = (side - width) // 2
        narrow = Image.fromarray(image).resize((width, side), Image.Resampling.BOX)
        result[number, :, left : left + width] = np.asarray(narrow)
    return result


if __name__ == "__main__":
    main()
