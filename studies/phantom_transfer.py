"""From phantom to real and back: a network that saw one kind of hand predicts the other kind.

    python studies/phantom_transfer.py --data rsna:../shared/real/rsna_thumbnails.zip \
        --out runs/phantom_transfer

Phantom to real: EfficientNet-Lite0 (ImageNet start, the child's sex as input) learns --phantoms
drawn hands and predicts the real ones. The ages are uniform over 0.5 to 18 (girls) or 19 years
(boys), and the difficulty is 0.4 to 1. The phantoms are reduced in size as the real thumbnails were
(``phantom.as_thumbnail``). No real label is used. ImageNet's batch statistics are kept, because
those of phantoms are wrong for real hands. ``datasets.folds(k=2, seed=0)`` halves the real set. We
chose the drawing and the settings while we looked at half A and its labels. The results are
reported on half B, and beside it on 1,000 images of half A.

The table has more rows. For the second row, another network learns the same phantoms, but each
phantom takes over a part of the spectrum of a film of half A (after Fourier domain adaptation: Yang
and Soatto, CVPR 2020). For the third row, the training goes on in --turns: the network predicts the
images of half A, and learns its own predictions, with augmentation, together with phantoms. Neither
row uses a label. For the last row, these predictions are shifted and stretched until those of half
A have the mean and SD of the data set's labels. That row uses nothing else of the labels.

``--real rsna_512 --pixels 224 --phantoms 4000`` predicts films of true proportions instead, by the
protocol of ``film_protocol.py``. It leaves ``films.csv`` and ``films_read.csv``.

Real to phantom: models that learned real thumbnails predict --clean new phantoms of difficulty 0
and 2 to 17 years, cut and squeezed as the thumbnails. One is the model that ships with the kit. An
early drawing was tuned with a half-trained network of its kind. Therefore two models with which
nothing was tuned stand beside it. Both learned half A alone: the network fine-tuned anew, with
another seed and size, and its frozen ImageNet features with a ridge.

The command keeps everything in --out. A stopped command goes on where it was. It leaves
``summary.csv``, ``predictions.csv``, ``scatter.png`` and ``worst_*.png``. None of its numbers is a
clinical result.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from boneage_kit import datasets, evaluation, phantom, plots
from boneage_kit._io import write_atomically
from boneage_kit.datasets.image_cache import ImageCache
from boneage_kit.phantom import PHANTOM_VERSION
from boneage_kit.radiograph import to_square

SIDE, DRAWN = 100, 512
REPORTED, LENT = "phantoms alone", "phantoms with the spectra of half A"
TAUGHT = "then its own readings of half A"
SPREAD = "the same, stretched to the labels' mean and SD"
LABELS = 127.32 / 12, 41.18 / 12  # years: mean and SD of RSNA 2017's 12,611 training labels
OLDEST = {"F": 18.0, "M": 19.0}
TO_REAL, TO_PHANTOM, TO_ITSELF = "phantom to real", "real to phantom", "real to real"
FROZEN, FROZEN_PIXELS, TUNED = "frozen features + ridge", 96, "fine-tuned on half A"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--phantoms", type=int, default=6000)
    parser.add_argument("--pixels", type=int, default=160)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--turns", type=int, default=3, help="of learning its own predictions")
    parser.add_argument("--clean", type=int, default=400, help="phantoms that are predicted")
    parser.add_argument("--judge-pixels", type=int, default=64)
    parser.add_argument("--judge-epochs", type=int, default=3, help="0: no fine-tuned judge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes that draw")
    parser.add_argument(
        "--real",
        choices=("thumbnails", "rsna_512"),
        default="thumbnails",
        help="rsna_512: films of true proportions, see film_protocol.py",
    )
    parser.add_argument("--part-3", action="store_true", help="rsna_512: read part 3, once")
    parser.add_argument("--minutes", type=float, default=9, help="rsna_512: of the landmarks")
    parser.add_argument("--threads", type=int, default=2, help="of the training")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    import torch

    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.real == "rsna_512":
        import film_protocol

        film_protocol.run(
            options, children(options.phantoms, options.seed, clean=False), trained, LikeFilms
        )
        return
    real = datasets.load(options.data)
    half_b = datasets.folds(real.table, k=2, seed=0) == 1
    tables = [*phantom_to_real(options, real, half_b), *real_to_phantom(options, real, half_b)]
    predictions = pd.concat(tables, ignore_index=True)
    write_atomically(
        options.out / "predictions.csv", lambda path: predictions.to_csv(path, index=False)
    )
    table = summary(predictions, real.table, half_b)
    write_atomically(options.out / "summary.csv", lambda path: table.to_csv(path, index=False))
    figures(options, predictions, real)
    print(table.to_string(index=False))


def children(n: int, seed: int, *, clean: bool) -> pd.DataFrame:
    """Return the settings of ``n`` phantoms: girls and boys in turn, ages uniform."""
    rng = np.random.default_rng([seed, int(clean)])
    sex = np.array(["F", "M"])[np.arange(n) % 2]
    low, high = (2.0, np.full(n, 17.0)) if clean else (0.5, np.where(sex == "M", 19.0, 18.0))
    return pd.DataFrame(
        {
            "image_id": [f"phantom-{i + 1:05d}" for i in range(n)],
            "sex": sex,
            "bone_age": np.round(low + (high - low) * rng.random(n), 3),
            "seed": rng.integers(2**31, size=n),
            "difficulty": 0.0 if clean else np.round(rng.uniform(0.4, 1, n), 3),
            "variation": 1.0 if clean else np.round(rng.uniform(0.8, 1.5, n), 3),
        }
    )


def draw(path: Path, n: int, jobs: list[tuple[int, dict]]) -> int:
    """Draw rows into the cache file; this is one call of a drawing process."""
    store = ImageCache(path, n, SIDE)
    for number, row in jobs:
        child = phantom.render(
            row["sex"], row["bone_age"], row["seed"], DRAWN, row["difficulty"], row["variation"]
        )
        aspect = None if row["difficulty"] else phantom.FILM_ASPECT
        square = to_square(phantom.as_thumbnail(child, SIDE, aspect), SIDE)
        store.write(number, np.rint(square * 255).astype(np.uint8))
    return len(jobs)


def drawn(options: argparse.Namespace, table: pd.DataFrame, name: str) -> np.ndarray:
    """Return the table's phantoms as uint8 [n, 100, 100]; draw those that are not kept yet."""
    path = options.out / f"{name}-{len(table)}-{options.seed}-{PHANTOM_VERSION}.u8"
    store, rows = ImageCache(path, len(table), SIDE), table.to_dict("records")
    jobs = [(int(i), rows[i]) for i in store.missing(np.arange(len(table)))]
    parts = [jobs[i : i + 20] for i in range(0, len(jobs), 20)]
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        for _ in tqdm(
            pool.map(partial(draw, path, len(table)), parts),
            total=len(parts),
            desc=name,
            file=sys.stderr,
            disable=not parts,
        ):
            pass
    return store.read(np.arange(len(table)))


