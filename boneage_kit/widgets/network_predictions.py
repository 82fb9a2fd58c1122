"""What the kit's network predicts on the hands that a reader has read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..errors import BadInput
from .worklist_films import Films

__all__ = ["NetworkPredictions", "predict_by_network"]


@dataclass(frozen=True)
class NetworkPredictions:
    """What the network that ships with the kit predicted.

    ``predictions``: a predictions table (years). ``note``: what must be known beside its error.
    """

    predictions: pd.DataFrame
    note: str


def predict_by_network(films: Films) -> NetworkPredictions:
    """Let the network that ships with the kit predict the films' ages, as `predict` does.

    Torch is imported here, and nowhere else in the widgets.

    Raises
    ------
    BadInput
        If torch is missing, no model ships, or a film cannot be decoded.
    """
    try:
        from ..shelf import stored_model
        from ..shelf.prediction_table import predictions_of

        stored = stored_model.load()
    except ImportError as error:
        raise BadInput(
            f"The network needs {error.name or 'torch'}, which is not installed here.",
            "Your own results stay; run pip install torch to compare.",
        ) from error
    dataset = films.as_dataset()
    table = predictions_of(stored, dataset)
    if films.are_drawn:  # the readers are judged by the drawn age; so is the network
        table["y_true"] = films.records["true_bone_age"].to_numpy(dtype=float)
    return NetworkPredictions(table, _note(stored.card, dataset.is_phantom, dataset.name))


def _note(card: dict, phantom: bool, name: str) -> str:
    error, data = card["metrics"]["mae_years"], card["data"]
    learnt = (
        f"The network learned on {data['n_train']:,} real films ({data['name']}); on "
        f"{data['n_test']:,} others of them its mean absolute error is {error['value']:.2f} "
        f"years (95 % interval {error['lower']:.2f} to {error['upper']:.2f})."
    )
    if phantom:
        return (
            f"{learnt} These hands are drawn, and it never saw a drawn hand: its error here "
            "says how unlike the drawings are, not how well it predicts children."
        )
    if name == "rsna":
        return (
            f"{learnt} It may have learned on some of these very films; then its error here "
            "is too small."
        )
    return f"{learnt} These films may be of another kind than those."
