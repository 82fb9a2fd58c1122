"""Pre-training on phantoms, and fine-tuning on few images, in the forms the kit compares.

The question that the paper could not ask: phantoms cost nothing and know their true maturity.
Does a network that learned on them need fewer real hands than one that learned on photographs?
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike
from timm.layers import freeze_batch_norm_2d

from ..datasets.dataset import Dataset
from ..datasets.phantom import PhantomPixels
from ..datasets.problems import Problems
from ..features.frozen import describe
from ..features.regressors import regressor, with_sex
from ..models import AgeModel, create
from ..models.age_model import AgeHead
from ..models.device import device_key, device_of, move, seeded
from ..phantom.children import cohort
from . import checkpoint
from .learner import fit
from .prediction import predict
from .schedule import fine_tuning_recipe, holds_statistics, phantoms_recipe

_log = logging.getLogger(__name__)
NETWORK = "efficientnet_lite0"
_OTHER_CHILDREN = 20_000  # seed of the phantoms to pre-train on: never those of a data set


def phantoms(
    n: int, pixels: int, *, difficulty: float | None, seed: int = _OTHER_CHILDREN
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return images uint8 [n, s, s], true bone ages in years [n] and sexes of ``n`` phantoms.

    Parameters
    ----------
    n, pixels, seed
        Children, side of the image, and seed of the cohort. The default seed gives children who
        are in no data set of the kit.
    difficulty
        0 (atlas plates) to 1 (everyday films); None: the cohort's usual one.

    >>> images, ages, sexes = phantoms(2, 32, difficulty=0.0)
    >>> images.shape, len(ages), len(sexes)
    ((2, 32, 32), 2, 2)
    """
    table = cohort(n, seed) if difficulty is None else cohort(n, seed, difficulty=difficulty)
    table = table.reset_index(drop=True)
    dataset = Dataset("phantom", "phantom", table, Problems(), PhantomPixels(table))
    return dataset.images(pixels), table["true_bone_age"].to_numpy(), table["sex"].tolist()


def on_phantoms(
    folder: Path | None = None,
    *,
    imagenet: bool,
    difficulty: float | None = None,
    n: int = 600,
    pixels: int = 96,
    epochs: int | None = None,
    seed: int = 0,
) -> AgeModel:
    """Return EfficientNet-Lite0 trained on phantoms.

    Parameters
    ----------
    folder
        Where the result is kept and looked up the next time; None: nowhere.
    imagenet
        Start from ImageNet weights, or from random ones.
    difficulty, n, pixels
        Of the phantoms; see :func:`phantoms`.
    epochs
        Passes over them; default 6 from ImageNet weights, 15 from random ones.
    seed
        Of the training.
    """
    recipe = phantoms_recipe(imagenet, epochs)
    with seeded(seed):
        model = create(NETWORK, pretrained=imagenet, sex_input=True)
    name = hashlib.sha256(repr((imagenet, difficulty, n, pixels, recipe["epochs"], seed)).encode())
    path = folder / f"phantom-{name.hexdigest()[:12]}{device_key()}.pt" if folder else None
    if path and path.exists():
        try:
            model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
            return model
        except Exception as error:  # a damaged file of the cache is made again
            _log.warning(
                "%s cannot be read (%s) and is made again.", path.name, type(error).__name__
            )
    images, ages, sexes = phantoms(n, pixels, difficulty=difficulty)
    model = fit(
        model, images, ages, sexes, seed=seed, progress=False, schedule="one_cycle", **recipe
    ).model.cpu()
    if path:
        checkpoint.save(path, model.state_dict())
    return model


def probe(
    start: AgeModel | None,
    images: ArrayLike,
    ages: ArrayLike,
    sexes: Sequence[object],
    *,
    hold_statistics: bool = True,
) -> AgeModel:
    """Return the network with a linear head that ridge has fitted on its frozen features.

    A random head sends large, meaningless corrections through good layers at first. A head that is
    already the best straight line does not (Kumar et al. 2022, arXiv:2202.10054: probe first, then
    fine-tune), and few images need few passes then.

    Parameters
    ----------
    start
        A pre-trained network, which is left as it is; None: EfficientNet-Lite0 from ImageNet.
    images, ages, sexes
        uint8 [n, s, s], years [n] and "F"/"M" [n].
    hold_statistics
        Freeze the batch normalisation: measured anew on few batches of sixteen, its statistics
        would be noise that drowns the line.
    """
    model = copy.deepcopy(start) or create(NETWORK, pretrained=True, sex_input=True)
    model = freeze_batch_norm_2d(model) if hold_statistics else model
    move(model, device_of(model)).eval()
    images, years = np.asarray(images), np.asarray(ages, dtype=float)
    features = np.concatenate(
        [describe(model, images[row : row + 16]) for row in range(0, len(images), 16)]
    )
    scaler, ridge = regressor("ridge").fit(with_sex(features, sexes), years)
    slopes = ridge.coef_ / scaler.scale_
    head = AgeHead(features.shape[1], sex_input=True).set_target(years)
    model.head = head.set_line(slopes, ridge.intercept_ - scaler.mean_ @ slopes)
    return model.cpu()


def fine_tune(
    start: AgeModel | None,
    images: np.ndarray,
    ages: Sequence[float] | np.ndarray,
    sexes: Sequence[object],
    fresh: np.ndarray,
    fresh_sexes: Sequence[object],
    *,
    epochs: int | None = None,
    batch: int | None = None,
    seed: int = 0,
    test_time_augmentation: bool = False,
) -> np.ndarray:
    """Fine-tune on few images and return the bone ages, in years [m], of new images.

    The head begins where :func:`probe` leaves it. Then all layers learn. With fewer than 500
    images they learn slowly and batch statistics stay fixed; otherwise the network forgets
    the probe.

    Parameters
    ----------
    start
        A pre-trained network, which is left as it is; None: EfficientNet-Lite0 from ImageNet.
    images, ages, sexes
        uint8 [n, s, s], years [n] and "F"/"M" [n] to tune on.
    fresh, fresh_sexes
        uint8 [m, s, s] and sexes [m] to predict.
    epochs
        Passes; default: :func:`.schedule.usual_epochs`.
    batch
        Images per step; default 16, 8 for fewer than 64 images, 32 for many. The rate goes with it
        below 16.
    seed
        Of the training.
    test_time_augmentation
        As :func:`boneage_kit.training.predict` has it.
    """
    with seeded(seed):
        model = probe(start, images, ages, sexes, hold_statistics=holds_statistics(len(ages)))
    fitted = fit(
        model,
        images,
        ages,
        sexes,
        seed=seed,
        progress=False,
        schedule="one_cycle",
        **fine_tuning_recipe(len(ages), epochs, batch),
    )
    return predict(fitted.model, fresh, fresh_sexes, test_time_augmentation=test_time_augmentation)
