"""The methods that the benchmark compares, by name, each behind one call.

``methods.csv`` says what each is and where it stands in the paper. A method takes children to
learn from and hands to read, and returns years.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import presets
from ..errors import BadInput
from ..evaluation import constant_predictor
from ..training.schedule import few_images_recipe, usual_batch, usual_epochs

if TYPE_CHECKING:

    from ..datasets import Dataset

#: What a cheap yet telling comparison holds: one method of each kind.
USUAL = ("constant", "by_hand_ridge", "frozen_lite0", "bonet", "lite0_fine_tuned")
_WORDS = {"yes": True, "no": False, "none": None}


@dataclass(frozen=True)
class Method:
    """One row of ``methods.csv``.

    Attributes
    ----------
    name, label, family, place
        For the command line, for charts, its kind of method, and its place in the paper.
    kind
        ``constant``, ``features`` (fixed features and a regressor), ``network`` (trained as
        ``training.fit`` does) or ``tuned`` (``models.pretraining.fine_tune``).
    source
        The features, the network, or what the tuned network starts from.
    options
        Passed on to it.
    pixels
        Side of the images it learns from; 0 where none are needed.
    """

    name: str
    label: str
    family: str
    kind: str
    source: str
    options: dict[str, Any] = field(hash=False)
    pixels: int
    place: str

    @property
    def trains(self) -> bool:
        """Whether a network learns: minutes instead of seconds."""
        return self.kind in ("network", "tuned")


@cache
def methods() -> dict[str, Method]:
    """Return every method by name, in the order of the paper's questions.

    >>> methods()["frozen_lite0"].kind
    'features'
    """
    with (files(__package__) / "methods.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["name"]: Method(**{**row, "pixels": int(row["pixels"]),
                                   "options": _options(row["options"])}) for row in rows}


def labels() -> dict[str, str]:
    """Return what charts call each method, by its name, in the order of the paper's questions.

    >>> labels()["bonet"]
    'BoNet from scratch'
    """
    return {name: method.label for name, method in methods().items()}


def get(name: str) -> Method:
    """Return one method.

    >>> get("magic")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: There is no method 'magic'...
    """
    if name not in methods():
        raise BadInput(f"There is no method {name!r}.", f"Use some of {', '.join(methods())}.")
    return methods()[name]


def _options(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in filter(None, text.split(";")):
        key, _, value = part.partition("=")
        if value in _WORDS:
            found[key] = _WORDS[value]
        else:
            found[key] = float(value) if "." in value else int(value) if value.isdigit() else value
    return found


@dataclass(frozen=True)
class Sizes:
    """What makes a comparison smaller than its methods ask for; None leaves them as they are."""

    pixels: int | None = None
    epochs: int | None = None
    phantoms: int = 1500


def read(
    method: Method, train: Dataset, test: Dataset, *, seed: int, sizes: Sizes, folder: Path,
) -> np.ndarray:
    """Learn from ``train`` and return the bone ages, in years [n], that are read in ``test``.

    Parameters
    ----------
    method
        One of :func:`methods`.
    train, test
        Parts of a data set; no child in both.
    seed
        Of initial weights, order and augmentation.
    sizes
        Image side, passes over the training images, and phantoms to pre-train on.
    folder
        Where networks that were pre-trained on phantoms are kept and shared.

    >>> from boneage_kit import datasets
    >>> hands = datasets.load("phantom", n=24)
    >>> years = read(get("constant"), hands.subset(range(12)), hands.subset(range(12, 24)),
    ...              seed=0, sizes=Sizes(), folder=Path("."))
    >>> years.shape
    (12,)
    """
    if method.kind == "constant":
        return constant_predictor(train.table, test.table)["y_pred"].to_numpy()
    side = sizes.pixels or method.pixels
    images, fresh = train.images(side), test.images(side)
    ages, sexes = train.table["bone_age"].to_numpy(), train.table["sex"].tolist()
    held = test.table["sex"].tolist()
    if method.kind == "features":
        from ..features.feature_model import FeatureModel

        reader = FeatureModel(method.source, seed=seed, **method.options)
        return reader.fit(images, ages, sexes).predict(fresh, held)
    if method.kind == "tuned":
        return _tuned(method, images, ages, sexes, fresh, held, seed, sizes, folder)
    from .. import training

    model, recipe = _network(method, len(ages), seed, sizes)
    fitted = training.fit(model, images, ages, sexes, seed=seed, progress=False, **recipe)
    return training.predict(fitted.model, fresh, held, test_time_augmentation=True)


def prepare(method: Method, dataset: Dataset, sizes: Sizes, folder: Path) -> None:
    """Do what all cells of a method share: decode, describe by fixed features, learn phantoms."""
    if method.kind == "constant":
        return
    images = dataset.images(sizes.pixels or method.pixels)
    if method.kind == "features":
        from ..features.feature_model import FeatureModel

        FeatureModel(method.source).features(images)
    elif "phantom" in method.source:
        _start(method, sizes, folder)


def passes(method: Method, n: int, sizes: Sizes) -> int:
    """Return how often a method goes over ``n`` training images (0: it does not train).

    >>> passes(get("bonet"), 1112, Sizes()), passes(get("lite0_fine_tuned"), 1112, Sizes())
    (30, 8)
    """
    if not method.trains:
        return 0
    if sizes.epochs:
        return sizes.epochs
    if method.source in ("bonet", "overfeat") or method.options.get("pretrained") is False:
        return _from_scratch(n)["epochs"]
    return usual_epochs(n)


def _from_scratch(n: int) -> dict[str, Any]:
    return few_images_recipe(n, presets.get("binder"))


def _network(method: Method, n: int, seed: int, sizes: Sizes) -> tuple[Any, dict[str, Any]]:
    """The untrained network of a method, and how it is trained on ``n`` images."""
    import torch

    from .. import models

    options = {"sex_input": True, **method.options}
    recipe = {key: options.pop(key) for key in ("augment", "schedule", "learning_rate")
              if key in options}
    if method.source == "bonet":
        recipe = {**_from_scratch(n), **recipe}
    else:
        recipe["batch"] = usual_batch(n)
    recipe["epochs"] = passes(method, n, sizes)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return models.create(method.source, **options), recipe


def _tuned(
    method: Method, images: np.ndarray, ages: np.ndarray, sexes: list[str], fresh: np.ndarray,
    held: list[str], seed: int, sizes: Sizes, folder: Path,
) -> np.ndarray:
    from ..training import pretraining

    start = _start(method, sizes, folder) if "phantom" in method.source else None
    return pretraining.fine_tune(start, images, ages, sexes, fresh, held, seed=seed,
                                 epochs=sizes.epochs, test_time_augmentation=True)


def _start(method: Method, sizes: Sizes, folder: Path) -> Any:
    from ..training import pretraining

    return pretraining.on_phantoms(
        folder, imagenet="imagenet" in method.source, n=sizes.phantoms, epochs=sizes.epochs,
        pixels=sizes.pixels or method.pixels)
