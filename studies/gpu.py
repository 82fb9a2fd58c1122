"""The graphics card beside the CPU, by the kit's own calls, on one machine and in one run.

    python studies/gpu.py --out DIR

The script measures:

- images per second in training and in prediction (both sides alternate; medians of the ratios);
- how far the shipped model's predictions differ between card and CPU;
- whether a training on the card gives the same digits twice, and after an interruption;
- how far the card's network is from the CPU's network, and from one with another seed;
- the card's peak memory.

``DIR/gpu.json`` holds the results with their provenance. It is written again after each part.
``--device cpu`` tries the program without a card. Without a card and without this option, the
script ends with 2.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from boneage_kit import BadInput, evaluation, models, phantom, provenance, training
from boneage_kit._io import write_json
from boneage_kit.datasets.phantom import draw, prepared
from boneage_kit.shelf import stored_model
from boneage_kit.training.callbacks import EpochHistory

#: Network, side in pixels, and how it is trained where its digits are compared.
CASES = {
    "efficientnet_lite0": (128, {"epochs": 3, "schedule": "fine_tune"}),
    "bonet": (96, {"epochs": 12, "schedule": "one_cycle"}),
}


class Hands:
    """Phantoms drawn at each side in ``sides``; rows from ``held_out`` on are never trained on."""

    def __init__(self, n: int, held_out: int) -> None:
        self.table = phantom.cohort(n=n + held_out, seed=30_000).reset_index(drop=True)
        self.ages = self.table["true_bone_age"].to_numpy()
        self.sexes = self.table["sex"].to_numpy()
        self.train, self.test = np.arange(n), np.arange(n, n + held_out)
        rows = self.table.to_dict("records")
        workers = min(16, int(provenance.machine()["cores"]))
        with ProcessPoolExecutor(workers, initializer=partial(threadpool_limits, 1)) as pool:
            self.images = {
                side: np.stack(list(pool.map(partial(_drawn, side=side), rows, chunksize=8)))
                for side, _ in CASES.values()
            }

    def of(self, side: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.images[side][rows], self.ages[rows], self.sexes[rows]

    def read(self, model: torch.nn.Module, side: int, device: str) -> pd.DataFrame:
        images, ages, sexes = self.of(side, self.test)
        years = training.predict(model, images, sexes, device=device)
        return pd.DataFrame({"image_id": self.test, "sex": sexes, "y_true": ages, "y_pred": years})


def _drawn(row: dict, side: int) -> np.ndarray:
    return prepared(draw(row, side), side)


def network(name: str, seed: int = 0) -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return models.create(name, sex_input=True)


def speed(hands: Hands, name: str, card: str, options: argparse.Namespace) -> dict:
    """Return images per second in training and prediction on both, and the card's peak memory."""
    side, _ = CASES[name]
    model = network(name)

    def rates(device: str, n: int, passes: int) -> tuple[float, float]:
        images, ages, sexes = hands.of(side, hands.train[:n])
        fitted = training.fit(
            model,
            images,
            ages,
            sexes,
            epochs=passes,
            batch=options.batch,
            schedule="one_cycle",
            learning_rate=1e-4,
            progress=False,
            device=device,
        )
        began = time.perf_counter()
        training.predict(model, images, sexes, batch=options.batch, device=device)
        return fitted.images_per_second, n / (time.perf_counter() - began)

    sides = {"cpu": (options.cpu_n, 1), card: (len(hands.train), options.passes)}
    for device in sides:
        rates(device, 2 * options.batch, 1)  # the first steps load libraries and choose algorithms
    turns = []
    memory = peak_memory(card)
    for turn in range(options.repeats):
        order = list(sides) if turn % 2 else list(sides)[::-1]
        found = {device: rates(device, *sides[device]) for device in order}
        turns.append((found["cpu"], found[card]))
    row = {"model": name, "pixels": side, "batch": options.batch}
    for k, what in enumerate(("training", "reading")):
        cpu, gpu = ([pair[device][k] for pair in turns] for device in (0, 1))
        ratios = [b / a for a, b in zip(cpu, gpu, strict=True)]
        row[what] = {
            "cpu_images_a_second": statistics.median(cpu),
            "device_images_a_second": statistics.median(gpu),
            "ratio": statistics.median(ratios),
            "least": min(ratios),
            "most": max(ratios),
        }
        say(
            f"{name} at {side} px, {what}: {statistics.median(cpu):.0f} images/s on the CPU, "
            f"{statistics.median(gpu):.0f} on {card}: {statistics.median(ratios):.1f} times "
            f"({min(ratios):.1f} to {max(ratios):.1f})"
        )
    row["peak_mb"] = memory()
    say(f"  peak memory on {card}: {row['peak_mb'] or 'unknown'} MB at batches of {options.batch}")
    return row


def peak_memory(card: str) -> Callable[[], float | None]:
    """Start to measure; return a function that gives the peak since then, in MB (CUDA only)."""
    if not card.startswith("cuda"):
        return lambda: None
    torch.cuda.reset_peak_memory_stats()
    return lambda: round(torch.cuda.max_memory_allocated() / 1e6)


