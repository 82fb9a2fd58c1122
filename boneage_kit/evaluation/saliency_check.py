"""Both checks of a heat map on a set of phantoms, as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .saliency import (
    edges,
    grad_cam,
    growth_regions,
    occlusion_map,
    randomised,
    score_map,
    similarity,
)

if TYPE_CHECKING:
    from torch import nn

    from ..phantom import PhantomRadiograph

METHODS = ("Grad-CAM", "occlusion", "edges of the image")


def maps_of(
    model: nn.Module, image: np.ndarray, sex: str, methods: Sequence[str] = METHODS
) -> dict[str, np.ndarray]:
    """Return one map a method, float [h, w], for an image ``uint8 [h, w]``.

    ``"edges of the image"`` ignores the model: what any map has to beat.
    """
    from ..training import predict

    makers: dict[str, Callable[[], np.ndarray]] = {
        "Grad-CAM": lambda: grad_cam(model, image, sex),
        "occlusion": lambda: occlusion_map(lambda x, s: predict(model, x, s), image, sex),
        "edges of the image": lambda: edges(image),
    }
    return {name: makers[name]() for name in methods}


def check_saliency(
    model: nn.Module, phantoms: Sequence[PhantomRadiograph],
    methods: Sequence[str] = METHODS, seed: int = 0,
) -> pd.DataFrame:
    """Return how well each map finds the growth plates, and whether learning changes it.

    Parameters
    ----------
    model
        A trained age model.
    phantoms
        Drawn at the model's own size, so that label map and map have the same pixels.
    methods
        Of :data:`METHODS`.

    Returns
    -------
    pandas.DataFrame
        Columns ``phantom`` (0, 1, ...), ``method``, ``weights`` ("learned" or "shuffled"),
        ``region``, ``area``, ``saliency``, ``enrichment``, ``auc`` (see
        :func:`boneage_kit.evaluation.saliency.score_map`) and ``similarity`` (Spearman, over the
        hand, of the map with learned and with shuffled weights; 1 means that learning does not
        show in it).
    """
    empty = randomised(model, seed)
    rows = []
    for number, phantom in enumerate(phantoms):
        image = np.rint(phantom.pixels * 255).astype(np.uint8)
        regions = growth_regions(phantom)
        learned = maps_of(model, image, phantom.sex, methods)
        shuffled = maps_of(empty, image, phantom.sex, methods)
        for method in methods:
            alike = similarity(learned[method], shuffled[method], regions["hand"])
            for weights, found in (("learned", learned), ("shuffled", shuffled)):
                scores = score_map(found[method], regions).reset_index()
                rows.append(scores.assign(phantom=number, method=method, weights=weights,
                                          similarity=alike))
    table = pd.concat(rows, ignore_index=True)
    return table[["phantom", "method", "weights", "region", "area", "saliency", "enrichment",
                  "auc", "similarity"]]
