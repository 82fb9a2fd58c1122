"""What ``boneage-kit train`` learns from: one data set, or two forms of the same children."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .. import datasets
from ..datasets import Dataset, Split
from .squares import lost_proportions, squares


@dataclass(frozen=True)
class TrainingImages:
    """A data set with its split, and further images that follow the children of it.

    Attributes
    ----------
    dataset, split
        The images that were split, and how.
    more
        Further images of the same children, or of others; those others are all learned.
    """

    dataset: Dataset
    split: Split
    more: Dataset | None = None

    @cached_property
    def squeezed(self) -> bool:
        """Whether the images are squeezed to squares, as the data set's own are."""
        return lost_proportions(self.dataset)

    @cached_property
    def more_split(self) -> Split:
        """The parts of ``more``; three empty ones without it."""
        if self.more is None:
            return Split(*(np.array([], dtype=int) for _ in range(3)))
        return datasets.follow(self.split, self.dataset.table, self.more.table)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The records of the images to learn, one row for each."""
        parts = [self.dataset.table.iloc[self.split.train]]
        if self.more is not None:
            parts.append(self.more.table.iloc[self.more_split.train])
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def shown(self) -> np.ndarray:
        """The numbers of ``table``'s rows in one pass: the further images stand there twice."""
        further = np.arange(len(self.table)) >= len(self.split.train)
        times = np.where(further, 2, 1)
        return np.repeat(np.arange(len(times)), times)

    @property
    def ages(self) -> np.ndarray:
        """Bone ages of one pass in years, float [n]."""
        return self.table["bone_age"].to_numpy(dtype=float)[self.shown]

    @property
    def sexes(self) -> list[str]:
        """Sexes of one pass, "F"/"M" [n]."""
        return self.table["sex"].iloc[self.shown].tolist()

    def pixels(self, size: int) -> np.ndarray:
        """Return the images of one pass, uint8 [n, size, size]."""
        images = self.dataset.images(size, self.split.train)
        if self.more is None or not len(self.more_split.train):
            return images
        further = squares(self.more.subset(self.more_split.train), size, squeezed=self.squeezed)
        return np.concatenate([images, further])[self.shown]