def shipped(hands: Hands, card: str) -> dict:
    """Return how far the shipped model's predictions differ between CPU and card."""
    stored = stored_model.load()
    images, _, sexes = hands.of(stored.size, hands.test)
    read = partial(training.predict, stored.model, images, sexes, test_time_augmentation=True)
    cpu, found = read(device="cpu"), {"n": len(images), "pixels": stored.size}
    before = torch.backends.cudnn.allow_tf32
    for name, allowed in (("as it comes", before), ("without TF32", False)):
        torch.backends.cudnn.allow_tf32 = allowed
        apart = np.abs(read(device=card) - cpu)
        found[name] = {"largest_years": apart.max(), "mean_years": apart.mean()}
        say(
            f"shipped model, {name}: predictions on {card} and on the CPU differ by "
            f"{apart.max():.2g} years at most, {apart.mean():.2g} on average, "
            f"over {len(images)} phantoms"
        )
    torch.backends.cudnn.allow_tf32 = before
    return found


def digits(hands: Hands, name: str, card: str, n: int) -> dict:
    """Train on the card twice, interrupted, and with another seed. Train once on the CPU."""
    side, recipe = CASES[name]

    def trained(device: str, seed: int = 0, checkpoint: Path | None = None) -> torch.nn.Module:
        return training.fit(
            network(name, seed),
            *hands.of(side, hands.train[:n]),
            **recipe,
            seed=seed,
            progress=False,
            device=device,
            checkpoint=checkpoint,
        ).model

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.pt"
        with mock.patch.object(EpochHistory, "after_epoch", _stop_after(2)):
            try:
                trained(card, checkpoint=state)
            except KeyboardInterrupt:
                pass
        nets = {
            "first": trained(card),
            "again": trained(card),
            "resumed": trained(card, checkpoint=state),
            "other seed": trained(card, seed=1),
            "cpu": trained("cpu"),
        }
    tables = {key: hands.read(net, side, "cpu") for key, net in nets.items()}
    row = {"model": name, "pixels": side, "n_train": n, **recipe}
    for key in ("again", "resumed"):
        same = all(
            torch.equal(a, b)
            for a, b in zip(
                nets["first"].state_dict().values(), nets[key].state_dict().values(), strict=True
            )
        )
        apart = float((tables[key]["y_pred"] - tables["first"]["y_pred"]).abs().max())
        row[key] = {"same_digits": same, "largest_years": apart}
        say(
            f"{name} trained on {card}, {key}: {'the same digits' if same else 'OTHER digits'}, "
            f"predictions {apart:.2g} years apart at most"
        )
    for key in ("cpu", "other seed"):
        found = evaluation.compare(tables["first"], tables[key])
        row[key] = {
            "mae_device": found.mae_a,
            "mae": found.mae_b,
            "lower": found.lower,
            "difference": found.difference,
            "upper": found.upper,
            "n_test": found.n,
        }
        say(
            f"{name}, MAE {found.mae_a:.3f} years from {card}, {found.mae_b:.3f} from {key}: "
            f"difference {found.difference:+.3f} ({found.lower:+.3f} to {found.upper:+.3f})"
        )
    return row


def _stop_after(passes: int) -> Callable[[EpochHistory], None]:
    original, seen = EpochHistory.after_epoch, []

    def after_epoch(self: EpochHistory) -> None:
        original(self)
        seen.append(1)
        if len(seen) == passes:
            raise KeyboardInterrupt

    return after_epoch


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out/gpu"))
    parser.add_argument("--device", help="default: by the kit's own rule")
    parser.add_argument("--n", type=int, default=1200, help="phantoms to train on, for speed")
    parser.add_argument("--cpu-n", type=int, default=512, help="of these, for the CPU's speed")
    parser.add_argument("--passes", type=int, default=4, help="over them, for the card's speed")
    parser.add_argument("--few", type=int, default=480, help="of these, where digits are compared")
    parser.add_argument("--held-out", type=int, default=300)
    parser.add_argument("--batch", type=int, default=64, help="images per step, for speed")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    card = str(models.choose_device(options.device))
    if card == "cpu" and not options.device:
        raise BadInput(
            "There is no graphics card here (CUDA or MPS).",
            "Run this on a machine with one, or try it with --device cpu.",
        )
    began = time.perf_counter()
    hands = Hands(options.n, options.held_out)
    chip = torch.cuda.get_device_name() if card.startswith("cuda") else card
    say(
        f"{chip} against {torch.get_num_threads()} threads, torch {torch.__version__}; "
        f"{len(hands.ages)} phantoms drawn in {time.perf_counter() - began:.0f} s"
    )
    content = {
        "made": provenance.now(),
        "kit": provenance.kit(),
        "machine": provenance.machine(),
        "versions": provenance.versions(),
        "device": card,
        "chip": chip,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "threads": torch.get_num_threads(),
        "settings": {key: value for key, value in vars(options).items() if key != "out"},
        "speed": [],
        "shipped": {},
        "digits": [],
    }
    parts = [("speed", partial(speed, hands, name, card, options)) for name in CASES]
    parts += [("shipped", partial(shipped, hands, card))]
    parts += [("digits", partial(digits, hands, name, card, options.few)) for name in CASES]
    for key, part in parts:
        found = part()
        content[key] = found if key == "shipped" else [*content[key], found]
        content["seconds"] = round(time.perf_counter() - began, 1)
        write_json(options.out / "gpu.json", content)
    say(f"{options.out / 'gpu.json'}, {content['seconds']:.0f} s")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    try:
        raise SystemExit(main())
    except BadInput as error:
        sys.stderr.write(f"gpu.py: {error}\n")
        raise SystemExit(2) from None
