"""How much two trainings of BoNet differ if only the seed differs (for the rule of verdicts).

    python studies/seed_spread.py --data phantom
    python studies/seed_spread.py --data rsna:PATH

The script trains BoNet with and without its deformation layer on half of the preset's images, with
several seeds, and predicts the other half. It prints the MAE of each training and the 95 % range of
the difference of two single trainings: the t quantile of so few seeds, times sqrt(2), times the
standard deviation over seeds.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy import stats

from boneage_kit import datasets, training
from boneage_kit.teaching import lesson


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="phantom")
    parser.add_argument("--preset", default="binder")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    begun = lesson.begin("15_the_paper_claim_by_claim", preset=given.preset, data=given.data)
    table, preset = begun.dataset.table, begun.preset
    images = begun.dataset.images(preset.pixels)
    train = datasets.folds(table, k=2, seed=0) == 0
    ages, sexes = table["bone_age"].to_numpy(), table["sex"].to_numpy()
    for name, options in {"with": {}, "without": {"deformation": None}}.items():
        errors = []
        for seed in range(given.seeds):
            fitted = training.fit(
                "bonet",
                images[train],
                ages[train],
                sexes[train],
                epochs=preset.epochs_scratch,
                batch=preset.batch,
                seed=seed,
                progress=False,
                **options,
            )
            read = np.ravel(training.predict(fitted.model, images[~train], sexes[~train]))
            errors.append(float(np.abs(read - ages[~train]).mean()))
        few = stats.t.ppf(0.975, given.seeds - 1)  # 2.78 for five seeds
        apart = few * np.sqrt(2) * np.std(errors, ddof=1)
        print(
            f"{name} deformation layer: MAE by seed {np.round(errors, 2)} years; two trainings "
            f"are up to {apart:.2f} years apart (95 %)",
            flush=True,
        )


if __name__ == "__main__":
    main()
