"""Exercises of unit 06: image changes for a clinic, and a training of one's own."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pandas as pd

from ... import evaluation
from . import Unanswered, Wrong, exercise


def _changes(**limits: float) -> SimpleNamespace:
    return SimpleNamespace(**{"rotation": 15.0, "flip": 0.0, **limits})


@exercise(
    "06.1",
    hint="rotation is the largest turn in degrees, to both sides. flip is the probability that an "
    "image is mirrored: 0 is never, 1 is always, 0.5 is every second image. The training films all "
    "show left hands. How many right hands does the clinic have?",
    solution="clinic = Augmentation(rotation=30, flip=0.2)",
    passes=(_changes(rotation=30, flip=0.2), _changes(rotation=35.0, flip=0.25)),
    fails=(
        _changes(rotation=30),
        _changes(rotation=30, flip=1.0),
        _changes(rotation=30, flip=0.5),
        _changes(rotation=30, flip=0.02),
        _changes(flip=0.2),
        _changes(rotation=180, flip=0.2),
        _changes(rotation=30, flip=20),
        _changes(rotation=30, flip=0.8),
        SimpleNamespace(rotation=(-30, 30), flip=0.2),
        0.5,
    ),
)
def changes_for_a_clinic(answer: Any) -> str:
    """Take an augmentation for a clinic with turned hands and unmarked right hands."""
    rotation, flip = (getattr(answer, name, None) for name in ("rotation", "flip"))
    if rotation is None or flip is None:
        raise Wrong("Give the whole augmentation: Augmentation(rotation=..., flip=...).")
    if rotation is ... or flip is ...:
        raise Unanswered
    if not all(isinstance(one, int | float) for one in (rotation, flip)):
        raise Wrong(
            "Give one number for each: rotation=30 turns by up to 30 degrees to both sides."
        )
    if not 0 <= flip <= 1:
        raise Wrong(f"flip is a probability, a number from 0 to 1. {flip:g} is none.")
    if rotation < 25:
        raise Wrong(
            f"A hand of this clinic can be turned by 30 degrees. With rotation={rotation:g} the "
            "network never sees such a hand in training."
        )
    if rotation > 60:
        raise Wrong(
            f"rotation={rotation:g} turns hands much farther than this clinic does. The network "
            "spends most of its training on hands that never come."
        )
    if flip == 0:
        raise Wrong("With flip=0 the network never sees a right hand in training.")
    if not 0.1 <= flip <= 0.3:
        raise Wrong(
            f"With flip={flip:g} about {100 * flip:.0f} of 100 training images look like right "
            "hands, because a mirrored left hand is one. In the clinic these are 20 of 100 films."
        )
    return (
        "The network now trains on turned hands and on hands of both sides, as this clinic has "
        "them. Where all films show left hands, mirroring is not allowed: a mirrored left hand "
        "looks like a right hand, and no child comes with such a film. There use flip=0."
    )


def _trained(augment: str, train: float, valid: float) -> SimpleNamespace:
    history = pd.DataFrame({"train_mae": [4.0, train], "valid_mae": [4.0, valid]})
    return SimpleNamespace(settings={"augment": augment}, history=history)


#: Beyond these limits a change shows the network hands that no clinic sends.
_FARTHEST = {"rotation": 60.0, "shift": 0.2, "scale": 0.4, "noise": 0.2}
_WIDEST_GAP = 1.0


@exercise(
    "06.2",
    hint="Begin with small changes, for example Augmentation(rotation=10, shift=0.05), and train. "
    "If the gap is above one year, make the changes larger.",
    solution="mine = learn(few, augment=Augmentation(rotation=20, shift=0.08))",
    passes=(
        _trained("Augmentation(rotation=12, shift=0.06, scale=0.12, noise=0.03)", 1.9, 2.2),
        _trained("Augmentation(rotation=30.0, shift=0.1, scale=0.0, noise=0.1)", 2.4, 2.3),
        _trained("True", 1.8, 2.0),
    ),
    fails=(
        _trained("Augmentation(rotation=180, shift=0.3, scale=0.12, noise=0.03)", 3.5, 3.4),
        _trained("Augmentation(rotation=10, shift=0.05, scale=0.12, noise=0.5)", 3.5, 3.4),
        _trained("Augmentation(rotation=1, shift=0.0, scale=0.0, noise=0.0)", 0.9, 3.0),
        _trained("False", 0.7, 3.0),
        2.1,
    ),
)
def a_training_of_ones_own(answer: Any) -> str:
    """Take a training of the student's whose changes are possible, and whose gap is small."""
    augment = str(getattr(answer, "settings", {}).get("augment", ""))
    if not augment:
        raise Wrong('Give the training itself: lesson.check("06.2", mine).')
    if augment in ("False", "None"):
        raise Wrong("This training used no changes. Give learn an augment=Augmentation(...).")
    for name, farthest in _FARTHEST.items():
        found = re.search(rf"\b{name}=([\d.]+)", augment)
        if found and float(found[1]) > farthest:
            raise Wrong(
                f"{name}={float(found[1]):g} shows the network hands that no clinic sends. Choose "
                f"{farthest:g} or less."
            )
    train, valid = evaluation.last_errors(answer.history)
    if valid - train > _WIDEST_GAP:
        raise Wrong(
            f"The validation error is {valid:.1f} years and the training error is {train:.1f} "
            f"years. The gap of {valid - train:.1f} years is still overfitting. Make the changes "
            "larger."
        )
    return (
        f"The training error is {train:.1f} years and the validation error is {valid:.1f} years. "
        "One training cannot tell whether your changes are better than the kit's, because another "
        "seed gives other numbers."
    )
