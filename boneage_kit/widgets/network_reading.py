"""The kit's network as one more reader of the same hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from .worklist_films import Films

__all__ = ["NetworkReading", "read_by_network"]


@dataclass(frozen=True)
class NetworkReading:
    """What the network that ships with the kit read.

    ``predictions``: a predictions table (years). ``note``: what must be known beside its error.
    """

    predictions: pd.DataFrame
    note: str


def read_by_network(films: Films) -> NetworkReading:
    """Let the network that ships with the kit read the films, as ``boneage-kit predict`` does.

    Torch is imported here, and nowhere else in the widgets.

    Raises
    ------
    BadInput
        If torch is missing, no model ships, or a film cannot be read.
    """
    try:
        from ..shelf import stored_model
        from ..shelf.train_model import predictions_of

        stored = stored_model.load()
    except ImportError as error:
        raise BadInput(f"The network needs {error.name or 'torch'}, which is not installed here.",
                       "Your own results stay; run pip install torch to compare.") from error
    dataset = films.as_dataset()
    table = predictions_of(stored, dataset)
    if films.drawn:  # the readers are judged by the drawn age; so is the network
        table["y_true"] = films.records["true_bone_age"].to_numpy(dtype=float)
    return NetworkReading(table, _note(stored.card, dataset.is_phantom, dataset.name))


def _note(card: dict, phantom: bool, name: str) -> str:
    error, data = card["metrics"]["mae_years"], card["data"]
    learnt = (f"The network learned on {data['n_train']:,} real films ({data['name']}); on "
              f"{data['n_test']:,} others of them its mean absolute error is {error['value']:.2f} "
              f"years (95 % interval {error['lower']:.2f} to {error['upper']:.2f}).")
    if phantom:
        return (f"{learnt} These hands are drawn, and it never saw a drawn hand: its error here "
                "says how unlike the drawings are, not how it reads children.")
    if name == "rsna":
        return (f"{learnt} It may have learned on some of these very films; then its error here "
                "is too small.")
    return f"{learnt} These films may be of another kind than those."
