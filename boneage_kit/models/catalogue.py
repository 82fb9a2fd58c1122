"""The networks by name, from ``catalogue.csv``."""

from __future__ import annotations

import csv
import importlib
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import BadInput

if TYPE_CHECKING:
    from .age_model import AgeModel


def _catalogue() -> list[dict[str, str]]:
    with (files(__package__) / "catalogue.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names() -> pd.DataFrame:
    """Return the networks by name: family, place in the paper, weights and their terms.

    >>> names().set_index("name").loc["overfeat", "weights"]
    'not offered any more: the architecture only'
    """
    return pd.DataFrame(_catalogue()).drop(columns="builder")


def has_weights(name: str) -> bool:
    """Return whether ImageNet weights are offered for a network.

    >>> has_weights("efficientnet_lite0"), has_weights("overfeat")
    (True, False)
    """
    row = next((row for row in _catalogue() if row["name"] == name), None)
    return row is not None and bool(row["weights_terms"])


def create(
    name: str, pretrained: bool | None = None, sex_input: bool = False, **options: object
) -> AgeModel:
    """Return a network that reads bone age from images.

    It maps images (B, 1, H, W), float in 0..1, and sex (B,), 0 for F and 1 for M (or None), to
    years (B, 1).

    Parameters
    ----------
    name
        One of :func:`names`.
    pretrained
        Start from ImageNet weights. ``None``: where weights are offered, yes. BoNet is trained
        from scratch and has none.
    sex_input
        Whether the child's sex enters beside the image.
    options
        Passed to the model (``n_conv=3``, ``deformation="tps"``, ``dropout=0.5`` ...).

    Raises
    ------
    BadInput
        For an unknown name, an unknown option, or weights that cannot be had.

    >>> create("bonet", deformation=None).sex_input
    False
    """
    known = {row["name"]: row for row in _catalogue()}
    if name not in known:
        raise BadInput(f"There is no model {name!r}.", f"Use one of {', '.join(known)}.")
    if pretrained is None:
        pretrained = has_weights(name)
    module, function = known[name]["builder"].split(":")
    build = getattr(importlib.import_module(module), function)
    if known[name]["family"] != "from scratch":
        options["pretrained"] = pretrained
    elif pretrained:
        raise BadInput(f"{name} is trained from scratch: it has no ImageNet weights.",
                       "Leave pretrained out.")
    try:
        return build(sex_input=sex_input, **options)
    except TypeError as error:
        raise BadInput(f"{name} does not take these options ({error}).",
                       f"See help(boneage_kit.models.create({name!r})).") from error
