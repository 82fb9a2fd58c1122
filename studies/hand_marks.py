"""Marks of maturity measured from the pixels of phantoms and of real hands by one function.

    python studies/hand_marks.py --data rsna:../shared/real/rsna_512.zip --out runs/hand_marks

A small network (ImageNet's EfficientNet-Lite0, four lateral layers, 26 heat maps) learns for
--minutes of processor time on --phantoms drawn hands, whose landmarks are known, where knuckles,
finger joints, tips and forearm bones lie, and finds them on the real films; no real film is
labelled. From these rough places ``probing.measure_hand`` measures widths, joint spaces, growth
plates and angles, on films of part 1 (``parts``) and on phantoms of the same ages. ``marks.csv``
has a row per hand, ``table.csv`` drawn, real and n by sex and age; ``places.png`` shows what the
network found on twenty hands.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image, ImageDraw
from torch.nn import functional

from boneage_kit import datasets, models, phantom
from boneage_kit._io import write_atomically
from boneage_kit.probing import measure_hand

SIDE, DRAWN, MAP = 160, 256, 40
RAYS = range(1, 6)
NAMES = (
    *(f"MCP{ray}" for ray in RAYS),
    "IP1",
    *(f"PIP{ray}" for ray in RAYS if ray > 1),
    *(f"DIP{ray}" for ray in RAYS if ray > 1),
    *(f"tip{ray}" for ray in RAYS),
    "radius_metaphysis",
    "ulna_metaphysis",
    *(f"base{ray}" for ray in RAYS),
)
#: Ages (years) of the table and how far films may lie from them.
AGES = {
    "F": ((4, 1.0), (7, 1.0), (10, 1.0), (12.3, 0.8), (14.6, 1.2)),
    "M": ((5, 1.2), (9, 1.2), (12, 1.0), (14, 0.7), (16.5, 1.3)),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--phantoms", type=int, default=800, help="that the network learns")
    parser.add_argument("--minutes", type=float, default=10, help="of its training (processor)")
    parser.add_argument("--drawn", type=int, default=24, help="phantoms measured per sex and age")
    parser.add_argument("--difficulty", type=float, default=0.5)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    real = datasets.load(options.data)
    network = trained(options)
    chosen = np.flatnonzero(parts(real.table["image_id"]) == 1)
    films = [real.pixels(int(i)) for i in chosen]
    places = found(network, films)
    overview(films[:20], places[:20], options.out / "places.png")
    rows = [
        {
            "kind": "real",
            "image_id": real.table["image_id"].iloc[i],
            "sex": real.table["sex"].iloc[i],
            "age": real.table["bone_age"].iloc[i],
            **measure_hand(film, place),
        }
        for i, film, place in zip(chosen, films, places, strict=True)
    ]
    jobs = [
        (sex, age, seed, options.difficulty)
        for sex, cells in AGES.items()
        for age, _ in cells
        for seed in range(options.drawn)
    ]
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        rows += list(pool.map(drawn_marks, jobs, chunksize=6))
    marks = pd.DataFrame(rows)
    rounded = marks.round(4)
    write_atomically(options.out / "marks.csv", lambda path: rounded.to_csv(path, index=False))
    table = compared(marks)
    write_atomically(options.out / "table.csv", lambda path: table.to_csv(path, index=False))
    print(table.to_string(index=False))


def parts(image_ids: Sequence[str]) -> np.ndarray:
    """Return the part of each film by its id: 1 (40 %, labels may choose), 2 (30 %, unlabelled
    use only) or 3 (30 %, read once at the end)."""
    share = np.array(
        [int(hashlib.sha256(str(one).encode()).hexdigest(), 16) % 100 for one in image_ids]
    )
    return np.where(share < 40, 1, np.where(share < 70, 2, 3))


def places_of(child: phantom.PhantomRadiograph) -> dict[str, np.ndarray]:
    """Return (row, column) of the names in NAMES, the metacarpals' bases off the label map."""
    ids = {name: number for number, name in child.bones.items()}
    places = {name: np.array(child.landmarks[name]) for name in NAMES if "base" not in name}
    for ray in RAYS:
        row, column = np.nonzero(child.labels == ids[f"metacarpal_{ray}"])
        points = np.stack([row, column], 1).astype(float)
        away = np.hypot(*(points - places[f"MCP{ray}"]).T)
        places[f"base{ray}"] = points[away >= np.quantile(away, 0.93)].mean(axis=0)
    return places


