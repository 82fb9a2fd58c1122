"""Images and sexes as the tensors that every network takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ..errors import BadInput
from ..records import parse_sex


def images_as_bytes(images: ArrayLike) -> Tensor:
    """Return images as a uint8 tensor (n, 1, s, s); a copy is made only where it must be.

    Raises
    ------
    BadInput
        If they are not uint8 of shape [n, s, s].

    >>> images_as_bytes(np.zeros((2, 8, 8), np.uint8)).shape
    torch.Size([2, 1, 8, 8])
    """
    array = np.asarray(images)
    if array.ndim != 3 or array.dtype != np.uint8 or not len(array):
        raise BadInput(
            f"The images are {array.dtype} of shape {array.shape}.",
            "Give uint8 of shape [n, size, size], as Dataset.images(size) does.",
        )
    if not array.flags.writeable:
        array = array.copy()  # torch warns about memory that it must not write to
    return torch.from_numpy(np.ascontiguousarray(array))[:, None]


def sexes_as_numbers(sexes: Sequence[object], n: int) -> Tensor:
    """Return sexes "F"/"M" as int64 (n,): 0 for F, 1 for M.

    Raises
    ------
    BadInput
        If their number is not ``n``, or a sex is neither "F" nor "M"; it is never assumed.

    >>> sexes_as_numbers(["F", "M"], 2).tolist()
    [0, 1]
    """
    if sexes is None or len(sexes) != n:
        raise BadInput(
            f"There are {n} images and {0 if sexes is None else len(sexes)} sexes.",
            'Give "F" or "M" for each image.',
        )
    return torch.tensor([int(parse_sex(sex) == "M") for sex in sexes])
