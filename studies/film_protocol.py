"""Phantom to real on films of true proportions: ``phantom_transfer.py --real rsna_512``.

The films are parted by id (``hand_marks.parts``). Part 1's labels chose the drawing and the
settings, part 2 is used without labels, part 3 is read once, at the end, with --part-3, and the
date of that is kept. Both kinds of hand are laid on one another before they are learned or read:
the landmark network of ``hand_marks.py``, which knows phantoms only, finds the joints, and each
hand is turned, moved and resized until its joints lie nearest to those of a mean hand. That takes
away collimation, markers and pose, and gives the joints twice the pixels. Phantoms lie by their own
landmarks, as roughly as a network finds them. Everything is kept and found again.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from hand_marks import Landmarks, found, parts, places_of
from hand_marks import trained as trained_landmarks
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.stats import kendalltau

from boneage_kit import datasets, evaluation, phantom, training
from boneage_kit._io import write_atomically
from boneage_kit.datasets.image_cache import ImageCache
from boneage_kit.radiograph import stretch

#: Joints that lay one hand on another.
_FIT = (
    "MCP2",
    "MCP3",
    "MCP4",
    "MCP5",
    "PIP2",
    "PIP3",
    "PIP4",
    "base2",
    "base3",
    "base5",
    "tip3",
    "radius_metaphysis",
    "ulna_metaphysis",
)
_FILM = 512
BANDS = ((0, 6), (6, 10), (10, 13), (13, 15), (15, 20))


@cache
def mean_hand() -> dict[str, np.ndarray]:
    """Return where the joints of a girl of ten lie, (row, column) in shares of the square."""
    child = phantom.render("F", 10.0, size=_FILM, variation=0)
    places = places_of(child)
    rows, columns = np.nonzero(child.labels)
    middle = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2
    middle[0] -= 8  # more room at the fingertips than at the forearm
    long = 1.06 * (rows.max() - rows.min())
    return {name: (places[name] - middle) / long + 0.5 for name in _FIT}


def laid(film: np.ndarray, places: Mapping[str, np.ndarray], side: int) -> np.ndarray:
    """Return the hand on a film [H, W] laid on the mean hand, uint8 [side, side]."""
    here = np.array([places[name] for name in _FIT])
    there = np.array([mean_hand()[name] for name in _FIT]) * side
    a, b = here - here.mean(0), there - there.mean(0)
    number = a[:, 0] + 1j * a[:, 1]
    goal = b[:, 0] + 1j * b[:, 1]
    turn = np.vdot(goal, number) / np.vdot(goal, goal)  # from the mean hand to the film
    scale = abs(turn)
    smooth = (
        gaussian_filter(stretch(film), max(0.0, 0.45 * (scale - 1))) if scale > 1 else stretch(film)
    )
    (cos, sin), (row, column) = (turn.real, turn.imag), here.mean(0)
    row -= cos * there.mean(0)[0] - sin * there.mean(0)[1]
    column -= sin * there.mean(0)[0] + cos * there.mean(0)[1]
    square = Image.fromarray(smooth.astype(np.float32)).transform(
        (side, side),
        Image.Transform.AFFINE,
        (cos, sin, column, -sin, cos, row),
        Image.Resampling.BICUBIC,
    )
    grey = np.asarray(square)
    low, high = np.quantile(grey, [0.02, 0.998])
    return np.rint(255 * np.clip((grey - low) / (high - low + 1e-6), 0, 1)).astype(np.uint8)


def draw(path: Path, n: int, side: int, jobs: list[tuple[int, dict]]) -> int:
    """Draw rows into the cache file; one call of a drawing process."""
    store = ImageCache(path, n, side)
    for number, row in jobs:
        child = phantom.render(
            row["sex"], row["bone_age"], row["seed"], _FILM, row["difficulty"], row["variation"]
        )
        rough = np.random.default_rng(row["seed"])
        places = {name: place + rough.normal(0, 3.0, 2) for name, place in places_of(child).items()}
        store.write(number, laid(child.pixels, places, side))
    return len(jobs)


def drawn(options: argparse.Namespace, table: pd.DataFrame, name: str) -> np.ndarray:
    """Return the table's phantoms laid on the mean hand, uint8 [n, side, side]."""
    side = options.pixels
    path = options.out / f"{name}-{len(table)}-{options.seed}-{side}-{phantom.PHANTOM_VERSION}.u8"
    store, rows = ImageCache(path, len(table), side), table.to_dict("records")
    jobs = [(int(i), rows[i]) for i in store.missing(np.arange(len(table)))]
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        list(
            pool.map(
                partial(draw, path, len(table), side),
                [jobs[i : i + 20] for i in range(0, len(jobs), 20)],
            )
        )
    return store.read(np.arange(len(table)))


