"""What two training curves say, in sentences that follow from the numbers."""

from __future__ import annotations

import pandas as pd

from ..errors import BadInput

#: A network overfits if it errs so many years less on its training images; where the two errors
#: differ by less than this factor as well, it overfits a little.
GAP, FACTOR = 0.5, 1.3
#: A network whose error on its own training images is above this share of the floor learned little.
LITTLE = 0.9
#: Errors that differ by less than this, in years, are called equal.
EQUAL = 0.1


def last_errors(history: pd.DataFrame) -> tuple[float, float]:
    """Return the error on training and on validation images after the last epoch, in years.

    Parameters
    ----------
    history
        One row per epoch with ``train_mae`` and ``valid_mae``, as
        :class:`boneage_kit.training.Fitted` has it.

    Raises
    ------
    BadInput
        If the training was not watched on validation images.

    >>> last_errors(pd.DataFrame({"train_mae": [3.0, 0.7], "valid_mae": [3.5, 3.0]}))
    (0.7, 3.0)
    """
    train, valid = history[["train_mae", "valid_mae"]].iloc[-1].astype(float)
    if pd.isna(valid):
        raise BadInput(
            "This training was not watched on validation images.", "Give fit validation=..."
        )
    return float(train), float(valid)


def curves_in_words(history: pd.DataFrame, floor: float) -> str:
    """Say where the two curves of a training end, and what follows from it.

    Parameters
    ----------
    history
        As of :func:`last_errors`.
    floor
        Error of the sex's median on the validation images, years.

    >>> print(curves_in_words(pd.DataFrame({"train_mae": [0.7], "valid_mae": [3.0]}), floor=4.1))
    At the end the error is 0.7 years on training images and 3.0 years on validation images. The
    network overfits: it errs 2.3 years less on images that it trained on. The floor's error is 4.1
    years, so the network beats the floor.
    """
    train, valid = last_errors(history)
    gap = valid - train
    if train >= LITTLE * floor:
        meaning = "The error is large even on the training images, so the network learned little."
    elif gap >= GAP:
        overfits = "overfits" if valid >= FACTOR * train else "overfits a little"
        meaning = (
            f"The network {overfits}: it errs {gap:.1f} years less on images that it trained on."
        )
    elif gap <= -EQUAL:
        meaning = (
            "The validation error is the smaller one. This is no mistake. The training error is "
            "measured on changed images, which are harder, and while the network still learns."
        )
    else:
        meaning = "The two errors are close, so the network does not learn its images by heart."
    if abs(valid - floor) < EQUAL:
        beats = "so the network is about as good as the floor"
    else:
        beats = f"so the network {'beats the floor' if valid < floor else 'does not beat it'}"
    return (
        f"At the end the error is {train:.1f} years on training images and {valid:.1f} years on "
        f"validation images. {meaning} The floor's error is {floor:.1f} years, {beats}."
    )


def change_in_words(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Say how the gap and the validation error differ between two trainings.

    Parameters
    ----------
    before, after
        Histories, as of :func:`last_errors`.

    >>> before = pd.DataFrame({"train_mae": [0.7], "valid_mae": [3.0]})
    >>> print(change_in_words(before, pd.DataFrame({"train_mae": [1.9], "valid_mae": [2.1]})))
    The training error rises from 0.7 to 1.9 years. The validation error falls from 3.0 to 2.1
    years. The gap between them falls from 2.3 to 0.2 years.
    """
    (train, valid), (train_after, valid_after) = last_errors(before), last_errors(after)
    return " ".join(
        (
            _moved("The training error", train, train_after),
            _moved("The validation error", valid, valid_after),
            _moved("The gap between them", abs(valid - train), abs(valid_after - train_after)),
        )
    )


def _moved(what: str, before: float, after: float) -> str:
    if abs(after - before) < EQUAL:
        return f"{what} stays near {before:.1f} years."
    moves = "rises" if after > before else "falls"
    return f"{what} {moves} from {before:.1f} to {after:.1f} years."
