"""Exercises of unit 06: foresee overfitting, repair an error measure, decide about flips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import Wrong, exercise


@exercise(
    "06.1",
    hint="The network has several thousand times more weights than there are images. Which of the "
    "two curves can it bring down by remembering?",
    solution='answer = "b"',
    passes=("b", "B"),
    fails=("a", "c", "d", 3),
)
def two_curves(answer: str) -> str:
    """Take the letter of what happens to the two curves without augmentation."""
    letter = str(answer).strip().lower()
    if letter == "a":
        raise Wrong(
            "Together they would stay only if what is learnt held for every hand. A "
            "hundred images can be learnt by heart."
        )
    if letter == "c":
        raise Wrong(
            "That would be a network too small or a rate too low to learn anything; this "
            "one has hundreds of thousands of weights."
        )
    if letter != "b":
        raise Wrong('Answer with one letter, "a", "b" or "c".')
    return "It learns its images by heart; what it learnt about other hands shows in validation."


def _good_mae(predictions: np.ndarray, truth: np.ndarray) -> float:
    predictions, truth = np.asarray(predictions), np.asarray(truth)
    if predictions.shape == (len(truth), 1):
        predictions = predictions[:, 0]
    if predictions.shape != truth.shape:
        raise ValueError("shapes differ")
    return float(np.abs(predictions - truth).mean())


@exercise(
    "06.3",
    hint="Print (predictions - truth).shape for predictions of shape [3, 1] and truth of shape "
    "[3]. Bring both to one shape first, and refuse what does not fit.",
    solution="""
    def my_mae(predictions, truth):
        predictions, truth = np.asarray(predictions).ravel(), np.asarray(truth).ravel()
        if predictions.shape != truth.shape:
            raise ValueError("Predictions and truth differ in number.")
        return np.abs(predictions - truth).mean()
    """,
    passes=(_good_mae,),
    fails=(
        lambda predictions, truth: np.abs(predictions - truth).mean(),
        lambda predictions, truth: np.abs(predictions[: len(truth), 0] - truth).mean(),
        lambda predictions, truth: np.mean(predictions.ravel() - truth.ravel()),
        lambda predictions, truth: 0.0,
        "my_mae",
    ),
)
def mean_absolute_error(answer: Callable[[np.ndarray, np.ndarray], float]) -> str:
    """Try the student's function on a column against a row, on equal shapes, and on misfits."""
    if not callable(answer):
        raise Wrong('Hand over the function itself: lesson.check("06.3", my_mae).')
    truth = np.array([4.0, 9.0, 14.0])
    column = truth[:, None] + 0.5
    for predictions, what in ((column, "[3, 1]"), (column[:, 0], "[3]")):
        try:
            value = float(answer(predictions, truth))
        except Exception as error:
            raise Wrong(f"With predictions of shape {what} it stops: {error}") from error
        if abs(value - np.abs(column - truth).mean()) < 1e-9:
            raise Wrong(
                f"From predictions of shape {what} comes {value:.2f}: that is the mean "
                "over all nine pairs of children. Every prediction is off by 0.5."
            )
        if abs(value - 0.5) > 1e-9:
            raise Wrong(f"From predictions of shape {what} comes {value:.2f}; each is off by 0.5.")
    low = float(answer(truth - 0.5, truth))
    if abs(low - 0.5) > 1e-9:
        raise Wrong(f"Predictions 0.5 too low give {low:.2f}: the error must lose its sign first.")
    try:
        answer(column, truth[:2])
    except Exception:
        return "Now a column and a row are compared child by child, and a misfit is refused."
    raise Wrong("Three predictions against two ages still give a number. Refuse them.")


def _flip(answer: Any) -> float:
    return float(getattr(answer, "flip", float("nan")))


@exercise(
    "06.2",
    hint="Augmentation has an argument for it, a probability. A network should meet both sides "
    "while it learns.",
    solution="answer = Augmentation(flip=0.5)",
    passes=(type("A", (), {"flip": 0.5})(), type("A", (), {"flip": 0.2})()),
    fails=(type("A", (), {"flip": 0.0})(), type("A", (), {"flip": 1.0})(), True, 0.5),
)
def right_hands_too(answer: Any) -> str:
    """Take an augmentation for a clinic that sends right hands among left ones."""
    flip = _flip(answer)
    if np.isnan(flip):
        raise Wrong("Hand over a whole augmentation: Augmentation(...).")
    if flip == 0:
        raise Wrong("Without a flip the network never meets a right hand before the clinic does.")
    if flip > 0.9:
        raise Wrong("That shows it right hands only; four fifths of the films are left ones.")
    return (
        "Here a flip describes the films to come. On films made by protocol, left hands only, "
        "it spends half of the training on hands that never come."
    )
