"""Out-of-fold predictions on the RSNA 2017 thumbnails, as shipped in boneage_kit/data.

    python benchmarks/rsna_out_of_fold.py rsna:../shared/real/rsna_thumbnails.zip

Frozen EfficientNet-Lite0 features at 128 px and a ridge with the child's sex: five folds, seed 0,
every child read once by a model that never saw it. About three minutes on two idle cores. Writes
boneage_kit/data/rsna_oof_frozen_lite0.csv (labels and predictions in years; no images).
"""

import sys
from pathlib import Path

import numpy as np
import torch

from boneage_kit import datasets, evaluation
from boneage_kit.cache import write_atomically
from boneage_kit.models.feature_reader import FeatureReader

OUT = Path(__file__).resolve().parent.parent / "boneage_kit/data/rsna_oof_frozen_lite0.csv"


def main(spec: str) -> None:
    torch.set_num_threads(2)
    dataset = datasets.load(spec)
    table = dataset.table
    ages, sexes = table["bone_age"].to_numpy(), table["sex"].to_numpy(dtype=object)
    features = FeatureReader("efficientnet_lite0").features(dataset.images(128))
    fold = datasets.folds(table, k=5, seed=0)
    years = np.empty(len(table))
    for k in range(5):
        reader = FeatureReader("efficientnet_lite0").fit_features(
            features[fold != k], ages[fold != k], sexes[fold != k])
        years[fold == k] = reader.predict_features(features[fold == k], sexes[fold == k])
    predictions = table[["image_id", "sex"]].assign(
        y_true=ages.round(4), y_pred=np.clip(years, 0, 20).round(3), fold=fold,
        model="frozen EfficientNet-Lite0, ridge", source="rsna")
    write_atomically(OUT, lambda path: predictions.to_csv(path, index=False))
    print(evaluation.summary(predictions).round(3))


if __name__ == "__main__":
    main(sys.argv[1])
