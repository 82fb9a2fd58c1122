"""``boneage-kit predict --data``: a whole data set, predicted into a table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import datasets, shelf
from .._io import check_writable, write_atomically
from ..errors import BadInput
from . import console
from .left_out import used_and_left_out

_ENDINGS = ("", ".csv", ".txt")

if TYPE_CHECKING:
    import pandas as pd

    from ..shelf import StoredModel


def run(arguments: argparse.Namespace) -> int:
    """Predict, write the table, and say what was left out and what is doubtful."""
    check_writable(arguments.out, is_folder=False)
    _refuse_harmful(arguments.out, arguments.data)
    stored = shelf.load(arguments.model)
    dataset = shelf.decodable(stored, datasets.load(arguments.data, arguments.n))
    table = shelf.predictions_with_notes(stored, dataset)
    possible = shelf.is_possible(table["y_pred"].to_numpy())
    kept = table[possible]
    if kept.empty:
        raise BadInput(
            "The model gives no image a bone age that a person can have.",
            "Its weights are damaged, or it was trained too little: use another model.",
        )
    write_atomically(arguments.out, lambda path: kept.to_csv(path, index=False))
    lines = [
        f"{arguments.out}: {_error(kept)}{_training_note(stored, dataset)}.",
        *_doubts(kept),
        used_and_left_out(
            dataset, used=len(kept), no_possible_age_from_the_model=int((~possible).sum())
        ),
    ]
    console.say("\n".join(lines))
    return 0


def _refuse_harmful(out: Path, spec: str) -> None:
    """Refuse a table over a file of the data set, or one that its name says is no text.

    Raises
    ------
    BadInput
        With a name to give instead.
    """
    if out.suffix.lower() not in _ENDINGS:
        raise BadInput(
            f"The table is written as CSV, and {out} says that it is something else.",
            f"Name it {out.name.partition('.')[0] or 'predictions'}.csv with --out.",
        )
    data = datasets.path_of(spec)
    if data is not None and out.exists():
        real, root = out.resolve(), data.resolve()
        if real == root or root in real.parents:
            raise BadInput(
                f"{out} is a file of the data set, and would be replaced.",
                "Name a file outside of the data with --out.",
            )


def _error(table: pd.DataFrame) -> str:
    with_age = table["y_true"].notna()
    text = f"{len(table)} prediction{'' if len(table) == 1 else 's'}"
    if with_age.any():
        months = 12 * (table["y_pred"] - table["y_true"])[with_age].abs().mean()
        text += f", MAE {months:.1f} months on {int(with_age.sum())} with a bone age"
    return text


def _training_note(stored: StoredModel, dataset: datasets.Dataset) -> str:
    held_back = stored.card["metrics"].get("mae_months")
    if held_back is None or dataset.checksum() != stored.card["data"]["checksum"]:
        return ""
    return (
        ". The model was trained on part of these: its error on others is "
        f"{held_back['value']:.1f} months"
    )


def _doubts(table: pd.DataFrame) -> list[str]:
    doubtful = table[table["notes"] != ""]
    if doubtful.empty:
        return []
    row = doubtful.iloc[0]
    return [
        f"{len(doubtful)} of them doubtful, see the column notes; {row['image_id']} for one: "
        f"{row['notes']}."
    ]
