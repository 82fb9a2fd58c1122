"""The training loop beside the bare forward, backward and optimiser step, in one run.

    python studies/training_loop.py [--repeats 7] [--threads 2]

One side is a loop over tensors that lie in memory, float and channels_last, with the same network,
loss and optimiser. No loop can be faster on this machine. The other side is ``training.fit`` with
augmentation, fastai's Learner, one-cycle policy and history. The sides alternate, and the script
prints the median of the pairwise ratios. 1.00 means that batches, augmentation and Learner cost no
time.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch

from boneage_kit import models, training

CASES = [("bonet", 64, 32), ("bonet", 96, 32), ("efficientnet_lite0", 128, 32)]


def bare_seconds(model: torch.nn.Module, side: int, batch: int, steps: int) -> float:
    model.to(memory_format=torch.channels_last).train()
    images = torch.rand(batch, 1, side, side).contiguous(memory_format=torch.channels_last)
    ages, sexes = torch.rand(batch, 1) * 18, torch.zeros(batch, dtype=torch.long)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-4, fused=True)
    loss = torch.nn.L1Loss()
    started = time.perf_counter()
    for _ in range(steps):
        loss(model(images, sexes), ages).backward()
        optimiser.step()
        optimiser.zero_grad()
    return time.perf_counter() - started


def kit_seconds(model: torch.nn.Module, side: int, batch: int, steps: int) -> float:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (batch * steps, side, side), dtype=np.uint8)
    ages, sexes = rng.uniform(1, 18, len(images)), ["F", "M"] * (len(images) // 2)
    return training.fit(
        model,
        images,
        ages,
        sexes,
        epochs=1,
        batch=batch,
        learning_rate=1e-4,
        schedule="one_cycle",
        progress=False,
    ).seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=40, help="per turn (EfficientNet: a fifth)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'model':20}{'px':>5}{'bare img/s':>12}{'kit img/s':>11}{'kit / bare':>12}  range")
    for name, side, batch in CASES:
        steps = arguments.steps if name == "bonet" else max(2, arguments.steps // 5)
        network = models.create(name) if name == "bonet" else models.create(name, pretrained=False)
        for warm in (bare_seconds, kit_seconds):
            warm(network, side, batch, 2)
        pairs = []
        for turn in range(arguments.repeats):
            sides = (bare_seconds, kit_seconds) if turn % 2 else (kit_seconds, bare_seconds)
            seconds = {run: run(network, side, batch, steps) for run in sides}
            pairs.append((seconds[bare_seconds], seconds[kit_seconds]))
        ratios = sorted(bare / kit for bare, kit in pairs)
        bare, kit = (
            steps * batch / statistics.median(side_s) for side_s in zip(*pairs, strict=True)
        )
        print(
            f"{name:20}{side:5}{bare:12.0f}{kit:11.0f}{statistics.median(ratios):12.2f}"
            f"  {ratios[0]:.2f} to {ratios[-1]:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
