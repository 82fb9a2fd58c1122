"""How fast one core draws phantoms, and in how much memory: ``python studies/phantom_speed.py``.

The targets, on one thread, are 25 images per second at 256 pixels and 5 per second at 1024. The
script measures processor time, so that other work on the machine changes it little. The column
"times target" is the rate divided by the target.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

from boneage_kit.phantom import render  # noqa: E402

TARGETS = {128: 25.0, 256: 25.0, 512: None, 1024: 5.0}


def draw(size: int, images: int) -> float:
    """Return the images per second (processor time) over all ages, both sexes and mixed films."""
    start = time.process_time()
    for i in range(images):
        render("FM"[i % 2], 19 * (i + 0.5) / images, seed=i, size=size, difficulty=(i % 3) / 2)
    return images / (time.process_time() - start)


def peak_mebibytes(size: int) -> float:
    tracemalloc.start()
    render("M", 12.0, size=size, difficulty=1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=60, help="of each size (default 60)")
    images = parser.parse_args().images
    render("F", 8.0, size=64)  # tables and the grain are made once
    print(f"{'size':>5} {'images/s':>9} {'target':>7} {'times target':>13} {'peak MiB':>9}")
    for size, target in TARGETS.items():
        rate = draw(size, images)
        goal, ratio = ("-", "-") if target is None else (f"{target:.0f}", f"{rate / target:.1f}")
        print(f"{size:>5} {rate:>9.1f} {goal:>7} {ratio:>13} {peak_mebibytes(size):>9.0f}")


if __name__ == "__main__":
    main()
