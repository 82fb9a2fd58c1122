"""What ONNX Runtime is worth in prediction: both engines in one run.

    python studies/onnx_predict.py [--n 100] [--rounds 5]

The model that ships predicts the same images with torch and with ONNX Runtime, five views each,
one thread. The engines take turns. Printed: images per second of processor time (user and
kernel), their ratio, and the largest difference in years. Torch runs twice: with the kit's
memory setting (see ``boneage_kit/_process.py``), and in a process that has glibc's own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

TURN = """
import sys, time
import boneage_kit
import numpy as np
import torch
from boneage_kit import training
from boneage_kit.shelf import stored_model

torch.set_num_threads(1)
engine, n = sys.argv[1], int(sys.argv[2])
images = np.random.default_rng(0).integers(0, 255, (n, 128, 128), dtype=np.uint8)
sexes = ["F", "M"] * (n // 2)
stored = stored_model.load()

def predict(rows):
    if engine == "onnx":
        return stored.graph.predict(images[:rows], sexes[:rows], test_time_augmentation=True)
    return training.predict(stored.model, images[:rows], sexes[:rows],
                            test_time_augmentation=True)

predict(8)
print("ready", flush=True)
for _ in sys.stdin:
    start = time.process_time()
    ages = predict(n)
    print(time.process_time() - start, *ages, flush=True)
"""
OWN = {"MALLOC_ARENA_TEST": "8"}  # glibc's own number: the kit then leaves memory as it is
SIDES = {
    "torch, memory as glibc has it": ("torch", OWN),
    "torch": ("torch", {}),
    "ONNX Runtime": ("onnx", {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    processes = {side: start(engine, own, options.n) for side, (engine, own) in SIDES.items()}
    seconds = {side: [] for side in SIDES}
    ages = {}
    for _ in range(options.rounds):
        for side, process in processes.items():
            process.stdin.write("go\n")
            process.stdin.flush()
            used, *years = map(float, process.stdout.readline().split())
            seconds[side].append(used)
            ages[side] = years
    for process in processes.values():
        process.communicate()
    base = seconds["torch"]
    for side in SIDES:
        ratio = statistics.median(
            theirs / own for theirs, own in zip(base, seconds[side], strict=True)
        )
        rate = options.n / statistics.median(seconds[side])
        worst = max(abs(a - b) for a, b in zip(ages[side], ages["torch"], strict=True))
        print(
            f"{side:30} {rate:6.1f} images per processor second, {ratio:.2f} times torch; "
            f"largest difference {worst:.1e} years"
        )


def start(engine: str, own: dict[str, str], n: int) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", TURN, engine, str(n)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    return process


if __name__ == "__main__":
    main()
