"""A trained model on disk: weights as safetensors, and a card in JSON that says what they are.

No pickle: a file of weights from somebody else can be wrong, but it cannot run code. The card
carries the SHA-256 of the weights, and loading refuses weights that do not match it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import safetensors
import safetensors.numpy

from .. import _settings, features, models, training
from .._io import write_atomically, write_text
from ..errors import BadInput
from ..models import onnx_network
from ..models.onnx_network import OnnxNetwork
from ..records import OLDEST_PLAUSIBLE_YEARS
from .model_card import CARD, FORMAT, Card, read_card
from .squares import square

if TYPE_CHECKING:
    from ..features.feature_model import FeatureModel
    from ..models.age_model import AgeModel

WEIGHTS, GRAPH = "weights.safetensors", "graph.onnx"
#: A prediction below this, in years, is no newborn's age but that of damaged or hardly trained
#: weights. Down to here it counts as 0: a good model's own error, about a year, can go below birth.
LOWEST_YEARS = -1.0
Arrays = dict[str, np.ndarray]
_LARGEST_GRAPH = 2**22  # bytes: a graph without weights has a fortieth of it
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredModel:
    """A model with its card, ready to predict bone ages.

    Attributes
    ----------
    arrays
        The weights by name.
    card
        What ``card.json`` holds.
    graph
        The same network for ONNX Runtime, where it is installed: predicts without torch.
    """

    arrays: Arrays
    card: Card
    graph: OnnxNetwork | None = None

    @cached_property
    def model(self) -> AgeModel | FeatureModel:
        """The network (:class:`AgeModel`) or the regressor on features, built when first used."""
        return _build(self.card, self.arrays)

    @property
    def size(self) -> int:
        """Side in pixels of the images that it takes."""
        return int(self.card["input"]["size"])

    @property
    def squeezes(self) -> bool:
        """Whether it learned on images squeezed to squares, and is shown such."""
        return bool(self.card["input"]["squares"] == "squeezed")

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """Return a radiograph, float [H, W] in 0..1, as the model wants it: uint8 [s, s].

        A model that learned on images whose proportions were lost (the RSNA thumbnails are
        squeezed to squares) is shown squeezed images.
        """
        return square(pixels, self.size, squeezed=self.squeezes)

    def predict(self, images: np.ndarray, sexes: Sequence[object]) -> np.ndarray:
        """Return bone ages in years, float [n], of images uint8 [n, s, s].

        Parameters
        ----------
        images
            As :meth:`prepare` gives them.
        sexes
            "F"/"M" [n].

        A model may miss a newborn's age by its own error: from -1 to 0 is returned as 0. One with
        damaged weights can return any number; :func:`is_possible` tells which may be shown.
        """
        views = self.card["input"]["test_time_augmentation"]
        if self.graph and _settings.device() in (None, "cpu"):
            years = self.graph.predict(images, sexes, test_time_augmentation=views)
        elif isinstance(self.model, features.FeatureModel):
            years = self.model.predict(images, sexes)
        else:
            years = training.predict(self.model, images, sexes, test_time_augmentation=views)
        return np.where(years < LOWEST_YEARS, years, np.maximum(years, 0.0))

    def half_widths(self, sexes: Sequence[str], years: np.ndarray) -> np.ndarray:
        """Return half the interval's width in years for each child; NaN where not known.

        Parameters
        ----------
        sexes
            "F"/"M" [n].
        years
            The predicted bone ages, float [n]: where the card says how the error follows the
            predicted age, the width follows it too.
        """
        said = self.card["interval"]
        widths = said["half_width_years"]
        half = np.array([widths.get(sex, widths.get("all", np.nan)) for sex in sexes], dtype=float)
        scale = said.get("scale")
        return half * np.interp(years, scale["age_years"], scale["factor"]) if scale else half


def network(stored: StoredModel) -> AgeModel:
    """Return a new network with the weights of a stored one, to go on training.

    >>> network(load()).training
    False
    """
    return _network(stored.card, stored.arrays)


def is_possible(years: np.ndarray) -> np.ndarray:
    """Return which ages a person can have, bool [n]: 0 to 25 years.

    >>> is_possible(np.array([8.5, 26.0, np.nan, 1e23])).tolist()
    [True, False, False, False]
    """
    return (years >= 0) & (years <= OLDEST_PLAUSIBLE_YEARS)


def interval(years: np.ndarray, half_widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper ends of intervals in years, none outside 0 to 25.

    >>> interval(np.array([0.5, 24.0]), np.array([1.5, 2.0]))
    (array([ 0., 22.]), array([ 2., 25.]))
    """
    lower, upper = years - half_widths, years + half_widths
    return np.clip(lower, 0.0, OLDEST_PLAUSIBLE_YEARS), np.clip(upper, 0.0, OLDEST_PLAUSIBLE_YEARS)


