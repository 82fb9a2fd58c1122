"""How fast a frozen ImageNet network describes radiographs, both ways in one run.

    python studies/frozen_features.py [--n 2000] [--size 128] [--threads 2]

Prints images a second of EfficientNet-Lite0 as the kit runs it (channels_last, inference mode)
and as one gets it without thinking (contiguous memory, gradients recorded), their ratio, and the
minutes that 10,000 images take. The cache is left out: both sides compute everything.
"""

from __future__ import annotations

import argparse
import time

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=1024)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import torch

    from boneage_kit.features import frozen
    from boneage_kit.models import create

    torch.set_num_threads(options.threads)
    images = np.random.default_rng(0).integers(
        0, 255, (options.n, options.size, options.size), dtype=np.uint8)
    plain = create("efficientnet_lite0", pretrained=True).eval()

    def without_thinking(part: np.ndarray) -> None:
        batch = torch.from_numpy(part)[:, None].float() / 255
        grey, network = plain.body
        network(((batch - grey.mean) / grey.std).contiguous()).detach()

    kit = frozen._network("efficientnet_lite0")
    fast = rate(lambda part: frozen.describe(kit, part), images)
    slow = rate(without_thinking, images[: max(128, options.n // 8)])
    print(f"kit: {fast:.0f} images/s; without thinking: {slow:.0f} images/s; ratio {fast/slow:.1f}")
    print(f"10,000 images at {options.size} px: {10_000 / fast / 60:.1f} minutes on "
          f"{options.threads} threads")


def rate(describe, images: np.ndarray) -> float:
    describe(images[:64])
    start = time.perf_counter()
    for first in range(0, len(images), 64):
        describe(images[first : first + 64])
    return len(images) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
