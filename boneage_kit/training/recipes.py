"""How each model is trained by ``boneage-kit train``: one row per model in ``recipes.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from importlib.resources import files

from ..errors import BadInput
from ..presets import Preset


@dataclass(frozen=True)
class Recipe:
    """One way to train one model.

    Attributes
    ----------
    model
        ``"handcrafted"`` or a name of :func:`boneage_kit.models.names`.
    stages
        Image side in pixels and passes over the training images, one pair per stage; each stage
        is a one-cycle of its own. Small images first cost little and teach the coarse things.
    batch, learning_rate, schedule
        As :func:`boneage_kit.training.fit` takes them (by hand: the regressor's name).
    """

    model: str
    stages: tuple[tuple[int, int], ...]
    batch: int
    learning_rate: float | None
    schedule: str

    @property
    def size(self) -> int:
        """Side in pixels of the images that the finished model takes."""
        return self.stages[-1][0]


def names() -> list[str]:
    """Return the models that can be trained by name.

    >>> "efficientnet_lite0" in names() and "handcrafted" in names()
    True
    """
    return [row["model"] for row in _rows()]


def recipe(model: str, preset: Preset | None = None) -> Recipe:
    """Return a model's own recipe, or the one of a preset's sizes.

    Parameters
    ----------
    model
        One of :func:`names`.
    preset
        Its pixels, batch and epochs take the place of the model's own stages.

    Raises
    ------
    BadInput
        For an unknown model.

    >>> recipe("efficientnet_lite0").size
    128
    >>> from boneage_kit import presets
    >>> recipe("bonet", presets.get("binder")).stages
    ((96, 12),)
    """
    row = next((row for row in _rows() if row["model"] == model), None)
    if row is None:
        raise BadInput(f"There is no model {model!r}.", f"Use one of {', '.join(names())}.")
    pairs = (stage.split("x") for stage in row["stages"].split(";"))
    stages = tuple((int(pixels), int(epochs)) for pixels, epochs in pairs)
    own = Recipe(
        model, stages, int(row["batch"]), float(row["learning_rate"]) or None, row["schedule"]
    )
    if preset is None or model == "handcrafted":
        return own
    scratch = model in ("bonet", "overfeat")
    epochs = preset.epochs_scratch if scratch else preset.epochs_finetune
    return replace(own, stages=((preset.pixels, epochs),), batch=preset.batch)


def _rows() -> list[dict[str, str]]:
    with (files(__package__) / "recipes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