def reduced(images: np.ndarray, pixels: int) -> np.ndarray:
    """Return images uint8 [n, s, s] reduced by averaging (or enlarged, between pixels)."""
    way = Image.Resampling.BOX if pixels < images.shape[1] else Image.Resampling.BILINEAR
    return np.stack(
        [np.asarray(Image.fromarray(image).resize((pixels, pixels), way)) for image in images]
    )


class LikeFilms:
    """Change images; then, for six in ten, mix a film's spectrum into that of the image.

    The phase, which holds the shapes, stays. A share of the logarithm of the amplitude, drawn from
    0 to 1, comes from one of ``films`` (uint8 [n, s, s]); both are drawn anew for each image.
    """

    def __init__(self, changes, films: np.ndarray) -> None:  # noqa: ANN001 - an Augmentation
        self.changes, self.films = changes, films

    def __str__(self) -> str:
        return f"{self.changes} with the spectra of {len(self.films)} films"

    def __call__(self, images, generator):  # noqa: ANN001, ANN204 - tensors
        import torch

        def uniform() -> torch.Tensor:
            return torch.rand(len(images), 1, 1, 1, generator=generator, device=generator.device)

        changed = self.changes(images, generator)
        rows = torch.randint(
            len(self.films), (len(images),), generator=generator, device=generator.device
        )
        films = torch.from_numpy(self.films[rows.cpu().numpy()])[:, None].to(changed) / 255
        share = uniform() * (uniform() < 0.6)
        own = torch.fft.rfft2(changed)
        amplitude = torch.lerp(
            (own.abs() + 1e-4).log(), (torch.fft.rfft2(films).abs() + 1e-4).log(), share
        ).exp()
        mixed = torch.polar(amplitude, own.angle())
        return torch.fft.irfft2(mixed, changed.shape[-2:]).clamp_(0, 1)


