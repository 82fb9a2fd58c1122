"""The card of a stored model: ``card.json``, checked against ``card_schema.json`` as it is read.

A card may come from anybody. It is checked as a whole before anything of it is used: a card that
is damaged, too large, nested too deep, or says something impossible is refused in one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import fastjsonschema

from ..errors import BadInput
from ..radiograph.square import STRETCH_PERCENTILES

Card = dict[str, Any]
CARD = "card.json"
FORMAT = 1
#: How images are made ready for every model, see :func:`boneage_kit.radiograph.to_square`.
PREPARATION = (
    f"grey levels stretched between percentiles {STRETCH_PERCENTILES[0]:g} and "
    f"{STRETCH_PERCENTILES[1]:g} of the film's middle, bone bright"
)
_LARGEST_BYTES = 1_000_000


def read_card(folder: Path, *, shipped: bool = False) -> Card:
    """Return the checked card of the model in a folder.

    Parameters
    ----------
    folder
        Where ``card.json`` stands.
    shipped
        Whether it is the model that ships in the package: then another remedy is named.

    Raises
    ------
    BadInput
        If there is no card, or it is not one of this version of the kit.
    """
    path = folder / CARD
    if not path.exists():
        if shipped:
            raise BadInput(
                "No model ships with this installation.",
                "Name one with --model DIR; boneage-kit train makes it.",
            )
        raise BadInput(
            f"There is no model in {folder}.", "Name the folder that boneage-kit train wrote."
        )
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
            raise ValueError("no small file")
        card = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"The card in {folder} cannot be read.", "Copy the folder again.") from error
    return check_card(card, folder)


def check_card(card: object, folder: Path | str) -> Card:
    """Return a card that says everything it must and nothing impossible.

    Raises
    ------
    BadInput
        With the first thing that is wrong.

    >>> check_card({"format": 1}, "runs/lite0")
    Traceback (most recent call last):
    boneage_kit.errors.BadInput: The card in runs/lite0 is not one of this version of the kit (card
    must contain ...). Train the model anew, or copy its folder again.
    """
    try:
        checked: Card = _validator()(card, name_prefix="card")
    except fastjsonschema.JsonSchemaValueException as error:
        raise BadInput(
            f"The card in {folder} is not one of this version of the kit ({error.message[:120]}).",
            "Train the model anew, or copy its folder again.",
        ) from None
    if scale := checked["interval"].get("scale"):
        ages, factors = scale["age_years"], scale["factor"]
        if len(ages) != len(factors) or any(b <= a for a, b in pairwise(ages)):
            raise BadInput(
                f"The card in {folder} has an interval whose ages do not rise, or not a factor for "
                "each age.",
                "Train the model anew, or copy its folder again.",
            )
    return checked


@cache
def _validator() -> Callable[..., Card]:
    schema = (files(__package__) / "card_schema.json").read_text(encoding="utf-8")
    return fastjsonschema.compile(json.loads(schema))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
