"""BoNet from few images: how long it trains, and results that are kept with the kit."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from ..presets import Preset

#: So many images set how long a smaller set trains: 50 images get as many steps as 160 do.
FEWEST = 160
#: What each part is called, and how its trainings are recognised.
PARTS = {
    "without augmentation": {"augment": False},
    "without deformation layer": {"deformation": "none"},
    "thin-plate deformation": {"deformation": "tps"},
    "one convolutional layer": {"n_conv": 1},
    "three convolutional layers": {"n_conv": 3},
}
WHOLE = {"augment": True, "deformation": "affine", "n_conv": 5}


def few_images_recipe(n: int, preset: Preset) -> dict[str, float]:
    """Return ``epochs``, ``batch`` and ``learning_rate`` for training BoNet on ``n`` images.

    Very few images are passed over more often: with the epochs of a large set they would get so
    few steps that the curve over the training size showed too short a training, and not the
    lack of images. Their batches are half as large and so is the rate: at twice that, two of
    three trainings on 100 phantoms ended at the floor, their deformation layer off the image.

    >>> from boneage_kit import presets
    >>> binder = presets.get("binder")
    >>> few_images_recipe(480, binder)
    {'epochs': 30, 'batch': 32, 'learning_rate': 0.004}
    >>> few_images_recipe(50, binder)
    {'epochs': 96, 'batch': 16, 'learning_rate': 0.002}
    """
    epochs = round(preset.epochs_few * max(1.0, FEWEST / n))
    batch = 32 if n >= 200 else 16
    return {"epochs": epochs, "batch": batch, "learning_rate": 4e-3 * batch / 32}


def kept_results() -> pd.DataFrame:
    """Return the kept trainings of BoNet from scratch, a row each.

    Made by ``benchmarks/few_images_from_scratch.py``. Columns: ``data`` (``phantom``, or
    ``rsna``: RSNA 2017 thumbnails, 100 px), ``n_train, seed, augment, deformation, n_conv``, the
    error ``mae_years`` with its 95 % interval over the test children, ``floor_years`` and sizes.

    >>> bool((kept_results()["mae_years"] > 0).all())
    True
    """
    with (files("boneage_kit") / "data/results/from_scratch.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False)


def parts_of_bonet(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each part of BoNet changes: the error's difference, seed by seed.

    Returns
    -------
    pandas.DataFrame
        A row a data set and part: mean difference to the whole network in years, the range over
        the seeds, and how many seeds. Above zero: worse than the whole network.

    >>> list(parts_of_bonet(kept_results()).columns)
    ['data', 'change', 'difference_years', 'smallest', 'largest', 'seeds', 'n_train']
    """
    key = ["data", "n_train", "seed"]
    whole = _matching(table, {}).set_index(key)["mae_years"]
    rows = []
    for change, setting in PARTS.items():
        part = _matching(table, setting).set_index(key)["mae_years"]
        for data, values in (part - whole).dropna().groupby("data"):
            rows.append((data, change, round(values.mean(), 2), round(values.min(), 2),
                         round(values.max(), 2), len(values),
                         int(values.index.get_level_values("n_train").max())))
    return pd.DataFrame(rows, columns=["data", "change", "difference_years", "smallest", "largest",
                                       "seeds", "n_train"])


def _matching(table: pd.DataFrame, setting: dict[str, object]) -> pd.DataFrame:
    chosen = pd.Series(True, index=table.index)
    for name, value in {**WHOLE, **setting}.items():
        chosen &= table[name] == value
    return table[chosen]