def films(options: argparse.Namespace, real: datasets.Dataset, network: Landmarks) -> np.ndarray:
    """Return all real hands laid on the mean hand, kept beside the run."""
    path = options.out / f"films-{len(real.table)}-{options.pixels}.npy"
    if not path.exists():
        pixels = [real.pixels(i) for i in range(len(real.table))]
        squares = np.stack(
            [
                laid(film, place, options.pixels)
                for film, place in zip(pixels, found(network, pixels), strict=True)
            ]
        )
        write_atomically(path, lambda file: _save(file, squares))
    return np.load(path)


def _save(path: Path, squares: np.ndarray) -> None:
    with Path(path).open("wb") as file:
        np.save(file, squares)


def run(options: argparse.Namespace, table: pd.DataFrame, train, like_films) -> None:  # noqa: ANN001
    """Train on ``table``'s phantoms, read parts 1 (and 3, once), print and keep the measures."""
    real = datasets.load(options.data)
    part = parts(real.table["image_id"])
    network = trained_landmarks(
        argparse.Namespace(
            out=options.out, phantoms=800, minutes=options.minutes, workers=options.workers
        )
    )
    hands = films(options, real, network)
    images = drawn(options, table, "laid")
    changes = training.Augmentation(
        rotation=6,
        shift=0.04,
        scale=0.08,
        brightness=0.15,
        contrast=0.4,
        gamma=0.6,
        noise=0.05,
        texture=0.6,
    )
    name = (
        f"films-{len(table)}-{options.pixels}-{options.epochs}-{options.seed}"
        f"-{phantom.PHANTOM_VERSION}"
    )
    how = {"seed": options.seed, "loss": "smooth_l1", "batch": 32, "epochs": options.epochs}
    ways = {
        "phantoms alone": changes,
        "with the spectra of part 2": like_films(changes, hands[part == 2]),
    }
    rows, predictions = [], []
    for way, augment in list(ways.items())[: 1 if options.turns == 0 else 2]:
        model = train(
            options,
            f"{name}-{'lent' if 'spectra' in way else 'alone'}",
            images,
            table,
            augment=augment,
            **how,
        )
        for number in (1, 3) if options.part_3 else (1,):
            own = real.table[part == number]
            years = training.predict(
                model, hands[part == number], list(own["sex"]), test_time_augmentation=True
            )
            seen = pd.DataFrame(
                {
                    "way": way,
                    "part": number,
                    "image_id": own["image_id"],
                    "sex": own["sex"],
                    "y_true": own["bone_age"],
                    "y_pred": np.clip(years, 0, 19),
                }
            )
            predictions.append(seen)
            rows += measures(seen)
    summary = pd.DataFrame(rows).round(3)
    both = pd.concat(predictions, ignore_index=True)
    write_atomically(options.out / "films.csv", lambda path: summary.to_csv(path, index=False))
    write_atomically(options.out / "films_read.csv", lambda path: both.to_csv(path, index=False))
    if options.part_3:
        (options.out / "part_3_read_on.txt").write_text(f"{datetime.date.today()}\n")
    print(summary.to_string(index=False))


def measures(seen: pd.DataFrame) -> list[dict[str, object]]:
    """Return n, r, tau, MAE, bias (months) and slope: all, by sex, by band and sex."""
    groups: dict[str, pd.Series] = {"all": pd.Series(True, index=seen.index)}
    for sex in ("F", "M"):
        groups[sex] = seen["sex"] == sex
        for low, high in BANDS:
            groups[f"{sex} {low}-{high}"] = groups[sex] & seen["y_true"].between(low, high, "left")
    rows = []
    for group, chosen in groups.items():
        own = seen[chosen]
        if len(own) < 8:
            continue
        true, read = own["y_true"].to_numpy(), own["y_pred"].to_numpy()
        mae = 12 * np.array(evaluation.bootstrap_interval(evaluation.mae, own))
        rows.append(
            {
                "way": seen["way"].iloc[0],
                "part": seen["part"].iloc[0],
                "group": group,
                "n": len(own),
                "r": np.corrcoef(true, read)[0, 1],
                "tau": kendalltau(true, read).statistic,
                "mae_months": mae[0],
                "mae_lower": mae[1],
                "mae_upper": mae[2],
                "bias_months": 12 * float(np.mean(read - true)),
                "slope": np.polyfit(true, read, 1)[0],
            }
        )
    return rows
