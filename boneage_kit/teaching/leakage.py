"""Second films of the same children, and a reader that only remembers: what a leak does."""

from __future__ import annotations

import numpy as np
import pandas as pd
from PIL import Image

from ..datasets.splits import Split, patients
from ..errors import BadInput

#: A second film: shifted by up to this share of its side, brighter or darker by up to this factor.
SHIFT, BRIGHTNESS, NOISE = 0.01, 0.15, 5.0


def second_films(
    images: np.ndarray, table: pd.DataFrame, seed: int = 0
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the radiographs followed by a second film of each: the same hand, exposed again.

    The hand lies a little elsewhere, the exposure is not quite the same, and the noise is new.
    Clinical archives are full of such pairs: repeated exposures, follow-ups, copies.

    Parameters
    ----------
    images, table
        uint8 [n, size, size] and its n records.

    Returns
    -------
    tuple
        uint8 [2n, size, size], and 2n records with ``patient_id`` and ``film`` (1 or 2).

    >>> films, records = second_films(np.full((3, 8, 8), 100, "uint8"),
    ...                               pd.DataFrame({"image_id": list("abc")}))
    >>> films.shape, records.image_id.tolist()
    ((6, 8, 8), ['a', 'b', 'c', 'a-2', 'b-2', 'c-2'])
    """
    rng = np.random.default_rng([seed, 2])
    again = np.stack([_exposed_again(image, rng) for image in images])
    first = table.reset_index(drop=True)
    first = first.assign(patient_id=first["image_id"].astype(str), film=1)
    second = first.assign(image_id=first["image_id"].astype(str) + "-2", film=2)
    if "path" in first:
        first, second = first.drop(columns="path"), second.drop(columns="path")
    return np.concatenate([images, again]), pd.concat([first, second], ignore_index=True)


def _exposed_again(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shift = rng.uniform(-SHIFT, SHIFT, 2) * len(image)
    moved = Image.fromarray(image).transform(
        image.shape[::-1],
        Image.Transform.AFFINE,
        (1, 0, shift[0], 0, 1, shift[1]),
        resample=Image.Resampling.BILINEAR,
    )
    exposed = np.asarray(moved, float) * rng.uniform(1 - BRIGHTNESS, 1 + BRIGHTNESS)
    return np.clip(exposed + rng.normal(0, NOISE, image.shape), 0, 255).astype(np.uint8)


def split_by_image(table: pd.DataFrame, test: float = 0.25, seed: int = 0) -> Split:
    """Return the wrong split: each image goes to training or test by itself (no validation).

    >>> sum(map(len, split_by_image(pd.DataFrame({"image_id": range(40)}))))
    40
    """
    order = np.random.default_rng(seed).permutation(len(table))
    n_test = round(test * len(table))
    return Split(np.sort(order[n_test:]), np.array([], dtype=int), np.sort(order[:n_test]))


def shared_patients(table: pd.DataFrame, train: np.ndarray, test: np.ndarray) -> list[int]:
    """Return the test rows whose child also stands in training: 0 of them is right.

    >>> table = pd.DataFrame({"image_id": list("abc"), "patient_id": ["x", "y", "x"]})
    >>> shared_patients(table, train=np.array([0, 1]), test=np.array([2]))
    [2]
    """
    who = patients(table)
    return [int(row) for row in test if who[row] in set(who[train])]


def remember(
    images: np.ndarray, ages: np.ndarray, train: np.ndarray, test: np.ndarray, size: int = 24
) -> np.ndarray:
    """Return, for each test image, the age of the most similar training image.

    A reader that has learnt nothing and only remembers: one nearest neighbour on images reduced
    to ``size`` pixels, so it profits from a leak as an overfitted network does.

    >>> films = np.zeros((3, 32, 32), "uint8")
    >>> films[0, :16], films[1, 16:], films[2, :18] = 200, 200, 90
    >>> remember(films, np.array([5.0, 9.0, 5.5]), np.array([0, 1]), np.array([2])).tolist()
    [5.0]
    """
    if len(train) == 0 or len(test) == 0:
        raise BadInput(
            "There is nothing to remember, or nothing to ask.", "Give training and test rows."
        )
    step = max(1, images.shape[1] // size)
    side = images.shape[1] // step * step
    small = images[:, :side, :side].reshape(len(images), side // step, step, side // step, step)
    small = small.mean((2, 4), dtype=np.float32).reshape(len(images), -1)
    small -= small.mean(1, keepdims=True)
    small /= small.std(1, keepdims=True) + 1e-6  # the exposure does not count
    distance = (
        (small[test] ** 2).sum(1)[:, None]
        - 2 * small[test] @ small[train].T
        + (small[train] ** 2).sum(1)[None]
    )
    return np.asarray(ages, dtype=float)[np.asarray(train)[distance.argmin(1)]]
