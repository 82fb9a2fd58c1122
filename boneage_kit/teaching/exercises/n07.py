"""Exercises of unit 07: the worth of a part, and an ablation of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import Unanswered, Wrong, exercise

if TYPE_CHECKING:
    from ...training import Fitted

_TRUTH = np.array([4.0, 8.0, 12.0, 16.0])
_WITHOUT = np.array([6.0, 6.0, 13.0, 13.0])  # errors 2, 2, 1, 3: mean 2
_WHOLE = np.array([3.0, 7.5, 12.5, 16.0])  # errors 1, 0.5, 0.5, 0: mean 0.5


def _mae(predictions: Any, truth: Any) -> float:
    return float(np.abs(np.asarray(predictions) - np.asarray(truth)).mean())


@exercise(
    "07.1",
    hint="The mean absolute error of one network is np.abs(predictions - truth).mean(). Compute it "
    "for both networks. The function subtracts them already.",
    solution="""
    def worth(without, whole, truth):
        error_without = np.abs(without - truth).mean()
        error_whole = np.abs(whole - truth).mean()
        return error_without - error_whole
    """,
    passes=(
        lambda without, whole, truth: _mae(without, truth) - _mae(whole, truth),
        lambda a, b, c: round(float(np.mean(np.abs(a - c) - np.abs(b - c))), 2),
    ),
    fails=(
        lambda without, whole, truth: _mae(whole, truth) - _mae(without, truth),
        lambda without, whole, truth: float((without - truth).mean() - (whole - truth).mean()),
        lambda without, whole, truth: _mae(without, whole),
        lambda without, whole, truth: np.abs(without - truth) - np.abs(whole - truth),
        1.5,
    ),
)
def worth_of_a_part(answer: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> str:
    """A function of two predictions and the labels to a difference of mean absolute errors."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("07.1", worth).')
    try:
        given = answer(_WITHOUT.copy(), _WHOLE.copy(), _TRUTH.copy())
    except TypeError as error:
        if "ellipsis" in str(error):
            raise Unanswered from error
        raise
    if np.size(given) != 1:
        raise Wrong(f"It returned {np.size(given)} numbers. Take the mean over the children.")
    value = float(given)
    if abs(value + 1.5) < 0.01:
        raise Wrong(
            "The sign is turned round: the error without the part comes first, so that a positive "
            "number means that the part helps."
        )
    if abs(value - float((_WITHOUT - _WHOLE).mean())) < 0.01:
        raise Wrong(
            "You averaged the errors with their signs. Then too old and too young cancel each "
            "other. Take np.abs of the errors first."
        )
    if abs(value - _mae(_WITHOUT, _WHOLE)) < 0.01:
        raise Wrong("You compared the two networks with each other, and not with the labels.")
    if abs(value - 1.5) > 0.01:
        raise Wrong(
            f"On four made-up children it gives {value:.2f} years, and 1.50 is right: the mean "
            "absolute error is 2.00 without the part and 0.50 with it."
        )
    return "A positive number means that the network needs the part."


def _fitted(epochs: int = 3, **change: Any) -> Fitted:
    """Return what a training of BoNet gives, without the training."""
    from ...models import create  # here: it needs torch
    from ...training import Fitted

    augment = change.pop("augment", True)
    history = pd.DataFrame({"epoch": range(1, epochs + 1), "train_mae": 1.0})
    settings = {"model": "bonet", "augment": str(augment), "options": {"sex_input": True, **change}}
    return Fitted(create("bonet", sex_input=True, **change), history, 1.0, 1.0, settings)


class _Later:
    """An example answer that is made when it is tried: it needs torch."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def made(self) -> Fitted:
        return _fitted(**self.options)


@exercise(
    "07.2",
    hint="Put one change between the brackets, such as learn(n_conv=3). help(models.BoNet) lists "
    "what can be changed.",
    solution="""
    my_network = learn(n_conv=3)
    """,
    passes=(
        _Later(n_conv=3),
        _Later(deformation=None),
        _Later(augment=False),
        _Later(deformation="tps"),
    ),
    fails=(
        _Later(),
        _Later(n_conv=5, deformation="affine"),
        _Later(n_conv=3, deformation=None),
        0.2,
        {"n_conv": 3},
    ),
)
def own_ablation(answer: Fitted) -> str:
    """What ``learn`` returned for a network with exactly one change."""
    answer = answer.made() if isinstance(answer, _Later) else answer
    settings = getattr(answer, "settings", None)
    if not isinstance(settings, dict):
        raise Wrong(
            f"This is a {type(answer).__name__} and no trained network. Give what learn(...) "
            "returned, with your change between the brackets."
        )
    changes = _changes(settings)
    if not changes:
        raise Wrong(
            "This is the whole network again: five layers, an affine deformation layer, images "
            "that are changed each time. Change one thing."
        )
    if len(changes) > 1:
        raise Wrong(
            f"You changed {len(changes)} things: {', '.join(sorted(changes))}. If the error is "
            "another one now, nobody knows which change did it. Change one thing."
        )
    name, value = next(iter(changes.items()))
    return (
        f"One change, {name}={value!r}, and everything else as before. It was one training: a "
        "difference of less than 0.25 years could be another seed's, too."
    )


def _changes(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what differs from the whole network of the unit."""
    import inspect

    from ...models import BoNet  # here: it needs torch

    usual = {
        name: parameter.default for name, parameter in inspect.signature(BoNet).parameters.items()
    }
    usual["sex_input"] = True
    changes = {
        name: value
        for name, value in settings.get("options", {}).items()
        if value != usual.get(name)
    }
    if str(settings.get("augment", "True")) not in ("True", "None"):
        changes["augment"] = settings["augment"]
    return changes
