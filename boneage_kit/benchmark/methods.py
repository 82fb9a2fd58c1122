"""The methods that the benchmark compares, by name, each behind one call.

``methods.csv`` says what each is and where it stands in the paper. A method takes children to
learn from and hands to predict, and returns years.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import features, models, training
from ..errors import BadInput
from ..evaluation import constant_predictor
from ..training.schedule import from_scratch_recipe, usual_batch, usual_epochs

if TYPE_CHECKING:
    from ..datasets import Dataset
    from ..models import AgeModel

#: What a cheap yet telling comparison holds: one method of each kind.
USUAL = ("constant", "by_hand_ridge", "frozen_lite0", "bonet", "lite0_fine_tuned")
_OPTION_WORDS = {"yes": True, "no": False, "none": None}
_RECIPE = (
    "augment",
    "schedule",
    "learning_rate",
    "loss",
)  # options of the training, not of the network


@dataclass(frozen=True)
class Method:
    """One row of ``methods.csv``.

    Attributes
    ----------
    name, label, family, in_the_paper
        For the command line, for charts, its kind of method, and what it is in the paper.
    kind
        ``constant``, ``features`` (fixed features and a regressor), ``network`` (trained as
        ``training.fit`` does) or ``tuned`` (``training.fine_tune``).
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
    in_the_paper: str

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
    return {row["name"]: _method(row) for row in rows}


def _method(row: dict[str, str]) -> Method:
    return Method(
        row["name"],
        row["label"],
        row["family"],
        row["kind"],
        row["source"],
        _options(row["options"]),
        int(row["pixels"]),
        row["in_the_paper"],
    )


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
    pairs = (part.partition("=") for part in filter(None, text.split(";")))
    return {name: _value(value) for name, _, value in pairs}


def _value(text: str) -> Any:
    if text in _OPTION_WORDS:
        return _OPTION_WORDS[text]
    return float(text) if "." in text else int(text) if text.isdigit() else text


@dataclass(frozen=True)
class Sizes:
    """What makes a comparison smaller than its methods ask for; None leaves them as they are."""

    pixels: int | None = None
    epochs: int | None = None
    phantoms: int = 1500


def predict(
    method: Method,
    train: Dataset,
    test: Dataset,
    *,
    seed: int,
    sizes: Sizes,
    folder: Path,
) -> np.ndarray:
    """Learn from ``train`` and return the bone ages, in years [n], predicted for ``test``.

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
    >>> years = predict(get("constant"), hands.subset(range(12)), hands.subset(range(12, 24)),
    ...                 seed=0, sizes=Sizes(), folder=Path("."))
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
        model = features.FeatureModel(method.source, seed=seed, **method.options)
        return model.fit(images, ages, sexes).predict(fresh, held)
    if method.kind == "tuned":
        return _tuned(method, images, ages, sexes, fresh, held, seed, sizes, folder)
    network, recipe = _network(method, len(ages), seed, sizes)
    fitted = training.fit(network, images, ages, sexes, seed=seed, progress=False, **recipe)
    return training.predict(fitted.model, fresh, held, test_time_augmentation=True)


def prepare(method: Method, dataset: Dataset, sizes: Sizes, folder: Path) -> None:
    """Do what all cells of a method share: decode, describe by fixed features, learn phantoms."""
    if method.kind == "constant":
        return
    images = dataset.images(sizes.pixels or method.pixels)
    if method.kind == "features":
        features.FeatureModel(method.source, **method.options).features(images)
    elif "phantom" in method.source:
        _start(method, sizes, folder)


def passes(method: Method, n: int, sizes: Sizes) -> int:
    """Return how often a method goes over ``n`` training images (0: it does not train).

    >>> passes(get("bonet"), 1112, Sizes()), passes(get("lite0_fine_tuned"), 1112, Sizes())
    (30, 14)
    """
    if not method.trains:
        return 0
    if sizes.epochs:
        return sizes.epochs
    if method.source in ("bonet", "overfeat") or method.options.get("pretrained") is False:
        return from_scratch_recipe(n)["epochs"]
    return usual_epochs(n)


def _network(method: Method, n: int, seed: int, sizes: Sizes) -> tuple[AgeModel, dict[str, Any]]:
    """The untrained network of a method, and how it is trained on ``n`` images."""
    options = {"sex_input": True, **method.options}
    recipe: dict[str, Any] = {key: options.pop(key) for key in _RECIPE if key in options}
    if method.source == "bonet":
        recipe = {**from_scratch_recipe(n), **recipe}
    else:
        recipe["batch"] = usual_batch(n)
    recipe["epochs"] = passes(method, n, sizes)
    with models.seeded(seed):
        return models.create(method.source, **options), recipe


def _tuned(
    method: Method,
    images: np.ndarray,
    ages: np.ndarray,
    sexes: list[str],
    fresh: np.ndarray,
    held: list[str],
    seed: int,
    sizes: Sizes,
    folder: Path,
) -> np.ndarray:
    start = _start(method, sizes, folder) if "phantom" in method.source else None
    return training.fine_tune(
        start,
        images,
        ages,
        sexes,
        fresh,
        held,
        seed=seed,
        epochs=sizes.epochs,
        test_time_augmentation=True,
    )


def _start(method: Method, sizes: Sizes, folder: Path) -> AgeModel:
    return training.on_phantoms(
        folder,
        imagenet="imagenet" in method.source,
        n=sizes.phantoms,
        epochs=sizes.epochs,
        pixels=sizes.pixels or method.pixels,
    )
