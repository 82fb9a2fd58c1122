"""Whether the regions by hand stand where the joints are: judged on phantoms, which know it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..features.handcrafted import Region, locate
from ..phantom import render_row

__all__ = ["region_hits", "region_hits_in_words", "true_places"]

_SIZE = (
    128  # of the drawing from which the places are taken: a fraction of the side does not change
)


def true_places(child: pd.Series) -> dict[str, tuple[float, float]]:
    """Return where a phantom's joints are: (row, column) as fractions of the side, by region.

    >>> from boneage_kit import phantom
    >>> sorted(true_places(phantom.cohort(1).iloc[0]))[:3]
    ['DIP 2', 'DIP 3', 'DIP 4']
    """
    marks = render_row(child, size=_SIZE).landmarks
    names = {
        f"{kind} {ray}": f"{kind}{ray}" for kind in ("MCP", "PIP", "DIP") for ray in range(2, 6)
    }
    names |= {"MCP 1": "MCP1", "PIP 1": "IP1"}
    names |= {"Radius": "radius_metaphysis", "Ulna": "ulna_metaphysis"}
    return {
        region: (float(marks[name][0]) / _SIZE, float(marks[name][1]) / _SIZE)
        for region, name in names.items()
    }


def region_hits(children: pd.DataFrame, images: np.ndarray) -> pd.DataFrame:
    """Return, for each phantom and region, whether the joint lies inside the region.

    Parameters
    ----------
    children
        Rows of :func:`boneage_kit.phantom.cohort`.
    images
        uint8 [n, s, s]: their radiographs.

    Returns
    -------
    pandas.DataFrame
        ``image_id``, ``region`` (``"PIP 3"``), ``kind`` (``"PIP"``), ``inside`` (bool) and
        ``miss`` (from the region's middle to the joint, per cent of the image's side).
    """
    rows = []
    for (_, child), image in zip(children.iterrows(), images, strict=True):
        regions = {region.name: region for region in locate(image)[1]}
        for name, place in true_places(child).items():
            away = np.array(place) - regions[name].centre
            rows.append(
                {
                    "image_id": child["image_id"],
                    "region": name,
                    "kind": name.split()[0],
                    "inside": _inside(regions[name], away),
                    "miss": 100 * float(np.hypot(*away)),
                }
            )
    return pd.DataFrame(rows)


def region_hits_in_words(hits: pd.DataFrame) -> str:
    """Say how many joints lie in their region, and which kind of region misses most.

    >>> table = pd.DataFrame({"image_id": ["a"] * 4, "kind": ["PIP", "PIP", "Ulna", "Ulna"],
    ...                       "inside": [True, True, True, False]})
    >>> print(region_hits_in_words(table))
    On 1 hand, 75 % of the joints lie inside their region. The worst kind of region is Ulna: 50 %.
    """
    hands = hits["image_id"].nunique()
    share = 100 * hits["inside"].mean()
    kinds = 100 * hits.groupby("kind")["inside"].mean().sort_values(kind="stable")
    first = (
        f"On {hands} {'hand' if hands == 1 else 'hands'}, {share:.0f} % of the joints lie inside "
        "their region."
    )
    if kinds.iloc[0] > 99.5:
        return f"{first} No kind of region misses."
    return f"{first} The worst kind of region is {kinds.index[0]}: {kinds.iloc[0]:.0f} %."


def _inside(region: Region, away: np.ndarray) -> bool:
    reach = max(abs(float(away @ region.along)), abs(float(away @ region.across)))
    return reach <= region.side / 2
