"""How well the region finder of the features by hand finds expert boxes on real radiographs.

    python studies/handcrafted_regions.py --real ../shared/real [--calibrate] [--out FILE]

Boxes: Koitka et al. 2018, PLOS ONE 13(11): e0207496 (MIT licence), on 182 of the RSNA 2017
thumbnails. The images are sorted by id. The first, third, ... image gave the places and sizes in
``hand_shape.csv`` (``--calibrate`` writes that table). The other images are for the judgement.
The script prints for each kind of region: the share of expert boxes whose centre lies in the region
that was found (hit), the median overlap with the box (intersection over union, of upright squares),
and the median distance of the centres in box widths. Beside it stands the same for a template that
puts every region at its mean place in the image: a method without any finder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from boneage_kit import datasets
from boneage_kit.features.handcrafted import landmarks, regions

KINDS = ("MCP", "PIP", "DIP", "Wrist", "Radius", "Ulna")
SOURCE = "calibrated on 91 of Koitka 2018's 182 annotated RSNA images (every second by id)"
FRACTIONS = {"MCP": 0.52, "PIP": 0.75, "DIP": 0.9}  # first guess, to tell whose box it is


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    boxes = read_boxes(options.real / "ossification_boxes.csv")
    images = read_images(options.real / "rsna_thumbnails.zip", boxes["image_id"].unique())
    names = sorted(images, key=int)
    half_for_places, half_for_judging = names[::2], names[1::2]
    if options.calibrate:
        table = calibrate(boxes, images, half_for_places)
        table.to_csv(Path(landmarks.__file__).with_name("hand_shape.csv"), index=False)
        landmarks.shape_table.cache_clear()
        landmarks.tip_statistics.cache_clear()
    result, found = judge(boxes, images, half_for_judging, half_for_places)
    print(
        f"RSNA 2017 thumbnails, 100 px: {len(half_for_judging)} images that the places were "
        f"not calibrated on; the hand was recognised on {found} of them."
    )
    print(result.to_string(index=False))
    if options.out:
        result.to_csv(options.out, index=False)


def read_boxes(path: Path) -> pd.DataFrame:
    boxes = pd.read_csv(path).rename(columns={"id": "image_id"})
    boxes["image_id"] = boxes["image_id"].astype(str)
    boxes["row"] = (boxes["ymin"] + boxes["ymax"]) / 2
    boxes["column"] = (boxes["xmin"] + boxes["xmax"]) / 2
    return boxes


def read_images(path: Path, wanted: np.ndarray) -> dict[str, np.ndarray]:
    dataset = datasets.load(f"rsna:{path}", verify=False)
    rows = np.flatnonzero(dataset.table["image_id"].isin(list(wanted)))
    names = dataset.table["image_id"].iloc[rows]
    return dict(zip(names, dataset.images(128, rows), strict=True))


def calibrate(boxes: pd.DataFrame, images: dict, names: list[str]) -> pd.DataFrame:
    """Return medians over the hands that were recognised and have all their boxes."""
    tips, places, sides = [], [], []
    for name in names:
        hand = regions.locate(images[name])[0]
        own = boxes[boxes["image_id"] == name]
        if not hand.found or own.groupby("region").size().reindex(KINDS).tolist() != [
            5,
            5,
            4,
            1,
            1,
            1,
        ]:
            continue
        tips.append(hand.in_own_frame(hand.tips))
        ordered = [in_order(hand, own[own["region"] == kind]) for kind in KINDS]
        places.append(
            np.concatenate(
                [polar(hand, kind, box) for kind, box in zip(KINDS, ordered, strict=True)]
            )
        )
        sides.append(
            np.concatenate(
                [
                    ((box["xmax"] - box["xmin"] + box["ymax"] - box["ymin"]) / 2).to_numpy()
                    / hand.scale
                    for box in ordered
                ]
            )
        )
    return shape_table(np.array(tips), np.array(places), np.array(sides))


def in_order(hand: landmarks.Hand, boxes: pd.DataFrame) -> pd.DataFrame:
    """The boxes of one kind from thumb to little finger."""
    kind = boxes["region"].iloc[0]
    if kind not in FRACTIONS:
        return boxes
    fingers = range(5 - len(boxes), 5)
    guess = [hand.palm + FRACTIONS[kind] * (hand.tips[finger] - hand.palm) for finger in fingers]
    centres = boxes[["row", "column"]].to_numpy()
    distance = np.hypot(*(np.array(guess)[:, None] - centres[None]).transpose(2, 0, 1))
    return boxes.iloc[linear_sum_assignment(distance)[1]]


def polar(hand: landmarks.Hand, kind: str, boxes: pd.DataFrame) -> np.ndarray:
    centres = boxes[["row", "column"]].to_numpy()
    if kind not in FRACTIONS:
        return hand.in_own_frame(centres)
    places = []
    for finger, centre in zip(range(5 - len(boxes), 5), centres, strict=True):
        reach = hand.tips[finger] - hand.palm
        length = np.hypot(*reach)
        along = reach / length
        across = np.array([along[1], -along[0]])
        across = across if across @ hand.across >= 0 else -across
        offset = (centre - hand.palm) / length
        places.append([offset @ along, offset @ across])
    return np.array(places)


def shape_table(tips: np.ndarray, places: np.ndarray, sides: np.ndarray) -> pd.DataFrame:
    keys = [("tip", finger) for finger in range(1, 6)]
    keys += [(kind, finger) for kind in FRACTIONS for finger in range(1 + (kind == "DIP"), 6)]
    keys += [(kind, 0) for kind in KINDS[3:]]
    both = np.concatenate([tips, places], axis=1)
    spread = 0.7413 * (np.percentile(both, 75, axis=0) - np.percentile(both, 25, axis=0))
    table = pd.DataFrame(keys, columns=["region", "finger"])
    table[["along", "across"]] = np.median(both, axis=0).round(4)
    table[["sd_along", "sd_across"]] = spread.round(4)
    table["side"] = np.r_[[np.nan] * 5, np.median(sides, axis=0)].round(4)
    table["source"] = SOURCE
    return table


def judge(
    boxes: pd.DataFrame, images: dict, names: list[str], others: list[str]
) -> tuple[pd.DataFrame, int]:
    template = mean_boxes(boxes[boxes["image_id"].isin(others)])
    rows, found = [], 0
    for name in names:
        hand, located = regions.locate(images[name])
        found += hand.found
        for kind, own in boxes[boxes["image_id"] == name].groupby("region"):
            squares = np.array(
                [[*one.centre, one.side] for one in located if one.name.startswith(kind)]
            )
            for method, guess in (("finder", squares), ("template", template[kind])):
                rows += [
                    {"region": kind, "method": method, **score} for score in overlaps(own, guess)
                ]
    table = (
        pd.DataFrame(rows)
        .groupby(["region", "method"])
        .agg(
            boxes=("hit", "size"),
            hit=("hit", "mean"),
            overlap=("overlap", "median"),
            distance=("distance", "median"),
        )
        .unstack()
    )
    flat = pd.DataFrame({"region": table.index, "boxes": table[("boxes", "finder")].to_numpy()})
    for value in ("hit", "overlap", "distance"):
        for method in ("finder", "template"):
            flat[f"{value} {method}"] = table[(value, method)].round(3).to_numpy()
    order = flat["region"].map({kind: place for place, kind in enumerate(KINDS)})
    return flat.iloc[order.argsort()], found


def mean_boxes(boxes: pd.DataFrame) -> dict[str, np.ndarray]:
    """Regions at their mean place in the image; a kind's boxes are sorted from left to right."""
    boxes = boxes.sort_values(["image_id", "region", "column"])
    boxes["order"] = boxes.groupby(["image_id", "region"]).cumcount()
    boxes["side"] = (boxes["xmax"] - boxes["xmin"] + boxes["ymax"] - boxes["ymin"]) / 2
    means = boxes.groupby(["region", "order"])[["row", "column", "side"]].mean()
    return {kind: means.loc[kind].to_numpy() for kind in KINDS}


def overlaps(own: pd.DataFrame, guess: np.ndarray) -> list[dict[str, float]]:
    """Match boxes and squares one to one by distance; hit, overlap and distance of each box."""
    centres = own[["row", "column"]].to_numpy()
    distance = np.hypot(*(centres[:, None] - guess[None, :, :2]).transpose(2, 0, 1))
    scores = []
    for box, square in zip(*linear_sum_assignment(distance), strict=True):
        one, (row, column, side) = own.iloc[box], guess[square]
        tall = min(one["ymax"], row + side / 2) - max(one["ymin"], row - side / 2)
        wide = min(one["xmax"], column + side / 2) - max(one["xmin"], column - side / 2)
        shared = max(tall, 0) * max(wide, 0)
        size = (one["ymax"] - one["ymin"]) * (one["xmax"] - one["xmin"])
        width = np.sqrt(size)
        scores.append(
            {
                "hit": abs(centres[box] - [row, column]).max() < side / 2,
                "overlap": shared / (size + side**2 - shared),
                "distance": distance[box, square] / width,
            }
        )
    return scores


if __name__ == "__main__":
    main()
