"""Exercises of unit 08: count what learns, choose alpha fairly."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge, RidgeCV

from . import Wrong, exercise


def _weights_of_lite0() -> dict[str, int]:
    """Numbers that learn in EfficientNet-Lite0 with the kit's head, by recipe."""
    from ...models import create  # here: it needs torch

    model = create("efficientnet_lite0", pretrained=False, sex_input=True)
    head = sum(value.numel() for value in model.head.parameters())
    return {"head_only": head, "fine_tune": sum(value.numel() for value in model.parameters())}


@exercise(
    "08.1",
    hint="A network's numbers stand in model.parameters(); value.numel() counts one tensor's. "
    "The head is model.head. Ridge has one number per feature and one for the intercept.",
    solution="""
    model = models.create("efficientnet_lite0", pretrained=False, sex_input=True)
    my_counts = {
        "ridge": 1280 + 1 + 1,  # features, sex, intercept
        "head_only": sum(value.numel() for value in model.head.parameters()),
        "fine_tune": sum(value.numel() for value in model.parameters()),
    }
    """,
    passes=(lambda: {"ridge": 1282, **_weights_of_lite0()},),
    fails=(
        lambda: {"ridge": 1280, **_weights_of_lite0()},
        lambda: {**_weights_of_lite0()},
        lambda: {"ridge": 1282, "head_only": 1, "fine_tune": 2},
        3,
    ),
)
def count_what_learns(answer: dict[str, int] | Callable[[], dict[str, int]]) -> str:
    """Three numbers: of ridge, of the head, of everything."""
    answer = answer() if callable(answer) else answer
    if not isinstance(answer, dict) or set(answer) != {"ridge", "head_only", "fine_tune"}:
        raise Wrong('Give a dict with the keys "ridge", "head_only" and "fine_tune".')
    if answer["ridge"] != 1282:
        more = {
            1280: " You counted the image's features only.",
            1281: " Sex is a feature too, and the intercept is learnt as well.",
        }
        raise Wrong(
            "Ridge learns a number for each of the 1,280 features, one for sex and an "
            f"intercept.{more.get(answer['ridge'], '')}"
        )
    for name, right in _weights_of_lite0().items():
        if answer[name] != right:
            raise Wrong(
                f"{name} learns another number of weights than {answer[name]:,}. Sum "
                "numel() over the parameters that this recipe changes."
            )
    return (
        f"{_weights_of_lite0()['fine_tune'] // 1282:,} times as many numbers learn when all "
        "layers are fine-tuned, from the same few images."
    )


def _made_up(seed: int, n: int = 100, d: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, d))
    ages = 9 + features[:, :20] @ np.full(20, 0.8) + rng.normal(0, 2.0, n)
    return features, ages


def _error(alpha: float, seed: int) -> float:
    features, ages = _made_up(seed, n=400)
    model = Ridge(alpha=alpha).fit(features[:100], ages[:100])
    return float(np.abs(model.predict(features[100:]) - ages[100:]).mean())


def _by_leave_one_out(features: np.ndarray, ages: np.ndarray) -> float:
    return float(RidgeCV(np.logspace(-2, 6, 33)).fit(features, ages).alpha_)


@exercise(
    "08.2",
    hint="Cut the training rows into five parts and see which alpha predicts the part that was "
    "left out best, or let RidgeCV do it: it leaves out one row at a time.",
    solution="""
    from sklearn.linear_model import RidgeCV

    def choose_alpha(features, ages):
        return RidgeCV(np.logspace(-2, 6, 33)).fit(features, ages).alpha_
    """,
    passes=(_by_leave_one_out,),
    fails=(lambda features, ages: 0.01, lambda features, ages: 1e9, lambda features, ages: None, 3),
)
def choose_alpha(answer: Callable[[np.ndarray, np.ndarray], Any]) -> str:
    """A function of training features and ages to an alpha, tried on made-up data."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("08.2", choose_alpha).')
    losses = []
    for seed in (1, 2, 3):
        features, ages = _made_up(seed, n=400)
        alpha = answer(features[:100].copy(), ages[:100].copy())
        if not isinstance(alpha, Real) or not math.isfinite(alpha) or alpha < 0:
            raise Wrong(f"It returned {alpha!r}; alpha is one number, zero or larger.")
        best = min(_error(value, seed) for value in np.logspace(-2, 6, 33))
        losses.append(_error(float(alpha), seed) / best)
    if max(losses) > 1.2:
        raise Wrong(
            f"On rows it had not seen, your alpha's error was {max(losses):.2f} times the "
            "best possible. The error on the training rows is smallest for alpha 0 and "
            "says nothing: ask rows that were left out."
        )
    return "It never saw the test rows, and lost almost nothing."
