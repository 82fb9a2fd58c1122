"""Second films of the same children, and a reader that only remembers: what a leak does."""

from __future__ import annotations

import numpy as np
import pandas as pd
from PIL import Image

from .. import evaluation
from ..datasets.splits import Split, patients, split
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


def memory_errors(
    films: np.ndarray, records: pd.DataFrame, share: float, seed: int = 0, test: float = 0.25
) -> pd.DataFrame:
    """Return the error of :func:`remember`, split by film and split by child.

    Parameters
    ----------
    films, records
        As :func:`second_films` gives them: a first and a second film of each child.
    share
        Share of the children (0 to 1) whose second film is in the data set.
    test
        Share of the films in the test.

    Returns
    -------
    pandas.DataFrame
        Rows ``split by film`` and ``split by child``; columns ``value, lower, upper``: the MAE in
        years and its 95 % bootstrap interval over the test's films.

    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"image_id": range(40), "sex": ["F", "M"] * 20,
    ...                       "bone_age": rng.uniform(1, 17, 40)})
    >>> films, records = second_films(rng.integers(0, 255, (40, 24, 24), dtype="uint8"), table)
    >>> errors = memory_errors(films, records, share=1.0)
    >>> bool(errors.loc["split by film", "value"] < errors.loc["split by child", "value"])
    True
    """
    if not 0 <= share <= 1:
        raise BadInput(f"A share of {share:g} is not possible.", "Give a number from 0 to 1.")
    names = records["patient_id"].unique()
    again = np.random.default_rng([seed, 3]).permutation(names)[: round(share * len(names))]
    kept = np.flatnonzero((records["film"] == 1) | records["patient_id"].isin(again))
    films, records = films[kept], records.iloc[kept].reset_index(drop=True)
    ages = records["bone_age"].to_numpy()
    rows = {}
    for name, parts in (
        ("split by film", split_by_image(records, test=test, seed=seed)),
        ("split by child", split(records, seed=seed, validation=0, test=test)),
    ):
        table = records.iloc[parts.test][["image_id", "sex"]].assign(
            y_true=ages[parts.test], y_pred=remember(films, ages, parts.train, parts.test)
        )
        rows[name] = evaluation.bootstrap_interval(evaluation.mae, table, n=200, seed=seed)
    return pd.DataFrame(rows, index=["value", "lower", "upper"]).T


def leak_in_words(by_film: float, by_child: float, new: float, floor: float) -> str:
    """Say what a split by film did to the error, beside the split by child and the floor.

    Parameters
    ----------
    by_film, by_child, new, floor
        Mean absolute errors in years of one method: split by film, split by child, on new
        children; and the error of the floor.

    >>> print(leak_in_words(by_film=1.4, by_child=4.5, new=4.8, floor=4.2))
    Split by film, the error is 1.4 years, and the floor's error is 4.2 years. So the method seems
    to read hands. Split by child, its error is 4.5 years. On new children its error is 4.8 years,
    so it does not beat the floor. The split by film made the error look 3.1 years smaller than it
    is.
    """
    found = f"the error is {by_film:.1f} years, and the floor's error is {floor:.1f} years."
    seems = "So the method seems" if by_film < floor else "The method does not even seem"
    beats = "beats" if new < floor else "does not beat"
    gain = by_child - by_film
    leak = (
        "Here the split by film changed little."
        if gain < 0.1
        else f"The split by film made the error look {gain:.1f} years smaller than it is."
    )
    return (
        f"Split by film, {found} {seems} to read hands. Split by child, its error is "
        f"{by_child:.1f} years. On new children its error is {new:.1f} years, so it {beats} the "
        f"floor. {leak}"
    )
