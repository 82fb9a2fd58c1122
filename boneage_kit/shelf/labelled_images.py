"""The part of a data set that has bone ages."""

from __future__ import annotations

from ..datasets import Dataset
from ..errors import BadInput


def labelled(dataset: Dataset, fewest: int, purpose: str) -> Dataset:
    """Return the images of a data set that have a bone age.

    Parameters
    ----------
    dataset
        Any data set.
    fewest
        The number of such images that the purpose needs.
    purpose
        Begins the sentence that names the need: ``"Training"``.

    Raises
    ------
    BadInput
        If there are fewer.

    >>> from boneage_kit import datasets
    >>> len(labelled(datasets.load("phantom", n=30), 20, "Training"))
    30
    """
    with_age = dataset.table["bone_age"].notna().to_numpy()
    if with_age.sum() < fewest:
        raise BadInput(
            f"The data set has {int(with_age.sum())} image(s) with a bone age.",
            f"{purpose} needs at least {fewest}.",
        )
    return dataset if with_age.all() else dataset.subset(with_age)
