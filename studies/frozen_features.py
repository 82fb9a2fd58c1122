"""How fast a frozen ImageNet network computes features of radiographs: all ways in one run.

    python studies/frozen_features.py [--n 1000] [--size 128] [--threads 2]

EfficientNet-Lite0 computes features of the same images in three ways, which take turns. The plain
call has contiguous memory, recorded gradients and glibc's own settings. The kit uses channels_last
and inference mode, and keeps memory between steps. The third way pools every stage
(``stages="all"``). The script prints images per second, ratios, processor seconds per 10,000
images, and the seconds that 10,000 images take. All sides compute everything; no cache is used.
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
from boneage_kit.features import frozen
from boneage_kit.models import create

way, n, size, threads = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
images = np.random.default_rng(0).integers(0, 255, (n, size, size), dtype=np.uint8)
kit = frozen._network("efficientnet_lite0")
plain = create("efficientnet_lite0", pretrained=True).eval()
grey, network = plain.body

def plain_call(_, part):
    batch = torch.from_numpy(part)[:, None].float() / 255
    return network(((batch - grey.mean) / grey.std).contiguous()).detach().numpy()

compute = {"plain": plain_call, "last": frozen.describe, "all": frozen.describe_stages}[way]
compute(kit, images[:64])
print("ready", flush=True)
for _ in sys.stdin:
    wall, used = time.perf_counter(), time.process_time()
    for first in range(0, n, 64):
        compute(kit, images[first : first + 64])
    print(time.perf_counter() - wall, time.process_time() - used, flush=True)
"""
OWN = {"MALLOC_ARENA_TEST": "8"}  # glibc's own number: the kit then leaves memory as it is
WAYS = {
    "plain call": ("plain", OWN),
    "kit, last stage": ("last", {}),
    "kit, all stages": ("all", {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    processes = {}
    for name, (way, own) in WAYS.items():
        numbers = map(str, (options.n, options.size, options.threads))
        processes[name] = subprocess.Popen(
            [sys.executable, "-c", TURN, way, *numbers],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes[name].stdout.readline()
    seconds = {name: [] for name in WAYS}
    for _ in range(options.rounds):
        for name, process in processes.items():
            process.stdin.write("go\n")
            process.stdin.flush()
            wall, used = map(float, process.stdout.readline().split())
            seconds[name].append((wall, used))
    for process in processes.values():
        process.communicate()
    print(f"load: {os.getloadavg()[0]:.1f}")
    base = seconds["plain call"]
    for name, measured in seconds.items():
        ratio = statistics.median(
            theirs[1] / own[1] for theirs, own in zip(base, measured, strict=True)
        )
        wall, used = (
            10_000 / options.n * statistics.median(column) for column in zip(*measured, strict=True)
        )
        print(
            f"{name:17} {10_000 / wall:5.0f} images/s; {ratio:.1f} times in processor time; "
            f"10,000 images: {wall:.0f} s here, {used:.0f} processor seconds"
        )


if __name__ == "__main__":
    main()