def trained(
    options: argparse.Namespace,
    name: str,
    images: np.ndarray,
    table: pd.DataFrame,
    start=None,
    **how: object,
):  # noqa: ANN001, ANN201 - a network
    """Return EfficientNet-Lite0 trained on ``images`` as ``how`` says, or the kept network.

    It starts from a copy of ``start``, or else from ImageNet's weights.
    """
    import torch

    from boneage_kit import models, training

    path = options.out / f"{name}.pt"
    with torch.random.fork_rng():
        torch.manual_seed(how["seed"])
        new = start is None and not path.exists()
        model = models.create("efficientnet_lite0", pretrained=new, sex_input=True)
    if path.exists():
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        return model.eval()
    if start is not None:
        model.load_state_dict(start.state_dict())
    if how.pop("hold_statistics", True):
        for layer in model.modules():  # phantoms' batch statistics would be wrong for real hands
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.eval().train = lambda mode=True, layer=layer: layer
    fitted = training.fit(
        model,
        images,
        table["bone_age"].to_numpy(float),
        list(table["sex"]),
        schedule="one_cycle",
        learning_rate=1.2e-3,
        progress=False,
        checkpoint=options.out / f"{name}-checkpoint.pt",
        **how,
    )
    print(fitted.history.round(3).to_string(index=False), file=sys.stderr)
    write_atomically(path, lambda file: torch.save(fitted.model.state_dict(), file))
    return fitted.model


def phantom_to_real(
    options: argparse.Namespace, real: datasets.Dataset, half_b: np.ndarray
) -> list[pd.DataFrame]:
    """Return predictions of half B, and of 1,000 of half A, by networks that saw no label."""
    from boneage_kit import training

    learnt = children(options.phantoms, options.seed, clean=False)
    first, second = np.flatnonzero(~half_b), np.flatnonzero(half_b)
    some = first[datasets.stratified_subset(real.table.iloc[first], 1000, seed=1)]
    rows = np.concatenate([some, second])
    table, half = real.table.iloc[rows], np.repeat(["A", "B"], [len(some), len(second)])
    images = reduced(drawn(options, learnt, "phantoms"), options.pixels)
    name = f"phantoms-{len(learnt)}-{options.pixels}-{options.epochs}-{options.seed}"
    strong = training.Augmentation(
        rotation=12,
        shift=0.06,
        scale=0.12,
        brightness=0.10,
        contrast=0.3,
        gamma=0.4,
        noise=0.03,
        texture=0.6,
    )
    stronger = training.Augmentation(
        rotation=25,
        shift=0.10,
        scale=0.25,
        brightness=0.15,
        contrast=0.4,
        gamma=0.6,
        noise=0.05,
        texture=0.6,
    )
    how = {"seed": options.seed, "loss": "smooth_l1", "batch": 64}
    name = f"{name}-{PHANTOM_VERSION}"
    alone = trained(options, name, images, learnt, epochs=options.epochs, augment=strong, **how)
    unlabelled = real.table.iloc[first][["image_id", "sex"]]
    films = reduced(real.images(SIDE, first), options.pixels)
    lent = trained(
        options,
        f"{name}-lent",
        images,
        learnt,
        epochs=options.epochs,
        augment=LikeFilms(strong, films),
        **how,
    )
    taught = self_taught(
        options,
        f"{name}-lent",
        lent,
        (images, learnt),
        (films, unlabelled),
        {"augment": LikeFilms(stronger, films), **how},
    )
    hands, sexes = reduced(real.images(SIDE, rows), options.pixels), list(table["sex"])
    alone, lent, own = (
        training.predict(reader, hands, sexes, test_time_augmentation=True)
        for reader in (alone, lent, taught)
    )
    mean, sd = LABELS
    spread = mean + sd * (own - own[half == "A"].mean()) / own[half == "A"].std()
    return [
        readings(TO_REAL, way, table, years, half)
        for way, years in ((REPORTED, alone), (LENT, lent), (TAUGHT, own), (SPREAD, spread))
    ]


