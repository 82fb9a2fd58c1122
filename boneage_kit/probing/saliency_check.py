"""Whether a heat map can be believed: two checks, as one table.

On phantoms, the label map says which pixels are growth plates and maturing carpals, so a map can be
scored; and with everything learned shuffled away (model-randomisation test) a map that still
looks the same explains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import ndimage, stats

from ..phantom.anatomy import CARPALS, LONG_BONES
from ..phantom.growth import carpal_clock, clock
from ..training.prediction import predict
from .saliency import edges, grad_cam, occlusion_map, patch_side, randomised, similarity

if TYPE_CHECKING:
    from torch import nn

    from ..phantom import PhantomRadiograph

METHODS = ("Grad-CAM", "occlusion", "edges of the image", "ideal looker")


class Case(NamedTuple):
    """A picture ``uint8 [h, w]``, ``"F"`` or ``"M"``, and a mask for each region, by name."""

    image: np.ndarray
    sex: str
    regions: Mapping[str, np.ndarray]


def maps_of(
    model: nn.Module,
    image: np.ndarray,
    sex: str,
    methods: Sequence[str] = METHODS[:3],
    plates: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return one map per method, float [h, w], for an image ``uint8 [h, w]``.

    ``"edges of the image"`` ignores the model: what any map has to beat. ``"ideal looker"`` is
    the occlusion map of a model that uses ``plates`` (bool [h, w]) and nothing else: the best
    that a patch of this size can show.
    """

    def ideal() -> np.ndarray:
        assert plates is not None, "the ideal looker needs the growth plates"
        return ndimage.uniform_filter(plates.astype(np.float32), patch_side(image.shape[0]))

    makers: dict[str, Callable[[], np.ndarray]] = {
        "Grad-CAM": lambda: grad_cam(model, image, sex),
        "occlusion": lambda: occlusion_map(lambda x, s: predict(model, x, s), image, sex),
        "edges of the image": lambda: edges(image),
        "ideal looker": ideal,
    }
    return {name: makers[name]() for name in methods}


def growth_regions(radiograph: PhantomRadiograph, reach: float = 0.012) -> dict[str, np.ndarray]:
    """Return where a phantom shows its maturity: masks bool [h, w] by name.

    ``"growth plates"``: each epiphysis that is not yet fused, with the gap to its shaft (``reach``
    of the side around it); ``"carpals"`` that have not got their adult form; ``"other bone"``: the
    rest of the long bones, fused ends and finished carpals; ``"soft tissue"``: the rest of the
    hand. ``"hand"`` is all of them. What is finished follows the phantom's own timetable.

    >>> from boneage_kit import phantom
    >>> regions = growth_regions(phantom.render("F", 9.0, size=128))
    >>> bool((regions["growth plates"] & regions["other bone"]).any())
    False
    """
    sex, age = radiograph.sex, radiograph.bone_age
    growing = {f"{bone}_epiphysis" for bone in LONG_BONES if clock(bone, sex).fusion_end > age}
    maturing = {bone for bone in CARPALS if carpal_clock(bone, sex)[1] > age}
    finished = {*LONG_BONES, *CARPALS, *(f"{bone}_epiphysis" for bone in LONG_BONES)}
    plates = _labelled(radiograph, growing)
    hand = (radiograph.labels > 0) | (radiograph.pixels > 0.08)
    wide = ndimage.binary_dilation(plates, iterations=max(round(reach * plates.shape[0]), 1)) & hand
    carpals = _labelled(radiograph, maturing) & ~wide
    other = _labelled(radiograph, finished - growing - maturing) & ~wide & ~carpals
    return {
        "growth plates": wide,
        "carpals": carpals,
        "other bone": other,
        "soft tissue": hand & ~wide & ~carpals & ~other,
        "hand": hand,
    }


def _labelled(radiograph: PhantomRadiograph, wanted: set[str]) -> np.ndarray:
    numbers = [number for number, name in radiograph.bones.items() if name in wanted]
    return np.isin(radiograph.labels, numbers)


def score_map(saliency: np.ndarray, regions: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return how much of a map falls on each region of the hand, against the region's area.

    Only the hand counts: that a map avoids the empty background is no merit.

    Returns
    -------
    pandas.DataFrame
        Indexed by region: ``area`` and ``saliency`` (shares of the hand's), ``enrichment`` (their
        ratio; 1 by chance) and ``auc`` (chance that a pixel of the region outranks another pixel
        of the hand; 0.5 by chance). Regions that are empty are left out.

    >>> regions = {"growth plates": np.eye(4, dtype=bool), "hand": np.ones((4, 4), bool)}
    >>> score_map(np.eye(4), regions).loc["growth plates"].tolist()
    [0.25, 1.0, 4.0, 1.0]
    """
    hand = regions["hand"]
    ranks = np.zeros(saliency.shape)
    ranks[hand] = stats.rankdata(saliency[hand])
    total = float(saliency[hand].sum()) or 1.0
    rows = {}
    for name, region in regions.items():
        inside = region & hand
        n, rest = int(inside.sum()), int((hand & ~inside).sum())
        if name == "hand" or n == 0 or rest == 0:
            continue
        area, share = n / hand.sum(), float(saliency[inside].sum()) / total
        auc = (ranks[inside].sum() - n * (n + 1) / 2) / (n * rest)
        rows[name] = {"area": area, "saliency": share, "enrichment": share / area, "auc": auc}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("region")


def check_saliency(
    model: nn.Module,
    phantoms: Sequence[PhantomRadiograph],
    methods: Sequence[str] = METHODS,
    seed: int = 0,
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
        As :func:`check_cases`.
    """
    cases = (
        Case(np.rint(phantom.pixels * 255).astype(np.uint8), phantom.sex, growth_regions(phantom))
        for phantom in phantoms
    )
    return check_cases(model, cases, methods, seed)


def check_cases(
    model: nn.Module,
    cases: Iterable[Case],
    methods: Sequence[str] = METHODS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return both checks for pictures of any kind; a good map lies on their first region.

    Returns
    -------
    pandas.DataFrame
        Columns ``phantom`` (0, 1, ...), ``method``, ``weights`` ("learned" or "shuffled"),
        ``region``, ``area``, ``saliency``, ``enrichment``, ``auc`` (see :func:`score_map`) and
        ``similarity`` (Spearman, over the hand, of the map with learned and with shuffled
        weights; 1 means that learning does not show in it).
    """
    empty = randomised(model, seed)
    rows = []
    for number, (image, sex, regions) in enumerate(cases):
        plates = next(iter(regions.values()))
        learned = maps_of(model, image, sex, methods, plates)
        shuffled = maps_of(empty, image, sex, methods, plates)
        for method in methods:
            alike = similarity(learned[method], shuffled[method], regions["hand"])
            for weights, maps in (("learned", learned), ("shuffled", shuffled)):
                scores = score_map(maps[method], regions).reset_index()
                rows.append(
                    scores.assign(phantom=number, method=method, weights=weights, similarity=alike)
                )
    table = pd.concat(rows, ignore_index=True)
    return table[
        [
            "phantom",
            "method",
            "weights",
            "region",
            "area",
            "saliency",
            "enrichment",
            "auc",
            "similarity",
        ]
    ]
