"""Turn a kept study back into a folder of ``boneage-kit benchmark``, to add methods to it.

    KEPT=boneage_kit/data/results/benchmark/rsna_512_features
    python studies/resume_kept.py $KEPT runs/rsna_512
    boneage-kit benchmark --data rsna:../shared/real/rsna_512.zip --threads 1 --workers 0 \\
        --test 0 --pixels 224 --methods bonet --sizes all --out runs/rsna_512
    python tools/keep_benchmark.py runs/rsna_512 rsna_512

The folder gets one file per training from ``predictions.csv.xz``, and ``study.json`` from
``provenance.json``. The benchmark then goes on there and repeats none of these trainings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from boneage_kit.benchmark import kept
from boneage_kit.benchmark.study import IDENTITY, Cell

#: What ``study.json`` holds; the rest of the provenance belongs to the run that was kept.
SETTINGS = (
    "data", "checksum", "images", "folds", "test", "threads", "pixels", "epochs", "phantoms"
)  # fmt: skip


def main(source: Path, folder: Path) -> None:
    provenance = json.loads((source / "provenance.json").read_text(encoding="utf-8"))
    settings = {name: provenance[name] for name in SETTINGS}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / IDENTITY).write_text(json.dumps(settings, indent=1), encoding="utf-8")
    table = pd.read_csv(source / kept.PREDICTIONS, dtype={"image_id": str})
    all_but_a_fold = settings["images"] * (1 - 1 / settings["folds"]) - 1
    keys = ["method", "n_train", "fold", "seed"]
    for (method, n_train, fold, seed), part in table.groupby(keys):
        n = 0 if n_train >= all_but_a_fold else n_train
        path = folder / Cell(n, method, fold, seed).file
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            part.rename(columns={"method": "model"}).to_csv(path, index=False)
    print(f"{folder}: {table[keys].drop_duplicates().shape[0]} trainings")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