def lesson(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one phantom to learn, uint8 [256, 256], and its places [26, 2]."""
    rng = np.random.default_rng([number, 77])
    child = phantom.render(
        "FM"[number % 2],
        round(rng.uniform(0.8, 18.5), 2),
        seed=number,
        size=DRAWN,
        difficulty=round(rng.uniform(0.3, 1), 2),
        variation=round(rng.uniform(0.8, 1.6), 2),
    )
    places = places_of(child)
    return (
        np.rint(child.pixels * 255).astype(np.uint8),
        np.stack([places[name] for name in NAMES]),
    )


def drawn_marks(job: tuple[str, float, int, float]) -> dict[str, object]:
    """Return the marks of one phantom, from places as rough as a network's."""
    sex, age, seed, difficulty = job
    child = phantom.render(sex, age, seed=seed, size=512, difficulty=difficulty)
    rng = np.random.default_rng(seed)
    places = {name: place + rng.normal(0, 2.0, 2) for name, place in places_of(child).items()}
    return {
        "kind": "drawn",
        "image_id": f"phantom-{seed}",
        "sex": sex,
        "age": age,
        **measure_hand(child.pixels, places),
    }


class Landmarks(torch.nn.Module):
    """Heat maps [B, 26, 40, 40] from films [B, 1, 160, 160]."""

    def __init__(self, *, pretrained: bool) -> None:
        super().__init__()
        self.grey, self.body = models.create("efficientnet_lite0", pretrained=pretrained).body
        self.sides = torch.nn.ModuleList(torch.nn.Conv2d(n, 64, 1) for n in (24, 40, 112, 320))
        self.mixes = torch.nn.ModuleList(
            torch.nn.Sequential(
                torch.nn.Conv2d(64, 64, 3, padding=1, groups=64),
                torch.nn.Conv2d(64, 64, 1),
                torch.nn.BatchNorm2d(64),
                torch.nn.ReLU(),
            )
            for _ in range(4)
        )
        self.head = torch.nn.Sequential(
            torch.nn.Conv2d(64, 64, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.Conv2d(64, len(NAMES), 1),
        )

    def forward(self, films: torch.Tensor) -> torch.Tensor:
        maps = self.body.forward_intermediates(
            self.grey(films), indices=[1, 2, 3, 4], intermediates_only=True
        )
        deep = None
        for level in (3, 2, 1, 0):
            side = self.sides[level](maps[level])
            if deep is not None:
                side = side + functional.interpolate(deep, size=side.shape[-2:], mode="bilinear")
            deep = self.mixes[level](side)
        return self.head(deep)


def centres(maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return places [B, 26, 2] in pixels of the film and the maps as probabilities."""
    share = maps.flatten(2).softmax(-1)
    ruler = torch.arange(MAP, dtype=torch.float32) * 4 + 1.5
    rows, columns = ruler.repeat_interleave(MAP), ruler.repeat(MAP)
    return (
        torch.stack([(share * rows).sum(-1), (share * columns).sum(-1)], -1),
        share.reshape(maps.shape),
    )


def trained(options: argparse.Namespace) -> Landmarks:
    """Return the network, found again where it was trained before."""
    path = options.out / f"landmarks-{phantom.PHANTOM_VERSION}.pt"
    network = Landmarks(pretrained=not path.exists())
    if path.exists():
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        return network.eval()
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        lessons = list(pool.map(lesson, range(options.phantoms), chunksize=20))
    films = torch.from_numpy(np.stack([film for film, _ in lessons])).float()[:, None] / 255
    films = functional.interpolate(films, size=(SIDE, SIDE), mode="area")
    truth = torch.from_numpy(np.stack([place for _, place in lessons])).float() + 0.5
    learn(network, films, truth * SIDE / DRAWN - 0.5, options.minutes * 60)
    write_atomically(path, lambda file: torch.save(network.state_dict(), file))
    return network.eval()


def learn(network: Landmarks, films: torch.Tensor, truth: torch.Tensor, seconds: float) -> None:
    """Train for so long: the learning rate falls with the time that is left."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    ruler = torch.arange(MAP, dtype=torch.float32) * 4 + 1.5
    start = time.process_time()
    while (share := (time.process_time() - start) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1.2e-3 * (share / 0.1 if share < 0.1 else max(0.02, 1.1 - share))
        network.train()
        for layer in network.body.modules():  # phantoms' statistics would be wrong for real films
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.eval()
        rows = rng.integers(0, len(films), 12)
        images, places = changed(films[rows], truth[rows], rng)
        seen = ((places > 2) & (places < SIDE - 3)).all(-1)
        where, share_map = centres(network(images))
        wanted = torch.exp(
            -(
                (ruler[:, None] - places[..., 0, None, None]) ** 2
                + (ruler - places[..., 1, None, None]) ** 2
            )
            / (2 * 3.5**2)
        )
        wanted = wanted / (wanted.sum((-1, -2), keepdim=True) + 1e-6)
        loss = -(wanted * (share_map + 1e-8).log()).sum((-1, -2))
        loss = loss + 0.05 * functional.smooth_l1_loss(where, places, reduction="none").sum(-1)
        optimizer.zero_grad()
        ((loss * seen).sum() / seen.sum()).backward()
        optimizer.step()


def changed(
    films: torch.Tensor, places: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return films turned, moved, resized and changed in grey, with their places."""
    inverse, moved = [], torch.empty_like(places)
    for i in range(len(films)):
        turn, size = np.deg2rad(np.clip(rng.normal(0, 12), -35, 35)), rng.uniform(0.55, 1.05)
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = size * spin @ np.diag([np.exp(rng.normal(0, 0.06)), 1.0])
        shift = rng.uniform(-0.18, 0.18, 2)
        back = np.linalg.inv(matrix)
        inverse.append(np.concatenate([back, (-back @ shift)[:, None]], 1))
        own = (places[i].flip(-1) + 0.5) / (SIDE / 2) - 1
        own = own @ torch.from_numpy(matrix.T).float() + torch.from_numpy(shift).float()
        moved[i] = ((own + 1) * (SIDE / 2) - 0.5).flip(-1)
    grid = functional.affine_grid(
        torch.from_numpy(np.array(inverse)).float(), list(films.shape), align_corners=False
    )
    images = functional.grid_sample(films, grid, align_corners=False)
    return torch.stack([regreyed(image, rng) for image in images]), moved


def regreyed(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Return one film [1, s, s] with another tone, noise, blur, local contrast and plates."""
    image = image.clamp(0, 1) ** float(np.exp(rng.normal(0, 0.4)))
    image = image * rng.uniform(0.3, 1.1) + rng.uniform(0, 0.35) * (rng.random() < 0.5)
    if rng.random() < 0.5:
        image = image + torch.randn_like(image) * rng.uniform(0, 0.04)
    if rng.random() < 0.5:
        image = functional.avg_pool2d(image, 3, 1, 1)
    if rng.random() < 0.5:
        around = functional.avg_pool2d(image, 21, 1, 10, count_include_pad=False)
        image = image - rng.uniform(-0.5, 0.7) * around
    for _ in range(rng.integers(0, 3)):
        row, column, height, width = *rng.integers(0, SIDE, 2), *rng.integers(5, 25, 2)
        image[:, row : row + height, column : column + width] = rng.uniform(0, 1)
    return spread(image)


def spread(image: torch.Tensor) -> torch.Tensor:
    low, high = torch.quantile(image.flatten()[::7], torch.tensor([0.01, 0.995]))
    return ((image - low) / (high - low + 1e-4)).clamp(0, 1)


def found(network: Landmarks, films: Sequence[np.ndarray]) -> list[dict[str, np.ndarray]]:
    """Return the places of each film [H, W], in its own pixels."""
    answers = []
    with torch.inference_mode():
        for film in films:
            side = max(film.shape)
            first = np.array([(side - n) // 2 for n in film.shape])
            square = np.full((side, side), np.median(film[[0, -1]]), np.float32)
            square[first[0] : first[0] + film.shape[0], first[1] : first[1] + film.shape[1]] = film
            small = np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BOX))
            where, _ = centres(network(spread(torch.from_numpy(small.copy()))[None, None]))
            places = (where[0].numpy() + 0.5) * side / SIDE - 0.5 - first
            answers.append(dict(zip(NAMES, places, strict=True)))
    return answers


def compared(marks: pd.DataFrame) -> pd.DataFrame:
    """Return drawn and real medians of each mark by sex and age, with n of both."""
    rows = []
    for sex, cells in AGES.items():
        for age, reach in cells:
            near = marks[(marks["sex"] == sex) & ((marks["age"] - age).abs() <= reach)]
            values_of = near.drop(columns=["kind", "image_id", "sex", "age"])
            cell = {kind: values_of[near["kind"] == kind] for kind in ("drawn", "real")}
            for mark in cell["drawn"].columns:
                values = {kind: cell[kind][mark].dropna() for kind in cell}
                rows.append(
                    {
                        "sex": sex,
                        "age": age,
                        "mark": mark,
                        **{kind: round(float(values[kind].median()), 3) for kind in values},
                        **{f"sd_{kind}": round(_spread(values[kind]), 3) for kind in values},
                        **{f"n_{kind}": len(values[kind]) for kind in values},
                    }
                )
    return pd.DataFrame(rows)


def _spread(values: pd.Series) -> float:
    """Return half the distance of the 16th and 84th percentiles: an SD that outliers spare."""
    return float(values.quantile(0.84) - values.quantile(0.16)) / 2


def overview(
    films: Sequence[np.ndarray], places: Sequence[dict[str, np.ndarray]], path: Path
) -> None:
    """Draw a sheet of films with the places that were found, to be looked at."""
    sheet = Image.new("RGB", (5 * 400, -(-len(films) // 5) * 512))
    for i, (film, at) in enumerate(zip(films, places, strict=True)):
        grey = np.clip(film / max(float(np.quantile(film, 0.995)), 1e-6), 0, 1)
        picture = Image.fromarray((255 * grey).astype(np.uint8)).convert("RGB")
        pen = ImageDraw.Draw(picture)
        for row, column in at.values():
            pen.ellipse((column - 2, row - 2, column + 2, row + 2), outline=(255, 80, 80))
        picture.thumbnail((400, 512))
        sheet.paste(picture, ((i % 5) * 400, (i // 5) * 512))
    sheet.save(path)


if __name__ == "__main__":
    main()