def save(
    folder: Path | str, model: AgeModel | FeatureModel, card: Card, *, half: bool = False
) -> StoredModel:
    """Write weights and card into a folder, each as a whole, and return what stands there.

    Parameters
    ----------
    folder
        Made if needed; a model already there is replaced.
    model
        A network, or a :class:`FeatureModel`.
    card
        All of the card but ``weights``, which is filled in here.
    half
        Store the weights in half precision (float16): half the size.
    """
    arrays = {key: np.ascontiguousarray(value) for key, value in _arrays(model).items()}
    if half:
        arrays = {
            key: value.astype(np.float16) if value.dtype.kind == "f" and value.size > 1 else value
            for key, value in arrays.items()
        }
    data = safetensors.numpy.save(arrays, metadata={"model": str(card["model"])})
    weights = {
        "file": WEIGHTS,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "numbers": int(sum(value.size for value in arrays.values())),
        "precision": "float16" if half else "float32",
    }
    full = {"format": FORMAT, **card, "weights": weights}
    write_atomically(Path(folder) / WEIGHTS, lambda path: path.write_bytes(data))
    write_text(Path(folder) / CARD, json.dumps(full, indent=2, ensure_ascii=False) + "\n")
    write_graph(Path(folder), model, full)
    return load(folder)


def write_graph(folder: Path, model: AgeModel | FeatureModel, card: Card) -> None:
    """Write the graph for ONNX Runtime beside a network's weights, where it can be made."""
    (folder / GRAPH).unlink(missing_ok=True)  # of the model that stood here before
    if isinstance(model, features.FeatureModel):
        return
    try:
        data = models.onnx_export.export(model, card["input"]["size"], _graph_key(card))
    except BadInput as error:
        _log.info("%s: without it the model predicts by torch. %s", GRAPH, error)
        return
    write_atomically(folder / GRAPH, lambda path: path.write_bytes(data))


def _graph_key(card: Card) -> str:
    """Return what a graph follows from: another model, size or weights make another graph."""
    parts = [card["model"], card["options"], card["input"]["size"], card["weights"]["sha256"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _read_graph(folder: Path, card: Card, arrays: Arrays) -> OnnxNetwork | None:
    """Return the graph that belongs to this card, or None: torch then does the work."""
    path = folder / GRAPH
    if card["model"] == "handcrafted" or not onnx_network.available() or not path.is_file():
        return None
    try:
        if path.stat().st_size > _LARGEST_GRAPH:
            return None
        network = OnnxNetwork(path.read_bytes(), arrays)
    except (OSError, BadInput):
        return None
    return network if network.key == _graph_key(card) else None


def load(folder: Path | str | None = None) -> StoredModel:
    """Load a model that ``boneage-kit train`` left, or the one that ships in the package.

    Parameters
    ----------
    folder
        Where ``card.json`` and ``weights.safetensors`` stand; None: the package's own.

    Raises
    ------
    BadInput
        If there is no model, its card is not one of this version, or weights and card do not
        belong together.

    >>> load().card["data"]["name"]
    'RSNA 2017 thumbnails, 100 px'
    """
    where = Path(str(files("boneage_kit") / "data" / "model")) if folder is None else Path(folder)
    card = read_card(where, shipped=folder is None)
    arrays = _read_weights(where, card)
    stored = StoredModel(arrays, card, _read_graph(where, card, arrays))
    if stored.graph is None:
        stored.model  # noqa: B018  (builds the network now: what does not fit is said on loading)
    return stored


def _read_weights(folder: Path, card: Card) -> Arrays:
    """Return the arrays that the card describes, and no others."""
    path, wanted = folder / card["weights"]["file"], card["weights"]
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        # the size first: a huge file is refused without being read
        data = path.read_bytes() if path.stat().st_size == wanted["bytes"] else b""
    except OSError as error:
        raise BadInput(
            f"The weights of the model in {folder} cannot be read.",
            "Train it anew, or copy the whole folder.",
        ) from error
    if hashlib.sha256(data).hexdigest() != wanted["sha256"]:
        raise BadInput(
            f"The weights in {folder} are not those that its card describes.",
            "Copy the whole folder again, or train anew.",
        )
    try:
        arrays: Arrays = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError) as error:
        raise BadInput(
            f"The weights in {folder} are not in the safetensors format.",
            "Copy the whole folder again, or train anew.",
        ) from error
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise BadInput(
            f"The weights in {folder} hold values that are no numbers.", "Train the model anew."
        )
    return arrays


def _arrays(model: AgeModel | FeatureModel) -> Mapping[str, np.ndarray]:
    if isinstance(model, features.FeatureModel):
        return model.arrays()
    return {key: value.cpu().numpy() for key, value in model.state_dict().items()}


def _build(card: Card, arrays: Arrays) -> AgeModel | FeatureModel:
    try:
        if card["model"] == "handcrafted":
            return _by_hand(arrays)
        return _network(card, arrays)
    except (RuntimeError, KeyError, ValueError, TypeError, IndexError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(
            f"The weights do not fit the model {card['model']!r} of the card.",
            "Train the model anew with this version of the kit.",
        ) from error


def _by_hand(arrays: Arrays) -> FeatureModel:
    columns = len(features.handcrafted.names()) + int(arrays["sex_input"][0])
    shapes = dict.fromkeys(("mean", "scale", "coefficients"), (columns,))
    for name, shape in {**shapes, "intercept": (1,), "sex_input": (1,)}.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, not {shape}")
    return features.FeatureModel.from_arrays("handcrafted", arrays)


def _network(card: Card, arrays: Arrays) -> AgeModel:
    import torch  # 2 s; not needed for a model by hand

    network = models.create(
        card["model"], pretrained=None if card["model"] == "bonet" else False, **card["options"]
    )
    network.load_state_dict(
        {
            key: torch.from_numpy(array.astype(np.float32) if array.dtype == np.float16 else array)
            for key, array in arrays.items()
        }
    )
    return network.eval()
