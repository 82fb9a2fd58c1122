"""A trained model on disk: weights as safetensors, and a card in JSON that says what they are.

No pickle: a file of weights from somebody else can be wrong, but it cannot run code. The card
carries the SHA-256 of the weights, and loading refuses weights that do not match it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._io import write_atomically
from ..errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..features.feature_model import FeatureModel
    from ..models.age_model import AgeModel

WEIGHTS, CARD = "weights.safetensors", "card.json"
FORMAT = 1
_PARTS = ("format", "model", "options", "input", "weights", "interval", "data", "terms", "metrics")


@dataclass(frozen=True)
class StoredModel:
    """A model with its card, ready to read radiographs.

    Attributes
    ----------
    reader
        A network (:class:`AgeModel`) or a regressor on features (:class:`FeatureModel`).
    card
        What ``card.json`` holds.
    """

    reader: AgeModel | FeatureModel
    card: dict[str, Any]

    @property
    def size(self) -> int:
        """Side in pixels of the images it reads."""
        return int(self.card["input"]["size"])

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """Return a radiograph, float [H, W] in 0..1, as the model wants it: uint8 [s, s].

        A model that learned on images whose proportions were lost (the RSNA thumbnails are
        squeezed to squares) is shown squeezed images.
        """
        from PIL import Image

        from ..radiograph import to_square

        side = max(pixels.shape)
        if self.card["input"]["squares"] == "squeezed" and min(pixels.shape) != side:
            whole = Image.fromarray(np.asarray(pixels, dtype=np.float32))
            pixels = np.asarray(whole.resize((side, side), Image.Resampling.BILINEAR))
        return np.rint(to_square(pixels, self.size) * 255).astype(np.uint8)

    def read(self, images: np.ndarray, sexes: Sequence[object]) -> np.ndarray:
        """Return bone ages in years (never below zero), float [n], of images uint8 [n, s, s]."""
        if self.card["model"] == "handcrafted":
            return np.maximum(self.reader.predict(images, sexes), 0.0)
        from ..training import predict

        views = bool(self.card["input"]["test_time_augmentation"])
        years = predict(self.reader, images, sexes, test_time_augmentation=views)
        return np.maximum(years, 0.0)

    def half_widths(self, sexes: Sequence[str]) -> np.ndarray:
        """Return half the interval's width in years for each child; NaN where not known."""
        widths = self.card["interval"]["half_width_years"]
        return np.array([widths.get(sex, widths.get("all", np.nan)) for sex in sexes], dtype=float)


def save(folder: Path, reader: Any, card: dict[str, Any], *, half: bool = False) -> StoredModel:
    """Write weights and card into a folder, each as a whole, and return what stands there.

    Parameters
    ----------
    folder
        Made if needed; a model already there is replaced.
    reader
        A network, or a :class:`FeatureModel`.
    card
        All of the card but ``weights``, which is filled in here.
    half
        Store the weights in half precision (float16): half the size.
    """
    import safetensors.numpy

    arrays = {key: np.ascontiguousarray(value) for key, value in _arrays(reader).items()}
    if half:
        arrays = {key: value.astype(np.float16) if value.dtype.kind == "f" and value.size > 1
                  else value for key, value in arrays.items()}
    data = safetensors.numpy.save(arrays, metadata={"model": str(card["model"])})
    weights = {"file": WEIGHTS, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
               "numbers": int(sum(value.size for value in arrays.values())),
               "precision": "float16" if half else "float32"}
    full = {"format": FORMAT, **card, "weights": weights}
    text = json.dumps(full, indent=2, ensure_ascii=False) + "\n"
    write_atomically(Path(folder) / WEIGHTS, lambda path: path.write_bytes(data))
    write_atomically(Path(folder) / CARD, lambda path: path.write_text(text, encoding="utf-8"))
    return load(folder)


def load(folder: Path | str | None = None) -> StoredModel:
    """Load a model that ``boneage-kit train`` left, or the one that ships in the package.

    Parameters
    ----------
    folder
        Where ``card.json`` and ``weights.safetensors`` stand; None: the package's own.

    Raises
    ------
    BadInput
        If there is no model, it is of another format, or weights and card do not belong together.
    """
    import safetensors.numpy

    place = Path(str(files("boneage_kit") / "data" / "model")) if folder is None else Path(folder)
    card = _card(place, shipped=folder is None)
    try:
        data = (place / card["weights"]["file"]).read_bytes()
    except OSError as error:
        raise BadInput(f"The weights of the model in {place} cannot be read.",
                       "Train it anew, or copy the whole folder.") from error
    if hashlib.sha256(data).hexdigest() != card["weights"]["sha256"]:
        raise BadInput(f"The weights in {place} are not those that its card describes.",
                       "Copy the whole folder again, or train anew.")
    return StoredModel(_build(card, safetensors.numpy.load(data)), card)


def _card(place: Path, *, shipped: bool) -> dict[str, Any]:
    try:
        card = json.loads((place / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if shipped:
            raise BadInput("No model ships with this installation.",
                           "Name one with --model DIR; boneage-kit train makes it.") from error
        raise BadInput(f"There is no model in {place}.",
                       "Name the folder that boneage-kit train wrote.") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"The card in {place} cannot be read.", "Copy the folder again.") from error
    missing = [part for part in _PARTS if part not in card] if isinstance(card, dict) else _PARTS
    if missing or card["format"] != FORMAT:
        raise BadInput(f"The card in {place} is not one of this version of the kit.",
                       "Train the model anew.")
    return card


def _arrays(reader: Any) -> dict[str, np.ndarray]:
    if hasattr(reader, "state_dict"):
        return {key: value.cpu().numpy() for key, value in reader.state_dict().items()}
    return reader.arrays()


def _build(card: dict[str, Any], arrays: dict[str, np.ndarray]) -> AgeModel | FeatureModel:
    if card["model"] == "handcrafted":
        from ..features.feature_model import FeatureModel

        return FeatureModel.from_arrays("handcrafted", arrays)
    import torch

    from ..models import create

    model = create(card["model"], pretrained=None if card["model"] == "bonet" else False,
                   **card["options"])
    state = {key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16
                                   else value) for key, value in arrays.items()}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise BadInput(f"The weights do not fit the model {card['model']!r} of the card.",
                       "Train the model anew with this version of the kit.") from error
    return model.eval()
