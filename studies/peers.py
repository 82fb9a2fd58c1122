"""The kit beside other recipes, as ratios, in one run: training, inference, decoding.

    make bench                                    (after the notebooks' minutes and memory)
    python studies/peers.py --repeats 5 --threads 2

Every side does the same work on the same files with the same network (EfficientNet-Lite0, 128 px,
random weights). The sides take turns, and the script prints medians of the pairwise ratios. A
ratio above 1 says that the kit is that many times as fast. The time is processor time, so that
other work on the machine changes it little. With one thread it equals the time on the clock of an
idle machine.

training   from files through two epochs of training, decoding included: a plain PyTorch loop
           (Dataset, DataLoader, Pillow, no augmentation), MONAI's CacheDataset with RandAffine, the
           fastai recipe of vs_fastai.py; and the bare forward-backward-step, which no loop can
           beat. One epoch of the kit takes as long as a bare epoch (0.98; training_loop.py). Each
           training needs about half a second more, once, for its Learner and for giving memory
           back. Two epochs over few images are too short to make up for that
inference  from images in memory to ages: the plain PyTorch loop, and the bare forward pass
decode     from a file to grey levels: Pillow, pydicom, MONAI (studies/decode.py has more)
others     phantoms per second, seconds and memory of ``import boneage_kit`` and ``import torch``

MONAI is optional (pip install --no-deps monai). Without it, its lines are left out.
"""

from __future__ import annotations

import argparse
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import vs_fastai
from decode import by_pillow, by_pydicom

import boneage_kit as bk
from boneage_kit import models, phantom, training
from boneage_kit.radiograph import to_square

SIDE, BATCH, PASSES = 128, 16, 2


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return models.create("efficientnet_lite0", pretrained=False)


def learn(model: torch.nn.Module, batches: list | torch.utils.data.DataLoader) -> None:
    """A loop as in most tutorials: forward, L1, backward, AdamW."""
    optimiser = torch.optim.AdamW(model.parameters(), 1e-4)
    model.train()
    for images, ages in batches:
        loss = torch.nn.functional.l1_loss(
            model(images, torch.zeros(len(images), dtype=torch.long)), ages[:, None].float()
        )
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()


class Files(torch.utils.data.Dataset):
    """Plain PyTorch: it decodes each picture each time it needs it."""

    def __init__(self, paths: list[Path], ages: np.ndarray) -> None:
        self.paths, self.ages = paths, ages

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, float]:
        from PIL import Image

        image = Image.open(self.paths[row]).convert("L").resize((SIDE, SIDE))
        return torch.from_numpy(np.array(image, dtype=np.float32)[None] / 255), self.ages[row]


def plain_pytorch(paths: list[Path], ages: np.ndarray) -> None:
    model = network()
    for _ in range(PASSES):
        learn(model, torch.utils.data.DataLoader(Files(paths, ages), BATCH, shuffle=True))


def monai_cached(paths: list[Path], ages: np.ndarray) -> None:
    from monai import transforms
    from monai.data import CacheDataset, DataLoader

    load = transforms.Compose(
        [
            transforms.LoadImaged("image", reader="PILReader", image_only=True),
            transforms.EnsureChannelFirstd("image"),
            transforms.ScaleIntensityd("image"),
            transforms.Resized("image", (SIDE, SIDE)),
            transforms.RandAffined(
                "image",
                prob=1,
                rotate_range=0.3,
                scale_range=0.1,
                translate_range=5,
                padding_mode="zeros",
            ),
        ]
    )
    rows = [{"image": str(path), "age": age} for path, age in zip(paths, ages, strict=True)]
    cached = CacheDataset(rows, load, progress=False)
    model = network()
    for _ in range(PASSES):
        learn(
            model,
            [
                (batch["image"].as_tensor(), batch["age"])
                for batch in DataLoader(cached, BATCH, shuffle=True)
            ],
        )