def self_taught(
    options: argparse.Namespace,
    name: str,
    model,
    phantoms: tuple,  # noqa: ANN001
    hands: tuple,
    how: dict,
):  # noqa: ANN201 - a network
    """Return the network after it learned its own predictions of real images, in turns.

    No label is used. The network also learns half as many phantoms, whose age is known, so that
    the scale of the ages stays right.
    """
    from boneage_kit import training

    images, table = hands
    known = np.arange(min(len(table) // 2, len(phantoms[1])))
    for turn in range(options.turns):
        years = training.predict(model, images, list(table["sex"]), test_time_augmentation=True)
        own = table.assign(bone_age=np.clip(years, 0, 19))
        both = pd.concat([phantoms[1].iloc[known], own])[["sex", "bone_age"]]
        model = trained(
            options,
            f"{name}-turn{turn + 1}",
            np.concatenate([phantoms[0][known], images]),
            both,
            model,
            epochs=2,
            **how,
        )
    return model


def real_to_phantom(
    options: argparse.Namespace, real: datasets.Dataset, half_b: np.ndarray
) -> list[pd.DataFrame]:
    """Return predictions of clean phantoms by models that learned real thumbnails."""
    from boneage_kit.shelf import stored_model

    table = children(options.clean, options.seed + 1, clean=True)
    images = drawn(options, table, "clean")
    held = np.flatnonzero(half_b)
    held = held[datasets.stratified_subset(real.table.iloc[held], 1000, seed=0)]
    shipped = stored_model.load()
    years = shipped.predict(reduced(images, shipped.size), list(table["sex"]))
    found = [readings(TO_PHANTOM, "shipped model", table, years, "")]
    for name, (side, read) in judges(options, real, np.flatnonzero(~half_b)).items():
        for direction, part, hands, half in (
            (TO_PHANTOM, table, images, ""),
            (TO_ITSELF, real.table.iloc[held], real.images(SIDE, held), "B"),
        ):
            years = read(reduced(hands, side), list(part["sex"]))
            found.append(readings(direction, name, part, years, half))
    return found


def judges(options: argparse.Namespace, real: datasets.Dataset, rows: np.ndarray) -> dict:
    """Return image side and predicting function of models that learned the real hands ``rows``."""
    from boneage_kit import training
    from boneage_kit.features.feature_model import FeatureModel

    seed = options.seed + 7
    table = real.table.iloc[rows]
    ages, sexes = table["bone_age"].to_numpy(float), list(table["sex"])
    hands = real.images(SIDE, rows)
    frozen = FeatureModel("efficientnet_lite0", seed=seed)
    frozen.fit(reduced(hands, FROZEN_PIXELS), ages, sexes)
    found = {FROZEN: (FROZEN_PIXELS, frozen.predict)}
    if options.judge_epochs:
        side = options.judge_pixels
        model = trained(
            options,
            f"judge-{side}-{options.judge_epochs}-{seed}",
            reduced(hands, side),
            table,
            epochs=options.judge_epochs,
            seed=seed,
            batch=16,
            hold_statistics=False,
        )
        found[TUNED] = side, partial(training.predict, model, test_time_augmentation=True)
    return found


def readings(
    direction: str, reader: str, table: pd.DataFrame, years: np.ndarray, half: np.ndarray | str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "direction": direction,
            "reader": reader,
            "half": half,
            "image_id": table["image_id"].to_numpy(),
            "sex": table["sex"].to_numpy(),
            "y_true": table["bone_age"].to_numpy(float).round(4),
            "y_pred": np.maximum(years, 0).round(4),
        }
    )


def summary(predictions: pd.DataFrame, records: pd.DataFrame, half_b: np.ndarray) -> pd.DataFrame:
    """Return one row per direction, model, half and sex, and the floor of half B."""
    floor = evaluation.constant_predictor(records[~half_b], records[half_b])
    floor = floor.assign(direction="floor", reader="the sex's median of half A", half="B")
    rows = []
    everything = pd.concat([predictions, floor], ignore_index=True)
    for key, part in everything.groupby(["direction", "reader", "half"], sort=False):
        for sex in ("both", "F", "M"):
            rows.append(
                {
                    **dict(zip(("direction", "reader", "half"), key, strict=True)),
                    "sex": sex,
                    **measures(part if sex == "both" else part[part["sex"] == sex]),
                }
            )
    return pd.DataFrame(rows).round(3)


def measures(part: pd.DataFrame) -> dict[str, float]:
    """Return n, Pearson r, slope, intercept, bias and MAE with 95 % bootstrap intervals."""
    true, pred = part["y_true"].to_numpy(), part["y_pred"].to_numpy()
    mae = 12 * np.array(evaluation.bootstrap_interval(evaluation.mae, part))
    found = {
        "n": len(part),
        "mae_months": mae[0],
        "mae_lower": mae[1],
        "mae_upper": mae[2],
        "bias_months": 12 * float(np.mean(pred - true)),
    }
    if part["direction"].iloc[0] != "floor":
        found["slope"], found["intercept_years"] = np.polyfit(true, pred, 1)
        r = evaluation.bootstrap_interval(lambda a, b: float(np.corrcoef(a, b)[0, 1]), part)
        found |= {"r": r[0], "r_lower": r[1], "r_upper": r[2]}
    return found


def figures(options: argparse.Namespace, predictions: pd.DataFrame, real: datasets.Dataset) -> None:
    """Draw both scatter panels and the worst cases of each direction."""
    plots.use_style()
    to_real = predictions[
        (predictions["direction"] == TO_REAL)
        & (predictions["half"] == "B")
        & (predictions["reader"] == REPORTED)
    ]
    back = predictions[
        (predictions["direction"] == TO_PHANTOM) & (predictions["reader"] == "shipped model")
    ]
    axes = plots.both_directions(to_real, back)
    axes[0].figure.savefig(options.out / "scatter.png", dpi=110)
    clean = drawn(options, children(options.clean, options.seed + 1, clean=True), "clean")
    place = {name: i for i, name in enumerate(real.table["image_id"])}
    for name, table, images in (
        ("real", to_real, lambda ids: real.images(SIDE, np.array([place[i] for i in ids]))),
        ("phantom", back, lambda ids: clean[[int(i[8:]) - 1 for i in ids]]),
    ):
        worst = table.loc[(table["y_pred"] - table["y_true"]).abs().nlargest(12).index]
        figure = plots.worst_readings(images(list(worst["image_id"])), worst)
        figure.savefig(options.out / f"worst_{name}.png", dpi=110)


if __name__ == "__main__":
    main()
