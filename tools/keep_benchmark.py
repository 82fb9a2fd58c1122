"""Keep a study of ``boneage-kit benchmark`` in the package, for the notebooks and the README.

    boneage-kit benchmark --data rsna:../shared/real/rsna_thumbnails.zip ... --out runs/rsna
    python tools/keep_benchmark.py runs/rsna rsna

The script copies the tables, which hold errors only. From the study on real hands it also keeps
out-of-fold predictions, if a method predicted every child once: ids, labels and predictions, no
pixels. The terms of the RSNA 2017 data allow this for academic, non-commercial use with
attribution.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from boneage_kit.benchmark import kept, methods

DATA = Path(__file__).resolve().parent.parent / "boneage_kit" / "data"
OUT_OF_FOLD = {
    "lite0_fine_tuned": "rsna_oof_lite0.csv",
    "frozen_lite0": "rsna_oof_frozen_lite0.csv",
}


def main(folder: Path, study: str) -> None:
    target = DATA / "results" / "benchmark" / study
    target.mkdir(parents=True, exist_ok=True)
    for name in kept.FILES:
        shutil.copyfile(folder / name, target / name)
    for method, name in OUT_OF_FOLD.items() if study == "rsna" else ():
        cells = sorted((folder / "cells" / method).glob("all-fold*-seed0.csv"))
        if len(cells) == kept.provenance(study)["folds"]:
            table = pd.concat([pd.read_csv(cell) for cell in cells])
            table = table.assign(model=methods.get(method).label, source="rsna").sort_values(
                "image_id"
            )[["image_id", "sex", "y_true", "y_pred", "fold", "model", "source"]]
            table.assign(y_pred=table["y_pred"].round(3)).to_csv(DATA / name, index=False)
            sys.stdout.write(f"{name}: {len(table):,} children out of fold\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
