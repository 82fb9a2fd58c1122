"""The networks by name, from ``catalogue.csv``."""

from __future__ import annotations

import csv
import importlib
import inspect
from collections.abc import Callable, Mapping
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
    """Return a network that predicts bone age from images.

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
    rows = {row["name"]: row for row in _catalogue()}
    if name not in rows:
        raise BadInput(f"There is no model {name!r}.", f"Use one of {', '.join(rows)}.")
    module, function = rows[name]["builder"].split(":")
    build = getattr(importlib.import_module(module), function)
    _check_options(name, build, options)
    if pretrained is None:
        pretrained = has_weights(name)
    if rows[name]["family"] != "from scratch":
        options["pretrained"] = pretrained
    elif pretrained:
        raise BadInput(
            f"{name} is trained from scratch: it has no ImageNet weights.", "Leave pretrained out."
        )
    return build(sex_input=sex_input, **options)


def _check_options(
    name: str, build: Callable[..., AgeModel], options: Mapping[str, object]
) -> None:
    """Refuse an option that the model's builder does not have.

    The names are compared with the builder's signature. An error inside the builder (a value of
    the wrong type, for example) is left as it is: it says more than a guess would.
    """
    allowed = [
        option
        for option in inspect.signature(build).parameters
        if option not in ("pretrained", "sex_input")
    ]
    unknown = [option for option in options if option not in allowed]
    if unknown:
        raise BadInput(
            f"The model {name} has no option {unknown[0]!r}.",
            f"Its options are {', '.join(allowed)}.",
        )
