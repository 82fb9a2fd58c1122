"""Does BoNet train whatever the seed, the threads and the processor's instructions?

    python studies/bonet_stability.py --out DIR
    python studies/bonet_stability.py --data rsna:../shared/real/rsna_512.zip --n 400 --out DIR

The script trains BoNet by the recipe of its number of images (``training/schedule.py``) and
predicts other children, once per seed, number of threads and instruction set. It prints how many
trainings ended at the floor: less than half a year better than the sex's median, which looks at no
image.

Each training leaves one line in ``DIR``. The same command goes on where it stopped, and commands
with other ``--threads`` or ``--instructions`` may run beside it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from boneage_kit.execution import processor

AT_THE_FLOOR = 0.5  # years
SETTING = ["data", "n_train", "pixels", "passes", "instructions", "threads"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="phantom")
    parser.add_argument("--n", type=int, default=200, help="images to train on")
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--instructions", nargs="+", default=list(processor.KINDS))
    parser.add_argument("--out", type=Path, default=Path("out/bonet_stability"))
    parser.add_argument("--here", action="store_true", help="in this process, as it is")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.here:
        train(given)
        return
    for kind in given.instructions:
        for threads in given.threads:
            environment = {**os.environ, **processor.variables(kind, {}), "BONEAGE_KIT_THREADS": ""}
            environment |= {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
            command = [sys.executable, __file__, "--here", "--data", given.data]
            command += ["--n", str(given.n), "--pixels", str(given.pixels)]
            command += ["--seeds", str(given.seeds), "--threads", str(threads)]
            command += ["--instructions", kind, "--out", str(given.out)]
            subprocess.run(command, env=environment, check=True)
    print(summary(given.out).to_string(index=False))


def train(given: argparse.Namespace) -> None:
    """Train with each seed that is not there yet, with the instructions of this process."""
    import numpy as np
    import torch

    from boneage_kit import datasets, evaluation, training
    from boneage_kit.training.schedule import from_scratch_recipe

    threads, kind = given.threads[0], given.instructions[0]
    torch.set_num_threads(threads)
    wanted = given.n + 200 if given.data == "phantom" else None
    dataset = datasets.load(given.data, wanted)
    order = np.random.default_rng(0).permutation(len(dataset))
    first, second = dataset.subset(order[: given.n]), dataset.subset(order[given.n :][:300])
    images, fresh = first.images(given.pixels), second.images(given.pixels)
    constant = evaluation.constant_predictor(first.table, second.table)
    floor = evaluation.mae(constant["y_true"], constant["y_pred"])
    recipe = from_scratch_recipe(given.n)
    setting = [dataset.name, given.n, given.pixels, recipe["epochs"], kind, threads]
    path = given.out / ("-".join(map(str, setting)) + ".csv")
    done = set(pd.read_csv(path)["seed"]) if path.exists() else set()
    for seed in sorted(set(range(given.seeds)) - done):
        fitted = training.fit(
            "bonet",
            images,
            first.table["bone_age"],
            first.table["sex"].tolist(),
            seed=seed,
            progress=False,
            sex_input=True,
            **recipe,
        )
        years = training.predict(fitted.model, fresh, second.table["sex"].tolist())
        row = dict(zip(SETTING, setting, strict=True)) | {
            "seed": seed,
            "n_test": len(years),
            "mae_years": round(float(np.abs(years - second.table["bone_age"]).mean()), 4),
            "floor_years": round(float(floor), 4),
            "torch_instructions": torch.backends.cpu.get_cpu_capability(),
        }
        pd.DataFrame([row]).to_csv(path, mode="a", header=not path.exists(), index=False)


def summary(folder: Path) -> pd.DataFrame:
    """Return one row per setting: how many trainings, how many at the floor, and their errors."""
    table = pd.concat([pd.read_csv(path) for path in sorted(folder.glob("*.csv"))])
    table["at_floor"] = table["mae_years"] > table["floor_years"] - AT_THE_FLOOR
    return (
        table.groupby([*SETTING, "torch_instructions"], sort=False)
        .agg(
            trainings=("seed", "count"),
            at_floor=("at_floor", "sum"),
            best=("mae_years", "min"),
            median=("mae_years", "median"),
            worst=("mae_years", "max"),
            floor=("floor_years", "first"),
        )
        .round(2)
        .reset_index()
    )


if __name__ == "__main__":
    main()
