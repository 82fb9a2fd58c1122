"""How much faster are two Dask workers than one? Cells of the benchmark, and the same bytes.

    python studies/dask_scaling.py [--threads 1] [--cells 8]

The time leaves out the start of the workers and the preparation of the images. Both sides train
the same cells (BoNet at 64 px on phantoms). The script compares both results byte by byte.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from distributed import Client

from boneage_kit.benchmark import scale_out
from boneage_kit.benchmark.methods import Sizes
from boneage_kit.benchmark.study import Study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="threads a worker")
    parser.add_argument("--cells", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sides: dict[int, list[float]] = {1: [], 2: []}
        found: dict[int, list[bytes]] = {}
        for repeat in range(options.repeats):
            for workers in sides:
                out = Path(folder) / f"{workers}-{repeat}"
                sides[workers].append(seconds(out, workers, options))
                found[workers] = [path.read_bytes() for path in sorted(out.rglob("110-*.csv"))]
    ratios = [one / two for one, two in zip(sides[1], sides[2], strict=True)]
    same = "the same bytes" if found[1] == found[2] else "DIFFERENT results"
    sys.stdout.write(
        f"one worker {statistics.median(sides[1]):.1f} s, two {statistics.median(sides[2]):.1f} s: "
        f"two are {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f}-"
        f"{max(ratios):.2f}, {options.repeats} repeats, {options.cells} cells, {options.threads} "
        f"thread(s) per worker); {same}\n"
    )


def seconds(out: Path, workers: int, options: argparse.Namespace) -> float:
    study = Study(
        "phantom", out, n=240, folds=2, threads=options.threads, sizes=Sizes(pixels=64, epochs=15)
    )
    warm = study.cells(["bonet"], [8], seeds=2 * workers, only_folds=[0])
    cells = study.cells(["bonet"], [110], seeds=options.cells, only_folds=[0])
    with scale_out.local_cluster(workers, options.threads) as cluster, Client(cluster) as client:
        scale_out.run(study, warm, client=client)
        started = time.perf_counter()
        scale_out.run(study, cells, client=client)
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