def bare_steps(paths: list[Path], ages: np.ndarray) -> None:
    model = network().to(memory_format=torch.channels_last)
    images = torch.rand(BATCH, 1, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
    learn(model, [(images, torch.rand(BATCH))] * (PASSES * len(paths) // BATCH))


def kit_training(paths: list[Path], ages: np.ndarray) -> None:
    squares = [to_square(bk.read_radiograph(path).pixels, SIDE) for path in paths]
    images = np.rint(np.stack(squares) * 255).astype(np.uint8)
    training.fit(
        network(),
        images,
        ages,
        ["F"] * len(paths),
        epochs=PASSES,
        batch=BATCH,
        learning_rate=1e-4,
        schedule="one_cycle",
        progress=False,
    )


def plain_reading(images: np.ndarray) -> None:
    model = network().eval()
    with torch.no_grad():
        for start in range(0, len(images), 32):
            part = torch.from_numpy(images[start : start + 32, None].astype(np.float32) / 255)
            model(part, torch.zeros(len(part), dtype=torch.long))


def bare_reading(images: np.ndarray) -> None:
    model = network().eval().to(memory_format=torch.channels_last)
    part = torch.rand(32, 1, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(len(images) // 32):
            model(part, torch.zeros(32, dtype=torch.long))


def kit_reading(images: np.ndarray) -> None:
    training.predict(network(), images, ["F"] * len(images))


def by_monai(reader: str) -> Callable[[Path], object]:
    from monai.transforms import LoadImage

    return LoadImage(reader=reader, image_only=True)


def seconds(work: Callable, *arguments: object) -> float:
    """Return the processor seconds of this process and of those that it started and ended."""
    started = processor_seconds()
    work(*arguments)
    return processor_seconds() - started


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def compare(
    what: str, ours: Callable, others: dict[str, Callable], repeats: int, *arguments: object
) -> None:
    """Print their time over the kit's for each other side, in turns after one to warm up."""
    sides = {"kit": ours, **others}
    turns = [
        {name: seconds(work, *arguments) for name, work in sides.items()}
        for _ in range(repeats + 1)
    ][1:]
    for name in others:
        ratios = sorted(turn[name] / turn["kit"] for turn in turns)
        print(
            f"{what:34}{name:28}{statistics.median(ratios):7.2f}  "
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}",
            flush=True,
        )


def optional(others: dict[str, Callable], name: str, make: Callable) -> dict[str, Callable]:
    try:
        import monai  # noqa: F401
    except ImportError:
        return others
    return {**others, name: make()}


def imported(module: str) -> tuple[float, float]:
    """Return processor seconds and megabytes of a fresh Python that imports a module."""
    code = (
        f"import time; t = time.process_time(); import {module}; import psutil; "
        "print(time.process_time() - t, psutil.Process().memory_info().rss / 1e6)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]
    return tuple(statistics.median(float(run[k]) for run in runs) for k in (0, 1))


def decoding(repeats: int, folder: Path) -> None:
    drawn = phantom.render(sex="F", bone_age=10.0, seed=0, size=2000)
    for what, path, libraries, reader in (
        (
            "decode: PNG, 8 bits, 2000 px",
            phantom.write_png(drawn, folder / "a.png"),
            by_pillow,
            "PILReader",
        ),
        (
            "decode: DICOM, 2000 px",
            phantom.write_dicom(drawn, folder / "a.dcm"),
            by_pydicom,
            "PydicomReader",
        ),
    ):
        others = {f"{libraries.__name__[3:]} by hand": libraries}
        others = optional(others, f"MONAI's {reader}", lambda reader=reader: by_monai(reader))
        compare(what, bk.read_radiograph, others, 2 * repeats, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    ages = np.random.default_rng(0).uniform(1, 18, arguments.images)
    print(
        f"{arguments.images} images, {arguments.repeats} turns, {arguments.threads} thread(s), "
        f"seed 0; theirs / ours in seconds of the processor\n\n{'work':34}{'against':28}"
        f"{'ratio':>7}  from to"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("thumbnails", "fullsize"):
            paths = vs_fastai.files_of(kind, arguments.images, folder)
            others = {
                "plain PyTorch loop": plain_pytorch,
                "plain fastai recipe": vs_fastai.plain_fastai,
            }
            others = optional(others, "MONAI's CacheDataset", lambda: monai_cached)
            if kind == "thumbnails":
                others["bare steps (the limit)"] = bare_steps
            compare(f"training from {kind}", kit_training, others, arguments.repeats, paths, ages)
        images = np.random.default_rng(0).integers(0, 255, (64, SIDE, SIDE), dtype=np.uint8)
        compare(
            "inference",
            kit_reading,
            {"plain PyTorch loop": plain_reading, "bare forward (the limit)": bare_reading},
            arguments.repeats,
            images,
        )
        decoding(arguments.repeats, folder)
    rate = 20 / seconds(lambda: [phantom.render("F", k, seed=k, size=256) for k in range(20)][0])
    print(f"\nphantoms of 256 px per second: {rate:.1f}")
    for module in ("boneage_kit", "torch"):
        print("import {}: {:.2f} s, {:.0f} MB".format(module, *imported(module)))


if __name__ == "__main__":
    main()
