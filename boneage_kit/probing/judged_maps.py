"""Whether heat maps find the right region, judged from kept scores, and said in a sentence."""

from __future__ import annotations

import pandas as pd

from .saliency_check import METHODS


def maps_judged(kept: pd.DataFrame) -> pd.DataFrame:
    """Return one row per model, kind of images and map: does the map find the right region?

    A map *finds* the region only if the whole interval of its AUC lies above chance (0.5), above
    what the edges of the image reach, and above the interval of the same map with shuffled
    weights. What shuffled weights find as well was not learned.

    Parameters
    ----------
    kept
        What ``studies/saliency.py`` keeps: one row per model, kind of images, method, weights and
        region, with ``n, auc, lower, upper``.

    Returns
    -------
    pandas.DataFrame
        Columns ``model, images, map, n, learned`` (AUC), ``interval, shuffled, edges, ideal
        looker`` (AUC) and ``finds`` ("yes" or "no").

    >>> rows = [{"model": "x", "images": "phantoms", "method": method, "weights": weights,
    ...          "region": "growth plates", "n": 9, "auc": auc, "lower": auc - 0.05,
    ...          "upper": auc + 0.05}
    ...         for method, auc in zip(METHODS, (0.5, 0.7, 0.6, 0.9))
    ...         for weights in ("learned", "shuffled")]
    >>> maps_judged(pd.DataFrame(rows))[["map", "learned", "shuffled", "finds"]].values.tolist()
    [['Grad-CAM', 0.5, 0.5, 'no'], ['occlusion', 0.7, 0.7, 'no']]
    """
    target = kept[kept["region"].isin(("growth plates", "expert boxes"))]
    rows = []
    for (model, images), part in target.groupby(["model", "images"], sort=False):
        by_map = part.set_index(["method", "weights"])
        edge, ideal = (by_map.loc[(name, "learned"), "auc"] for name in METHODS[2:])
        for name in METHODS[:2]:
            learned, shuffled = by_map.loc[(name, "learned")], by_map.loc[(name, "shuffled")]
            rows.append(
                {
                    "model": model,
                    "images": images,
                    "map": name,
                    "n": int(learned["n"]),
                    "learned": learned["auc"],
                    "interval": f"{learned['lower']:.2f} to {learned['upper']:.2f}",
                    "shuffled": shuffled["auc"],
                    "edges": edge,
                    "ideal looker": ideal,
                    "finds": "yes"
                    if learned["lower"] > max(edge, 0.5, shuffled["upper"])
                    else "no",
                }
            )
    return pd.DataFrame(rows)


def maps_in_words(judged: pd.DataFrame) -> str:
    """Return in a sentence or two how many maps find the right region, and how clearly.

    Parameters
    ----------
    judged
        From :func:`maps_judged`.

    >>> maps_in_words(pd.DataFrame({"learned": [0.7, 0.6], "ideal looker": 0.9,
    ...                             "finds": ["yes", "no"]}))
    '1 of 2 maps finds the right region. Its AUC is 0.70; an ideal looker reaches at least 0.90.'
    """
    found = judged[judged["finds"] == "yes"]["learned"]
    ideal = judged["ideal looker"].min()
    if found.empty:
        return (
            f"None of {len(judged)} maps finds the right region. An ideal looker reaches an AUC "
            f"of at least {ideal:.2f}."
        )
    first = f"{len(found)} of {len(judged)} maps {'finds' if len(found) == 1 else 'find'}"
    sizes = (
        f"Its AUC is {found.iloc[0]:.2f}"
        if len(found) == 1
        else f"Their AUCs are {found.min():.2f} to {found.max():.2f}"
    )
    return f"{first} the right region. {sizes}; an ideal looker reaches at least {ideal:.2f}."
