"""Keep a study of ``boneage-kit benchmark`` in the package, for the notebooks and the README.

    boneage-kit benchmark --data rsna:../shared/real/rsna_512.zip ... --out runs/rsna_512
    python tools/keep_benchmark.py runs/rsna_512 rsna_512
    python tools/keep_benchmark.py --rebuild      # every kept study's tables, from what is kept

The predictions of all cells become one compressed CSV, ``predictions.csv.xz``: ids, sexes, labels
and predictions, no pixels. Ages are rounded to 0.001 years. The tables are computed from that file,
so that anybody can compute them again. The terms of the RSNA 2017 data allow this for academic,
non-commercial use with attribution.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from boneage_kit.benchmark import kept, summary

DATA = Path(__file__).resolve().parent.parent / "boneage_kit" / "data" / "results" / "benchmark"
#: A larger file does not belong into the repository.
MOST_BYTES = 2_000_000


def keep(folder: Path, study: str, target: Path) -> None:
    """Write the predictions, tables and provenance of a study's folder into ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    cells = sorted((folder / "cells").glob("*/[!.]*.csv"))
    if not cells:
        raise SystemExit(f"{folder} holds no predictions. Run the benchmark first.")
    table = pd.concat([pd.read_csv(cell, dtype={"image_id": str}) for cell in cells])
    table = table.rename(columns={"model": "method"})[list(kept.COLUMNS)]
    table = table.assign(y_true=table["y_true"].round(3), y_pred=table["y_pred"].round(3))
    table = table.sort_values(["method", "n_train", "fold", "seed", "image_id"])
    path = target / kept.PREDICTIONS
    table.to_csv(path, index=False, compression={"method": "xz", "preset": 9}, float_format="%.3f")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{path} has {size:,} bytes, over {MOST_BYTES:,}. Keep fewer cells.")
    for name, made in summary.tables(pd.read_csv(path, dtype={"image_id": str})).items():
        summary.write_table(made, target / name)
    shutil.copyfile(folder / "provenance.json", target / "provenance.json")
    sys.stdout.write(
        f"{study}: {len(cells)} trainings, {len(table):,} predictions, {size:,} bytes\n"
    )


def rebuild() -> None:
    """Write every kept study's tables again, from what is kept."""
    for study in kept.studies():
        for name, made in kept.rebuilt(study).items():
            summary.write_table(made, DATA / study / name)


def main() -> None:
    if sys.argv[1:] == ["--rebuild"]:
        rebuild()
    elif len(sys.argv) == 3 and sys.argv[2] in kept.STUDIES:
        keep(Path(sys.argv[1]), sys.argv[2], DATA / sys.argv[2])
    else:
        raise SystemExit(f"{__doc__}\nThe studies are {', '.join(kept.STUDIES)}.")


if __name__ == "__main__":
    main()
